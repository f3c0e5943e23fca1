// Package alarms is the query type of CloudWatch's alarms: how they stand now,
// how many are in which state, and when they changed.
//
// The data source routes queries of type "alarms" to it. It sends calls through
// awsapi only, and changes no alarm.
package alarms

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/andonhq/andon/pkg/datasource/query"
)

// Kinds of answers.
const (
	Table       = "table"       // the alarms as they are now, those in ALARM first
	Counts      = "counts"      // how many alarms are in each state: numbers that can alert
	History     = "history"     // state changes in the panel's time range, newest first
	Annotations = "annotations" // the same as Grafana's annotations
)

// Query is what the editor writes. All conditions have to hold.
type Query struct {
	query.Scope
	Kind string `json:"kind"` // Table where empty

	Names  []string `json:"names"`  // exact names; all alarms where empty
	Prefix string   `json:"prefix"` // of the name
	Types  []string `json:"types"`  // metric, composite; both where empty
	States []string `json:"states"` // ALARM, INSUFFICIENT_DATA, OK; all where empty. Of history: the state changed to
	Search string   `json:"search"` // words that all occur in the row, without regard to case

	Limit   int  `json:"limit"` // rows; 1,000 where 0, 10,000 at most. Counts have none
	NoCache bool `json:"noCache"`

	words []string // of Search, in lower case
}

const (
	defaultRows = 1000
	maxRows     = 10_000
	maxNames    = 1000
	maxName     = 255 // characters, by DescribeAlarms
)

// states are all states, the worst first: the order of rows and counts.
var states = []string{
	string(cwtypes.StateValueAlarm), string(cwtypes.StateValueInsufficientData), string(cwtypes.StateValueOk),
}

// kinds are the types of alarms by their names in a query.
var kinds = map[string]cwtypes.AlarmType{
	"metric": cwtypes.AlarmTypeMetricAlarm, "composite": cwtypes.AlarmTypeCompositeAlarm,
}

func decode(raw query.Query) (Query, error) {
	var q Query
	if err := query.Decode(raw, &q); err != nil {
		return Query{}, err
	}
	q.Kind = cmp.Or(q.Kind, Table)
	if all := []string{Table, Counts, History, Annotations}; !slices.Contains(all, q.Kind) {
		return Query{}, query.OneOf("kind", q.Kind, all...)
	}
	if raw.Alert && q.Kind != Counts {
		return Query{}, query.Wrong("kind", "%s cannot alert: use %s", q.Kind, Counts)
	}
	q.Names, q.Types, q.States = set(q.Names), set(q.Types), set(q.States)
	for _, t := range q.Types {
		if _, known := kinds[t]; !known {
			return Query{}, query.OneOf("types", t, "metric", "composite")
		}
	}
	for _, s := range q.States {
		if !slices.Contains(states, s) {
			return Query{}, query.OneOf("states", s, states...)
		}
	}
	if len(q.Names) > maxNames {
		return Query{}, query.Wrong("names", "%d names; up to %d, or a prefix", len(q.Names), maxNames)
	}
	if utf8.RuneCountInString(q.Prefix) > maxName {
		return Query{}, query.Wrong("prefix", "is longer than the %d characters that an alarm's name can have", maxName)
	}
	for i, n := range q.Names {
		if utf8.RuneCountInString(n) > maxName {
			return Query{}, query.Wrong(fmt.Sprintf("names[%d]", i), "is longer than the %d characters that an alarm's name can have", maxName)
		}
	}
	if q.Limit < 0 || q.Limit > maxRows {
		return Query{}, query.Wrong("limit", "is %d; 1 to %d, or 0 for %d", q.Limit, maxRows, defaultRows)
	}
	q.Limit = cmp.Or(q.Limit, defaultRows)
	q.words = strings.Fields(strings.ToLower(q.Search))
	// An alert rule must see the present.
	q.NoCache = q.NoCache || raw.NoCache || raw.Alert
	return q, nil
}

// set is a list as variables fill it: trimmed, without empty and double items.
func set(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (q Query) alarmTypes() []cwtypes.AlarmType {
	var out []cwtypes.AlarmType
	for _, t := range q.Types {
		out = append(out, kinds[t])
	}
	return out
}

func (q Query) wantedStates() []string {
	if len(q.States) == 0 {
		return states
	}
	return slices.DeleteFunc(slices.Clone(states), func(s string) bool { return !slices.Contains(q.States, s) })
}

func (q Query) keepsState(s string) bool { return len(q.States) == 0 || slices.Contains(q.States, s) }

// keepsText reports whether every word of the search occurs in one of texts.
func (q Query) keepsText(texts ...string) bool {
	if len(q.words) == 0 {
		return true
	}
	whole := strings.ToLower(strings.Join(texts, "\n"))
	return !slices.ContainsFunc(q.words, func(w string) bool { return !strings.Contains(whole, w) })
}

// String is the question as the query inspector shows it.
func (q Query) String() string {
	var b strings.Builder
	b.WriteString(map[string]string{Table: "alarms", Counts: "alarms by state"}[q.Kind])
	if q.Kind == History || q.Kind == Annotations {
		b.WriteString("state changes of alarms")
	}
	for _, part := range []struct{ name, value string }{
		{"name", strings.Join(q.Names, ", ")},
		{"prefix", q.Prefix},
		{"type", strings.Join(q.Types, ", ")},
		{"state", strings.Join(q.States, ", ")},
		{"search", q.Search},
	} {
		if part.value != "" {
			b.WriteString("; " + part.name + ": " + part.value)
		}
	}
	return b.String()
}
