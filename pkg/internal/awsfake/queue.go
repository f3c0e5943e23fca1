package awsfake

import (
	"crypto/md5" //nolint:gosec // SQS's own checksum of a body
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"
)

// The queue of the world, in the main account and region.
const (
	AlertQueue    = "andon-alerts"
	AlertQueueURL = "https://sqs." + MainRegion + ".amazonaws.com/" + MainAccount + "/" + AlertQueue
)

// queueDesk holds the queues and their messages.
type queueDesk struct {
	mu     sync.Mutex
	queues map[[3]string]*queue // by account, region and name
	next   int
}

func (d *queueDesk) init() {
	d.queues = map[[3]string]*queue{}
	d.queues[[3]string{MainAccount, MainRegion, AlertQueue}] = newQueue()
}

type queue struct {
	messages []*message
	changed  chan struct{} // closed and renewed when a message arrives
	// deadLetters takes what was received more than maxReceived times; nil:
	// it stays.
	deadLetters *queue
	maxReceived int
}

// defaultVisibility is a queue's visibility timeout.
const defaultVisibility = 30 * time.Second

func newQueue() *queue { return &queue{changed: make(chan struct{})} }

// message is one message of a queue until it is deleted.
type message struct {
	id, body, receipt string
	sent, first       time.Time
	visible           time.Time // from when on it can be received
	received          int
	everSeen          bool
}

// AddQueue makes an empty queue.
func (f *Fake) AddQueue(account, region, name string) {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	f.queues.queues[[3]string{account, region, name}] = newQueue()
}

// Redrive gives the world's queue a dead-letter queue, which takes what was
// received more often than that.
func (f *Fake) Redrive(maxReceived int) {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q := f.queues.queues[[3]string{MainAccount, MainRegion, AlertQueue}]
	q.deadLetters, q.maxReceived = newQueue(), maxReceived
}

// DeadLetters returns how many messages Redrive's queue holds.
func (f *Fake) DeadLetters() int {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q := f.queues.queues[[3]string{MainAccount, MainRegion, AlertQueue}]
	if q.deadLetters == nil {
		return 0
	}
	return len(q.deadLetters.messages)
}

// RemoveQueue takes the world's queue away with all it holds; AddQueue makes a
// new one.
func (f *Fake) RemoveQueue() {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	delete(f.queues.queues, [3]string{MainAccount, MainRegion, AlertQueue})
}

// Send puts a message into the world's queue, as an SNS subscription would, and
// returns its id.
func (f *Fake) Send(body string) string {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	return f.queues.send(f.queues.queues[[3]string{MainAccount, MainRegion, AlertQueue}], body, f.now(), 0)
}

// SendTo puts a message into another queue.
func (f *Fake) SendTo(account, region, name, body string) string {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	return f.queues.send(f.queues.queues[[3]string{account, region, name}], body, f.now(), 0)
}

// Visible returns how many messages of the world's queue nobody works on.
func (f *Fake) Visible() int {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	n := 0
	for _, m := range f.queues.queues[[3]string{MainAccount, MainRegion, AlertQueue}].messages {
		if !m.visible.After(f.now()) {
			n++
		}
	}
	return n
}

// Queued returns how many messages of the world's queue are not deleted.
func (f *Fake) Queued() int {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q := f.queues.queues[[3]string{MainAccount, MainRegion, AlertQueue}]
	if q == nil {
		return 0
	}
	return len(q.messages)
}

func (d *queueDesk) send(q *queue, body string, now time.Time, delay time.Duration) string {
	d.next++
	m := &message{id: fmt.Sprintf("00000000-0000-4000-9000-%012d", d.next), body: body, sent: now, visible: now.Add(delay)}
	q.messages = append(q.messages, m)
	close(q.changed)
	q.changed = make(chan struct{})
	return m.id
}

// take hands out up to n visible messages, hidden from others until then.
func (d *queueDesk) take(q *queue, n int, now, until time.Time) []*message {
	var out []*message
	for _, m := range slices.Clone(q.messages) {
		if len(out) == n {
			break
		}
		if m.visible.After(now) {
			continue
		}
		if q.deadLetters != nil && m.received >= q.maxReceived {
			q.messages = slices.DeleteFunc(q.messages, func(x *message) bool { return x == m })
			q.deadLetters.messages = append(q.deadLetters.messages, m)
			continue
		}
		d.next++
		m.receipt = fmt.Sprintf("AQEBEXAMPLE%s-%d", m.id, d.next)
		m.visible = until
		m.received++
		if !m.everSeen {
			m.everSeen, m.first = true, now
		}
		copied := *m
		out = append(out, &copied)
	}
	return out
}

func (q *queue) byReceipt(receipt string) (int, *message) {
	for i, m := range q.messages {
		if m.receipt == receipt && receipt != "" {
			return i, m
		}
	}
	return -1, nil
}

func checksum(body string) string {
	sum := md5.Sum([]byte(body)) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}
