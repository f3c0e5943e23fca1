package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/notifier"
	"github.com/andonhq/andon/pkg/receive"
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

// reply writes what a handler returns, and its error with the status that
// fits.
func reply(h func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := h(r)
		if err == nil {
			answer(w, v)
			return
		}
		fail(w, statusOf(err), err)
	}
}

func statusOf(err error) int {
	var e *client.Error
	var tower *notifier.TowerError
	switch {
	case errors.As(err, &e):
		return e.Status
	case errors.Is(err, receive.ErrBusy), errors.Is(err, notifier.ErrDown):
		return http.StatusServiceUnavailable
	case errors.Is(err, bridge.ErrNoTower), errors.Is(err, journal.ErrNoEntry), errors.Is(err, notifier.ErrUnknownTower):
		return http.StatusNotFound
	case errors.Is(err, bridge.ErrNothingSelected):
		return http.StatusBadRequest
	case errors.Is(err, bridge.ErrShadow), errors.Is(err, notifier.ErrExpired):
		return http.StatusConflict
	case errors.Is(err, errors.ErrUnsupported):
		return http.StatusNotImplemented
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	case errors.As(err, &tower):
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}

func badRequest(format string, args ...any) error {
	return &client.Error{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// maxRequest is how long a request to the API may be.
const maxRequest = 1 << 20

func decode(r *http.Request, into any) error {
	data, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxRequest))
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return &client.Error{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("the request has more than %d bytes", over.Limit)}
	}
	if err != nil {
		return badRequest("read the request: %v", err)
	}
	if len(data) == 0 {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badRequest("the request is not what this call takes: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("the request is not what this call takes: something follows the JSON object")
	}
	return nil
}

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

// maxAlerts is the greatest limit of a list of alerts: more are never open.
const maxAlerts = 1_000_000

// atMost reads the parameter limit; 0 where there is none.
func atMost(r *http.Request, most int) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, badRequest("limit: %q is not a number from 1 to %d", text, most)
	}
	return n, nil
}

// moment reads a parameter that is a time; zero where there is none.
func moment(r *http.Request, name string) (time.Time, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, badRequest("%s: %q is not a time such as 2026-10-06T10:42:00Z", name, text)
	}
	return t, nil
}

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

func (s *Server) shadow(*http.Request) (any, error) {
	if s.deps.Shadow == nil {
		return nil, &client.Error{Status: http.StatusConflict, Message: "the bridge drives its towers; start it with --shadow for a report"}
	}
	return s.deps.Shadow.Report(), nil
}

// keepAlive is how often a quiet stream of events says that it lives.
const keepAlive = 15 * time.Second

// slowReader is how long an event may take to be taken.
const slowReader = 30 * time.Second

// events streams a line for every change of the board (server-sent events).
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	changes, cancel := s.deps.Bridge.Subscribe()
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	rc := http.NewResponseController(w)
	ticker := time.NewTicker(keepAlive)
	defer ticker.Stop()
	for {
		// A writer that has no connection needs no deadline.
		if err := rc.SetWriteDeadline(time.Now().Add(slowReader)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		if _, err := fmt.Fprintf(w, "event: change\ndata: {\"change\":%d}\n\n", s.deps.Bridge.Changed()); err != nil {
			return
		}
		if err := rc.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-changes:
		case <-ticker.C:
		}
	}
}

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
		t := s.deps.Bridge.Tower(name)
		if t == nil {
			return nil, fmt.Errorf("%q: %w", name, bridge.ErrNoTower)
		}
		if err := t.StopBuzzer(r.Context(), who.Name); err != nil {
			return nil, err
		}
	}
	return map[string]any{"stopped": names}, nil
}

func (s *Server) readTower(r *http.Request) (any, error) {
	return s.deps.Lamps.Read(r.Context(), r.PathValue("name"))
}

func (s *Server) testTower(r *http.Request) (any, error) {
	name := r.PathValue("name")
	who, _ := Who(r)
	s.deps.Log.Info("tower test", "tower", name, "by", who.Name)
	return map[string]string{"tested": name}, s.deps.Lamps.Test(r.Context(), name)
}

// send takes an event from a script. Its identity are its sorted labels.
func (s *Server) send(r *http.Request) (any, error) {
	var in client.Send
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	labels := alert.LabelsOf(in.Labels)
	switch {
	case len(labels) == 0:
		return nil, badRequest("labels: an event needs at least one label")
	case in.For < 0 || in.For > (366*24*time.Hour).Seconds():
		return nil, badRequest("for: %g is not a number of seconds up to a year", in.For)
	}
	now := time.Now()
	e := alert.Event{
		Identity: alert.Identity(bridge.SendReceiver + "/" + labels.Fingerprint()), Receiver: bridge.SendReceiver,
		Status: alert.Firing, Order: alert.ByArrival, Labels: labels, Annotations: alert.LabelsOf(in.Annotations), StartsAt: now,
	}
	if in.Resolve {
		e.Status = alert.Resolved
	} else if in.For > 0 {
		e.EndsAt = now.Add(time.Duration(in.For * float64(time.Second)))
	}
	if original, err := json.MarshalIndent(in, "", "  "); err == nil {
		e.Original = string(original)
	}
	wasOpen := s.deps.Bridge.Alert(e.Identity).Open()
	if err := s.deps.Bridge.Submit(r.Context(), receive.Batch{Receiver: bridge.SendReceiver, Events: []alert.Event{e}}); err != nil {
		return nil, err
	}
	d := s.deps.Bridge.Rules().Decide(e)
	return client.Sent{
		Identity: d.Identity, Severity: d.Severity, Rule: d.Rule,
		WasOpen: wasOpen, Phase: s.deps.Bridge.Alert(d.Identity).Phase(),
	}, nil
}
