package bridge

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/andonhq/andon/pkg/receive"
)

// QueueUnreadable is the bridge's own alert of a receiver whose queue cannot be
// read; its label "queue" is the receiver's name.
const QueueUnreadable = "QueueUnreadable"

// NoteQueueAnswers is how it ends, as the history tells.
const NoteQueueAnswers = "the queue can be read again"

// Queues runs the receivers that pull their messages out of a queue, beside
// the writer that takes what they bring. All methods are safe for concurrent
// use.
type Queues struct {
	bridge  *Bridge
	log     *slog.Logger
	metrics *receive.Metrics

	mu     sync.Mutex
	wanted []*receive.Queue
	ctx    context.Context     // of Run, nil before; it is the owner of what runs
	polled map[string]*polling // by receiver; also what was told to stop, for its successor to wait for
	all    sync.WaitGroup
}

// polling is one queue that is polled, or was.
type polling struct {
	*receive.Queue
	ctx  context.Context // has ended: it was told to stop
	stop context.CancelFunc
	done chan struct{} // it has stopped
}

// NewQueues makes what runs queues; it polls none until Use and Run.
func NewQueues(b *Bridge, metrics *receive.Metrics, log *slog.Logger) *Queues {
	return &Queues{bridge: b, log: log, metrics: metrics, polled: map[string]*polling{}}
}

// Open opens the receivers of a configuration that pull, without asking
// anything of a queue.
func (q *Queues) Open(c *Config) ([]*receive.Queue, error) {
	return receive.OpenQueues(c.Receivers, receive.QueueDeps{
		Sink: q.bridge, Now: q.bridge.now, Logger: q.log, Metrics: q.metrics, Contact: q.bridge.queueContact,
	})
}

// Use says which queues are to be polled from now on. One whose settings are
// what they were goes on undisturbed; what another has in flight is finished
// before its successor starts.
func (q *Queues) Use(queues []*receive.Queue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wanted = queues
	if q.ctx != nil && q.ctx.Err() == nil {
		q.arrange()
	}
}

// Run polls the queues until ctx ends, and returns when what was in flight is
// finished. The bridge must run for as long.
func (q *Queues) Run(ctx context.Context) {
	q.mu.Lock()
	q.ctx = ctx
	q.arrange()
	q.mu.Unlock()
	<-ctx.Done()
	// Nothing is started any more: Use sees that ctx has ended.
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all.Wait()
}

// arrange starts and stops queues; q.mu is held.
func (q *Queues) arrange() {
	for name, p := range q.polled {
		if !slices.ContainsFunc(q.wanted, func(w *receive.Queue) bool { return w.Name() == name }) {
			p.stop()
		}
	}
	for _, w := range q.wanted {
		before := q.polled[w.Name()]
		if before != nil && before.ctx.Err() == nil && before.Same(w) {
			continue
		}
		ctx, stop := context.WithCancel(q.ctx)
		next := &polling{Queue: w, ctx: ctx, stop: stop, done: make(chan struct{})}
		q.polled[w.Name()] = next
		if before != nil {
			before.stop()
		}
		q.all.Go(func() {
			defer close(next.done)
			defer stop()
			if before != nil {
				<-before.done
			}
			w.Run(ctx)
		})
	}
}

// queueContact puts on the board that a queue cannot be read, and takes it off.
func (b *Bridge) queueContact(receiver string, err error) {
	c := condition{
		active: err != nil,
		labels: map[string]string{"alertname": QueueUnreadable, "queue": receiver},
		over:   NoteQueueAnswers,
	}
	if err != nil {
		c.annotations = map[string]string{
			"summary": "the queue of receiver " + receiver + " cannot be read: nothing that is in it reaches this board",
			"error":   err.Error(),
		}
	}
	b.setCondition(selfIdentity(QueueUnreadable, receiver), c)
}

// pulls reports whether a receiver of that name pulls its messages.
func (c *Config) pulls(receiver string) bool {
	return slices.ContainsFunc(c.Receivers, func(r receive.Config) bool { return r.Name == receiver && r.SQS != nil })
}
