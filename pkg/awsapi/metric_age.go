package awsapi

import "time"

// age decides by time which periods of a series have to be asked for. All times
// are Unix seconds.
type age struct {
	now    int64
	period int64
	opts   MetricOptions
}

// emptyAgain is when a closed period without data is asked for again after it
// was asked: agents send what they kept during an outage. The last repeats.
var emptyAgain = []time.Duration{15 * time.Minute, time.Hour, 6 * time.Hour}

// converges is how old the end of a period has to be until its value does not
// change any more in practice.
const converges = 10 * time.Minute

// closes is the age at which a period of this length is closed.
func closes(period int64) int64 { return max(3*period, int64(converges/time.Second)) }

// tick is how often recent periods are asked for: once in each of their lengths,
// and once a minute for long ones, whose last value grows.
func tick(period int64) int64 { return min(period, 60) }

// settled is the time from which an answer about the period that ends at end is
// final. It is two ticks before the period closes, so that whoever looks once
// a tick need not ask once more just because it has closed.
func (a age) settled(end int64) int64 { return end + closes(a.period) - 2*tick(a.period) }

// slot is what is known of one period.
type slot struct {
	asked  int64 // when AWS answered about it; 0: never
	filled bool  // there was a value
	tries  uint8 // how often a closed, empty period was asked for again
}

// wait is how long after it was asked an empty period is left alone, in seconds.
func (s slot) wait() int64 {
	return int64(emptyAgain[min(int(s.tries), len(emptyAgain)-1)] / time.Second)
}

// needs tells whether the period that ends at end must be asked for.
func (a age) needs(s slot, end int64) bool {
	switch {
	case a.opts.NoCache, s.asked == 0, s.asked > a.now+tick(a.period): // asked in the future: the clock was set back
		return true
	case !s.filled && a.opts.NoCachedEmpty:
		return true
	case s.asked >= a.settled(end) && s.filled:
		return false
	case a.now < end+closes(a.period):
		return s.asked/tick(a.period) != a.now/tick(a.period)
	case s.asked >= a.settled(end):
		return a.now >= s.asked+s.wait()
	}
	return true // closed by now, but last seen when it was young
}

// answered is what is known of a period after an answer.
func (a age) answered(s slot, end int64, filled bool) slot {
	next := slot{asked: a.now, filled: filled}
	if !filled && !s.filled && s.asked >= a.settled(end) && s.asked > 0 {
		next.tries = min(s.tries+1, 100)
	}
	return next
}

// span is a range of time, in Unix seconds, aligned to periods: from inclusive,
// to exclusive.
type span struct{ from, to int64 }

func (s span) contains(o span) bool { return s.from <= o.from && o.to <= s.to }

// Missing spans closer together than gapSlots are asked for as one, and never
// more than maxSpans for one series: each costs a metric.
const (
	gapSlots = 15
	maxSpans = 3
)

// missing are the spans of whole that must be asked for.
func (a age) missing(whole span, slots []slot) []span {
	var out []span
	for i, s := range slots {
		from := whole.from + int64(i)*a.period
		if !a.needs(s, from+a.period) {
			continue
		}
		if n := len(out); n > 0 && from-out[n-1].to <= gapSlots*a.period {
			out[n-1].to = from + a.period
		} else {
			out = append(out, span{from, from + a.period})
		}
	}
	for len(out) > maxSpans {
		best := 1
		for i := 2; i < len(out); i++ {
			if out[i].from-out[i-1].to < out[best].from-out[best-1].to {
				best = i
			}
		}
		out[best-1].to = out[best].to
		out = append(out[:best], out[best+1:]...)
	}
	return out
}

func floorTo(t, step int64) int64 { return t - ((t%step)+step)%step }
func ceilTo(t, step int64) int64  { return floorTo(t+step-1, step) }
