package api

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/journal"
)

func (s *Server) alert(r *http.Request) (any, error) {
	id := alert.Identity(r.PathValue("identity"))
	j, err := s.deps.Bridge.Journal()
	if err != nil {
		return nil, err
	}
	d := client.Detail{}
	if d.History, err = j.History(r.Context(), journal.Query{Identity: id}); err != nil {
		return nil, err
	}
	a := s.deps.Bridge.Alert(id)
	if a == nil {
		if len(d.History) == 0 {
			return nil, &client.Error{Status: http.StatusNotFound, Message: fmt.Sprintf("no alert %q", id)}
		}
		last := d.History[0]
		a = &alert.Alert{Identity: id, Receiver: last.Receiver, Severity: last.Severity, Rule: last.Rule, Labels: last.Labels, Sequence: alert.SequenceAuto, Ended: true, EndedAt: last.At}
	}
	d.Alert = client.Alert{Alert: a, Phase: a.Phase(), Name: a.Name()}
	if a.Original != 0 {
		e, err := j.Entry(r.Context(), a.Original)
		if err != nil {
			return nil, err
		}
		d.OriginalMessage = e.Original
	}
	return d, nil
}

func (s *Server) history(r *http.Request) (any, error) {
	j, err := s.deps.Bridge.Journal()
	if err != nil {
		return nil, err
	}
	v := r.URL.Query()
	q := journal.Query{Identity: alert.Identity(v.Get("identity")), Unmatched: v.Get("unmatched") == "true", Originals: v.Get("originals") == "true"}
	if text := v.Get("before"); text != "" {
		if q.Before, err = strconv.ParseUint(text, 10, 63); err != nil {
			return nil, badRequest("before: %q is not a change number", text)
		}
	}
	if q.Limit, err = atMost(r, 1000); err != nil {
		return nil, err
	}
	if q.From, err = moment(r, "from"); err != nil {
		return nil, err
	}
	if q.To, err = moment(r, "to"); err != nil {
		return nil, err
	}
	return j.History(r.Context(), q)
}
