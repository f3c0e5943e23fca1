package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
)

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
