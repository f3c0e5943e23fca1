package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/api/client"
)

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
