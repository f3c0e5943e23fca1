package api

import (
	"fmt"
	"net/http"

	"github.com/andonhq/andon/pkg/access"
)

func (s *Server) routes(mux *http.ServeMux, g guard) {
	read := func(pattern string, h func(*http.Request) (any, error)) {
		mux.Handle("GET "+pattern, g.needs(access.Viewer, reply(h)))
	}
	act := func(pattern string, h func(*http.Request) (any, error)) {
		mux.Handle("POST "+pattern, g.needs(access.Operator, reply(h)))
	}
	read("/api/v1/status", s.status)
	read("/api/v1/alerts", s.alerts)
	read("/api/v1/counts", s.counts)
	read("/api/v1/alerts/{identity}", s.alert)
	read("/api/v1/history", s.history)
	read("/api/v1/towers", s.towers)
	read("/api/v1/shadow", s.shadow)
	mux.Handle("GET /api/v1/events", g.needs(access.Viewer, s.events))

	act("/api/v1/ack", s.ack)
	act("/api/v1/reset", s.reset)
	act("/api/v1/alerts/{identity}/ack", s.ack)
	act("/api/v1/alerts/{identity}/reset", s.reset)
	act("/api/v1/buzzer-stop", s.buzzerStop)
	act("/api/v1/towers/{name}/read", s.readTower)
	act("/api/v1/towers/{name}/test", s.testTower)
	act("/api/v1/send", s.send)

	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, fmt.Errorf("no such call: %s %s", r.Method, r.URL.Path))
	})
}
