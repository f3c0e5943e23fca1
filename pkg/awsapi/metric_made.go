package awsapi

import (
	"context"
	"time"
)

// Standing tells how long an answer of metric data would be given again, word for
// word: until something more is read for its caller, and no longer than the next
// tick. The zero value is that of an answer that does not stand.
type Standing struct {
	merger      *merger
	epoch       uint64
	from, until int64 // Unix seconds
}

// made is something made of an answer that stands.
type made struct {
	standing Standing
	val      any
}

// KeepMade keeps what was made of an answer of one account and region, of about
// cost bytes, under a name that tells all that it was made of but the data. It
// does nothing where the answer does not stand. The value is shared: nobody may
// change it.
func (s *Sessions) KeepMade(ctx context.Context, account, region, name string, val any, cost int64, until Standing) {
	if until.merger == nil {
		return
	}
	if c, err := s.Client(ctx, account, region); err == nil {
		s.shared.metrics.made.put(c.scope+name, made{until, val}, cost)
	}
}

// Made is what was kept with [Sessions.KeepMade], while its answer stands. It
// calls nobody: where the caller has to be confirmed first nothing is found.
func (s *Sessions) Made(ctx context.Context, account, region, name string) (any, bool) {
	a, err := s.access(account)
	if err != nil {
		return nil, false
	}
	if id, until := a.known(); id.key == "" || !s.shared.now().Before(until) {
		return nil, false
	}
	c, err := s.Client(ctx, account, region)
	if err != nil {
		return nil, false // told to whoever asks for the data
	}
	v, ok := s.shared.metrics.made.get(c.scope + name)
	if !ok || !v.(made).standing.stands(s.shared.now()) {
		return nil, false
	}
	return v.(made).val, true
}

func (s Standing) stands(now time.Time) bool {
	s.merger.mu.Lock()
	defer s.merger.mu.Unlock()
	return s.epoch == s.merger.epoch && s.from <= now.Unix() && now.Unix() < s.until
}

// standing is that of an answer put together from asks, which have ended well.
// It stands only where nothing was written since they looked into the cache but
// what they waited for.
func (g *merger) standing(asks []*ask, now time.Time) Standing {
	s := Standing{merger: g, from: now.Unix()}
	writes := map[uint64]bool{}
	for i, a := range asks {
		if i == 0 {
			s.epoch, s.until = a.epoch, a.stands
		}
		if a.stands == 0 || a.epoch != s.epoch {
			return Standing{}
		}
		s.until = min(s.until, a.stands)
		for _, w := range a.parts {
			writes[w.epoch] = true
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(asks) == 0 || g.epoch != s.epoch+uint64(len(writes)) {
		return Standing{}
	}
	s.epoch = g.epoch
	return s
}

// stands is the time up to which none of the slots, which begin at from, needs to
// be asked for, once those that do are asked for now.
func (a age) stands(slots []slot, from int64) int64 {
	t := tick(a.period)
	until := floorTo(a.now, t) + t
	for i, s := range slots {
		end := from + int64(i+1)*a.period
		if !s.filled && s.asked >= a.settled(end) && !a.needs(s, end) {
			until = min(until, s.asked+s.wait())
		}
	}
	return until
}
