package api

import (
	"net/http"

	"github.com/andonhq/andon/pkg/api/client"
)

func (s *Server) status(*http.Request) (any, error) {
	b := s.deps.Bridge
	st := client.Status{
		Version: s.deps.Version, Started: s.deps.Started, Shadow: s.deps.Shadow != nil, Change: b.Changed(),
		Severities: b.Severities(), Config: s.deps.Config,
	}
	if err := b.Failed(); err != nil {
		st.Failed = err.Error()
	}
	for _, n := range b.Counts() {
		st.Open += n
	}
	return st, nil
}

func (s *Server) shadow(*http.Request) (any, error) {
	if s.deps.Shadow == nil {
		return nil, &client.Error{Status: http.StatusConflict, Message: "the bridge drives its towers; start it with --shadow for a report"}
	}
	return s.deps.Shadow.Report(), nil
}
