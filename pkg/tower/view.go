package tower

import (
	"cmp"
	"container/heap"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// View is what one tower needs to know of the board: how many alerts it shows
// by severity and phase, and which was raised last. It is kept up to date by
// the changes, so a change costs the same however many alerts are open.
type View struct {
	plan   *Plan
	counts map[class]int
	raised map[class]*raisedHeap
}

type class struct {
	severity alert.Severity
	phase    alert.Phase
}

// NewView returns the view of an empty board.
func NewView(plan *Plan) *View {
	return &View{plan: plan, counts: map[class]int{}, raised: map[class]*raisedHeap{}}
}

// Shows reports whether the tower shows an alert while it is open.
func (v *View) Shows(a *alert.Alert) bool { return a.Open() && v.plan.Match.Match(a.Labels) }

// Update takes over one change of the board and reports whether it touched
// this tower.
func (v *View) Update(prev, next *alert.Alert) bool {
	was, is := v.Shows(prev), v.Shows(next)
	if was {
		v.counts[class{prev.Severity, prev.Phase()}]--
		if slot, ok := v.slot(prev); ok {
			delete(v.raised[slot].live, prev.Identity)
		}
	}
	if is {
		v.counts[class{next.Severity, next.Phase()}]++
		if slot, ok := v.slot(next); ok {
			v.sounds(slot, next)
		}
	}
	return was || is
}

// slot is the class of alerts that an alert is heard with; none where its
// phase or severity has no buzzer on this tower.
func (v *View) slot(a *alert.Alert) (slot class, ok bool) {
	switch a.Phase() {
	case alert.Unacknowledged, alert.Stale:
		look, shown := v.plan.look(a.Severity)
		return class{a.Severity, alert.Unacknowledged}, shown && look.Buzzer != 0
	case alert.Returned:
		_, shown := v.plan.look(a.Severity)
		return returned, shown && v.plan.Returned != nil && v.plan.Returned.Buzzer != 0
	}
	return class{}, false
}

// returned is the slot of all that has returned to normal, in any severity.
var returned = class{"", alert.Returned}

// sounds remembers when an alert became worth hearing.
func (v *View) sounds(slot class, a *alert.Alert) {
	h := v.raised[slot]
	if h == nil {
		h = &raisedHeap{live: map[alert.Identity]heard{}}
		v.raised[slot] = h
	}
	// A journal of before Raised was kept knows when the alert was opened.
	r := heard{cmp.Or(a.Raised, a.Opened), a.RaisedAt}
	h.live[a.Identity] = r
	heap.Push(h, raised{r, a.Identity})
	if len(h.order) > 2*len(h.live)+64 {
		h.rebuild()
	}
}

// count is the number of alerts of a severity in a phase.
func (v *View) count(s alert.Severity, p alert.Phase) int { return v.counts[class{s, p}] }

// Counts returns the numbers of alerts shown, by severity and phase.
func (v *View) Counts() map[alert.Severity]map[alert.Phase]int {
	counts := map[alert.Severity]map[alert.Phase]int{}
	for c, n := range v.counts {
		if n > 0 {
			if counts[c.severity] == nil {
				counts[c.severity] = map[alert.Phase]int{}
			}
			counts[c.severity][c.phase] = n
		}
	}
	return counts
}

// newest is when the last alert of a slot became worth hearing; zero where
// there is none.
func (v *View) newest(slot class) heard {
	h := v.raised[slot]
	if h == nil {
		return heard{}
	}
	for len(h.order) > 0 {
		top := h.order[0]
		if now, ok := h.live[top.id]; ok && now == top.heard {
			return top.heard
		}
		heap.Pop(h)
	}
	return heard{}
}

// heard is when an alert became worth hearing: by the number of the change,
// which orders them whatever the clock does, and by the clock.
type heard struct {
	change uint64
	at     time.Time
}

type raised struct {
	heard
	id alert.Identity
}

// raisedHeap is a container/heap, newest first, of which only the live hold.
type raisedHeap struct {
	order []raised
	live  map[alert.Identity]heard
}

func (h *raisedHeap) Len() int           { return len(h.order) }
func (h *raisedHeap) Less(i, j int) bool { return h.order[i].change > h.order[j].change }
func (h *raisedHeap) Swap(i, j int)      { h.order[i], h.order[j] = h.order[j], h.order[i] }
func (h *raisedHeap) Push(x any)         { h.order = append(h.order, x.(raised)) }
func (h *raisedHeap) Pop() any {
	last := h.order[len(h.order)-1]
	h.order = h.order[:len(h.order)-1]
	return last
}

func (h *raisedHeap) rebuild() {
	h.order = h.order[:0]
	for id, when := range h.live {
		h.order = append(h.order, raised{when, id})
	}
	heap.Init(h)
}
