package awsfake

import (
	"crypto/md5" //nolint:gosec // SQS's own checksum of a body
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
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
	d.queues[[3]string{MainAccount, MainRegion, AlertQueue}] = newQueue(AlertQueue)
}

type queue struct {
	fifo     bool          // its name ends in .fifo
	messages []*message    // oldest first
	changed  chan struct{} // closed and renewed when a message arrives
	// deadLetters takes what was received more than maxReceived times; nil:
	// it stays.
	deadLetters *queue
	maxReceived int

	known map[string]sending // of a FIFO queue, by deduplication id
}

// defaultVisibility is a queue's visibility timeout.
const defaultVisibility = 30 * time.Second

func newQueue(name string) *queue {
	return &queue{fifo: strings.HasSuffix(name, ".fifo"), changed: make(chan struct{}), known: map[string]sending{}}
}

// receiptPrefix begins every receipt; the service's own begin with AQEB.
const receiptPrefix = "AQEBEXAMPLE"

// message is one message of a queue until it is deleted.
type message struct {
	id, body, receipt string
	sent, first       time.Time
	visible           time.Time // from when on it can be received
	received          int
	everSeen          bool

	group, deduplication string // of a FIFO queue
	sequence             int    // its place in the order of a FIFO queue
}

// AddQueue makes an empty queue; where the name ends in .fifo, a FIFO queue.
func (f *Fake) AddQueue(account, region, name string) {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	f.queues.queues[[3]string{account, region, name}] = newQueue(name)
}

// Redrive gives the world's queue a dead-letter queue, which takes what was
// received more often than that.
func (f *Fake) Redrive(maxReceived int) {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q := f.queues.queues[[3]string{MainAccount, MainRegion, AlertQueue}]
	q.deadLetters, q.maxReceived = newQueue(AlertQueue+"-dead"), maxReceived
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
	return f.queues.send(f.queues.queues[[3]string{MainAccount, MainRegion, AlertQueue}], sent{body: body}, f.now())
}

// SendTo puts a message into another queue; into a FIFO queue in the group
// "default" and never as one that was sent before.
func (f *Fake) SendTo(account, region, name, body string) string {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	f.queues.next++
	return f.queues.send(f.queues.queues[[3]string{account, region, name}], sent{
		body: body, group: "default", deduplication: fmt.Sprintf("sent-%d", f.queues.next),
	}, f.now())
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

// sent is a message on its way into a queue.
type sent struct {
	body                 string
	delay                time.Duration
	group, deduplication string // into a FIFO queue
}

func (d *queueDesk) send(q *queue, s sent, now time.Time) string {
	if id, again := q.repeated(s.deduplication, now); again {
		return id
	}
	d.next++
	m := &message{id: fmt.Sprintf("00000000-0000-4000-9000-%012d", d.next), body: s.body, sent: now, visible: now.Add(s.delay)}
	if q.fifo {
		m.group, m.deduplication, m.sequence = s.group, s.deduplication, d.next
		q.known[s.deduplication] = sending{m.id, now}
	}
	q.messages = append(q.messages, m)
	q.tell()
	return m.id
}

// tell wakes who waits for a message.
func (q *queue) tell() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// take hands out up to n visible messages, hidden from others until then.
func (d *queueDesk) take(q *queue, n int, now, until time.Time) []*message {
	var out []*message
	locked := q.locked(now)
	for _, m := range slices.Clone(q.messages) {
		if len(out) == n {
			break
		}
		if m.visible.After(now) || locked[m.group] {
			continue
		}
		if q.deadLetters != nil && m.received >= q.maxReceived {
			q.messages = slices.DeleteFunc(q.messages, func(x *message) bool { return x == m })
			q.deadLetters.messages = append(q.deadLetters.messages, m)
			continue
		}
		d.next++
		m.receipt = fmt.Sprintf("%s%s-%d", receiptPrefix, m.id, d.next)
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
