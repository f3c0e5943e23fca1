package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// keepAlive is how often a quiet stream of events says that it lives.
const keepAlive = 15 * time.Second

// slowReader is how long an event may take to be taken.
const slowReader = 30 * time.Second

// events streams a line for every change of the board (server-sent events).
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	changes, cancel := s.deps.Bridge.Subscribe()
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	rc := http.NewResponseController(w)
	ticker := time.NewTicker(keepAlive)
	defer ticker.Stop()
	for {
		// A writer that has no connection needs no deadline.
		if err := rc.SetWriteDeadline(time.Now().Add(slowReader)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		if _, err := fmt.Fprintf(w, "event: change\ndata: {\"change\":%d}\n\n", s.deps.Bridge.Changed()); err != nil {
			return
		}
		if err := rc.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-changes:
		case <-ticker.C:
		}
	}
}
