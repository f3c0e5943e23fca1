package web

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxStreams bounds the event streams that are open at once. Who comes later
// is answered 503, and its script asks every few seconds instead.
const maxStreams = 256

const (
	// settle is how long a change is held back, so that a flood of changes is
	// one event. It is longer than maxAge: whoever asks for the board after
	// the event gets a rendering younger than the change.
	settle = 400 * time.Millisecond
	// keepAlive is how often a quiet stream sends a comment, so that proxies
	// keep it and a dead connection is noticed.
	keepAlive = 15 * time.Second
	// writeLimit is how long a reader may take to read an event.
	writeLimit = 10 * time.Second
)

// live is a stream of server-sent events (HTML standard, section 9.2). They
// say only that something changed.
func (s *server) live(p *page) error {
	if p.r.Method == http.MethodHead {
		return nil
	}
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		p.w.Header().Set("Retry-After", "60")
		return &refusal{http.StatusServiceUnavailable, "error.streams"}
	}
	changes, cancel := s.Board.Subscribe()
	defer cancel()

	p.w.Header().Set("Content-Type", "text/event-stream")
	p.w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(p.w)
	send := func(event string) error {
		_ = out.SetWriteDeadline(time.Now().Add(writeLimit)) // where the server can
		if _, err := io.WriteString(p.w, event); err != nil {
			return fmt.Errorf("write event: %w", err)
		}
		return out.Flush()
	}
	// The first event tells of what changed between page and stream.
	if send("retry: 5000\nevent: changed\ndata:\n\n") != nil {
		return nil
	}
	timer := time.NewTimer(keepAlive)
	defer timer.Stop()
	pending := false
	for {
		event := ": here\n\n"
		select {
		case <-p.r.Context().Done():
			return nil
		case <-changes:
			if !pending {
				pending = true
				timer.Reset(settle)
			}
			continue
		case <-timer.C:
			if pending {
				event, pending = "event: changed\ndata:\n\n", false
			}
		}
		if send(event) != nil {
			return nil
		}
		timer.Reset(keepAlive)
	}
}
