package notifier

import "time"

// backoff says how long to wait before a notifier is started again. The first
// time after a healthy run it does not wait: a tower is right again within
// seconds.
type backoff struct {
	min, max, healthy time.Duration
	random            func() float64 // in [0, 1)
	failures          int
}

// next returns the wait after a run that lasted up; 0 for a failed start.
// From the second failure on it doubles from min to max, spread by a quarter
// to both sides and never above max.
func (b *backoff) next(up time.Duration) time.Duration {
	if up >= b.healthy {
		b.failures = 0
	}
	b.failures++
	if b.failures == 1 {
		return 0
	}
	wait := b.min
	for n := 2; n < b.failures && wait < b.max; n++ {
		wait *= 2
	}
	wait = min(wait, b.max)
	return min(time.Duration(float64(wait)*(0.75+b.random()/2)), b.max)
}
