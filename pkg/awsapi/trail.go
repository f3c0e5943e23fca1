package awsapi

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// trail is a history as far as it was fetched, for one question of one identity.
type trail[T any] struct {
	key  string
	kind *trailKind[T]

	mu      sync.Mutex
	items   map[string]T // by id: pages and ranges overlap
	covered []coverage   // sorted by from, disjoint
	bytes   int64
	paused  *pause
}

// pause is where a lookup of pages that found nothing stopped: only AWS's token
// knows how far it came.
type pause struct {
	of    span  // what was asked
	edge  int64 // everything of it from here on is covered
	token *string
	until int64 // when the token ends
}

// resume takes up a pause that leads on in s, if there is one.
func (t *trail[T]) resume(s span, now int64) (of span, token *string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.paused
	if p == nil || p.edge != s.to || p.of.from > s.from || now >= p.until {
		return s, nil
	}
	t.paused = nil
	return p.of, p.token
}

func (t *trail[T]) pause(p pause) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.paused = &p
}

// trailKind is what is particular to one of AWS's histories. Times are seconds.
type trailKind[T any] struct {
	id    func(T) string
	at    func(T) time.Time
	size  func(T) int64
	late  int64 // what was asked for longer than this after it happened is final
	tick  int64 // what is younger is asked for again once in this time
	holds int64 // how long even final answers are believed; 0: for ever
}

// coverage is a stretch of time whose items are all known, as of when they were
// asked for.
type coverage struct {
	span
	asked int64
}

// longestLookup is the most by which an answer may be newer than the lookup that
// began before it; what was asked later still shows that the clock was set back.
const longestLookup = 5 * 60

// valid is the part of the coverage that a lookup which began at now need not ask
// for again.
func (k *trailKind[T]) valid(c coverage, now int64) span {
	switch {
	case c.asked > now+longestLookup, k.holds > 0 && now-c.asked > k.holds:
		return span{c.from, c.from}
	case c.asked >= now, c.asked/k.tick == now/k.tick:
		return c.span
	}
	return span{c.from, min(c.to, c.asked-k.late)}
}

// trailOf is the trail kept under key, or a new one.
func trailOf[T any](c *Client, kind *trailKind[T], key string) *trail[T] {
	// Callers who come at once have to have the same, for one flight fills it.
	c.shared.trails.Lock()
	defer c.shared.trails.Unlock()
	if v, ok := c.shared.events.get(key); ok {
		return v.(*trail[T])
	}
	t := &trail[T]{key: key, kind: kind, items: map[string]T{}}
	c.shared.events.put(key, t, 0)
	return t
}

// missing are the spans of want that have to be asked for, oldest first.
func (t *trail[T]) missing(want span, now int64, all bool) []span {
	if all {
		return []span{want}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []span
	at := want.from
	for _, c := range t.covered {
		v := t.kind.valid(c, now)
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

// add keeps a page of the lookup of s, which began at its newer end or, oldest
// first, at its older one. last says that there is no other page. It returns the
// trail's size, of which room bytes may be.
func (t *trail[T]) add(page []T, s span, asked int64, oldestFirst, last bool, room int64) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := span{s.to, s.to}
	for _, item := range page {
		id := t.kind.id(item)
		if _, twice := t.items[id]; !twice {
			t.bytes += t.kind.size(item)
		}
		t.items[id] = item
		if !oldestFirst {
			// More of the oldest second may be on the next page.
			known.from = min(known.from, t.kind.at(item).Unix()+1)
		}
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
func (t *trail[T]) cover(n coverage) {
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
	slices.SortFunc(out, func(a, b coverage) int { return cmp.Compare(a.from, b.from) })
	// Neighbours asked at one time, as the pages of one lookup, become one.
	t.covered = out[:0]
	for _, c := range out {
		if n := len(t.covered); n > 0 && t.covered[n-1].to == c.from && t.covered[n-1].asked/t.kind.tick == c.asked/t.kind.tick {
			t.covered[n-1].to = c.to
			t.covered[n-1].asked = min(t.covered[n-1].asked, c.asked)
			continue
		}
		t.covered = append(t.covered, c)
	}
}

// prune forgets the oldest items until at most room bytes are left.
func (t *trail[T]) prune(room int64) {
	all := make([]T, 0, len(t.items))
	for _, item := range t.items {
		all = append(all, item)
	}
	slices.SortFunc(all, t.newestFirst)
	for len(all) > 0 && t.bytes > room {
		item := all[len(all)-1]
		all = all[:len(all)-1]
		t.bytes -= t.kind.size(item)
		delete(t.items, t.kind.id(item))
		for i := range t.covered {
			t.covered[i].from = max(t.covered[i].from, t.kind.at(item).Unix()+1)
		}
	}
	t.covered = slices.DeleteFunc(t.covered, func(c coverage) bool { return c.from >= c.to })
}

func (t *trail[T]) newestFirst(a, b T) int {
	if c := t.kind.at(b).Compare(t.kind.at(a)); c != 0 {
		return c
	}
	return cmp.Compare(t.kind.id(a), t.kind.id(b))
}

// count is how many items that counts are known in a span.
func (t *trail[T]) count(s span, counts func(T) bool) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, item := range t.items {
		if at := t.kind.at(item).Unix(); at >= s.from && at < s.to && counts(item) {
			n++
		}
	}
	return n
}

// trailAnswer is what a trail knows of a range, newest first.
type trailAnswer[T any] struct {
	items      []T
	incomplete bool
	limited    bool
	until      time.Time // everything from here to the end of the range is in items
}

// answer is what is known of from ≤ time < to after a lookup that began at now.
func (l *lookup[T]) answer(now int64) trailAnswer[T] {
	t := l.trail
	missing := t.missing(l.want, now, false)
	t.mu.Lock()
	defer t.mu.Unlock()
	out := trailAnswer[T]{until: l.from}
	for _, item := range t.items {
		if at := t.kind.at(item); !at.Before(l.from) && at.Before(l.to) && l.counts(item) {
			out.items = append(out.items, item)
		}
	}
	slices.SortFunc(out.items, t.newestFirst)
	if n := len(missing); n > 0 {
		out.incomplete = true
		if until := time.Unix(missing[n-1].to, 0).UTC(); until.After(l.from) {
			out.until = until
		}
	}
	if len(out.items) >= l.limit {
		// Whole as far as was wanted.
		out.limited = len(out.items) > l.limit || out.incomplete
		oldest := t.kind.at(out.items[l.limit-1])
		if !oldest.Before(out.until) {
			out.incomplete = false
		}
		out.items, out.until = out.items[:l.limit], oldest
	}
	return out
}
