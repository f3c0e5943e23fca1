package board

import (
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// Deadline is when an alert changes by itself; the zero time: never.
func Deadline(a *alert.Alert) time.Time {
	switch {
	case a.Ended && a.Order == alert.ByTime:
		return a.EndedAt.Add(TombstoneFor)
	case a.Ended || !a.Abnormal:
		return time.Time{}
	}
	at := a.EndsAt
	if a.Expire > 0 && !a.Stale {
		if t := a.SeenAt.Add(a.Expire); at.IsZero() || t.Before(at) {
			at = t
		}
	}
	return at
}

// Elapse applies what time does to an alert. It returns nil where nothing is
// left to remember of it.
func Elapse(prev *alert.Alert, now time.Time) (*alert.Alert, []alert.Entry) {
	at := Deadline(prev)
	if at.IsZero() || now.Before(at) {
		return prev, nil
	}
	if prev.Ended {
		return nil, nil
	}
	n := *prev
	why := NoteEndsAt
	if prev.EndsAt.IsZero() || now.Before(prev.EndsAt) {
		why = NoteExpired
		if prev.Ack == nil && !prev.ExpireEnds {
			n.Stale = true
			return &n, []alert.Entry{about(&n, alert.BecameStale, NoteExpired, "", now)}
		}
	}
	if !settle(&n, now) {
		return &n, []alert.Entry{about(&n, alert.BecameNormal, why, "", now)}
	}
	finish(&n, now)
	return &n, []alert.Entry{about(&n, alert.Closed, why, "", now)}
}
