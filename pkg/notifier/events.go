package notifier

import (
	"context"
	"sync"

	"github.com/andonhq/andon/pkg/lamp"
)

// Events is told what happens to a notifier. The functions are called in
// order by one goroutine of Host.Run; any may be nil. They may call the Host
// but should return soon: while one does not, observations wait in bounded
// buffers, then the notifier cuts the stream off and afterwards tells the
// present state of each tower, so a change and its undoing may go unreported.
// Neither the notifier nor its supervision waits for them, only the end of
// Run does.
type Events struct {
	// OnUp: the notifier runs and has its towers. start counts from 1. What a
	// tower shows must be applied again.
	OnUp func(start int)
	// OnDown: it ended, or was ended, and why. A failed start is reported once,
	// and again when its reason changes.
	OnDown func(reason error)
	// OnObservation: a tower was seen, lost, back or cleared.
	OnObservation func(lamp.Observation)
}

// Bounds of what waits for Events. Beyond eventsKept of them the oldest ups
// and downs go: only the last says how things stand.
const (
	observationsWaiting = 256
	eventsKept          = 1024
)

// eventQueue carries events from the supervisor to the one goroutine that
// calls Events.
type eventQueue struct {
	mu           sync.Mutex
	queue        []event
	observations int           // of those in the queue
	changed      chan struct{} // has room for one: something was added
	room         chan struct{} // has room for one: an observation was taken
	closed       bool
}

type event struct {
	call        func()
	observation bool
}

func newEventQueue() *eventQueue {
	return &eventQueue{changed: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// add queues an up or down; it never waits.
func (q *eventQueue) add(call func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) >= eventsKept+observationsWaiting {
		q.dropOldest()
	}
	q.queue = append(q.queue, event{call: call})
	signal(q.changed)
}

func (q *eventQueue) dropOldest() {
	if q.queue[0].observation {
		q.observations--
		signal(q.room)
	}
	q.queue = q.queue[1:]
}

// observe queues an observation when there is room for it. One goroutine at a
// time calls it.
func (q *eventQueue) observe(ctx context.Context, call func()) error {
	for {
		q.mu.Lock()
		if q.observations < observationsWaiting {
			q.observations++
			q.queue = append(q.queue, event{call: call, observation: true})
			signal(q.changed)
			q.mu.Unlock()
			return nil
		}
		q.mu.Unlock()
		select {
		case <-q.room:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// close lets run return when everything was called.
func (q *eventQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	signal(q.changed)
}

// run calls what is queued, one after the other.
func (q *eventQueue) run() {
	for {
		q.mu.Lock()
		if len(q.queue) == 0 {
			closed := q.closed
			q.mu.Unlock()
			if closed {
				return
			}
			<-q.changed
			continue
		}
		e := q.queue[0]
		q.queue[0] = event{}
		q.queue = q.queue[1:]
		if e.observation {
			q.observations--
			signal(q.room)
		}
		q.mu.Unlock()
		e.call()
	}
}
