package api

import (
	"fmt"
	"net/http"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/bridge"
)

func (s *Server) selection(r *http.Request) (bridge.Selection, string, error) {
	var in client.Selection
	if err := decode(r, &in); err != nil {
		return bridge.Selection{}, "", err
	}
	if err := s.deps.Bridge.Failed(); err != nil {
		// "There is nothing to do" would be a guess.
		return bridge.Selection{}, "", &client.Error{
			Status:  http.StatusServiceUnavailable,
			Message: fmt.Sprintf("nothing was changed: what is open is not known: the bridge has failed: %v", err),
		}
	}
	if id := r.PathValue("identity"); id != "" {
		in.Identities, in.Match, in.All = []alert.Identity{alert.Identity(id)}, nil, false
	}
	return bridge.Selection{Identities: in.Identities, Match: in.Match, All: in.All}, in.Comment, nil
}

func (s *Server) ack(r *http.Request) (any, error) {
	sel, comment, err := s.selection(r)
	if err != nil {
		return nil, err
	}
	who, _ := Who(r)
	return s.deps.Bridge.Acknowledge(r.Context(), sel, who.Name, comment)
}

func (s *Server) reset(r *http.Request) (any, error) {
	sel, _, err := s.selection(r)
	if err != nil {
		return nil, err
	}
	who, _ := Who(r)
	return s.deps.Bridge.Reset(r.Context(), sel, who.Name)
}
