// Package api is the bridge's HTTP side: its own API, health, metrics, and
// what each listener serves to whom. It decides nothing about alerts; the
// bridge does. Package client is its Go client.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/internal/loopback"
	"github.com/andonhq/andon/pkg/receive"
)

// Deps is what the API serves.
type Deps struct {
	Bridge *bridge.Bridge
	Lamps  *bridge.Lamps
	// Shadow is nil unless the bridge runs in shadow mode.
	Shadow  *bridge.Shadow
	Metrics prometheus.Gatherer
	Log     *slog.Logger
	// Reload reads the configuration again; its error is shown to the caller.
	Reload  func(context.Context) error
	Version string
	Config  string
	Started time.Time
}

// Server answers HTTP. Users and receivers can be exchanged while it runs.
type Server struct {
	deps    Deps
	users   atomic.Pointer[access.Users]
	receive atomic.Pointer[receive.Server]
	web     Web
	wrong   access.Seldom // credentials
}

// New makes a server without users and receivers; see Use.
func New(deps Deps) *Server {
	s := &Server{deps: deps}
	none, _ := access.NewUsers(nil)
	s.users.Store(none)
	return s
}

// Use takes over users and receivers, at start and at each reload.
func (s *Server) Use(users *access.Users, r *receive.Server) {
	s.users.Store(users)
	s.receive.Store(r)
}

// Web is the board page.
type Web struct {
	Page http.Handler // needs Who
	// Refused answers a request that may not see it, err of package access
	// saying why, and reports whether it did: else it is answered as the API's
	// are.
	Refused func(w http.ResponseWriter, r *http.Request, status int, err error) bool
}

// SetWeb gives the server the board page.
func (s *Server) SetWeb(web Web) { s.web = web }

// HasUsers reports whether there are users who could log in.
func (s *Server) HasUsers() bool { return s.users.Load().Any() }

// HasPasswords reports whether some of them could with a password.
func (s *Server) HasPasswords() bool { return s.users.Load().Passwords() }

// identityKey carries the caller through the request's context.
type identityKey struct{}

// Who tells the page who made a request that has passed the server's checks.
func Who(r *http.Request) (access.Identity, bool) {
	id, ok := r.Context().Value(identityKey{}).(access.Identity)
	return id, ok
}

// Handler is what one listener serves.
func (s *Server) Handler(l access.Listener) http.Handler { return s.survives(s.mux(l)) }

// survives logs a handler's panic and answers 500: a sender comes again, and
// nobody wonders why a connection was cut.
func (s *Server) survives(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http compares it
				panic(p)
			}
			s.deps.Log.Error("a request ended in a panic", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			fail(w, http.StatusInternalServerError, errors.New("the bridge made a mistake; its log tells"))
		}()
		h.ServeHTTP(w, r)
	})
}

func (s *Server) mux(l access.Listener) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "andon is healthy") })
	mux.HandleFunc("GET /-/ready", s.ready)
	if l.Serves(access.Receive) {
		mux.HandleFunc("/receive/", func(w http.ResponseWriter, r *http.Request) { s.receive.Load().ServeHTTP(w, r) })
	}
	g := guard{s: s, loopback: l.Loopback()}
	if l.Serves(access.Metrics) {
		metrics := promhttp.HandlerFor(s.deps.Metrics, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(s.deps.Log.Handler(), slog.LevelError)})
		if l.Loopback() {
			mux.Handle("GET /metrics", metrics)
		} else {
			mux.Handle("GET /metrics", g.needs(access.Viewer, metrics.ServeHTTP))
		}
	}
	browser := http.NewServeMux()
	if l.Serves(access.API) {
		s.routes(browser, g)
		mux.Handle("/api/", http.NewCrossOriginProtection().Handler(browser))
		mux.Handle("POST /-/reload", http.NewCrossOriginProtection().Handler(g.needs(access.Admin, s.reload)))
	}
	if l.Serves(access.Web) && s.web.Page != nil {
		g.refused = s.web.Refused
		page := g.needs(access.Viewer, s.web.Page.ServeHTTP)
		mux.Handle("/", http.NewCrossOriginProtection().Handler(page))
	}
	// The page takes every path; what another listener serves is not its own.
	for part, paths := range map[string][]string{
		access.Receive: {"/receive/"}, access.Metrics: {"/metrics"}, access.API: {"/api/", "/-/reload"},
	} {
		for _, path := range paths {
			if !l.Serves(part) {
				mux.HandleFunc(path, notHere)
			}
		}
	}
	return mux
}

func notHere(w http.ResponseWriter, r *http.Request) {
	fail(w, http.StatusNotFound, fmt.Errorf("this listener does not serve %s", r.URL.Path))
}

// guard lets callers through who may.
type guard struct {
	s        *Server
	loopback bool
	// refused may answer who is not let in; nil: fail does.
	refused func(w http.ResponseWriter, r *http.Request, status int, err error) bool
}

// needs wraps a handler that needs a role.
func (g guard) needs(role string, h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := g.identify(r)
		if err != nil {
			g.turnAway(w, r, err)
			return
		}
		if !id.May(role) {
			message := fmt.Errorf("%s has the role %s; this needs the role %s", id.Name, id.Role, role)
			if !g.s.users.Load().Any() {
				message = fmt.Errorf("nothing can be changed over HTTP without users: add users with the role %s to the configuration", role)
			}
			fail(w, http.StatusForbidden, message)
			return
		}
		h(w, r.WithContext(context.WithValue(r.Context(), identityKey{}, id)))
	})
}

// turnAway answers somebody whom identify does not know.
func (g guard) turnAway(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusServiceUnavailable
	switch {
	case errors.Is(err, access.ErrNoCredentials), errors.Is(err, access.ErrWrong):
		status = http.StatusUnauthorized
	case errors.Is(err, access.ErrOnBehalf), errors.Is(err, access.ErrThisMachine):
		status = http.StatusForbidden
	}
	if g.refused != nil && g.refused(w, r, status, err) {
		return
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="andon", charset="UTF-8"`)
	}
	fail(w, status, err)
}

// identify tells who asks. Without users, everybody on this machine reads.
func (g guard) identify(r *http.Request) (access.Identity, error) {
	users := g.s.users.Load()
	if users.Any() {
		id, err := users.Authenticate(r)
		if errors.Is(err, access.ErrWrong) {
			g.s.tellWrong(r)
		}
		return id, err
	}
	if !g.loopback || !localHost(r.Host) {
		return access.Identity{}, access.ErrThisMachine
	}
	return access.Identity{Name: "somebody on this machine", Role: access.Viewer}, nil
}

// tellWrong logs wrong credentials: a mistyped token of Grafana's data source or
// of the command line is seen nowhere else on this side.
func (s *Server) tellWrong(r *http.Request) {
	if !s.wrong.Due(time.Now()) {
		return
	}
	s.deps.Log.Warn("wrong user, password or token", "from", r.RemoteAddr, "method", r.Method, "path", r.URL.Path)
}

// localHost refuses names that a foreign page could point at this machine
// (DNS rebinding).
func localHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return loopback.Is(host)
}

func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if err := s.deps.Bridge.Failed(); err != nil {
		fail(w, http.StatusServiceUnavailable, fmt.Errorf("the bridge has failed: %w", err))
		return
	}
	fmt.Fprintln(w, "andon is ready")
}

func (s *Server) reload(w http.ResponseWriter, r *http.Request) {
	if err := s.deps.Reload(r.Context()); err != nil {
		status := http.StatusUnprocessableEntity
		if errors.Is(err, receive.ErrBusy) {
			status = http.StatusServiceUnavailable
		}
		fail(w, status, err)
		return
	}
	answer(w, map[string]string{"status": "reloaded"})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	// What cannot be written any more, nobody waits for.
	_ = json.NewEncoder(w).Encode(v)
}

func fail(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(client.Error{Message: err.Error()})
}
