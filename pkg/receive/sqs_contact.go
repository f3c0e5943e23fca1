package receive

import (
	"context"
	"regexp"
	"sync"
	"time"
)

// contact is whether a queue can be read, as far as it has been told.
type contact struct {
	mu    sync.Mutex
	since time.Time // of the first failure in a row
	fails int
	told  string // the error that was told last, "" for none
	up    bool   // it has answered since
}

// failed notes that the queue did not answer, and tells where that lasts.
func (q *Queue) failed(err error) {
	c := &q.contact
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now() // the machine's: how long it lasts is no matter of the bridge's clock
	if c.fails++; c.fails == 1 {
		c.since = now
	}
	if c.fails < 2 || now.Sub(c.since) < unreadableAfter {
		return
	}
	q.deps.Metrics.queues.up.WithLabelValues(q.Name()).Set(0)
	text := short(lasting(err))
	if c.told == "" {
		q.log.Error("queue cannot be read", "queue", q.URL(), "error", err)
	}
	if text == c.told {
		return
	}
	c.told, c.up = text, false
	q.deps.Contact(q.Name(), err)
}

// passing is what differs each time that the same error comes: the number of
// the request, and the port that it left from.
var passing = regexp.MustCompile(`[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|:\d+->`)

// lasting is an error's text without that.
func lasting(err error) string { return passing.ReplaceAllString(err.Error(), "…") }

// answered notes that the queue answered.
func (q *Queue) answered() {
	c := &q.contact
	c.mu.Lock()
	defer c.mu.Unlock()
	q.deps.Metrics.queues.up.WithLabelValues(q.Name()).Set(1)
	if c.told != "" {
		q.log.Info("queue can be read again", "queue", q.URL(), "after", time.Since(c.since).Round(time.Second))
	}
	if !c.up {
		q.deps.Contact(q.Name(), nil)
	}
	c.fails, c.told, c.up = 0, "", true
}

// untilDurable waits until something can be made durable again: to receive
// messages before would only count against them, until the queue moves them
// to where nobody looks.
func (q *Queue) untilDurable(ctx context.Context) {
	for pause := firstPause; ctx.Err() == nil; pause = longer(pause) {
		probe, cancel := context.WithTimeout(ctx, answerWithin)
		err := q.deps.Sink.Submit(probe, Batch{Receiver: q.Name()})
		cancel()
		if err == nil {
			q.durable()
			return
		}
		if ctx.Err() == nil {
			q.notDurable(err)
		}
		sleep(ctx, pause)
	}
}

// durable tells once that messages do not wait any more.
func (q *Queue) durable() {
	if q.waiting.Swap(false) {
		q.log.Info("messages of the queue are taken again", "queue", q.URL())
	}
}

// notDurable tells once that messages wait.
func (q *Queue) notDurable(err error) {
	if !q.waiting.Swap(true) {
		q.log.Warn("messages of the queue wait: they cannot be made durable now", "queue", q.URL(), "error", err)
	}
}
