package awsfake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// statistic is what a bucket of minutes is reduced to.
type statistic struct {
	name       string  // Average, Sum, Minimum, Maximum, SampleCount, percentile, or that of a trimmed
	percentile float64 // of percentile: 0 to 100
	trimmed            // of TM, WM, TC, TS and PR
}

var simpleStatistics = map[string]string{
	"average": "Average", "avg": "Average", "sum": "Sum", "minimum": "Minimum", "min": "Minimum",
	"maximum": "Maximum", "max": "Maximum", "samplecount": "SampleCount", "count": "SampleCount",
}

// parseStatistic reads Average, Sum …, p0 to p100 with decimals, and the trimmed
// ones.
func parseStatistic(s string) (statistic, error) {
	if name := simpleStatistics[strings.ToLower(s)]; name != "" {
		return statistic{name: name}, nil
	}
	if digits, ok := strings.CutPrefix(strings.ToLower(s), "p"); ok && digits != "" && digits[0] != '-' && digits[0] != '+' {
		if p, err := strconv.ParseFloat(digits, 64); err == nil && p >= 0 && p <= 100 {
			return statistic{name: "percentile", percentile: p}, nil
		}
	}
	if name, t, ok := parseTrimmed(s); ok {
		return statistic{name: name, trimmed: t}, nil
	}
	return statistic{}, fmt.Errorf("the statistic %q is not valid", s)
}

type accumulator struct {
	stat        statistic
	n           int
	sum, lo, hi float64
	all         []float64 // the samples, of percentiles and trimmed ones only
}

func (a *accumulator) init(s statistic) { *a = accumulator{stat: s} }

func (a *accumulator) add(lo, mean, hi float64) {
	if a.n == 0 {
		a.lo, a.hi = lo, hi
	}
	a.n++
	a.sum += mean
	a.lo, a.hi = min(a.lo, lo), max(a.hi, hi)
	if a.stat.bySample() {
		a.all = append(a.all, lo, (lo+mean)/2, mean, (mean+hi)/2, hi)
	}
}

func (a *accumulator) result() (float64, bool) {
	if a.n == 0 {
		return 0, false
	}
	switch a.stat.name {
	case "Average":
		return a.sum / float64(a.n), true
	case "Sum":
		return a.sum * samplesPerMinute, true
	case "Minimum":
		return a.lo, true
	case "Maximum":
		return a.hi, true
	case "SampleCount":
		return float64(a.n * samplesPerMinute), true
	}
	slices.Sort(a.all)
	if a.stat.name == "percentile" {
		return percentile(a.all, a.stat.percentile), true
	}
	return a.stat.of(a.stat.name, a.all)
}

// bySample tells whether a statistic needs the samples one by one.
func (s statistic) bySample() bool {
	switch s.name {
	case "Average", "Sum", "Minimum", "Maximum", "SampleCount":
		return false
	}
	return true
}

// percentile is the value at p percent of sorted samples, in a line between the
// two beside it.
func percentile(sorted []float64, p float64) float64 {
	rank := p / 100 * float64(len(sorted)-1)
	below := int(rank)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (sorted[above]-sorted[below])*(rank-float64(below))
}
