package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	for _, name := range []string{"ANDON_URL", "ANDON_TOKEN_FILE"} {
		if err := os.Unsetenv(name); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}

// run is one command of a user: its exit status and what it printed.
func run(t *testing.T, ctx context.Context, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	c := root()
	c.SetArgs(args)
	c.SetIn(strings.NewReader(""))
	c.SetOut(&o)
	c.SetErr(&e)
	status = report(&e, c.ExecuteContext(ctx))
	return status, o.String(), e.String()
}

// fakeAPI answers as a bridge would, with what a test says, and remembers the
// requests.
type fakeAPI struct {
	answers map[string]answer // by method and path
	mu      sync.Mutex
	asked   []string
}

type answer struct {
	status int
	body   string
}

func newFakeAPI(t *testing.T, answers map[string]answer) *fakeAPI {
	t.Helper()
	f := &fakeAPI{answers: answers}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	t.Setenv("ANDON_URL", s.URL)
	return f
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Method + " " + r.URL.Path
	f.mu.Lock()
	f.asked = append(f.asked, key)
	f.mu.Unlock()
	a, ok := f.answers[key]
	if !ok {
		a = answer{http.StatusTeapot, fmt.Sprintf(`{"error":"not expected: %s"}`, key)}
	}
	w.WriteHeader(a.status)
	_, _ = w.Write([]byte(a.body))
}

// requests are those since the last call.
func (f *fakeAPI) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := f.asked
	f.asked = nil
	return asked
}

// file writes a file of a test.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
