package awsapi

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// MetricRequest is one query of [Client.MetricData]: a metric with a statistic,
// or an expression (metric math, SEARCH, Metrics Insights SQL) that may refer to
// the other requests of its call by their ID.
type MetricRequest struct {
	// ID names the request in its answer and in expressions. To be referred to it
	// has to start with a lower-case letter and hold letters, digits and _ only.
	ID string
	// Group names the requests of a metric that was asked for by several dimension
	// values: expressions have it for all of them, as a list. Usually empty.
	Group string

	Namespace  string
	Metric     string
	Dimensions map[string]string
	Stat       string // Average, Sum, SampleCount, Minimum, Maximum, p99, tm95 …
	Unit       string // only data of this unit; usually empty

	Expression string // instead of the five above

	Period    time.Duration // 1, 5, 10, 20, 30 s or whole minutes
	Label     string        // CloudWatch's label, dynamic parts included; empty: its default
	AccountID string        // of a linked account (cross-account observability)
	Hidden    bool          // only refered to, not answered
}

// MetricOptions change how the cache is used.
type MetricOptions struct {
	NoCache       bool // ask AWS for everything; the answer still refreshes the cache
	NoCachedEmpty bool // for alert rules: never believe a cached "no data"
}

// MetricAnswer has one result for every request that is not hidden, in their
// order.
type MetricAnswer struct {
	Results  []MetricResult
	Usage    Usage
	Standing Standing // how long the results would be the same
}

// MetricResult answers one request. An error is that of this request alone.
type MetricResult struct {
	ID       string
	Series   []MetricSeries // a metric has one, perhaps without points; an expression any number
	Messages []string       // what AWS remarks, for example that a limit cut the answer
	Partial  bool           // AWS had more but did not send it
	Err      error
}

// shaky reports whether a result may be another one when it is asked again at the
// same time: it lacks something, or tells what is not kept.
func (r MetricResult) shaky() bool { return r.Err != nil || r.Partial || len(r.Messages) > 0 }

// MetricSeries is one time series, oldest point first. A time is the start of
// its period. Periods without data have no point. Series of one answer may share
// their Times: nobody may change them.
type MetricSeries struct {
	Label  string
	Times  []time.Time
	Values []float64
}

var metricID = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)

// Limits of one request. maxSlots keeps one query from asking for the memory of
// the process; CloudWatch itself sends 100,800 points a page.
const (
	maxSlots      = 500_000
	maxDimensions = 30
	maxExpression = 2048
)

func (r MetricRequest) check() error {
	bad := func(format string, args ...any) error { return &BadRequest{Message: fmt.Sprintf(format, args...)} }
	if r.Period <= 0 || r.Period%time.Second != 0 {
		return bad("period %s is not a whole number of seconds above 0", r.Period)
	}
	if s := int64(r.Period / time.Second); !isPeriod(s) {
		return bad("period %d s: CloudWatch takes 1, 5, 10, 20, 30 seconds or a multiple of 60", s)
	}
	if r.Expression != "" {
		if r.Metric != "" || r.Namespace != "" {
			return bad("a query is a metric or an expression, not both")
		}
		return nil // its length is that on the wire, with other ids
	}
	switch {
	case r.Namespace == "":
		return bad("the namespace is empty")
	case r.Metric == "":
		return bad("the metric name is empty")
	case r.Stat == "":
		return bad("the statistic is empty")
	case len(r.Dimensions) > maxDimensions:
		return bad("%d dimensions, CloudWatch takes up to %d", len(r.Dimensions), maxDimensions)
	}
	for name, value := range r.Dimensions {
		if name == "" || value == "" {
			return bad("dimension %q has no value", name)
		}
	}
	return nil
}

// isPeriod tells whether CloudWatch has periods of so many seconds.
func isPeriod(s int64) bool {
	return s >= 60 && s%60 == 0 || slices.Contains([]int64{1, 5, 10, 20, 30}, s)
}

// fields are what makes a request another one, besides its ID.
func (r MetricRequest) fields() []string {
	out := []string{r.Namespace, r.Metric, r.Stat, r.Unit, r.Period.String(), r.Label, r.AccountID}
	for _, name := range sortedKeys(r.Dimensions) {
		out = append(out, name, r.Dimensions[name])
	}
	return out
}

// isSQL tells a query of Metrics Insights from metric math.
func isSQL(expression string) bool {
	text := strings.TrimSpace(expression)
	return len(text) > 6 && strings.EqualFold(text[:6], "SELECT") && strings.ContainsAny(text[6:7], " \t\r\n")
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
