package awsfake

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

type metricStat struct {
	Metric metricShape
	Period int64
	Stat   string
	Unit   string
}

type metricDataQuery struct {
	ID         string `json:"Id"`
	AccountID  string `json:"AccountId"`
	Expression string
	Label      string
	MetricStat *metricStat
	Period     int64
	ReturnData *bool
}

type getMetricDataIn struct {
	MetricDataQueries  []metricDataQuery
	StartTime, EndTime *time.Time
	MaxDatapoints      *int32
	NextToken          *string
	ScanBy             string
	LabelOptions       *struct{ Timezone string }
}

type messageData struct{ Code, Value string }

type metricDataResult struct {
	ID         string `json:"Id"`
	Label      string
	Timestamps []time.Time
	Values     []float64
	StatusCode string
	Messages   []messageData `json:"Messages,omitempty"`
}

type getMetricDataOut struct {
	MetricDataResults []metricDataResult
	Messages          []messageData `json:"Messages,omitempty"`
	NextToken         *string       `json:"NextToken,omitempty"`
}

const (
	maxQueries    = 500
	maxDatapoints = 100800
	maxSeries     = 500 // of one search or SQL query
)

var queryID = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)

// series is a row of values on a grid of periods; points may be absent.
type series struct {
	label  string
	period int64
	points map[int64]float64 // by Unix seconds of the bucket's start
	metric *metric           // of which it is; nil after math
	stat   string
	groups map[string]string // GROUP BY values of SQL
}

// evaluation is one GetMetricData call on its way.
type evaluation struct {
	f        *Fake
	c        *call
	now      time.Time
	from, to int64
	queries  map[string]*metricDataQuery
	done     map[string][]*series
	busy     map[string]bool // evaluating now: a circle if met again
	billed   int
	messages []messageData
	denied   map[string]bool // queries of accounts that may not be read
}

func (f *Fake) getMetricData(c *call, in *getMetricDataIn) (*getMetricDataOut, error) {
	if in.StartTime == nil || in.EndTime == nil {
		return nil, &Error{Code: "MissingRequiredParameterException", QueryCode: "MissingParameter", Message: "StartTime and EndTime are required"}
	}
	if !in.StartTime.Before(*in.EndTime) {
		return nil, errInvalid(CloudWatch, "The parameter StartTime must be less than the parameter EndTime.")
	}
	if n := len(in.MetricDataQueries); n == 0 || n > maxQueries {
		return nil, errInvalid(CloudWatch, "The collection MetricDataQueries must have 1 to %d elements, not %d.", maxQueries, n)
	}
	e := &evaluation{
		f: f, c: c, now: f.now(), from: roundStart(in.StartTime.Unix(), f.now().Unix()), to: in.EndTime.Unix(),
		queries: map[string]*metricDataQuery{}, done: map[string][]*series{}, busy: map[string]bool{}, denied: map[string]bool{},
	}
	of, err := e.admit(in)
	if err != nil {
		return nil, err
	}
	at, err := resume(CloudWatch, in.NextToken, of)
	if err != nil {
		return nil, err
	}
	return e.answer(in, of, at)
}

// admit checks the queries as a whole.
func (e *evaluation) admit(in *getMetricDataIn) (uint64, error) {
	parts := []any{e.from, e.to, in.ScanBy}
	sql := 0
	for i := range in.MetricDataQueries {
		q := &in.MetricDataQueries[i]
		switch {
		case !queryID.MatchString(q.ID):
			return 0, errInvalid(CloudWatch, "The value %q for parameter MetricDataQueries.member.%d.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", q.ID, i+1)
		case e.queries[q.ID] != nil:
			return 0, errInvalid(CloudWatch, "The values for parameter id in MetricDataQueries are not unique.")
		case (q.MetricStat == nil) == (q.Expression == ""):
			return 0, errInvalid(CloudWatch, "Query %s needs either MetricStat or Expression.", q.ID)
		}
		if isSQL(q.Expression) {
			sql++
		}
		e.queries[q.ID] = q
		parts = append(parts, q.ID, q.Expression, q.AccountID)
		if s := q.MetricStat; s != nil {
			parts = append(parts, s.Stat, s.Period, metricKey(s.Metric.Namespace, s.Metric.MetricName, s.Metric.Dimensions))
		}
	}
	if sql > 1 {
		return 0, errInvalid(CloudWatch, "There can be at most one Metrics Insights query in a GetMetricData request.")
	}
	return request(e.c, parts...), nil
}

// answer evaluates what is returned, and cuts the page that begins at a time.
func (e *evaluation) answer(in *getMetricDataIn, of uint64, at int64) (*getMetricDataOut, error) {
	type shown struct {
		q *metricDataQuery
		s *series
	}
	var all []shown
	perSecond := 0.0
	var longest int64 = 60
	for i := range in.MetricDataQueries {
		q := &in.MetricDataQueries[i]
		found, err := e.query(q.ID)
		if err != nil {
			return nil, errInvalid(CloudWatch, "Error in expression '%s': %v", q.ID, err)
		}
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		for _, s := range found {
			all = append(all, shown{q, s})
			perSecond += 1 / float64(s.period)
			longest = max(longest, s.period)
		}
	}
	most := limit(in.MaxDatapoints, maxDatapoints, maxDatapoints)
	descending := in.ScanBy != "TimestampAscending"
	window := pageWindow(e.from, e.to, at, float64(most)/max(perSecond, 1e-9), longest, descending)
	out := &getMetricDataOut{MetricDataResults: []metricDataResult{}, Messages: e.messages}
	if window.more {
		out.NextToken = token(window.next, of)
	}
	for _, x := range all {
		out.MetricDataResults = append(out.MetricDataResults, e.result(in, x.q, x.s, window, descending))
	}
	for id := range e.denied {
		out.MetricDataResults = append(out.MetricDataResults, metricDataResult{
			ID: id, StatusCode: "Forbidden", Timestamps: []time.Time{}, Values: []float64{},
			Messages: []messageData{{"Forbidden", "The account is not linked to the monitoring account."}},
		})
	}
	e.f.billed(e.billed)
	return out, nil
}

// result is one series within the page.
func (e *evaluation) result(in *getMetricDataIn, q *metricDataQuery, s *series, w window, descending bool) metricDataResult {
	times := make([]int64, 0, len(s.points))
	for t := range s.points {
		if t >= w.from && t < w.to {
			times = append(times, t)
		}
	}
	slices.Sort(times)
	if s.metric != nil {
		closed := e.now.Unix() - max(3*s.period, 600)
		e.f.delivered(pointKey{s.metric.account, s.metric.region, s.metric.key(), s.stat, s.period}, times, closed)
	}
	if descending {
		slices.Reverse(times)
	}
	r := metricDataResult{ID: q.ID, StatusCode: "Complete", Timestamps: make([]time.Time, len(times)), Values: make([]float64, len(times))}
	if w.more {
		r.StatusCode = "PartialData"
	}
	for i, t := range times {
		r.Timestamps[i], r.Values[i] = time.Unix(t, 0).UTC(), s.points[t]
	}
	r.Label = e.label(in, q, s, r)
	return r
}

type window struct {
	from, to int64 // of bucket starts
	next     int64 // where the next page begins, counted from the page order's start
	more     bool
}

// pageWindow cuts the time range into pages of at most seconds, in whole
// multiples of the longest period; at is how far earlier pages went.
func pageWindow(from, to, at int64, seconds float64, longest int64, descending bool) window {
	from -= from % longest // the first bucket may begin before the range
	size := max(longest, int64(min(seconds, 1e12))/longest*longest)
	w := window{next: at + size, more: at+size < to-from}
	if descending {
		end := to - to%longest
		if end < to {
			end += longest
		}
		w.from, w.to = end-at-size, end-at
		w.more = w.from > from
		return w
	}
	w.from, w.to = from+at, from+at+size
	return w
}

// roundStart rounds the start down as the service does: to the minute, five
// minutes beyond 15 days, an hour beyond 63.
func roundStart(start, now int64) int64 {
	const day = 24 * 3600
	step := int64(60)
	switch age := now - start; {
	case age > 63*day:
		step = 3600
	case age > 15*day:
		step = 300
	}
	return start - start%step
}

func isSQL(expression string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(expression), " ")
	return strings.EqualFold(word, "SELECT")
}
