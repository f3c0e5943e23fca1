package awsapi

import (
	"context"
	"slices"
	"sync"
	"time"
)

// mergeWindow is how long the first question waits for others to join its call.
const mergeWindow = 3 * time.Millisecond

// callPatience bounds one merged call with all its pages, retries and waiting.
const callPatience = 2 * time.Minute

// merger collects the questions of concurrent callers of one scope and asks them
// in common calls.
type merger struct {
	store *metricStore
	now   func() time.Time

	mu      sync.Mutex
	pending []*part
	flying  map[string][]*part // by plan key, until answered
	armed   bool               // a flush is on its way
	hurry   bool               // those who would join come along
	hot     map[string]*hotMetric
	epoch   uint64 // how often answers were written into the cache
}

// part is one span of one plan on its way.
type part struct {
	client  *Client // of who asked first; nil for a part that nobody asked for
	plan    *metricPlan
	span    span
	noCache bool
	done    chan struct{}

	// Guarded by the merger's mu.
	waiters int
	call    *metricCall
	meters  []*Meter // of those who wait, as they came: the first is told what it takes

	// Set before done is closed.
	epoch  uint64         // of the merger, with this answer written
	answer *dense         // where the plan's data goes into blocks
	raw    []MetricSeries // otherwise
	notes  []string
	cut    bool
	err    error
}

func (m *metricStore) merger(c *Client) *merger {
	m.mu.Lock()
	defer m.mu.Unlock()
	g := m.merge[c.scope]
	if g == nil {
		g = &merger{store: m, now: c.shared.now, flying: map[string][]*part{}, hot: map[string]*hotMetric{}}
		m.merge[c.scope] = g
	}
	return g
}

// join puts a span of a plan into the next call, which [merger.send] begins, or
// finds it on its way. Whoever joins has to wait or leave.
func (g *merger) join(ctx context.Context, c *Client, p *metricPlan, s span, noCache bool) *part {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.joinHeld(ctx, c, p, s, noCache, false)
}

// joinHeld is join for who holds the merger's mu. One that was hot before need
// not wait for others: those come along.
func (g *merger) joinHeld(ctx context.Context, c *Client, p *metricPlan, s span, noCache, hot bool) *part {
	for _, w := range g.flying[p.key] {
		// A refresh without cache joins only what has not been sent yet.
		if w.span.contains(s) && (!noCache || w.call == nil) && (w.blocked() || w.span == s) && !w.abandoned() {
			w.waiters++
			w.meters = append(w.meters, usageFrom(ctx))
			if w.waiters == 1 && w.call != nil {
				w.call.active++
			}
			usageFrom(ctx).add(Usage{Joined: 1})
			return w
		}
	}
	w := &part{client: c, plan: p, span: s, noCache: noCache, done: make(chan struct{}), waiters: 1, meters: []*Meter{usageFrom(ctx)}}
	g.pending = append(g.pending, w)
	g.flying[p.key] = append(g.flying[p.key], w)
	g.hurry = g.hurry || hot
	return w
}

// send sees to it that what has been joined goes out.
func (g *merger) send() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.armed || len(g.pending) == 0 {
		return
	}
	g.armed = true
	window := mergeWindow
	if g.hurry {
		window = 0
	}
	g.store.running.spawn(func() { g.flush(window) })
}

// blocked tells whether a smaller span can be cut out of the answer.
func (w *part) blocked() bool { return w.plan.blocks }

// abandoned tells whether the call was given up because nobody waited.
func (w *part) abandoned() bool { return w.call != nil && w.call.ctx.Err() != nil }

func (g *merger) wait(ctx context.Context, w *part) error {
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
		g.leave(w, usageFrom(ctx))
		return context.Cause(ctx)
	}
}

func (g *merger) leave(w *part, m *Meter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	w.waiters--
	if i := slices.Index(w.meters, m); i >= 0 {
		w.meters = slices.Delete(w.meters, i, i+1)
	}
	if w.waiters > 0 || w.call == nil {
		return
	}
	w.call.active--
	if w.call.active == 0 {
		w.call.cancel()
	}
}

// flush sends what has come together in the window.
func (g *merger) flush(window time.Duration) {
	if window > 0 {
		time.Sleep(window)
	}
	now := g.now()

	g.mu.Lock()
	var parts []*part
	for _, w := range g.pending {
		if w.waiters > 0 {
			parts = append(parts, w)
		} else {
			w.err = context.Canceled
			g.finish(w)
		}
	}
	g.pending, g.armed, g.hurry = nil, false, false
	parts = append(parts, g.warm(parts, now)...)
	var calls []*metricCall
	for _, c := range group(parts, now) {
		if !slices.ContainsFunc(c.parts, func(w *part) bool { return w.waiters > 0 }) {
			// What would come along does not fit: it is not worth a call of its own.
			for _, w := range c.parts {
				g.finish(w)
			}
			continue
		}
		calls = append(calls, c)
	}
	for _, c := range calls {
		c.merger, c.now = g, now
		c.ctx, c.cancel = context.WithTimeout(context.Background(), callPatience)
		for _, w := range c.parts {
			w.call = c
			if w.waiters > 0 {
				c.active++
			}
			if c.client == nil && w.client != nil {
				c.client = w.client
			}
		}
	}
	g.mu.Unlock()

	for _, c := range calls {
		g.store.running.spawn(func() {
			defer c.cancel()
			c.run()
		})
	}
}

// finish makes a part's answer known. The merger's mu is held.
func (g *merger) finish(w *part) {
	all := g.flying[w.plan.key]
	for i, o := range all {
		if o == w {
			all = append(all[:i:i], all[i+1:]...)
			break
		}
	}
	if len(all) == 0 {
		delete(g.flying, w.plan.key)
	} else {
		g.flying[w.plan.key] = all
	}
	close(w.done)
}
