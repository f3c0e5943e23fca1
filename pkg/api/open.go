package api

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/board"
)

// wanted are the matchers of a question about what is open, where that is known.
func (s *Server) wanted(r *http.Request) (alert.Matchers, error) {
	match, err := alert.ParseMatchers(r.URL.Query()["match"]...)
	if err != nil {
		return nil, badRequest("match: %v", err)
	}
	if err := s.deps.Bridge.Failed(); err != nil {
		// An empty list would read as "all is well".
		message := fmt.Sprintf("what is open is not known: the bridge has failed: %v", err)
		if len(s.deps.Bridge.Counts()) > 0 {
			message += "; the board page shows what was open before"
		}
		return nil, &client.Error{Status: http.StatusServiceUnavailable, Message: message}
	}
	return match, nil
}

// open are the open alerts that match, in no order.
func (s *Server) open(match alert.Matchers) []*alert.Alert {
	return s.deps.Bridge.Alerts(func(a *alert.Alert) bool { return match.Match(a.Labels) })
}

// maxAlerts is the greatest limit of a list of alerts: more are never open.
const maxAlerts = 1_000_000

// alerts lists open alerts, most severe first, then the newest.
func (s *Server) alerts(r *http.Request) (any, error) {
	limit, err := atMost(r, maxAlerts)
	if err != nil {
		return nil, err
	}
	match, err := s.wanted(r)
	if err != nil {
		return nil, err
	}
	open := s.open(match)
	severities := s.deps.Bridge.Severities()
	slices.SortFunc(open, func(a, b *alert.Alert) int {
		return cmp.Or(
			cmp.Compare(severities.Rank(b.Severity), severities.Rank(a.Severity)),
			b.RaisedAt.Compare(a.RaisedAt),
			strings.Compare(string(a.Identity), string(b.Identity)),
		)
	})
	if limit > 0 && len(open) > limit {
		open = open[:limit]
	}
	list := make([]client.Alert, len(open))
	for i, a := range open {
		list[i] = client.Alert{Alert: a, Phase: a.Phase(), Name: a.Name()}
	}
	return list, nil
}

// counts tells how many open alerts match, by severity and phase. Each that
// there can be is told, most severe first, also where there are none.
func (s *Server) counts(r *http.Request) (any, error) {
	match, err := s.wanted(r)
	if err != nil {
		return nil, err
	}
	n := map[board.Count]int{}
	if len(match) == 0 {
		n = s.deps.Bridge.Counts() // kept with each change: no walk over the board
	} else {
		for _, a := range s.open(match) {
			n[board.Count{Severity: a.Severity, Phase: a.Phase()}]++
		}
	}
	list := []client.Count{}
	for _, severity := range slices.Backward(s.deps.Bridge.Severities()) {
		if severity == alert.Record {
			continue // never on the board
		}
		for _, phase := range alert.Phases {
			list = append(list, client.Count{Severity: severity, Phase: phase, Alerts: n[board.Count{Severity: severity, Phase: phase}]})
		}
	}
	return list, nil
}
