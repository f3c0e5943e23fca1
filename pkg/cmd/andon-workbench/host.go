package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// plugin is the running back end.
type plugin interface {
	QueryData(context.Context, *backend.QueryDataRequest) (*backend.QueryDataResponse, error)
	CheckHealth(context.Context, *backend.CheckHealthRequest) (*backend.CheckHealthResult, error)
	StreamResource(context.Context, *backend.CallResourceRequest, func(*backend.CallResourceResponse) error) error
	Exited() bool
}

// host stands where Grafana's server does.
type host struct {
	plugin  plugin
	sources []*source
	site    *site
	anchor  time.Time
	now     func() time.Time
	fixed   bool // the clock is not the machine's
}

// bodyMost is the largest request that is read.
const bodyMost = 4 << 20

func (h *host) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/workbench", h.describe)
	mux.HandleFunc("POST /api/ds/query", h.query)
	mux.HandleFunc("GET /api/datasources/uid/{uid}", h.known(h.getSource))
	mux.HandleFunc("PUT /api/datasources/uid/{uid}", h.known(h.putSource))
	mux.HandleFunc("GET /api/datasources/uid/{uid}/health", h.known(h.health))
	mux.HandleFunc("/api/datasources/uid/{uid}/resources/{path...}", h.known(h.resource))
	mux.HandleFunc("GET /api/search", h.dashboards)
	mux.HandleFunc("GET /api/dashboards/uid/{uid}", h.dashboard)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, fmt.Sprintf("the workbench has no %s %s", r.Method, r.URL.Path))
	})
	h.site.routes(mux)
	return mux
}

// known finds the data source of a request, and answers 404 where there is none.
func (h *host) known(next func(http.ResponseWriter, *http.Request, *source)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, err := h.source(r.PathValue("uid"))
		if err != nil {
			fail(w, http.StatusNotFound, err.Error())
			return
		}
		next(w, r, s)
	}
}

// source is the data source with a UID; the first where it is empty.
func (h *host) source(uid string) (*source, error) {
	for _, s := range h.sources {
		if s.uid == uid || uid == "" {
			return s, nil
		}
	}
	return nil, fmt.Errorf("there is no data source %q; the workbench has %s and %s", uid, awsUID, boardUID)
}

// describe is what the page begins with.
func (h *host) describe(w http.ResponseWriter, _ *http.Request) {
	meta, err := h.site.manifest()
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	all := []published{}
	for _, s := range h.sources {
		all = append(all, s.public())
	}
	reply(w, http.StatusOK, map[string]any{
		"plugin": meta, "sources": all,
		"now": h.now().UnixMilli(), "anchor": h.anchor.UnixMilli(), "fixedClock": h.fixed,
	})
}

// user is who asks: the page says so, to try what a role may do.
func user(r *http.Request) *backend.User {
	u := &backend.User{Login: r.Header.Get("X-Workbench-Login"), Role: r.Header.Get("X-Workbench-Role")}
	if u.Login == "" {
		u.Login = "admin"
	}
	if u.Role == "" {
		u.Role = "Admin"
	}
	u.Name, u.Email = u.Login, u.Login+"@example.com"
	return u
}

// context is what Grafana tells the plugin about a request.
func (*host) context(r *http.Request, of *source) backend.PluginContext {
	s := of.settings()
	return backend.PluginContext{Namespace: "default", PluginID: s.Type, User: user(r), DataSourceInstanceSettings: s}
}

// trouble says why the plugin did not answer.
func (h *host) trouble(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case r.Context().Err() != nil:
		fail(w, 499, "the asker has gone")
	case h.plugin.Exited():
		fail(w, http.StatusBadGateway, "the plugin has ended: start the workbench again, with --verbose to see what it logs")
	default:
		fail(w, http.StatusInternalServerError, err.Error())
	}
}

// read decodes a request's JSON.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyMost)).Decode(v)
	if err == nil {
		return true
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		fail(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d bytes", bodyMost))
		return false
	}
	fail(w, http.StatusBadRequest, "bad request data: "+err.Error())
	return false
}

func fail(w http.ResponseWriter, status int, message string) {
	reply(w, status, map[string]string{"message": message})
}

func reply(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"message":"the answer cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the asker has gone: nobody is left to be told
}
