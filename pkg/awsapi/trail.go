package awsapi

import (
	"slices"
	"sync"
	"time"

	cttypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// trail is the event history for one attribute as far as it was fetched.
type trail struct {
	key string

	mu      sync.Mutex
	events  map[string]Event // by event id: pages and ranges overlap
	covered []coverage       // sorted by from, disjoint
	bytes   int64
}

// coverage is a stretch of time whose events are all known, as of when they were
// asked for.
type coverage struct {
	span
	asked int64
}

// CloudTrail lists an event up to 15 minutes after it happened: what was asked
// later than that is final. What is younger is asked for again once a minute.
const (
	eventsFinal = 15 * 60
	eventsTick  = 60
)

// valid is the part of the coverage that need not be asked for again.
func (c coverage) valid(now int64) span {
	if c.asked/eventsTick == now/eventsTick {
		return c.span
	}
	return span{c.from, min(c.to, c.asked-eventsFinal)}
}

func (c *Client) trail(q EventQuery) *trail {
	key := digest(c.scope, "events", q.Attribute, q.Value)
	// Two that come at once may each make a trail; the one put last stays.
	if v, ok := c.shared.events.get(key); ok {
		return v.(*trail)
	}
	t := &trail{key: key, events: map[string]Event{}}
	c.shared.events.put(key, t, 0)
	return t
}

// missing are the spans of want that have to be asked for, oldest first.
func (t *trail) missing(want span, now int64, all bool) []span {
	if all {
		return []span{want}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []span
	at := want.from
	for _, c := range t.covered {
		v := c.valid(now)
		if v.to <= at || v.from >= want.to || v.from >= v.to {
			continue
		}
		if v.from > at {
			out = append(out, span{at, v.from})
		}
		at = v.to
	}
	if at < want.to {
		out = append(out, span{at, want.to})
	}
	return out
}

// add keeps a page of the lookup of s, which began at its newer end. It returns
// the trail's size.
func (t *trail) add(page []cttypes.Event, s span, asked int64, last bool, room int64) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := span{s.to, s.to}
	for _, raw := range page {
		e := eventOf(raw)
		if _, twice := t.events[e.ID]; !twice {
			t.bytes += int64(len(e.Record)) + 500
		}
		t.events[e.ID] = e
		// More of the oldest second may be on the next page.
		known.from = min(known.from, e.Time.Unix()+1)
	}
	if last {
		known.from = s.from
	}
	if known.from < known.to {
		t.cover(coverage{known, asked})
	}
	if t.bytes > room*9/10 {
		t.prune(room / 2)
	}
	return t.bytes
}

// cover adds a stretch; it replaces what it overlaps, being newer.
func (t *trail) cover(n coverage) {
	var out []coverage
	for _, c := range t.covered {
		if c.from < n.from {
			out = append(out, coverage{span{c.from, min(c.to, n.from)}, c.asked})
		}
		if c.to > n.to {
			out = append(out, coverage{span{max(c.from, n.to), c.to}, c.asked})
		}
	}
	out = append(out, n)
	out = slices.DeleteFunc(out, func(c coverage) bool { return c.from >= c.to })
	slices.SortFunc(out, func(a, b coverage) int { return int(min(max(a.from-b.from, -1), 1)) })
	// Neighbours asked at one time, as the pages of one lookup, become one.
	t.covered = out[:0]
	for _, c := range out {
		if n := len(t.covered); n > 0 && t.covered[n-1].to == c.from && t.covered[n-1].asked/eventsTick == c.asked/eventsTick {
			t.covered[n-1].to = c.to
			t.covered[n-1].asked = min(t.covered[n-1].asked, c.asked)
			continue
		}
		t.covered = append(t.covered, c)
	}
}

// prune forgets the oldest events until at most room bytes are left.
func (t *trail) prune(room int64) {
	all := make([]Event, 0, len(t.events))
	for _, e := range t.events {
		all = append(all, e)
	}
	slices.SortFunc(all, newestFirst)
	for len(all) > 0 && t.bytes > room {
		e := all[len(all)-1]
		all = all[:len(all)-1]
		t.bytes -= int64(len(e.Record)) + 500
		delete(t.events, e.ID)
		for i := range t.covered {
			t.covered[i].from = max(t.covered[i].from, e.Time.Unix()+1)
		}
	}
	t.covered = slices.DeleteFunc(t.covered, func(c coverage) bool { return c.from >= c.to })
}

// count is how many events are known in a span.
func (t *trail) count(s span) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, e := range t.events {
		if at := e.Time.Unix(); at >= s.from && at < s.to {
			n++
		}
	}
	return n
}

// answer is what is known of the range.
func (t *trail) answer(q EventQuery, want span, now time.Time) EventAnswer {
	missing := t.missing(want, now.Unix(), false)
	t.mu.Lock()
	defer t.mu.Unlock()
	var out EventAnswer
	for _, e := range t.events {
		if !e.Time.Before(q.From) && e.Time.Before(q.To) {
			out.Events = append(out.Events, e)
		}
	}
	slices.SortFunc(out.Events, newestFirst)
	out.Until = q.From
	if n := len(missing); n > 0 {
		out.Incomplete = true
		if until := time.Unix(missing[n-1].to, 0).UTC(); until.After(q.From) {
			out.Until = until
		}
	}
	if len(out.Events) >= q.Limit {
		// Whole as far as was wanted.
		more := len(out.Events) > q.Limit || out.Incomplete
		if !out.Events[q.Limit-1].Time.Before(out.Until) {
			out.Incomplete = false
		}
		out.Limited = more
		out.Events = out.Events[:q.Limit]
		out.Until = out.Events[q.Limit-1].Time
	}
	return out
}
