package awsapi

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/andonhq/andon/pkg/text"
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

// wait blocks until the call may be made, in the order of arrival. Its error is
// a Throttled when the turn would come after the caller's deadline: then nothing
// is spent, nor is it when the caller leaves.
func (l *limits) wait(ctx context.Context, key limitKey) error { return l.take(ctx, key, 1) }

// take is wait for something that uses n of the quota, such as a call's data
// points. More than a burst counts as a burst.
func (l *limits) take(ctx context.Context, key limitKey, n int) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	b := l.bucket(key)
	n = min(n, b.lim.Burst())
	turn, delay := b.enter(l.now(), n)
	if delay > longestQueue || delay > 0 && delay >= timeLeft(ctx) {
		b.leave(turn)
		return &Throttled{Action: key.action, Err: tooLate{delay}}
	}
	select {
	case <-turn.come:
	case <-ctx.Done():
		b.leave(turn)
		return context.Cause(ctx)
	}
	defer b.leave(turn)
	now := l.now()
	r := b.lim.ReserveN(now, n)
	if delay = r.DelayFrom(now); delay <= 0 {
		return nil
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

// tooLate is why the own limit refused a call.
type tooLate struct{ delay time.Duration }

// In is the error in a language, in whole seconds.
func (e tooLate) In(l text.Lang) string {
	return text.Of("fault.too_late", (e.delay + time.Second - 1).Truncate(time.Second)).In(l)
}
func (e tooLate) Error() string { return e.In(text.English) }

type deadlineKey struct{}

// timeLeft is how long the caller can wait. A shared call has no deadline of its
// own, but that of who began it as a hint.
func timeLeft(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return time.Until(deadline)
	}
	if deadline, ok := ctx.Value(deadlineKey{}).(time.Time); ok {
		return time.Until(deadline)
	}
	return longestQueue
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
	queue            []*turn // the first holds the turn: only it reserves, so that whoever leaves takes nothing along
	nominal, current float64
	changed          time.Time
}

func (b *bucket) adapt(now time.Time, throttled bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.changed) {
		b.changed = now // the clock went back
	}
	var next float64
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

// turn is a place in the queue for n of the quota.
type turn struct {
	n    int
	come chan struct{} // closed when it is the first
}

// enter takes a place in the queue; delay is how long the turn and the quota will
// take.
func (b *bucket) enter(now time.Time, n int) (t *turn, delay time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t = &turn{n: n, come: make(chan struct{})}
	b.queue = append(b.queue, t)
	if len(b.queue) == 1 {
		close(t.come)
	}
	missing := -b.lim.TokensAt(now)
	for _, o := range b.queue {
		missing += float64(o.n)
	}
	return t, max(0, time.Duration(missing/b.current*float64(time.Second)))
}

// leave gives up the place, and the turn to the next.
func (b *bucket) leave(t *turn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.queue, t)
	b.queue = slices.Delete(b.queue, i, i+1)
	if i == 0 && len(b.queue) > 0 {
		close(b.queue[0].come)
	}
}
