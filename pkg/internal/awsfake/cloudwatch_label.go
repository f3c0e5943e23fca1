package awsfake

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var dynamicLabel = regexp.MustCompile(`\$\{([A-Z_]+)(?:\('([^']*)'\))?\}`)

// label is the query's own label with its dynamic parts filled in, or the
// series' name.
func (e *evaluation) label(in *getMetricDataIn, q *metricDataQuery, s *series, r metricDataResult) string {
	if q.Label == "" {
		return s.label
	}
	zone := time.UTC
	if in.LabelOptions != nil {
		if t, err := time.Parse("-0700", in.LabelOptions.Timezone); err == nil {
			zone = t.Location()
		}
	}
	return dynamicLabel.ReplaceAllStringFunc(q.Label, func(part string) string {
		m := dynamicLabel.FindStringSubmatch(part)
		if m[1] == "PROP" {
			return s.prop(m[2], e.c)
		}
		return summary(m[1], s, r, zone)
	})
}

// prop is ${PROP('Dim.InstanceId')} and its kind.
func (s *series) prop(name string, c *call) string {
	dim, isDim := strings.CutPrefix(name, "Dim.")
	switch {
	case name == "Region":
		return c.region
	case name == "Period":
		return fmt.Sprint(s.period)
	case isDim && s.groups != nil:
		return s.groups[dim]
	case s.metric == nil:
		return ""
	case isDim:
		v, _ := s.metric.dim(dim)
		return v
	case name == "AccountId":
		return s.metric.account
	case name == "Namespace":
		return s.metric.namespace
	case name == "MetricName":
		return s.metric.name
	case name == "Stat":
		return s.stat
	}
	return ""
}

// summary is ${LABEL}, ${MAX} … over the values returned.
func summary(name string, s *series, r metricDataResult, zone *time.Location) string {
	switch name {
	case "LABEL":
		return s.label
	case "DATAPOINT_COUNT":
		return fmt.Sprint(len(r.Values))
	}
	if len(r.Values) == 0 {
		return "--"
	}
	oldest, newest := 0, len(r.Values)-1
	if r.Timestamps[oldest].After(r.Timestamps[newest]) {
		oldest, newest = newest, oldest
	}
	number := func(v float64) string { return fmt.Sprintf("%.4g", v) }
	when := func(i int) string { return r.Timestamps[i].In(zone).Format("2006-01-02 15:04:05 MST") }
	low, high := slices.Index(r.Values, slices.Min(r.Values)), slices.Index(r.Values, slices.Max(r.Values))
	switch name {
	case "MIN", "MAX", "AVG", "SUM":
		return number(fold(name, slices.Clone(r.Values)))
	case "MIN_TIME":
		return when(low)
	case "MAX_TIME":
		return when(high)
	case "MIN_MAX_RANGE":
		return number(r.Values[low]) + " - " + number(r.Values[high])
	case "FIRST":
		return number(r.Values[oldest])
	case "LAST":
		return number(r.Values[newest])
	case "FIRST_TIME":
		return when(oldest)
	case "LAST_TIME":
		return when(newest)
	case "FIRST_LAST_RANGE":
		return number(r.Values[oldest]) + " - " + number(r.Values[newest])
	}
	return "${" + name + "}"
}
