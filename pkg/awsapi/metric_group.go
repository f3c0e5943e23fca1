package awsapi

import (
	"slices"
	"time"
)

// Limits of one GetMetricData call, from its API reference and the CloudWatch
// quotas. A SEARCH may bring 100 series and a call 500.
const (
	maxQueries    = 500
	maxPoints     = 90_000 // a page holds 100,800, but no second may have more of what is older than three hours
	maxSearches   = 5
	searchSeries  = 100
	maxCommonStep = 86_400 // seconds; periods whose common multiple is longer do not share a call
)

// group distributes parts over calls: as few as the limits allow, and no closed
// period asked for that nobody needs.
func group(parts []*part, now time.Time) []*metricCall {
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b *part) int { return int(min(max(a.span.from-b.span.from, -1), 1)) })
	var calls []*metricCall
next:
	for _, w := range parts {
		if !w.plan.sql {
			for _, c := range calls {
				if c.take(w, now) {
					continue next
				}
			}
		}
		c := &metricCall{span: w.span, step: w.plan.period, sql: w.plan.sql}
		c.add(w, c.span, c.step)
		calls = append(calls, c)
	}
	return calls
}

// take adds a part where it fits.
func (c *metricCall) take(w *part, now time.Time) bool {
	if c.sql || c.queries+1+len(w.plan.refs) > maxQueries || c.searches+w.plan.search > maxSearches {
		return false
	}
	step := lcm(c.step, w.plan.period)
	wide := span{floorTo(min(c.span.from, w.span.from), step), max(c.span.to, w.span.to)}
	if step > maxCommonStep {
		return false
	}
	total := 0
	for _, p := range append(slices.Clip(c.parts), w) {
		if !p.stretches(wide, now) {
			return false
		}
		total += p.points(wide)
	}
	if total > maxPoints {
		return false
	}
	c.add(w, wide, step)
	return true
}

func (c *metricCall) add(w *part, wide span, step int64) {
	c.parts = append(c.parts, w)
	c.span, c.step = wide, step
	c.queries += 1 + len(w.plan.refs)
	c.searches += w.plan.search
}

// stretches tells whether the part may be asked over a wider span: where that
// adds recent periods only. What is not kept in blocks depends on its range and
// is asked exactly so.
func (w *part) stretches(wide span, now time.Time) bool {
	if w.span == wide {
		return true
	}
	if !w.plan.blocks {
		return false
	}
	recent := now.Unix() - closes(w.plan.period)
	return (wide.from == w.span.from || wide.from >= recent) && (wide.to == w.span.to || w.span.to >= recent)
}

// points is how many data points the part may bring over a span.
func (w *part) points(s span) int {
	series := int64(1 + len(w.plan.refs))
	if w.plan.search > 0 || w.plan.sql {
		series = searchSeries * int64(max(w.plan.search, 1))
	}
	return int(min((s.to-s.from)/w.plan.period*series, maxPoints))
}

func lcm(a, b int64) int64 {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}
