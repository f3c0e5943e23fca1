package patlite

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// pnsProtocol is PATLITE's binary socket command, over TCP or UDP.
var pnsProtocol = protocol{
	name:       "pns",
	port:       "10000",
	transports: []string{"tcp", "udp"},
	readBack:   func(Model) bool { return true },
	restore:    func(Model) bool { return false },
	open: func(s *Settings, _ Options) Driver {
		return &pnsDriver{panel: s.panel, address: s.hostPort, transport: s.Transport, timeout: s.Timeout}
	},
}

// pnsDriver lights a tower with command S, LA6-POE too. LA6-POE's D sets
// colours, but it has one flash flag for all tiers, so it cannot show a steady
// and a flashing light together; S can. The price: on an LA6-POE the colour
// of each tier is the one set up on the tower's web page, and the setting
// tiers says which that is.
type pnsDriver struct {
	panel     Panel
	address   string
	transport string
	timeout   time.Duration
}

var _ DetailedReader = (*pnsDriver)(nil)

func (d *pnsDriver) Apply(ctx context.Context, s lamp.State) error {
	digits, err := d.panel.Digits(s)
	if err != nil {
		return fmt.Errorf("apply %s: %w", s, err)
	}
	reply, err := d.exchange(ctx, MotionFrame(d.panel.Model.Category, digits), func([]byte) (int, error) { return 1, nil })
	if err != nil {
		return fmt.Errorf("apply %s: %w", s, err)
	}
	if reply[0] != ACK {
		return fmt.Errorf("apply %s: tower %s: the answer %02X is neither ACK nor NAK; is this port the tower's PNS port?", s, d.address, reply[0])
	}
	return nil
}

func (d *pnsDriver) Read(ctx context.Context) (lamp.State, error) {
	m := d.panel.Model
	reply, err := d.exchange(ctx, StatusFrame(m.Category), func([]byte) (int, error) { return m.StatusSize(), nil })
	if err != nil {
		return lamp.State{}, fmt.Errorf("read: %w", err)
	}
	digits, err := statusDigits(m, reply)
	if err != nil {
		return lamp.State{}, fmt.Errorf("read: tower %s: %w", d.address, err)
	}
	s, err := d.panel.State(digits)
	if err != nil {
		return lamp.State{}, fmt.Errorf("read: tower %s: %w", d.address, err)
	}
	return s, nil
}

func statusDigits(m Model, reply []byte) (Digits, error) {
	if m.Family != LA6 {
		return ParseStatus(reply)
	}
	s, err := ParseLA6Status(reply)
	if err != nil {
		return Digits{}, err
	}
	if s.Smart != nil {
		return Digits{}, fmt.Errorf("it runs smart mode group %d, in which it shows its own patterns: set it to signal tower mode", s.Smart.Group)
	}
	return s.Digits, nil
}

// ReadDetailed asks an LA6-POE for its detailed status (command E): colours,
// inputs and smart mode too.
func (d *pnsDriver) ReadDetailed(ctx context.Context) (DetailedStatus, error) {
	if d.panel.Model.Family != LA6 {
		return DetailedStatus{}, fmt.Errorf("read detailed status: model %s has none", d.panel.Model.Name)
	}
	reply, err := d.exchange(ctx, DetailedStatusFrame(), func(head []byte) (int, error) {
		if len(head) <= detailedModeOffset {
			return detailedModeOffset + 1, nil
		}
		return DetailedStatusSize(head)
	})
	if err != nil {
		return DetailedStatus{}, fmt.Errorf("read detailed status: %w", err)
	}
	s, err := ParseDetailedStatus(reply)
	if err != nil {
		return DetailedStatus{}, fmt.Errorf("read detailed status: tower %s: %w", d.address, err)
	}
	return s, nil
}

func (d *pnsDriver) Test(ctx context.Context) error {
	if err := d.Apply(ctx, d.panel.allLit()); err != nil {
		return fmt.Errorf("test: %w", err)
	}
	return nil
}

func (d *pnsDriver) Close() error { return nil }

// sizeOf tells from the bytes read so far how long a reply will be, or how
// many bytes are needed to tell.
type sizeOf func(head []byte) (int, error)

// exchange sends one frame over a new connection and reads the reply.
func (d *pnsDriver) exchange(ctx context.Context, f Frame, size sizeOf) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, d.timeout, errNoAnswer)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, d.transport, d.address)
	if err != nil {
		return nil, fmt.Errorf("tower %s: %w", d.address, causeOf(ctx, err))
	}
	defer conn.Close()
	// A deadline in the past ends a read or write that is under way.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := conn.Write(f.Bytes()); err != nil {
		return nil, fmt.Errorf("tower %s: send command %c: %w", d.address, f.ID, causeOf(ctx, err))
	}
	reply, err := d.receive(conn, size)
	if err != nil {
		return nil, fmt.Errorf("tower %s: answer to command %c: %w", d.address, f.ID, causeOf(ctx, err))
	}
	// No status begins with this byte: G begins with 00 to 07, E with the
	// maker's part of a MAC address.
	if reply[0] == NAK {
		return nil, fmt.Errorf("tower %s: %w", d.address, &RefusedError{
			Answer: "NAK", Hint: "is the configured model the tower's model, and the tower set to Command Control?",
		})
	}
	return reply, nil
}

// receive reads a reply: over TCP until its length is reached, whatever
// pieces it comes in; over UDP it is one datagram.
func (d *pnsDriver) receive(conn net.Conn, size sizeOf) ([]byte, error) {
	var buffer [64]byte
	if d.transport == "udp" {
		n, err := conn.Read(buffer[:])
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		return buffer[:n], nil
	}
	have := 0
	for {
		want, err := size(buffer[:have])
		if err != nil {
			return nil, err
		}
		if have > 0 && buffer[0] == NAK {
			return buffer[:1], nil
		}
		if have >= want {
			return buffer[:have], nil
		}
		n, err := conn.Read(buffer[have:want])
		have += n
		if err != nil && have < want {
			if have > 0 && buffer[0] == NAK {
				return buffer[:1], nil
			}
			return nil, fmt.Errorf("after %d bytes: %w", have, err)
		}
	}
}
