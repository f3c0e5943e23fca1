package tower

import "time"

// Interval is a time during which a tower sounded.
type Interval struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Sounded is what a tower has sounded: durable, so that a restart does not
// start a buzzer again that has had its time. An alert has been heard for as
// long as the tower sounded since it was raised.
type Sounded struct {
	// Intervals are the newest ones, oldest first.
	Intervals []Interval `json:"intervals,omitempty"`
	// Since is when the buzzer went on; zero while it is quiet.
	Since time.Time `json:"since,omitzero"`
	// Stopped is the number of the last change of the board before somebody
	// stopped the buzzer: what was raised until then is not heard any more. It
	// is no time, because clocks are set back.
	Stopped uint64 `json:"stopped,omitempty"`
}

// After is how long the tower has sounded between raised and now. What it
// sounded later than now, before the clock was set back, does not count.
func (s Sounded) After(raised, now time.Time) time.Duration {
	if raised.After(now) { // set back since: what was sounded last counts
		raised = s.Since
		if last := len(s.Intervals) - 1; raised.IsZero() && last >= 0 {
			raised = s.Intervals[last].From
		}
	}
	var sum time.Duration
	for i := len(s.Intervals) - 1; i >= 0 && s.Intervals[i].To.After(raised); i-- {
		to := s.Intervals[i].To
		if now.Before(to) {
			to = now
		}
		sum += max(0, to.Sub(later(s.Intervals[i].From, raised)))
	}
	if !s.Since.IsZero() && now.After(s.Since) {
		sum += max(0, now.Sub(later(s.Since, raised)))
	}
	return sum
}

// On notes that the buzzer is heard at a time. It went on then, unless it is
// known to have gone on before.
func (s Sounded) On(at time.Time) Sounded {
	if s.Since.IsZero() || at.Before(s.Since) {
		s.Since = at
	}
	return s
}

// Quiet notes that the buzzer went off, or that the tower was lost, at a
// time. Intervals are kept while an alert could still ask for them: until
// those after them sum up to keep.
func (s Sounded) Quiet(at time.Time, keep time.Duration) Sounded {
	if s.Since.IsZero() {
		return s
	}
	intervals := append(append([]Interval(nil), s.Intervals...), Interval{s.Since, later(at, s.Since)})
	s.Since = time.Time{}
	var sum time.Duration
	first := len(intervals)
	for first > 0 && sum < keep && len(intervals)-first < maxIntervals {
		first--
		sum += intervals[first].To.Sub(intervals[first].From)
	}
	s.Intervals = intervals[first:]
	return s
}

// maxIntervals bounds what is remembered where the buzzer is heard in very
// short pieces only.
const maxIntervals = 256

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
