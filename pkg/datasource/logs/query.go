// Package logs is the query type of CloudWatch Logs: queries of Logs Insights,
// and searches with a filter pattern, which cost nothing for what they scan.
//
// Log events are answered as log lines; what "stats" counts as time series where
// it groups by time, else as numbers. Both can alert.
//
// The data source routes queries of type "logs" to it. It sends calls through
// awsapi only.
package logs

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/andonhq/andon/pkg/datasource/query"
)

// Modes of asking.
const (
	Insights = "insights" // a query of Logs Insights: AWS bills what it scans
	Filter   = "filter"   // events that match a filter pattern, newest first
)

// Formats of an Insights answer.
const (
	Auto  = "auto"  // log lines, time series or numbers, as the query gives them
	Table = "table" // rows and columns as AWS gives them
)

// Query is what the editor writes. Fields of the other mode are left alone.
type Query struct {
	query.Scope
	Mode      string   `json:"mode"`      // Insights where empty
	LogGroups []string `json:"logGroups"` // names, or ARNs of groups of linked accounts; 1 to 50
	Limit     int      `json:"limit"`     // rows; 1,000 where 0 (10,000 for stats), 10,000 at most

	Query       string   `json:"query"`       // Logs Insights QL
	Expression  string   `json:"expression"`  // the same, by the name it has in Grafana's CloudWatch data source
	Format      string   `json:"format"`      // Auto where empty
	Follow      bool     `json:"follow"`      // whoever asks asks again at once, as long as the answer is running
	Again       bool     `json:"again"`       // he does
	StatsGroups []string `json:"statsGroups"` // columns that become labels; those after "by" where empty

	Pattern      string `json:"pattern"`      // filter pattern; every event where empty
	StreamPrefix string `json:"streamPrefix"` // only log streams whose names begin so
	NoCache      bool   `json:"noCache"`

	shape shape
}

// Limits of StartQuery and FilterLogEvents.
const (
	maxGroups   = 50
	maxQuery    = 10_000 // characters
	maxPattern  = 1024   // characters
	maxRows     = 10_000
	defaultRows = 1000
)

func decode(raw query.Query) (Query, error) {
	var q Query
	if err := query.Decode(raw, &q); err != nil {
		return Query{}, err
	}
	q.NoCache = q.NoCache || raw.NoCache || raw.Alert // a rule must see the present
	q.Mode, q.Format = cmp.Or(q.Mode, Insights), cmp.Or(q.Format, Auto)
	if q.Mode != Insights && q.Mode != Filter {
		return Query{}, query.OneOf("mode", q.Mode, Insights, Filter)
	}
	if q.Format != Auto && q.Format != Table {
		return Query{}, query.OneOf("format", q.Format, Auto, Table)
	}
	var groups []string
	for _, g := range q.LogGroups {
		// DescribeLogGroups gives ARNs with an end that the other calls refuse.
		if g = strings.TrimSuffix(strings.TrimSpace(g), ":*"); g != "" && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	q.LogGroups = groups
	switch {
	case len(groups) == 0:
		return Query{}, query.Wrong("logGroups", "no log group: choose 1 to %d", maxGroups)
	case len(groups) > maxGroups:
		return Query{}, query.Wrong("logGroups", "%d log groups; up to %d can be asked at once", len(groups), maxGroups)
	case q.Limit < 0 || q.Limit > maxRows:
		return Query{}, query.Wrong("limit", "is %d; 1 to %d, or 0 for %d (%d for stats)", q.Limit, maxRows, defaultRows, maxRows)
	}
	if q.Mode == Filter {
		q.Limit = cmp.Or(q.Limit, defaultRows)
		return q, q.checkFilter(raw.Alert)
	}
	return q.insights(raw.Alert)
}

func (q Query) checkFilter(alert bool) error {
	switch {
	case utf8.RuneCountInString(q.Pattern) > maxPattern:
		return query.Wrong("pattern", "is longer than the %d characters that AWS takes", maxPattern)
	case alert:
		return query.Wrong("mode", "log lines cannot alert: use mode %s with stats, as stats count(*) by bin(5m)", Insights)
	}
	return nil
}

func (q Query) insights(alert bool) (Query, error) {
	field := "query"
	if q.Query == "" && q.Expression != "" {
		q.Query, field = q.Expression, "expression"
	}
	q.shape = readShape(q.Query)
	switch {
	case strings.TrimSpace(q.Query) == "":
		return Query{}, query.Wrong(field, "is empty: as fields @timestamp, @message | filter @message like /ERROR/")
	case utf8.RuneCountInString(q.Query) > maxQuery:
		return Query{}, query.Wrong(field, "is longer than the %d characters that AWS takes", maxQuery)
	case alert && q.Format == Table:
		return Query{}, query.Wrong("format", "a table cannot alert: use %s", Auto)
	case alert && !q.shape.stats:
		return Query{}, query.Wrong(field, "log lines cannot alert: count them, as stats count(*) by bin(5m)")
	}
	if len(q.StatsGroups) > 0 {
		q.shape.regroup(q.StatsGroups)
	}
	if q.Limit == 0 && q.shape.stats {
		q.Limit = maxRows // of a series, all points or none
	}
	q.Limit = cmp.Or(q.Limit, defaultRows)
	return q, nil
}
