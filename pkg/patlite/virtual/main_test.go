package virtual

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/lamp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start returns a tower that is closed with the test.
func start(t *testing.T, c Config) *Tower {
	t.Helper()
	tower, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tower.Close(); err != nil {
			t.Error(err)
		}
	})
	return tower
}

func parse(t *testing.T, text string) lamp.State {
	t.Helper()
	s, err := lamp.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func set(t *testing.T, tower *Tower, text string) {
	t.Helper()
	if err := tower.Set(parse(t, text)); err != nil {
		t.Fatal(err)
	}
}

func shows(t *testing.T, tower *Tower, want string) {
	t.Helper()
	if got := tower.State().String(); got != want {
		t.Errorf("the tower shows %s, want %s", got, want)
	}
}

// do sends a request over a connection of its own.
func do(t *testing.T, method, url string, headers ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

func command(t *testing.T, tower *Tower, query string) string {
	t.Helper()
	status, _, body := do(t, http.MethodGet, "http://"+tower.HTTPAddr()+"/api/control?"+query)
	if status != http.StatusOK {
		t.Errorf("%s: HTTP status %d", query, status)
	}
	return body
}

// timers stand still until the test lets one run out.
type timers struct {
	mu      sync.Mutex
	pending []*timer
}

type timer struct {
	after   time.Duration
	f       func()
	stopped bool
}

func (ts *timers) afterFunc(d time.Duration, f func()) func() bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	tm := &timer{after: d, f: f}
	ts.pending = append(ts.pending, tm)
	return func() bool {
		ts.mu.Lock()
		defer ts.mu.Unlock()
		was := tm.stopped
		tm.stopped = true
		return !was
	}
}

// runOut lets the timers run out that have not been stopped, and returns how
// long they were set for.
func (ts *timers) runOut() []time.Duration {
	ts.mu.Lock()
	var due []*timer
	for _, tm := range ts.pending {
		if !tm.stopped {
			tm.stopped = true
			due = append(due, tm)
		}
	}
	ts.pending = nil
	ts.mu.Unlock()
	var set []time.Duration
	for _, tm := range due {
		tm.f()
		set = append(set, tm.after)
	}
	return set
}
