package virtual

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// network is the tower's sockets while it is plugged in.
type network struct {
	http *http.Server
	web  net.Listener
	tcp  net.Listener
	udp  net.PacketConn

	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]struct{}
}

// listen opens the sockets and serves them.
func (t *Tower) listen(web, pns string) (*network, error) {
	n := &network{conns: map[net.Conn]struct{}{}}
	ctx, cancel := context.WithCancel(context.Background())
	n.cancel = cancel
	if err := n.bind(web, pns); err != nil {
		n.close()
		return nil, err
	}
	if n.tcp != nil {
		n.wait.Go(func() { t.servePNS(n) })
		n.wait.Go(func() { t.servePNSDatagrams(n) })
	}
	if n.web != nil {
		n.http = &http.Server{
			Handler:           t.handler(),
			BaseContext:       func(net.Listener) context.Context { return ctx },
			ReadHeaderTimeout: 5 * time.Second,
			IdleTimeout:       30 * time.Second,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          nil,
			// Each connection has one goroutine, which ends with StateClosed.
			ConnState: func(_ net.Conn, s http.ConnState) {
				switch s {
				case http.StateNew:
					n.wait.Add(1)
				case http.StateClosed, http.StateHijacked:
					n.wait.Done()
				}
			},
		}
		n.wait.Go(func() {
			if err := n.http.Serve(n.web); !errors.Is(err, http.ErrServerClosed) {
				t.log.Error("virtual tower stopped serving HTTP", "error", err)
			}
		})
	}
	return n, nil
}

func (n *network) bind(web, pns string) error {
	var err error
	if web != "" {
		if n.web, err = net.Listen("tcp", web); err != nil {
			return fmt.Errorf("listen for HTTP: %w", err)
		}
	}
	if pns == "" {
		return nil
	}
	// A free TCP port may be taken on UDP: try some.
	for range 20 {
		if n.tcp, err = net.Listen("tcp", pns); err != nil {
			return fmt.Errorf("listen for PNS over TCP: %w", err)
		}
		if n.udp, err = net.ListenPacket("udp", n.tcp.Addr().String()); err == nil {
			return nil
		}
		_ = n.tcp.Close()
		n.tcp = nil
	}
	return fmt.Errorf("listen for PNS over UDP: %w", err)
}

func (n *network) httpAddr() string {
	if n.web == nil {
		return ""
	}
	return n.web.Addr().String()
}

func (n *network) pnsAddr() string {
	if n.tcp == nil {
		return ""
	}
	return n.tcp.Addr().String()
}

// add takes a connection into the list of those that close cuts; false where
// it must be closed at once.
func (n *network) add(c net.Conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed || len(n.conns) >= maxPNSConns {
		return false
	}
	n.conns[c] = struct{}{}
	return true
}

func (n *network) remove(c net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.conns, c)
}

// close shuts every socket and waits until nobody works on them.
func (n *network) close() {
	n.cancel()
	if n.http != nil {
		_ = n.http.Close()
	}
	if n.web != nil {
		_ = n.web.Close()
	}
	if n.tcp != nil {
		_ = n.tcp.Close()
	}
	if n.udp != nil {
		_ = n.udp.Close()
	}
	n.mu.Lock()
	n.closed = true
	for c := range n.conns {
		_ = c.Close()
	}
	n.mu.Unlock()
	n.wait.Wait()
}
