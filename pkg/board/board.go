package board

import (
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// Board is the set of alerts that are open or remembered, with their
// deadlines. It is not safe for concurrent use; the bridge guards it.
type Board struct {
	alerts    map[alert.Identity]*alert.Alert
	deadlines queue
	open      map[Count]int
}

// Count is what open alerts are counted by.
type Count struct {
	Severity alert.Severity
	Phase    alert.Phase
}

// New returns an empty board.
func New() *Board {
	return &Board{alerts: map[alert.Identity]*alert.Alert{}, deadlines: queue{at: map[alert.Identity]*deadline{}}, open: map[Count]int{}}
}

// Get returns an alert or tombstone, nil where nothing is known.
func (b *Board) Get(id alert.Identity) *alert.Alert { return b.alerts[id] }

// Len is the number of alerts and tombstones.
func (b *Board) Len() int { return len(b.alerts) }

// Counts returns the number of open alerts by severity and phase.
func (b *Board) Counts() map[Count]int {
	counts := make(map[Count]int, len(b.open))
	for k, n := range b.open {
		if n > 0 {
			counts[k] = n
		}
	}
	return counts
}

// All calls f with every open alert, in no order, until f returns false.
func (b *Board) All(f func(*alert.Alert) bool) {
	for _, a := range b.alerts {
		if a.Open() && !f(a) {
			return
		}
	}
}

// Put replaces what is known of an alert; nil forgets it.
func (b *Board) Put(id alert.Identity, next *alert.Alert) {
	prev := b.alerts[id]
	if prev.Open() {
		b.open[Count{prev.Severity, prev.Phase()}]--
	}
	if next == nil {
		delete(b.alerts, id)
		b.deadlines.set(id, time.Time{})
		return
	}
	if next.Open() {
		b.open[Count{next.Severity, next.Phase()}]++
	}
	b.alerts[id] = next
	b.deadlines.set(id, Deadline(next))
}

// Next returns the time of the earliest deadline, zero where there is none.
func (b *Board) Next() time.Time {
	if len(b.deadlines.heap) == 0 {
		return time.Time{}
	}
	return b.deadlines.heap[0].when
}

// Due removes and returns the identities whose deadline has come, most
// overdue first, at most limit of them. Each is to be put or requeued.
func (b *Board) Due(now time.Time, limit int) []alert.Identity {
	var due []alert.Identity
	for len(due) < limit && len(b.deadlines.heap) > 0 && !b.deadlines.heap[0].when.After(now) {
		id := b.deadlines.heap[0].id
		b.deadlines.set(id, time.Time{})
		due = append(due, id)
	}
	return due
}

// Requeue puts deadlines back that were taken and could not be acted on.
func (b *Board) Requeue(ids []alert.Identity) {
	for _, id := range ids {
		if a := b.alerts[id]; a != nil {
			b.deadlines.set(id, Deadline(a))
		}
	}
}

// Forgettable reports whether nothing needs to be remembered of an alert: it
// ended, and its sender's events come in order.
func Forgettable(a *alert.Alert) bool {
	return a == nil || (a.Ended && a.Order == alert.ByArrival)
}
