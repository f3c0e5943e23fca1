// Package board is the state machine of one alert, and the set of alerts that
// is open. It is pure: no I/O, no clock, no goroutine; time is an argument.
// The bridge is its only caller: it feeds events, acknowledgements and the
// clock in, and makes durable what comes out.
//
// An alert has two sides, as in ISA-18.1: the condition (Abnormal, the
// sender's last word) and what people did (Ack, reset). Its sequence decides
// how the two make a lamp, see alert.Alert.Phase.
package board

import (
	"cmp"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// Step applies one event, decided by the rules, to one alert; prev is nil
// where nothing is known of it. It returns prev itself where nothing changed,
// and the entries for the history. Change numbers are left to Number.
func Step(prev *alert.Alert, e alert.Event, d alert.Decision, now time.Time) (next *alert.Alert, entries []alert.Entry) {
	s := step{prev: prev, e: e, d: d, now: now}
	switch {
	case d.Heartbeat != 0:
		return prev, nil
	case d.Status == alert.Note:
		s.note()
	case e.Order == alert.ByTime:
		s.byTime()
	case d.Status == alert.Resolved:
		s.resolve()
	default:
		s.fire()
	}
	if s.next == nil {
		return prev, s.entries
	}
	return s.next, s.entries
}

// step is one application of Step.
type step struct {
	prev    *alert.Alert
	e       alert.Event
	d       alert.Decision
	now     time.Time
	next    *alert.Alert
	entries []alert.Entry
}

func (s *step) entry(kind alert.Kind, note string, original bool) {
	e := alert.Entry{
		At: s.now, Kind: kind, Identity: s.d.Identity, Receiver: s.e.Receiver, Severity: s.d.Severity,
		Rule: s.d.Rule, Note: note, Labels: s.d.Labels, Annotations: s.e.Annotations,
	}
	if original {
		e.Original = s.e.Original
	}
	s.entries = append(s.entries, e)
}

// edit returns the new value of the alert, a copy of the previous one.
func (s *step) edit() *alert.Alert {
	if s.next == nil {
		if s.prev != nil {
			c := *s.prev
			s.next = &c
		} else {
			s.next = &alert.Alert{Identity: s.d.Identity, Receiver: s.e.Receiver, Order: s.e.Order, Ended: true, EndedAt: s.now}
		}
	}
	return s.next
}

// fill takes over what an event says of its alert.
func (s *step) fill(n *alert.Alert) {
	n.Receiver, n.Order = s.e.Receiver, s.e.Order
	n.Labels, n.Annotations, n.Link = s.d.Labels, s.e.Annotations, s.e.Link
	n.Sent, n.Mail = nil, s.e.Status == alert.Message
	if s.e.Default != "" || !addsReceiverOnly(s.e.Labels, s.d.Labels) {
		n.Sent = &alert.Sent{Labels: s.e.Labels, Default: s.e.Default}
	}
	n.Severity, n.Rule, n.Sequence = s.d.Severity, s.d.Rule, s.d.Sequence
	n.Expire, n.ExpireEnds, n.EndOnAck = s.d.Expire, s.d.ExpireEnds, s.d.EndOnAck
	n.StartsAt, n.EndsAt = s.e.StartsAt, s.e.EndsAt
	if n.Stamps == nil || !after(n.Stamps.Note, n.Stamps.Firing) {
		n.Note = "" // said before this failure
	}
}

// addsReceiverOnly reports whether decided are the labels as sent and
// "receiver", nothing else.
func addsReceiverOnly(sent, decided alert.Labels) bool {
	if len(decided) != len(sent)+1 {
		return false
	}
	for i := range sent {
		d := decided[i]
		if sent[i].Name > "receiver" {
			d = decided[i+1]
		}
		if d != sent[i] || d.Name == "receiver" {
			return false
		}
	}
	return true
}

func (s *step) open(abnormal bool, note string) {
	n := s.edit()
	s.fill(n)
	n.Abnormal, n.Ended, n.Stale, n.Ack = abnormal, false, false, nil
	n.EndedAt = time.Time{}
	n.OpenedAt, n.RaisedAt, n.SeenAt = s.now, s.now, s.now
	s.entry(alert.Opened, note, true)
}

// fire applies a failure.
func (s *step) fire() {
	switch {
	case s.d.Severity == alert.Record:
		if s.prev.Open() {
			s.end(NoteRules, true)
			return
		}
		s.entry(alert.Recorded, NoteRecordOnly, true)
	case !s.prev.Open(), !s.prev.Abnormal:
		// New, or again while the lamp still shows the last occurrence.
		s.open(true, "")
	default:
		s.again()
	}
}

// again applies a failure that is open already.
func (s *step) again() {
	prev := s.prev
	// A newer failure of a sender whose time counts is news by itself: its
	// order has to be kept, and a mail is worth reading.
	same := s.e.Order == alert.ByArrival && prev.Severity == s.d.Severity && prev.Rule == s.d.Rule &&
		prev.Labels.Equal(s.d.Labels) && prev.Annotations.Equal(s.e.Annotations) && prev.Note == "" && !prev.Stale
	if same && prev.Expire == 0 && prev.EndsAt.Equal(s.e.EndsAt) && s.now.Sub(prev.SeenAt) < seenEvery {
		return
	}
	n := s.edit()
	s.fill(n)
	n.SeenAt, n.Stale = s.now, false
	if !s.regrade(n, "") && !same {
		s.entry(alert.Updated, "", true)
	}
}

// regrade records a severity that differs from the one on the board.
func (s *step) regrade(n *alert.Alert, note string) bool {
	switch {
	case s.prev.Severity == s.d.Severity:
		return false
	case s.d.Rank > s.d.PrevRank:
		// Worse than what somebody took: nobody has this yet.
		n.Ack, n.RaisedAt = nil, s.now
		s.entry(alert.Raised, note+"was "+string(s.prev.Severity), true)
	default:
		s.entry(alert.Lowered, note+"was "+string(s.prev.Severity), true)
	}
	return true
}

// resolve applies a recovery.
func (s *step) resolve() {
	switch {
	case !s.prev.Open():
		s.entry(alert.Recorded, NoteNothingOpen, true)
	case !s.prev.Abnormal:
		// Latched: the recovery is known already.
	case s.e.Status == alert.Resolved:
		s.normal(cmp.Or(s.e.Why, NoteBySender))
	default:
		s.normal(NoteByRecovery)
	}
}

// normal ends the condition; the sequence decides whether the alert ends.
func (s *step) normal(note string) {
	n := s.edit()
	if settle(n, s.now) {
		s.end(note, true)
		return
	}
	s.entryOf(n, alert.BecameNormal, note, true)
}

func (s *step) end(note string, original bool) {
	n := s.edit()
	finish(n, s.now)
	s.entryOf(n, alert.Closed, note, original)
}

// entryOf is an entry that tells of the alert as it was opened, not of the
// event that ended it.
func (s *step) entryOf(n *alert.Alert, kind alert.Kind, note string, original bool) {
	e := about(n, kind, note, "", s.now)
	if original {
		e.Original = s.e.Original
	}
	s.entries = append(s.entries, e)
}

// note applies what is neither failure nor recovery.
func (s *step) note() {
	if !s.prev.Open() {
		s.entry(alert.Recorded, NoteNeither, true)
		return
	}
	if s.e.Order == alert.ByTime {
		known, stamp := s.known(), s.stamp()
		switch c := stamp.Compare(known.Note); {
		case c == 0:
			return
		case c < 0, !after(stamp, known.Firing):
			s.entry(alert.Recorded, NoteOlder, true)
			return
		}
		s.stamps().Note = stamp
	}
	n := s.edit()
	n.Note = cmp.Or(s.d.Labels.Get("state"), NoteNeither)
	s.entry(alert.Updated, n.Note, true)
}
