package awsapi

import (
	"time"
)

// hotMetric is a metric that a live view shows at present.
type hotMetric struct {
	plan *metricPlan
	used time.Time
}

// A browser sends the panels of a dashboard a few at a time. When the first of
// them asks for the newest periods, the call has room for those of the others,
// which will ask within the second: so the newest periods of whatever was shown
// in the last hotFor come along. A dashboard that was closed costs one more
// question at most.
const (
	hotFor   = 90 * time.Second
	hotCount = 2000
)

// touch remembers a metric that a view up to the present asks for, and reports
// whether one did so within hotFor before.
func (g *merger) touch(p *metricPlan, now time.Time) bool {
	if !p.blocks || p.search > 0 {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if h := g.hot[p.key]; h != nil {
		was := h.hot(now)
		h.used = now
		return was
	}
	if len(g.hot) < hotCount {
		g.hot[p.key] = &hotMetric{plan: p, used: now}
	}
	return false
}

func (h *hotMetric) hot(now time.Time) bool {
	age := now.Sub(h.used)
	return age >= 0 && age <= hotFor
}

// newest tells whether a span has only periods that are open or closed a moment
// ago: those of hot metrics come along with it. What a longer range adds does not.
func newest(s span, period int64, now time.Time) bool {
	return s.from >= now.Unix()-closes(period)-period
}

// warm adds parts for hot metrics whose newest periods are due, where a part that
// somebody waits for asks for those of its own metric. The merger's mu is held.
func (g *merger) warm(parts []*part, now time.Time) []*part {
	for key, h := range g.hot {
		if !h.hot(now) {
			delete(g.hot, key)
		}
	}
	end := int64(0)
	room := maxQueries
	for _, w := range parts {
		if room -= 1 + len(w.plan.refs); w.plan.blocks && newest(w.span, w.plan.period, now) {
			end = max(end, w.span.to)
		}
	}
	if end == 0 {
		return nil
	}
	var out []*part
	for key, h := range g.hot {
		a := age{now: now.Unix(), period: h.plan.period}
		whole := span{floorTo(a.now-closes(a.period), a.period), min(ceilTo(end, a.period), floorTo(a.now, a.period)+a.period)}
		if len(g.flying[key]) > 0 || whole.from >= whole.to {
			continue
		}
		known := g.store.read(key, whole, a.period)
		for _, s := range a.missing(whole, known.slots) {
			if room -= 1 + len(h.plan.refs); room < 0 {
				return out
			}
			w := &part{plan: h.plan, span: s, done: make(chan struct{})}
			g.flying[key] = append(g.flying[key], w)
			out = append(out, w)
		}
	}
	return out
}
