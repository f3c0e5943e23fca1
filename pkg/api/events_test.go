package api

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/api/client"
)

// TestEventsFollowTheBoard reads the stream over a socket: it begins with what
// is, tells of changes, and ends with the request.
func TestEventsFollowTheBoard(t *testing.T) {
	f := begin(t, everybody(t)...)
	s := httptest.NewServer(f.Handler(whole))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+access.Viewer)
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func() (change uint64) {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var v struct{ Change uint64 }
				if err := json.Unmarshal([]byte(data), &v); err != nil {
					t.Fatal(err)
				}
				return v.Change
			}
		}
		t.Fatal("the stream has ended")
		return 0
	}
	first := next()
	if _, err := f.connect(access.Operator).Send(ctx, client.Send{Labels: map[string]string{"a": "b"}}); err != nil {
		t.Fatal(err)
	}
	for next() <= first { // also a tower that was seen wakes the stream
	}
	cancel()
	for lines.Scan() {
	}
	if lines.Err() == nil {
		t.Error("the stream ended as if it were whole")
	}
}
