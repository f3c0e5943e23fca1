package andon

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// Kinds of answers.
const (
	Alerts  = "alerts"  // what is open, the most severe first
	Towers  = "towers"  // what each tower should show, and shows
	History = "history" // what happened in the panel's time range, the newest first
	Counts  = "counts"  // how many alerts are open, by severity and state: numbers that can alert

	Annotations = "annotations" // history, as Grafana marks it in graphs
)

// Query is what the editor writes.
type Query struct {
	Kind string `json:"kind"` // Alerts where empty
	// Matchers are Alertmanager's, over the alerts' labels; all have to hold.
	// Those of towers are over one label, tower.
	Matchers []string `json:"matchers"`
	Limit    int      `json:"limit"` // rows; 1,000 where 0, 10,000 at most. Counts and towers have none

	match alert.Matchers
}

const (
	defaultRows = 1000
	maxRows     = 10_000
	maxMatchers = 50
)

func decode(raw query.Query) (Query, error) {
	var q Query
	if err := query.Decode(raw, &q); err != nil {
		return Query{}, err
	}
	q.Kind = cmp.Or(q.Kind, Alerts)
	if all := []string{Alerts, Towers, History, Annotations, Counts}; !slices.Contains(all, q.Kind) {
		return Query{}, query.OneOf("kind", q.Kind, all...)
	}
	if raw.Alert && q.Kind != Counts {
		return Query{}, query.Wrong("kind", "%s cannot alert: use %s", q.Kind, Counts)
	}
	if len(q.Matchers) > maxMatchers {
		return Query{}, query.Wrong("matchers", "%d matchers; up to %d", len(q.Matchers), maxMatchers)
	}
	var given []string
	for i, written := range q.Matchers {
		if strings.TrimSpace(written) == "" {
			continue // a row of the editor that is not filled in yet
		}
		field := fmt.Sprintf("matchers[%d]", i)
		m, err := alert.ParseMatchers(written)
		if err != nil {
			return Query{}, query.Wrong(field, `%v; write for example severity="critical" or site=~"tokyo|osaka"`, err)
		}
		if q.Kind == Towers && m[0].Name != "tower" {
			return Query{}, query.Wrong(field, "towers have one label, tower, and no %s", m[0].Name)
		}
		given, q.match = append(given, written), append(q.match, m...)
	}
	q.Matchers = given
	if q.Limit < 0 || q.Limit > maxRows {
		return Query{}, query.Wrong("limit", "is %d; 1 to %d, or 0 for %d", q.Limit, maxRows, defaultRows)
	}
	q.Limit = cmp.Or(q.Limit, defaultRows)
	return q, nil
}

// String is the question as the query inspector shows it.
func (q Query) String() string {
	what := map[string]string{
		Alerts: "open alerts", Towers: "towers", History: "history", Annotations: "history", Counts: "open alerts by severity and state",
	}[q.Kind]
	if len(q.Matchers) > 0 {
		what += " with " + strings.Join(q.Matchers, ", ")
	}
	return what
}
