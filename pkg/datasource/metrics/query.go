// Package metrics is the query type of CloudWatch metrics: single metrics,
// several by the values of their dimensions, metric math, SEARCH and Metrics
// Insights SQL. Its answers are time series that alert rules can use.
//
// The data source routes queries of type "metrics" to it. All queries of one
// request go to awsapi together, so that expressions can refer to their
// neighbours and calls are merged; it sends no call by itself.
package metrics

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// Query is what the editor writes. Names are those of Grafana's CloudWatch data
// source where it has them.
type Query struct {
	query.Scope

	Namespace  string     `json:"namespace"`
	MetricName string     `json:"metricName"`
	Dimensions Dimensions `json:"dimensions"`
	MatchExact *bool      `json:"matchExact"` // no further dimensions than those named; true where absent
	Statistic  string     `json:"statistic"`  // Average where empty
	Unit       string     `json:"unit"`       // only data of this unit

	Expression    string `json:"expression"`    // metric math or SEARCH, instead of the above
	SQLExpression string `json:"sqlExpression"` // Metrics Insights, instead of the above

	Period    string `json:"period"`    // auto, seconds, or a duration as 5m
	ID        string `json:"id"`        // by which expressions of the request refer to it
	Label     string `json:"label"`     // CloudWatch's dynamic labels work
	AccountID string `json:"accountId"` // a linked account (cross-account observability), or all of them
	Hide      bool   `json:"hide"`      // only referred to, not answered
	NoCache   bool   `json:"noCache"`

	text        string // all of the above in one form, whatever JSON said it
	grafanaUnit string
	reader      text.Lang // of whom it is asked for; no part of the text: what is found is shared by all readers

	period time.Duration
	since  time.Time // before which CloudWatch keeps no points of the period; zero where that is before the range
	alert  bool      // it is asked for an alert rule
	fresh  bool      // an alert rule does not rely on a list that was read before
	recent bool      // the range lies within activeFor
}

// Dimensions are the values of each dimension: one, several, or "*" for any. In
// JSON a value may stand without its list.
type Dimensions map[string][]string

// UnmarshalJSON reads {"InstanceId": "i-1"} as well as {"InstanceId": ["i-1"]}.
func (d *Dimensions) UnmarshalJSON(from []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(from, &raw); err != nil {
		return err
	}
	out := Dimensions{}
	for name, value := range raw {
		var one string
		if json.Unmarshal(value, &one) == nil {
			out[name] = []string{one}
			continue
		}
		var many []string
		if err := json.Unmarshal(value, &many); err != nil {
			return query.Wrong("dimensions."+name, "is neither a text nor a list of texts")
		}
		out[name] = many
	}
	*d = out
	return nil
}

var (
	validID   = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)
	statistic = regexp.MustCompile(`^(Average|Sum|SampleCount|Minimum|Maximum|IQM|(p|tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?|p100|(TM|WM|PR|TC|TS)\(.*\))$`)
)

// decode reads a query for its range and for who asks.
func decode(q query.Query, now time.Time) (Query, error) {
	out, err := remembered.parse(q)
	if err != nil {
		return Query{}, err
	}
	out.NoCache = out.NoCache || q.NoCache
	if out.alert, out.fresh = q.Alert, out.NoCache || q.Alert; q.Alert {
		out.reader = text.English
	}
	if out.period, err = period(out.Period, q, now); err != nil {
		return Query{}, err
	}
	if !q.From.Before(q.To) {
		return Query{}, query.Wrong("", "the time range ends before it begins")
	}
	if out.Period != "auto" || now.Sub(q.From) > keptFor(time.Hour)+query.ClocksApart {
		out.since = out.unkept(q, now)
	}
	return out, nil
}

// parse reads what the text of a query says by itself.
func parse(q query.Query) (Query, error) {
	var out Query
	if err := query.Decode(q, &out); err != nil {
		return Query{}, err
	}
	var err error
	if out.reader, err = query.Language(q); err != nil {
		return Query{}, err
	}
	if out.SQLExpression != "" && out.Expression == "" {
		out.Expression = out.SQLExpression
	}
	if out.Statistic == "" {
		out.Statistic = "Average"
	}
	if out.Period == "" {
		out.Period = "auto"
	}
	if out.ID != "" && !validID.MatchString(out.ID) {
		return Query{}, query.Wrong("id", "%q: an id starts with a lower-case letter and holds letters, digits and _ only", out.ID)
	}
	if err := out.checkMetric(); err != nil {
		return Query{}, err
	}
	form, err := json.Marshal(out)
	if err != nil {
		return Query{}, fmt.Errorf("write the query in one form: %w", err)
	}
	out.text, out.grafanaUnit = string(form), unit(out)
	return out, nil
}

func (q Query) checkMetric() error {
	if q.Expression != "" {
		return nil
	}
	switch {
	case q.Namespace == "":
		return query.Wrong("namespace", "is empty: for example AWS/EC2")
	case q.MetricName == "":
		return query.Wrong("metricName", "is empty: for example CPUUtilization")
	case !statistic.MatchString(q.Statistic):
		return query.Wrong("statistic", "%q is not known; for example Average, Sum, Minimum, Maximum, SampleCount, p99, tm95", q.Statistic)
	}
	for name, values := range q.Dimensions {
		if slices.Contains(values, "") {
			return query.Wrong("dimensions."+name, "has an empty value; * stands for any")
		}
		if name == "" {
			return query.Wrong("dimensions", "a dimension has no name")
		}
	}
	return nil
}

// exact reports whether further dimensions than those named are excluded.
func (q Query) exact() bool { return q.MatchExact == nil || *q.MatchExact }

// looked reports whether the metrics have to be looked up first.
func (q Query) looked() bool { return q.wild() || q.everywhere() }

// everywhere reports whether a metric of all linked accounts is asked for.
func (q Query) everywhere() bool { return q.Expression == "" && q.AccountID == allLinked }

// wild reports whether the query does not name its metrics in full.
func (q Query) wild() bool {
	if !q.exact() {
		return true
	}
	for _, values := range q.Dimensions {
		if len(values) == 0 || slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, "*") }) {
			return true
		}
	}
	return false
}

// retained are the periods that CloudWatch keeps, by the age of the oldest data
// asked for.
func retained(age time.Duration) []time.Duration {
	all := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}
	for i, p := range all {
		if age <= keptFor(p) {
			return all[i:]
		}
	}
	return all[4:] // of that nothing is kept
}

// keptFor is how long CloudWatch keeps points of a period (GetMetricData: 60 s for
// 15 days, 300 s for 63, an hour for 455).
func keptFor(period time.Duration) time.Duration {
	const day = 24 * time.Hour
	switch {
	case period < time.Minute:
		return 3 * time.Hour
	case period < 5*time.Minute:
		return 15 * day
	case period < time.Hour:
		return 63 * day
	}
	return 455 * day
}

// finest is the shortest period that the query asks for: a search that names one
// goes by that.
func (q Query) finest() time.Duration {
	named := slices.DeleteFunc(awsapi.SearchPeriods(q.Expression), func(s int64) bool { return s == 0 })
	if len(named) == 0 {
		return q.period
	}
	return time.Duration(slices.Min(named)) * time.Second
}

// unkept is when the points begin that CloudWatch still keeps, or the range's end
// where it keeps none of it; zero where it keeps all but what passes while one
// asks.
func (q Query) unkept(of query.Query, now time.Time) time.Time {
	begins := now.Add(-keptFor(q.finest()))
	if begins.Sub(of.From) <= max(time.Minute, q.finest()) {
		return time.Time{}
	}
	if begins.After(of.To) {
		return of.To
	}
	return begins
}

// automatic is the period that Grafana's CloudWatch data source takes, so that
// both show the same numbers: the first retained one that keeps a series under
// 2,000 points.
func automatic(from, to, now time.Time) time.Duration {
	want := to.Sub(from) / 2000
	// A range of exactly 15 days begins a little earlier or later than that, by the
	// browser's clock: it shall have the same period each time.
	ladder := retained(now.Sub(from) - query.ClocksApart)
	for _, p := range ladder {
		if p >= want {
			return p
		}
	}
	return ladder[len(ladder)-1]
}

func period(given string, q query.Query, now time.Time) (time.Duration, error) {
	if given == "auto" {
		return automatic(q.From, q.To, now), nil
	}
	p := time.Duration(0)
	if n, err := strconv.Atoi(given); err == nil {
		p = time.Duration(n) * time.Second
	} else if p, err = gtime.ParseDuration(given); err != nil {
		return 0, query.Wrong("period", "%q is neither auto, nor seconds, nor a duration as 5m", given)
	}
	s := int64(p / time.Second)
	if p <= 0 || p%time.Second != 0 || s < 60 && !slices.Contains([]int64{1, 5, 10, 20, 30}, s) || s > 60 && s%60 != 0 {
		return 0, query.Wrong("period", "%s: CloudWatch takes 1, 5, 10, 20, 30 seconds or whole minutes", given)
	}
	return p, nil
}
