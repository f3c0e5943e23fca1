package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/receive"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const configuration = `
receivers: [{name: am, authorization: {token_file: /dev/null}, alertmanager: {}}]
rules:
  - {name: critical, match: ['severity="critical"'], severity: critical}
  - {name: m, match: ['severity="disaster"'], severity: disaster, sequence: M}
notifiers: [{name: patlite}]
towers:
  - name: ops-room
    notifier: patlite
    settings: {address: 192.0.2.1, model: NHV6}
    show: {idle: {green: steady}, warning: {amber: steady}, critical: {red: flash, buzzer: 1}}
`

// fixture is a server over a real bridge with a real journal.
type fixture struct {
	*Server
	t       *testing.T
	bridge  *bridge.Bridge
	journal *journal.Journal
	reload  error
	closed  bool
}

// breakJournal makes every commit fail from now on.
func (f *fixture) breakJournal() {
	f.t.Helper()
	f.closed = true
	if err := f.journal.Close(); err != nil {
		f.t.Fatal(err)
	}
}

// whole is a listener on this machine that serves everything.
var whole = access.Listener{Address: "127.0.0.1:9560", Serve: access.Parts}

// open is one that others can reach.
var open = access.Listener{Address: ":9560", Serve: access.Parts}

func begin(t *testing.T, users ...access.User) *fixture {
	t.Helper()
	cfg, err := bridge.Parse("andon.yaml", []byte(configuration))
	if err != nil {
		t.Fatal(err)
	}
	j, contents, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "andon.db"))
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, journal: j}
	log, registry := slog.New(slog.DiscardHandler), prometheus.NewRegistry()
	f.bridge = bridge.New(bridge.Options{Config: cfg, Log: log, Metrics: registry, Journal: j, Contents: contents})
	shadow := bridge.NewShadow(log)
	lamps := bridge.NewLamps(f.bridge, nil, shadow, registry, log)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { f.bridge.Run(ctx) })
	running.Go(func() {
		if err := lamps.Run(ctx, cfg, map[string]lamp.Capabilities{}); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop()
		running.Wait()
		if f.closed {
			return
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	f.Server = New(Deps{
		Bridge: f.bridge, Lamps: lamps, Shadow: shadow, Metrics: registry, Log: log, Version: "test", Config: "andon.yaml",
		Reload: func(context.Context) error { return f.reload }, Started: time.Now(),
	})
	f.SetWeb(Web{Page: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic("t0ken")
		}
		id, _ := Who(r)
		_, _ = w.Write([]byte("page of " + id.Name))
	}), Refused: func(w http.ResponseWriter, r *http.Request, status int, err error) bool {
		if r.Header.Get("Accept") != "text/html" {
			return false
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte("no page: " + err.Error()))
		return true
	}})
	known, err := access.NewUsers(users)
	if err != nil {
		t.Fatal(err)
	}
	r, err := receive.NewServer(nil, receive.Deps{Sink: f.bridge, Now: time.Now, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	f.Use(known, r)
	return f
}

// everybody are three users whose tokens are their names.
func everybody(t *testing.T) []access.User {
	t.Helper()
	var users []access.User
	for _, role := range []string{access.Viewer, access.Operator, access.Admin} {
		file := filepath.Join(t.TempDir(), role)
		if err := os.WriteFile(file, []byte(role), 0o600); err != nil {
			t.Fatal(err)
		}
		users = append(users, access.User{Name: role + "-san", TokenFile: file, Role: role})
	}
	return users
}

// ask is one request; token "" is none. headers are pairs.
func (f *fixture) ask(l access.Listener, method, path, token, body string, headers ...string) *httptest.ResponseRecorder {
	f.t.Helper()
	r := httptest.NewRequestWithContext(f.t.Context(), method, path, strings.NewReader(body))
	r.Host = "127.0.0.1:9560"
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.Handler(l).ServeHTTP(w, r)
	return w
}

// want asks and checks status and, where they are given, parts of the body.
func (f *fixture) want(w *httptest.ResponseRecorder, status int, parts ...string) string {
	f.t.Helper()
	body := w.Body.String()
	if w.Code != status {
		f.t.Errorf("answered %d: %s; expected %d", w.Code, body, status)
	}
	for _, p := range parts {
		if !strings.Contains(body, p) {
			f.t.Errorf("answered %s, without %q", body, p)
		}
	}
	return body
}

var errMistake = errors.New("andon.yaml:1:1: severities: unknown")
