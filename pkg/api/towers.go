package api

import (
	"fmt"
	"net/http"

	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/bridge"
)

func (s *Server) towers(*http.Request) (any, error) {
	towers := []client.Tower{}
	for _, t := range s.deps.Bridge.Towers() {
		can, _ := s.deps.Lamps.Capabilities(t.Name)
		towers = append(towers, client.Tower{
			Name: t.Name, Units: can.Units, Desired: t.Desired, Shown: t.Shown, Contact: t.Contact,
			LastContact: t.LastContact, Reason: t.Reason, Alerts: t.Alerts,
		})
	}
	return towers, nil
}

// tower finds a tower; the error names what was looked for.
func (s *Server) tower(name string) (*bridge.Tower, error) {
	if t := s.deps.Bridge.Tower(name); t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("%q: %w", name, bridge.ErrNoTower)
}

func (s *Server) buzzerStop(r *http.Request) (any, error) {
	var in struct {
		Tower string `json:"tower"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	who, _ := Who(r)
	names := []string{in.Tower}
	if in.Tower == "" {
		names = names[:0]
		for _, t := range s.deps.Bridge.Towers() {
			names = append(names, t.Name)
		}
	}
	for _, name := range names {
		t, err := s.tower(name)
		if err != nil {
			return nil, err
		}
		if err := t.StopBuzzer(r.Context(), who.Name); err != nil {
			return nil, err
		}
	}
	return map[string]any{"stopped": names}, nil
}

func (s *Server) readTower(r *http.Request) (any, error) {
	name := r.PathValue("name")
	if _, err := s.tower(name); err != nil {
		return nil, err
	}
	return s.deps.Lamps.Read(r.Context(), name)
}

func (s *Server) testTower(r *http.Request) (any, error) {
	name := r.PathValue("name")
	if _, err := s.tower(name); err != nil {
		return nil, err
	}
	who, _ := Who(r)
	s.deps.Log.Info("tower test", "tower", name, "by", who.Name)
	return map[string]string{"tested": name}, s.deps.Lamps.Test(r.Context(), name)
}
