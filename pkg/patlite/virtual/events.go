package virtual

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"
)

const (
	// maxStreams bounds the pages that are open at a time.
	maxStreams   = 32
	writeTimeout = 5 * time.Second
	keepAlive    = 15 * time.Second
)

// serveEvents sends the view to a page, now and at every change, as
// server-sent events. A slow page misses intermediate views, never the last.
func (t *Tower) serveEvents(w http.ResponseWriter, r *http.Request, streams chan struct{}) {
	select {
	case streams <- struct{}{}:
		defer func() { <-streams }()
	default:
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	secure(w, "text/event-stream")
	out := http.NewResponseController(w)
	send := func(data []byte) bool {
		_ = out.SetWriteDeadline(time.Now().Add(writeTimeout))
		_, err := w.Write(data)
		return err == nil && out.Flush() == nil
	}
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	var last []byte
	for {
		t.mu.Lock()
		now, err := json.Marshal(t.view())
		changed, closed := t.records.changed, t.records.closed
		t.mu.Unlock()
		if err != nil || closed {
			return
		}
		if !bytes.Equal(now, last) {
			if !send(append(append([]byte("data: "), now...), "\n\n"...)) {
				return
			}
			last = now
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		case <-alive.C:
			if !send([]byte(":\n\n")) {
				return
			}
		}
	}
}
