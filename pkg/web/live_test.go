package web

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const deadline = 10 * time.Second

// serving is a real server whose connections end with stop.
func serving(t *testing.T, w *world) (address string, stop context.CancelFunc) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	server := httptest.NewUnstartedServer(New(w.deps()))
	server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	server.Start()
	t.Cleanup(func() {
		stop()
		server.Close()
	})
	return server.URL, stop
}

// listen opens a stream; the lines of its events come over the channel, which
// is closed when the stream ends.
func listen(t *testing.T, address string) (*http.Response, <-chan string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("guest", "x")
	transport := &http.Transport{}
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	lines, ended := make(chan string, 100), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(lines)
		for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
			if strings.HasPrefix(scan.Text(), "event:") {
				lines <- scan.Text()
			}
		}
	}()
	t.Cleanup(func() {
		_ = answer.Body.Close()
		transport.CloseIdleConnections()
		<-ended
	})
	return answer, lines
}

func next(t *testing.T, lines <-chan string) (line string, open bool) {
	t.Helper()
	select {
	case line, open = <-lines:
		return line, open
	case <-time.After(deadline):
		t.Fatal("the stream says nothing")
		return "", false
	}
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	end := time.After(deadline)
	for !ok() {
		select {
		case <-ticker.C:
		case <-end:
			t.Fatalf("never: %s", what)
		}
	}
}

func TestLiveTellsOfChanges(t *testing.T) {
	w := quiet(t)
	address, stop := serving(t, w)
	answer, lines := listen(t, address)
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("Content-Type %q", got)
	}
	for range 3 { // the first tells of what came before the stream
		if line, _ := next(t, lines); line != "event: changed" {
			t.Errorf("got %q", line)
		}
		w.change()
	}
	stop() // the server goes down
	for {
		if _, open := next(t, lines); !open {
			break
		}
	}
	await(t, "nobody listens to the board", func() bool { return w.subscribed() == 0 })
}

func TestLiveEndsWithItsReader(t *testing.T) {
	w := quiet(t)
	address, _ := serving(t, w)
	answer, lines := listen(t, address)
	next(t, lines)
	if w.subscribed() != 1 {
		t.Errorf("%d listen", w.subscribed())
	}
	_ = answer.Body.Close()
	await(t, "nobody listens to the board", func() bool { return w.subscribed() == 0 })
}

func TestLiveIsBounded(t *testing.T) {
	w := quiet(t)
	address, _ := serving(t, w)
	var last *http.Response
	for range maxStreams {
		answer, lines := listen(t, address)
		next(t, lines)
		last = answer
	}
	refused, _ := listen(t, address)
	if refused.StatusCode != http.StatusServiceUnavailable || refused.Header.Get("Retry-After") == "" {
		t.Errorf("the %dth reader is answered %s", maxStreams+1, refused.Status)
	}
	if w.subscribed() != maxStreams {
		t.Errorf("%d listen, want %d", w.subscribed(), maxStreams)
	}
	_ = last.Body.Close()
	await(t, "a place is free", func() bool { return w.subscribed() == maxStreams-1 })
	await(t, "the next reader is let in", func() bool {
		answer, _ := listen(t, address)
		return answer.StatusCode == http.StatusOK
	})
}

func TestLiveNeedsALogin(t *testing.T) {
	h := New(quiet(t).deps())
	contains(t, asking{"", "en"}.get(t, h, "/live"), http.StatusUnauthorized)
	if w := guest.do(t, h, http.MethodHead, "/live", nil); w.Code != http.StatusOK {
		t.Errorf("HEAD: %d", w.Code)
	}
}
