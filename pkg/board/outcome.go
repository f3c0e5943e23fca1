package board

import (
	"errors"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// TombstoneFor is how long an ended alert that is ordered by time is
// remembered, so that a failure that arrives after its recovery stays dark.
const TombstoneFor = 24 * time.Hour

// seenEvery bounds how often a repeat that changes nothing else is made
// durable: Alertmanager repeats the whole group with each of its changes.
const seenEvery = time.Minute

// Reasons that the history gives.
const (
	NoteOlder       = "older than what is known: changed nothing"
	NoteNothingOpen = "recovery of nothing that is open"
	NoteRecordOnly  = "severity record"
	NoteBySender    = "resolved by its sender"
	NoteByRecovery  = "recovery event"
	NoteEndsAt      = "reached the end time its sender gave"
	NoteExpired     = "expired"
	NoteByAck       = "ended by acknowledgement, as its rule says"
	NoteRules       = "the rules no longer show it"
	NoteRuleChange  = "the rules were changed"
	NoteNeither     = "neither failure nor recovery"
	NoteOverBefore  = "acknowledged after its cause was over"
	NoteMomentary   = "was over before it arrived: locked in until acknowledged"
)

// Errors of acknowledgement and reset.
var (
	ErrNotOpen   = errors.New("the alert is not open")
	ErrStillOn   = errors.New("the alert is still firing; it can be reset when its cause is over")
	ErrNotAcked  = errors.New("the alert has not been acknowledged; acknowledge it first")
	ErrNoReset   = errors.New("the alert's sequence needs no reset")
	ErrAckedOnce = errors.New("the alert is already acknowledged")
)

// settle marks the condition as over and reports whether the alert has ended
// with it, by its sequence.
func settle(n *alert.Alert, now time.Time) bool {
	n.Abnormal, n.Stale, n.EndsAt = false, false, time.Time{}
	switch {
	case n.Sequence.NeedsReset():
		if n.Phase() == alert.Returned {
			n.RaisedAt = now // the ringback may sound
		}
		return false
	case n.Sequence.LocksIn():
		return n.Ack != nil
	default:
		return true
	}
}

func finish(n *alert.Alert, now time.Time) {
	n.Abnormal, n.Stale, n.Ended, n.EndedAt = false, false, true, now
	n.Ack, n.EndsAt, n.Note = nil, time.Time{}, ""
}

func about(a *alert.Alert, kind alert.Kind, note, by string, now time.Time) alert.Entry {
	return alert.Entry{
		At: now, Kind: kind, Identity: a.Identity, Receiver: a.Receiver, Severity: a.Severity, Rule: a.Rule,
		By: by, Note: note, Labels: a.Labels,
	}
}

// Number gives the entries of one step their change numbers, counting on from
// last, and the alert the numbers it keeps. It returns the new last.
func Number(next *alert.Alert, entries []alert.Entry, last uint64) uint64 {
	for i := range entries {
		last++
		entries[i].Change = last
		if next == nil {
			continue
		}
		switch entries[i].Kind {
		case alert.Recorded:
			continue
		case alert.Opened:
			next.Opened, next.Original, next.Raised = last, 0, last
		case alert.Raised:
			next.Raised = last
		case alert.BecameNormal, alert.Acked:
			if next.Phase() == alert.Returned { // the ringback may sound
				next.Raised = last
			}
		}
		next.Changed = last
		if entries[i].Original != "" && fired(next, &entries[i]) {
			next.Original = last
		}
	}
	return last
}

// fired reports whether an entry carries the message of a failure.
func fired(next *alert.Alert, e *alert.Entry) bool {
	switch e.Kind {
	case alert.Opened, alert.Raised, alert.Lowered:
		return true
	case alert.Updated:
		return next.Note == "" || e.Note != next.Note // else it is the note itself
	}
	return false
}
