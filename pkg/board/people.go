package board

import (
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// Acknowledge records that somebody has an alert: the buzzer stops, the light
// stays, and what waited only for that ends.
func Acknowledge(prev *alert.Alert, by, comment string, now time.Time) (*alert.Alert, []alert.Entry, error) {
	switch {
	case !prev.Open():
		return prev, nil, ErrNotOpen
	case prev.Ack != nil:
		return prev, nil, ErrAckedOnce
	}
	n := *prev
	n.Ack = &alert.Ack{By: by, At: now, Comment: comment}
	entries := []alert.Entry{about(&n, alert.Acked, comment, by, now)}
	why := ""
	switch {
	case n.EndOnAck:
		why = NoteByAck
	case !n.Abnormal && !n.Sequence.NeedsReset():
		why = NoteOverBefore
	case n.Stale && settle(&n, now):
		why = NoteExpired
	case n.Phase() == alert.Returned:
		n.RaisedAt = now // the ringback may sound
	}
	if why != "" {
		finish(&n, now)
		entries = append(entries, about(&n, alert.Closed, why, by, now))
	}
	return &n, entries, nil
}

// ResetAlarm ends an alert whose sequence waits for it: acknowledged, and its
// cause over.
func ResetAlarm(prev *alert.Alert, by string, now time.Time) (*alert.Alert, []alert.Entry, error) {
	switch {
	case !prev.Open():
		return prev, nil, ErrNotOpen
	case !prev.Sequence.NeedsReset():
		return prev, nil, ErrNoReset
	case prev.Abnormal:
		return prev, nil, ErrStillOn
	case prev.Ack == nil:
		return prev, nil, ErrNotAcked
	}
	n := *prev
	finish(&n, now)
	return &n, []alert.Entry{about(&n, alert.Reset, "", by, now)}, nil
}
