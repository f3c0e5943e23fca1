package awsapi

import (
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/andonhq/andon/pkg/text"
)

// settle makes a part's answer of what its query brought, and keeps it.
func (c *metricCall) settle(w *part, f *fetched, notes []string) {
	w.notes, w.cut = f.notes, f.partial
	if w.plan.search > 0 || w.plan.sql {
		// Limits of a call cut what is searched, not a metric named in full.
		w.notes = append(w.notes, notes...)
	}
	switch f.failed {
	case cwtypes.StatusCodeForbidden:
		w.err = &Denied{Action: "cloudwatch:GetMetricData", Resource: w.plan.req.AccountID, Err: text.Fail("fault.forbidden_metric")}
	case cwtypes.StatusCodeInternalError:
		w.err = text.Fail("fault.metric_internal")
	}
	c.count(w, f)
	if w.err != nil {
		return
	}
	if w.plan.blocks {
		w.answer = w.lay(f)
	}
	if w.answer == nil {
		w.raw = w.cutOut(f)
		if w.plan.blocks {
			c.client.shared.cache.put(noBlocks+w.plan.key, true, 1)
		}
		return
	}
	if !w.cut && len(w.notes) == 0 {
		c.merger.store.write(w.plan.key, w.answer, age{now: c.now.Unix(), period: w.plan.period})
	}
}

func (c *metricCall) count(w *part, f *fetched) {
	u := Usage{MetricsBilled: 1 + len(w.plan.refs)}
	if w.plan.search > 0 || w.plan.sql {
		u.MetricsBilled = max(len(f.results), 1) + len(w.plan.refs)
	} else if w.plan.req.Expression != "" {
		u.MetricsBilled = max(len(w.plan.refs), 1) // arithmetic itself is free
	}
	for _, r := range f.results {
		u.PointsFetched += len(r.Values)
	}
	u.CostUSD = float64(u.MetricsBilled) * priceMetric
	c.merger.mu.Lock()
	defer c.merger.mu.Unlock()
	if len(w.meters) > 0 {
		w.meters[0].add(u)
	} else {
		c.meter.add(u)
	}
}

// noBlocks marks plans whose answers turned out not to fit blocks: from then on
// they are kept by their range.
const noBlocks = "noblocks\x00"

// lay puts results into a dense answer; nil where they do not fit one: times off
// the grid, or labels that do not tell the series apart.
func (w *part) lay(f *fetched) *dense {
	d := newDense(w.span, w.plan.period)
	for _, r := range f.results {
		label := w.label(r)
		if _, twice := d.series[label]; twice {
			return nil
		}
		row := d.row(label)
		for i, t := range r.Timestamps {
			at := t.Unix()
			if at%w.plan.period != 0 {
				return nil
			}
			if at >= w.span.from && at < w.span.to {
				row[(at-w.span.from)/w.plan.period] = r.Values[i]
			}
		}
	}
	return d
}

// label is the series' name. Where AWS would choose one by the id or by what
// else is in the call, it is the metric's or the request's own.
func (w *part) label(r cwtypes.MetricDataResult) string {
	label, req := aws.ToString(r.Label), w.plan.req
	switch {
	case req.Label != "":
		return label
	case req.Expression == "":
		return req.Metric
	case w.plan.search == 0 && !w.plan.sql && !w.plan.array, label == aws.ToString(r.Id):
		return req.ID
	}
	return label
}

func (w *part) cutOut(f *fetched) []MetricSeries {
	var out []MetricSeries
	for _, r := range f.results {
		s := MetricSeries{Label: w.label(r)}
		for i, t := range r.Timestamps {
			if at := t.Unix(); at >= w.span.from && at < w.span.to {
				s.Times = append(s.Times, t.UTC())
				s.Values = append(s.Values, r.Values[i])
			}
		}
		out = append(out, s)
	}
	return out
}

// lines are the series of dense data before until. Those of an expression without a point are
// left out; a metric has always one.
func (d *dense) lines(p *metricPlan, until int64, g grids) []MetricSeries {
	_, end := d.index(span{d.span.from, ceilTo(until, d.period)})
	labels := slices.Clone(d.order)
	if p.search > 0 {
		slices.Sort(labels)
	}
	var out []MetricSeries
	for _, label := range labels {
		if s := (MetricSeries{Label: label}); s.fill(d, d.series[label][:end], g) {
			out = append(out, s)
		}
	}
	if len(out) == 0 && p.search == 0 {
		label := p.req.Metric
		if p.req.Expression != "" {
			label = p.req.ID
		}
		out = []MetricSeries{{Label: label}}
	}
	return out
}

// fill takes the points of a row, which it may keep, and reports whether there
// are any.
func (s *MetricSeries) fill(d *dense, row []float64, g grids) bool {
	n, first, last := 0, -1, 0
	for i, v := range row {
		if !math.IsNaN(v) {
			if n++; first < 0 {
				first = i
			}
			last = i
		}
	}
	if n == 0 {
		return false
	}
	times := g.of(d)
	if n == last-first+1 { // without a hole
		s.Times, s.Values = slices.Clip(times[first:last+1]), slices.Clip(row[first:last+1])
		return true
	}
	s.Times, s.Values = make([]time.Time, 0, n), make([]float64, 0, n)
	for i, v := range row[:last+1] {
		if !math.IsNaN(v) {
			s.Times, s.Values = append(s.Times, times[i]), append(s.Values, v)
		}
	}
	return true
}

// grids are the times of the periods of one answer's spans. Series that have
// every period share them: a hundred lines of one panel have one list of times.
type grids map[grid][]time.Time

type grid struct {
	span   span
	period int64
}

func (g grids) of(d *dense) []time.Time {
	k := grid{d.span, d.period}
	if g[k] == nil {
		g[k] = make([]time.Time, len(d.slots))
		for i := range g[k] {
			g[k][i] = time.Unix(d.span.from+int64(i)*d.period, 0).UTC()
		}
	}
	return g[k]
}
