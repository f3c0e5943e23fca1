package awsapi

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// longestQueue is how long a call may have to wait for its turn before it is
// refused at once: whoever waits longer than this has gone.
const longestQueue = time.Minute

// limitKey names one quota of AWS.
type limitKey struct{ account, region, action string }

// limits are the token buckets of one process.
type limits struct {
	mu      sync.Mutex
	now     func() time.Time
	buckets map[limitKey]*bucket
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, buckets: map[limitKey]*bucket{}}
}

func (l *limits) bucket(key limitKey) *bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		r := rateOf(key.action)
		b = &bucket{nominal: r.perSecond, current: r.perSecond, lim: rate.NewLimiter(rate.Limit(r.perSecond), r.burst)}
		l.buckets[key] = b
	}
	return b
}

// wait blocks until the call may be made. Its error is a Throttled when the
// turn would come after the context's deadline: then nothing is spent.
func (l *limits) wait(ctx context.Context, key limitKey) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	b := l.bucket(key)
	now := l.now()
	r := b.lim.ReserveN(now, 1)
	delay := r.DelayFrom(now)
	if delay <= 0 {
		return nil
	}
	if deadline, ok := ctx.Deadline(); delay > longestQueue || ok && delay >= time.Until(deadline) {
		r.CancelAt(now)
		return &Throttled{Action: key.action, Err: fmt.Errorf("its turn within the account's rate limit comes in %s, too late for this query", delay.Round(100*time.Millisecond))}
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		r.CancelAt(l.now())
		return context.Cause(ctx)
	}
}

// done tells the bucket how the call ended, so that it slows down for an
// account whose quota others use up too, and recovers.
func (l *limits) done(key limitKey, throttled bool) {
	l.bucket(key).adapt(l.now(), throttled)
}

// bucket is one quota: additive increase, multiplicative decrease between a
// twentieth of the published rate and the whole.
type bucket struct {
	lim *rate.Limiter

	mu               sync.Mutex
	nominal, current float64
	changed          time.Time
}

func (b *bucket) adapt(now time.Time, throttled bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.changed) {
		b.changed = now // the clock went back
	}
	next := b.current
	switch {
	case throttled:
		// One burst of refusals is one reason to slow down, not twenty.
		if b.current < b.nominal && now.Sub(b.changed) < 200*time.Millisecond {
			return
		}
		next = max(b.current/2, b.nominal/20)
	case b.current < b.nominal && now.Sub(b.changed) >= time.Second:
		next = min(b.current+b.nominal/10, b.nominal)
	default:
		return
	}
	b.current, b.changed = next, now
	b.lim.SetLimitAt(now, rate.Limit(next))
}
