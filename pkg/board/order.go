package board

import (
	"fmt"
	"strings"

	"github.com/andonhq/andon/pkg/alert"
)

// byTime puts an event into the sender's order. The alert's condition and
// content depend only on the newest firing and the newest resolved event, so
// any order of arrival, with any duplicates, ends in the same light.
func (s *step) byTime() {
	if s.d.Status == alert.Resolved {
		s.resolveByTime()
		return
	}
	known := s.known()
	stamp := s.stamp()
	// Two failures of the same instant: the more severe, then any fixed order.
	print := s.e.Labels.Fingerprint()
	stamp.Tie = fmt.Sprintf("%04d %s", s.d.Rank, print)
	switch c := stamp.Compare(known.Firing); {
	case c == 0, s.repeats(known.Firing, stamp, print):
		return
	case c < 0:
		s.entry(alert.Recorded, NoteOlder, true)
		return
	}
	if s.d.Severity == alert.Record && s.d.Single {
		s.fire() // nothing pairs with it: no tombstone
		return
	}
	s.stamps().Firing = stamp
	switch {
	case after(stamp, known.Resolved):
		s.fire()
	case s.d.Sequence.LocksIn() && s.d.Severity != alert.Record:
		s.momentary()
	case s.prev.Open():
		// What is locked in is now known to have been followed by a failure
		// that is not, and by a recovery.
		s.end(NoteOlder, true)
	default:
		s.entry(alert.Recorded, NoteOlder, true)
	}
}

func (s *step) resolveByTime() {
	known, stamp := s.known(), s.stamp()
	switch c := stamp.Compare(known.Resolved); {
	case c == 0:
		return
	case c < 0:
		s.entry(alert.Recorded, NoteOlder, true)
		return
	}
	if s.prev == nil && s.d.Single {
		s.resolve() // nothing pairs with it: no tombstone
		return
	}
	n := s.edit()
	s.stamps().Resolved = stamp
	if n.Ended {
		n.EndedAt = s.now // the tombstone is remembered from its last news on
	}
	if after(known.Firing, stamp) {
		s.entry(alert.Recorded, NoteOlder, true)
		return
	}
	s.resolve()
}

// stamp is the event's place in the sender's order. An event without a time
// counts as sent when it was received.
func (s *step) stamp() alert.Stamp {
	at := s.e.At
	if at.IsZero() {
		at = s.e.Server
	}
	if at.IsZero() {
		at = s.now
	}
	return alert.Stamp{At: at, Server: s.e.Server}
}

// repeats reports whether a failure is the known one once more, under rules
// that rank it otherwise since.
func (s *step) repeats(known, stamp alert.Stamp, print string) bool {
	return known.At.Equal(stamp.At) && known.Server.Equal(stamp.Server) && strings.HasSuffix(known.Tie, " "+print)
}

// after reports whether a failure is newer than a recovery; at the same
// instant the recovery is the later one.
func after(firing, resolved alert.Stamp) bool {
	if c := firing.At.Compare(resolved.At); c != 0 {
		return c > 0
	}
	return firing.Server.After(resolved.Server)
}

// momentary locks in a failure that was over before it arrived.
func (s *step) momentary() {
	if !s.prev.Open() {
		s.open(false, NoteMomentary)
		return
	}
	n := s.edit()
	s.fill(n)
	if n.Ack != nil && !n.Sequence.NeedsReset() && s.d.Rank <= s.d.PrevRank {
		s.end(NoteBySender, true)
		return
	}
	if !s.regrade(n, NoteMomentary+": ") {
		s.entry(alert.Updated, NoteMomentary, true)
	}
}

// stamps returns the order of events of the new value, its own copy.
func (s *step) stamps() *alert.Stamps {
	n := s.edit()
	if n.Stamps == nil {
		n.Stamps = &alert.Stamps{}
	} else if s.prev != nil && n.Stamps == s.prev.Stamps {
		c := *n.Stamps
		n.Stamps = &c
	}
	return n.Stamps
}

func (s *step) known() alert.Stamps {
	if s.prev == nil || s.prev.Stamps == nil {
		return alert.Stamps{}
	}
	return *s.prev.Stamps
}
