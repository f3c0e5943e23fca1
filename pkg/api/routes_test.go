package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/notifier"
	"github.com/andonhq/andon/pkg/receive"
)

// connect serves the fixture on a socket and returns a client of a user.
func (f *fixture) connect(token string) *client.Client {
	f.t.Helper()
	s := httptest.NewServer(f.Handler(whole))
	f.t.Cleanup(s.Close)
	c, err := client.New(s.URL, token, s.Client())
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

func TestSendAcknowledgeReset(t *testing.T) {
	f := begin(t, everybody(t)...)
	c := f.connect(access.Operator)
	ctx := t.Context()
	labels := map[string]string{"alertname": "Backup/Failed", "severity": "disaster"}
	sent, err := c.Send(ctx, client.Send{Labels: labels, Annotations: map[string]string{"summary": "no space"}})
	if err != nil || sent.Severity != "disaster" || sent.Rule != "m" || sent.WasOpen || sent.Phase != alert.Unacknowledged {
		t.Fatalf("%+v, %v", sent, err)
	}
	if _, err := c.Send(ctx, client.Send{Labels: map[string]string{"alertname": "Minor"}, For: 3600}); err != nil {
		t.Fatal(err)
	}
	open, err := c.Alerts(ctx)
	if err != nil || len(open) != 2 || open[0].Name != "Backup/Failed" || open[1].EndsAt.IsZero() {
		t.Fatalf("%+v, %v", open, err)
	}
	if open, err = c.Alerts(ctx, `alertname=~"M.*"`); err != nil || len(open) != 1 {
		t.Errorf("%+v, %v", open, err)
	}
	if _, err := c.Alerts(ctx, `no matcher`); !isStatus(err, http.StatusBadRequest) {
		t.Errorf("got %v", err)
	}
	one := client.Selection{Identities: []alert.Identity{sent.Identity, "am/none"}, Comment: "on it"}
	outcomes, err := c.Acknowledge(ctx, one)
	if err != nil || len(outcomes) != 2 || outcomes[0].Error != "" || outcomes[1].Error == "" {
		t.Fatalf("%+v, %v", outcomes, err)
	}
	if outcomes, err = c.Reset(ctx, one); err != nil || !strings.Contains(outcomes[0].Error, "still firing") {
		t.Errorf("%+v, %v", outcomes, err)
	}
	if over, err := c.Send(ctx, client.Send{Labels: labels, Resolve: true}); err != nil || !over.WasOpen || over.Phase != alert.Acknowledged {
		t.Fatalf("%+v, %v", over, err)
	}
	if none, err := c.Send(ctx, client.Send{Labels: map[string]string{"alertname": "Never"}, Resolve: true}); err != nil || none.WasOpen || none.Phase != alert.Ended {
		t.Errorf("a recovery of nothing: %+v, %v", none, err)
	}
	if outcomes, err = c.Reset(ctx, client.Selection{All: true}); err != nil || len(outcomes) != 1 || outcomes[0].Error != "" {
		t.Errorf("%+v, %v", outcomes, err)
	}
	d, err := c.Alert(ctx, sent.Identity)
	if err != nil || d.Phase != alert.Ended || len(d.History) < 3 {
		t.Fatalf("%+v, %v", d, err)
	}
	var acked alert.Entry
	for _, e := range d.History {
		if e.Kind == alert.Acked {
			acked = e
		}
	}
	if acked.By != "operator-san" || acked.Note != "on it" {
		t.Errorf("acknowledged by %q, %q", acked.By, acked.Note)
	}
	if _, err := c.Alert(ctx, "am/none"); !isStatus(err, http.StatusNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Acknowledge(ctx, client.Selection{}); !isStatus(err, http.StatusBadRequest) {
		t.Errorf("got %v", err)
	}
	st, err := c.Status(ctx)
	if err != nil || st.Open != 1 || !st.Shadow || st.Change == 0 || st.Failed != "" {
		t.Errorf("%+v, %v", st, err)
	}
}

func isStatus(err error, status int) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Status == status
}

func TestThePathNamesTheAlert(t *testing.T) {
	f := begin(t, everybody(t)...)
	sent, err := f.connect(access.Operator).Send(t.Context(), client.Send{Labels: map[string]string{"alertname": "A"}})
	if err != nil {
		t.Fatal(err)
	}
	path := "/api/v1/alerts/" + url.PathEscape(string(sent.Identity)) + "/ack"
	f.want(f.ask(whole, "POST", path, access.Operator, `{"all":true,"identities":["other"]}`), http.StatusOK, string(sent.Identity))
	if a := f.bridge.Alert(sent.Identity); a.Ack == nil {
		t.Error("it is not acknowledged")
	}
}

func TestRequestsThatAreWrong(t *testing.T) {
	f := begin(t, everybody(t)...)
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"POST", "/api/v1/send", ``, 400, "at least one label"},
		{"POST", "/api/v1/send", `{"labels":{}}`, 400, "at least one label"},
		{"POST", "/api/v1/send", `{"labels":{"a":"b"},"for":-1}`, 400, "for"},
		{"POST", "/api/v1/send", `{"labels":{"a":"b"},"for":1e12}`, 400, "for"},
		{"POST", "/api/v1/send", `{"label":{"a":"b"}}`, 400, "unknown field"},
		{"POST", "/api/v1/send", `{"labels":{"a":"b"}} {}`, 400, "something follows"},
		{"POST", "/api/v1/send", `[]`, 400, "not what this call takes"},
		{"POST", "/api/v1/send", `{"labels":{"a":"` + strings.Repeat("x", maxRequest) + `"}}`, 413, "bytes"},
		{"POST", "/api/v1/ack", `{"match":["{"]}`, 400, "not what this call takes"},
		{"POST", "/api/v1/buzzer-stop", `{"tower":"none"}`, 404, "none"},
		{"POST", "/api/v1/towers/ops-room/read", ``, 409, "shadow"},
		{"POST", "/api/v1/towers/ops-room/test", ``, 409, "shadow"},
		{"GET", "/api/v1/history?limit=0", ``, 400, "1 to 1000"},
		{"GET", "/api/v1/history?limit=1001", ``, 400, "1 to 1000"},
		{"GET", "/api/v1/history?limit=x", ``, 400, "1 to 1000"},
		{"GET", "/api/v1/history?before=-1", ``, 400, "change number"},
		{"GET", "/api/v1/history?before=99999999999999999999", ``, 400, "change number"},
		{"GET", "/api/v1/history?from=yesterday", ``, 400, "2026-10-06T10:42:00Z"},
		{"GET", "/api/v1/history?to=1", ``, 400, "to: "},
		{"GET", "/api/v1/alerts?limit=0", ``, 400, "limit: "},
		{"GET", "/api/v1/counts?match=a", ``, 400, "match: "},
		{"GET", "/api/v1/none", ``, 404, "no such call"},
		{"GET", "/api/v2/alerts", ``, 404, "no such call"},
		{"DELETE", "/api/v1/alerts", ``, 404, "no such call"},
		{"GET", "/api/v1/ack", ``, 404, "no such call"},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			f := &fixture{Server: f.Server, t: t}
			w := f.ask(whole, c.method, c.path, access.Operator, c.body)
			f.want(w, c.status, c.says)
			var e client.Error
			if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Message == "" {
				t.Errorf("the answer is no error of the API: %s", w.Body)
			}
		})
	}
	if n := len(f.bridge.Alerts(nil)); n != 0 {
		t.Errorf("%d alerts are open", n)
	}
}

func TestCountsAndTheFirstAlerts(t *testing.T) {
	f := begin(t, everybody(t)...)
	c := f.connect(access.Operator)
	var acked alert.Identity
	for i, severity := range []string{"", "critical", "critical", "disaster"} {
		sent, err := c.Send(t.Context(), client.Send{Labels: map[string]string{"alertname": fmt.Sprint(i), "severity": severity}})
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			acked = sent.Identity
		}
	}
	if _, err := c.Acknowledge(t.Context(), client.Selection{Identities: []alert.Identity{acked}}); err != nil {
		t.Fatal(err)
	}
	text := func(counts []client.Count, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, c := range counts {
			if c.Alerts != 0 {
				parts = append(parts, fmt.Sprintf("%s %s %d", c.Severity, c.Phase, c.Alerts))
			}
		}
		if len(counts) != 16 { // 4 severities above record, 4 phases: zeros are told
			t.Errorf("%d counts: %v", len(counts), counts)
		}
		return strings.Join(parts, ", ")
	}
	if got := text(c.Counts(t.Context())); got != "disaster unacknowledged 1, critical unacknowledged 1, critical acknowledged 1, warning unacknowledged 1" {
		t.Errorf("counts: %s", got)
	}
	if got := text(c.Counts(t.Context(), `severity="critical"`)); got != "critical unacknowledged 1, critical acknowledged 1" {
		t.Errorf("counts of some: %s", got)
	}
	first, err := c.FirstAlerts(t.Context(), 2)
	if err != nil || len(first) != 2 || first[0].Severity != "disaster" || first[1].Severity != "critical" {
		t.Errorf("%+v, %v", first, err)
	}
	if all, err := c.FirstAlerts(t.Context(), 5); err != nil || len(all) != 4 {
		t.Errorf("%d alerts, %v", len(all), err)
	}
}

func TestHistoryOfATime(t *testing.T) {
	f := begin(t, everybody(t)...)
	c := f.connect(access.Operator)
	if _, err := c.Send(t.Context(), client.Send{Labels: map[string]string{"alertname": "A"}}); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for name, x := range map[string]struct {
		q client.HistoryQuery
		n int
	}{
		"around it": {client.HistoryQuery{From: now.Add(-time.Hour), To: now.Add(time.Hour)}, 1},
		"before it": {client.HistoryQuery{To: now.Add(-time.Hour)}, 0},
		"after it":  {client.HistoryQuery{From: now.Add(time.Hour)}, 0},
	} {
		if got, err := c.History(t.Context(), x.q); err != nil || len(got) != x.n {
			t.Errorf("%s: %d entries, %v", name, len(got), err)
		}
	}
}

// Grafana's user names the person; nobody else may.
func TestOnBehalfOf(t *testing.T) {
	users := everybody(t)
	users[2].OnBehalfOf = true // admin
	f := begin(t, users...)
	sent, err := f.connect(access.Operator).Send(t.Context(), client.Send{Labels: map[string]string{"alertname": "A"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.connect(access.Operator).AcknowledgeFor(t.Context(), "sato", sent.Identity, ""); !isStatus(err, http.StatusForbidden) || !strings.Contains(err.Error(), "on_behalf_of") {
		t.Errorf("got %v", err)
	}
	if a := f.bridge.Alert(sent.Identity); a.Ack != nil {
		t.Fatalf("acknowledged by %s", a.Ack.By)
	}
	if o, err := f.connect(access.Admin).AcknowledgeFor(t.Context(), "sato", sent.Identity, "on it"); err != nil || o.Error != "" {
		t.Fatalf("%+v, %v", o, err)
	}
	if a := f.bridge.Alert(sent.Identity); a.Ack == nil || a.Ack.By != "sato (by admin-san)" || a.Ack.Comment != "on it" {
		t.Errorf("acknowledged: %+v", a.Ack)
	}
	if o, err := f.connect(access.Admin).AcknowledgeFor(t.Context(), "sato", "am/none", ""); err != nil || o.Error == "" {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestHistoryPages(t *testing.T) {
	f := begin(t, everybody(t)...)
	c := f.connect(access.Operator)
	for i := range 5 {
		if _, err := c.Send(t.Context(), client.Send{Labels: map[string]string{"alertname": fmt.Sprint(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for q := (client.HistoryQuery{Limit: 2}); ; {
		page, err := c.History(t.Context(), q)
		if err != nil || len(page) > 2 {
			t.Fatalf("%d entries, %v", len(page), err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			names = append(names, e.Labels.Get("alertname"))
		}
		q.Before = page[len(page)-1].Change
	}
	if got := strings.Join(names, ""); got != "43210" {
		t.Errorf("paged through %s", got)
	}
}

func TestBuzzerStopIsDurable(t *testing.T) {
	f := begin(t, everybody(t)...)
	f.want(f.ask(whole, "POST", "/api/v1/send", access.Operator, `{"labels":{"a":"b"}}`), http.StatusOK)
	f.want(f.ask(whole, "POST", "/api/v1/buzzer-stop", access.Operator, ""), http.StatusOK, `"ops-room"`)
	contents, err := f.journal.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if saved := string(contents.State["tower/ops-room"]); !strings.Contains(saved, `"stopped":1`) {
		t.Errorf("the journal has %s", saved)
	}
}

func TestWhatIsNotDurableIsNotAnswered2xx(t *testing.T) {
	f := begin(t, everybody(t)...)
	f.breakJournal()
	for path, body := range map[string]string{
		"/api/v1/send": `{"labels":{"a":"b"}}`, "/api/v1/ack": `{"identities":["x"]}`,
	} {
		// A commit that has nothing to write finds out too, once one has failed.
		f.want(f.ask(whole, "POST", "/api/v1/send", access.Operator, `{"labels":{"a":"b"}}`), http.StatusServiceUnavailable)
		f.want(f.ask(whole, "POST", path, access.Operator, body), http.StatusServiceUnavailable)
	}
	// An empty list would read as "all is well".
	for _, path := range []string{"/api/v1/ack", "/api/v1/reset"} {
		f.want(f.ask(whole, "POST", path, access.Operator, `{"all":true}`), http.StatusServiceUnavailable, "nothing was changed")
	}
	f.want(f.ask(whole, "GET", "/api/v1/alerts", access.Viewer, ""), http.StatusServiceUnavailable, "what is open is not known", "readable and writable")
	f.want(f.ask(whole, "GET", "/api/v1/counts", access.Viewer, ""), http.StatusServiceUnavailable, "what is open is not known")
	// The buzzer of bridge_failed is nothing that has to be kept.
	f.want(f.ask(whole, "POST", "/api/v1/buzzer-stop", access.Operator, ""), http.StatusOK)
	f.want(f.ask(whole, "GET", "/-/ready", "", ""), http.StatusServiceUnavailable, "failed")
	f.want(f.ask(whole, "GET", "/-/healthy", "", ""), http.StatusOK)
	f.want(f.ask(whole, "GET", "/api/v1/status", access.Viewer, ""), http.StatusOK, `"failed":"`)
}

func TestStatusOfErrors(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{badRequest("x"), 400},
		{receive.ErrBusy, 503},
		{bridge.ErrUnavailable, 503},
		{notifier.ErrDown, 503},
		{bridge.ErrNoTower, 404},
		{notifier.ErrUnknownTower, 404},
		{journal.ErrNoEntry, 404},
		{bridge.ErrNothingSelected, 400},
		{bridge.ErrShadow, 409},
		{notifier.ErrExpired, 409},
		{errors.ErrUnsupported, 501},
		{context.DeadlineExceeded, 504},
		{&notifier.TowerError{Tower: "hall", Reason: "no route"}, 502},
		{errors.New("else"), 500},
	} {
		if got := statusOf(fmt.Errorf("wrapped: %w", c.err)); got != c.want {
			t.Errorf("%v: %d, expected %d", c.err, got, c.want)
		}
	}
}

// TestEventsFollowTheBoard reads the stream over a socket: it begins with what
// is, tells of changes, and ends with the request.
func TestEventsFollowTheBoard(t *testing.T) {
	f := begin(t, everybody(t)...)
	s := httptest.NewServer(f.Handler(whole))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+access.Viewer)
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func() (change uint64) {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var v struct{ Change uint64 }
				if err := json.Unmarshal([]byte(data), &v); err != nil {
					t.Fatal(err)
				}
				return v.Change
			}
		}
		t.Fatal("the stream has ended")
		return 0
	}
	first := next()
	if _, err := f.connect(access.Operator).Send(ctx, client.Send{Labels: map[string]string{"a": "b"}}); err != nil {
		t.Fatal(err)
	}
	for next() <= first { // also a tower that was seen wakes the stream
	}
	cancel()
	for lines.Scan() {
	}
	if lines.Err() == nil {
		t.Error("the stream ended as if it were whole")
	}
}
