package board

import (
	"container/heap"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// queue holds at most one deadline an identity, the earliest first.
type queue struct {
	heap deadlines
	at   map[alert.Identity]*deadline
}

type deadline struct {
	when  time.Time
	id    alert.Identity
	index int // where it stands in the heap
}

// set gives an identity its deadline; the zero time takes it away.
func (q *queue) set(id alert.Identity, when time.Time) {
	d := q.at[id]
	switch {
	case when.IsZero():
		if d != nil {
			heap.Remove(&q.heap, d.index)
			delete(q.at, id)
		}
	case d == nil:
		d = &deadline{when: when, id: id}
		q.at[id] = d
		heap.Push(&q.heap, d)
	case !d.when.Equal(when):
		d.when = when
		heap.Fix(&q.heap, d.index)
	}
}

// deadlines is a container/heap, earliest first.
type deadlines []*deadline

func (h deadlines) Len() int           { return len(h) }
func (h deadlines) Less(i, j int) bool { return h[i].when.Before(h[j].when) }
func (h deadlines) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *deadlines) Push(x any) {
	d := x.(*deadline)
	d.index = len(*h)
	*h = append(*h, d)
}

func (h *deadlines) Pop() any {
	last := len(*h) - 1
	d := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return d
}
