package awsapi

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// MetricData answers as [Client.MetricData] of one account and region.
func (s *Sessions) MetricData(ctx context.Context, account, region string, reqs []MetricRequest, from, to time.Time, opts MetricOptions) (MetricAnswer, error) {
	c, err := s.Client(ctx, account, region)
	if err != nil {
		return MetricAnswer{}, err
	}
	return c.MetricData(ctx, reqs, from, to, opts)
}

// MetricData answers requests over from ≤ t < to, aligned to each one's period:
// the period that from lies in is included. What is closed and known comes from
// the cache; the rest is asked for together with what others ask at the moment.
// The error is that of the whole call (its context, the range); each request has
// its own in its result.
func (c *Client) MetricData(ctx context.Context, reqs []MetricRequest, from, to time.Time, opts MetricOptions) (MetricAnswer, error) {
	if !from.Before(to) {
		return MetricAnswer{}, &BadRequest{Message: "the time range is empty: it ends before it begins"}
	}
	outer := usageFrom(ctx)
	ctx, meter := WithUsage(ctx)
	now := c.shared.now()
	g := c.shared.metrics.merger(c)

	plans, errs := planMetrics(c.scope, reqs)
	asks := make([]*ask, len(plans))
	for i, p := range plans {
		if p == nil || p.req.Hidden {
			continue
		}
		asks[i], errs[i] = c.begin(ctx, g, p, from, to, now, opts)
	}
	g.send()
	var answer MetricAnswer
	times := grids{}
	for i, r := range reqs {
		if r.Hidden {
			continue
		}
		result := MetricResult{ID: r.ID, Err: errs[i]}
		if asks[i] != nil {
			asks[i].end(ctx, &result, times)
		}
		answer.Results = append(answer.Results, result)
	}
	if !slices.ContainsFunc(answer.Results, MetricResult.shaky) {
		answer.Standing = g.standing(slices.DeleteFunc(asks, func(a *ask) bool { return a == nil }), now)
	}
	answer.Usage = meter.Usage()
	outer.add(answer.Usage)
	// What has come in time is good, whoever's time has ended.
	if err := context.Cause(ctx); err != nil && !slices.ContainsFunc(answer.Results, func(r MetricResult) bool { return r.Err == nil }) {
		return MetricAnswer{Usage: answer.Usage}, err
	}
	return answer, nil
}

// oldest is how far back CloudWatch keeps anything: 455 days.
const oldest = 456 * 24 * time.Hour

// ask is one request on its way: what was known, and what was asked.
type ask struct {
	client *Client
	merger *merger
	plan   *metricPlan
	now    time.Time
	opts   MetricOptions
	until  int64 // the answer's end, exclusive
	known  *dense
	parts  []*part

	epoch  uint64 // of the merger, when it looked into the cache
	stands int64  // how long the answer stands in Unix seconds; 0: it does not

	ranged string // key of the whole answer, where there are no blocks
	cached *rangedAnswer
}

// rangedAnswer is an answer that is kept whole, with what AWS remarked on it.
type rangedAnswer struct {
	series []MetricSeries
	notes  []string
}

func (c *Client) begin(ctx context.Context, g *merger, p *metricPlan, from, to, now time.Time, opts MetricOptions) (*ask, error) {
	moves := false
	if first := now.Add(-oldest); from.Before(first) {
		from, moves = first, true
	}
	if own := int64(p.req.Period / time.Second); p.period < own && int64(to.Sub(from)/time.Second)/p.period > 2*maxPoints/searchSeries {
		// A SEARCH of a much shorter period than the query's: in pieces it would be many
		// calls. It is asked whole, each time.
		p.blocks, p.period = false, own
	}
	whole := span{floorTo(from.Unix(), p.period), ceilTo(unixUp(to), p.period)}
	// What has not begun yet has no data.
	whole.to = min(whole.to, ceilTo(unixUp(now), p.period))
	a := &ask{client: c, merger: g, plan: p, now: now, opts: opts, until: unixUp(to)}
	if whole.from >= whole.to {
		a.known = newDense(span{whole.from, whole.from}, p.period)
		return a, nil
	}
	if n := (whole.to - whole.from) / p.period; n > maxSlots {
		return nil, &BadRequest{Message: fmt.Sprintf("the range has %d periods of %s, at most %d can be answered: choose a longer period or a shorter range", n, time.Duration(p.period)*time.Second, maxSlots)}
	}
	if _, unfit := c.shared.cache.get(noBlocks + p.key); unfit {
		p.blocks = false
	}
	if !p.blocks {
		a.beginRanged(ctx, whole)
		return a, nil
	}
	// A range up to the present takes the period that just begins along, or else
	// its first appearance would be a reason to ask again within the tick.
	if current := floorTo(now.Unix(), p.period); whole.to >= current {
		whole.to = current + p.period
	}
	hot := false
	if !opts.NoCachedEmpty && whole.to >= now.Unix()-2*p.period-60 {
		hot = g.touch(p, now)
	}
	// What is known and what is under way are one look: an answer that came in
	// between would be neither, and be asked for again.
	g.mu.Lock()
	defer g.mu.Unlock()
	if opts.NoCache {
		a.known = newDense(whole, p.period)
	} else {
		a.known = c.shared.metrics.read(p.key, whole, p.period)
	}
	age := age{now: now.Unix(), period: p.period, opts: opts}
	if a.epoch = g.epoch; opts == (MetricOptions{}) && !moves {
		a.stands = age.stands(a.known.slots, whole.from)
	}
	for _, s := range age.missing(whole, a.known.slots) {
		for _, piece := range pieces(s, p) {
			a.parts = append(a.parts, g.joinHeld(ctx, c, p, piece, opts.NoCache, hot && newest(piece, p.period, now)))
		}
	}
	return a, nil
}

func unixUp(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

// pieces cuts a long span so that each brings at most a page: pages of one call
// come one after the other, calls at the same time.
func pieces(s span, p *metricPlan) []span {
	series := int64(1 + len(p.refs))
	if p.search > 0 {
		series = searchSeries
	}
	width := max(maxPoints/series, 1) * p.period
	var out []span
	for at := s.from; at < s.to; at += width {
		out = append(out, span{at, min(at+width, s.to)})
	}
	return out
}

// beginRanged is for expressions whose answer belongs to its range: it is kept
// whole, until the next tick while the range reaches the present.
func (a *ask) beginRanged(ctx context.Context, whole span) {
	a.ranged = "range\x00" + digest(a.plan.key, fmt.Sprint(whole.from, whole.to))
	if v, ok := a.client.shared.cache.timed(a.ranged, a.now); ok && !a.opts.NoCache {
		kept := v.(*rangedAnswer)
		if !(a.opts.NoCachedEmpty && points(kept.series) == 0) {
			a.cached = kept
			return
		}
	}
	a.parts = append(a.parts, a.merger.join(ctx, a.client, a.plan, whole, a.opts.NoCache))
}

func (a *ask) keepRanged(w *part) {
	if w.cut {
		return
	}
	t := tick(a.plan.period)
	until := time.Unix(ceilTo(a.now.Unix()+1, t), 0)
	if w.span.to < a.now.Unix()-closes(a.plan.period) {
		until = a.now.Add(emptyAgain[0])
	}
	a.client.shared.cache.put(a.ranged, timed{val: &rangedAnswer{w.raw, w.notes}, expires: until}, int64(points(w.raw)*32+len(w.raw)*100+len(strings.Join(w.notes, ""))))
}

func points(series []MetricSeries) int {
	n := 0
	for _, s := range series {
		n += len(s.Values)
	}
	return n
}

// end waits for what was asked and puts the answer together.
func (a *ask) end(ctx context.Context, result *MetricResult, g grids) {
	usage := usageFrom(ctx)
	if a.cached != nil {
		usage.add(Usage{CacheHits: 1, PointsCached: points(a.cached.series)})
		result.Series, result.Messages = a.cached.series, slices.Clone(a.cached.notes)
		return
	}
	for _, w := range a.parts {
		err := a.merger.wait(ctx, w)
		if err != nil && result.Err == nil {
			result.Err = err
		}
	}
	if result.Err != nil {
		return
	}
	var raw []MetricSeries
	for _, w := range a.parts {
		result.Messages = append(result.Messages, w.notes...)
		result.Partial = result.Partial || w.cut
		raw = append(raw, w.raw...)
	}
	if a.ranged != "" {
		a.keepRanged(a.parts[0])
		result.Series = raw
		return
	}
	if len(raw) > 0 {
		// What cannot be laid into blocks is asked whole from now on; of this answer
		// what was known before, or came in other parts, is missing.
		result.Series = raw
		result.Partial = result.Partial || len(a.parts) > 1 || a.parts[0].span != a.known.span
		return
	}
	if len(a.parts) == 0 {
		usage.add(Usage{CacheHits: 1})
	}
	usage.add(Usage{PointsCached: a.known.overlay(a.parts)})
	result.Series = a.known.lines(a.plan, a.until, g)
}

// overlay lays answers over what was known, and returns how many points of it
// are left.
func (d *dense) overlay(parts []*part) int {
	for _, w := range parts {
		d.clear(w.span)
	}
	left := 0
	for _, row := range d.series {
		for _, v := range row {
			if !math.IsNaN(v) {
				left++
			}
		}
	}
	for _, w := range parts {
		if w.answer == nil {
			continue
		}
		for label, row := range w.answer.series {
			from, to := max(w.span.from, d.span.from), min(w.span.to, d.span.to)
			if from < to {
				copy(d.row(label)[(from-d.span.from)/d.period:(to-d.span.from)/d.period], row[(from-w.span.from)/d.period:])
			}
		}
	}
	return left
}
