package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
)

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
