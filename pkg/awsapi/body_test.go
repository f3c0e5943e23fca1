package awsapi

import (
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// early sends a request as net/http does when the answer comes at once: the SDK
// has closed the body before it is seen that nothing of it is left.
type early struct {
	*testing.T
	next http.RoundTripper

	mu   sync.Mutex
	seen int
}

func (e *early) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := e.next.RoundTrip(r)
	if r.Body != nil {
		_ = r.Body.Close()
		if n, err := io.Copy(io.Discard, r.Body); n != 0 || err != nil {
			e.Errorf("%s %s: of a closed body %d bytes can be copied, and the error is %v; net/http would close the connection", r.Host, r.URL.Path, n, err)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen++
	return resp, err
}

// TestAnAnswerMayComeBeforeTheBodyIsDone: or else connections close at random.
func TestAnAnswerMayComeBeforeTheBodyIsDone(t *testing.T) {
	e := &early{T: t, next: awsfake.New(awsfake.Options{})}
	s := open(t, e, keys(awsfake.AdminKey), nil)
	defer s.Close()
	for service, ask := range callOfEach(client(t, s), awsfake.AlertQueueURL) {
		if err := ask(t.Context()); err != nil {
			t.Errorf("%s: %v", service, err)
		}
	}
	if e.seen < 6 {
		t.Errorf("%d requests seen", e.seen)
	}
}
