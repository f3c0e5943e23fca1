package receive

import (
	"context"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	// holdFor is how long a message is held while nothing can be made durable;
	// then it is released for another bridge.
	holdFor = 30 * time.Second
	// busyPause is the longest pause between two tries meanwhile.
	busyPause = 2 * time.Second
	// poisonPatience is how often a poison message is received before it is put on
	// record and deleted, where the queue has no other place for it;
	// unknownPatience where it may have one, because its attributes cannot be
	// read: more than queues usually wait before they move a message.
	poisonPatience  = 5
	unknownPatience = 20
	// maxCounted is how many poison messages are remembered as counted.
	maxCounted = 10_000
)

// fate is what becomes of a message.
type fate int

const (
	held     fate = iota // it is being worked on
	done                 // durable: to be deleted
	leave                // poison: left to the queue
	released             // not durable: for another time
)

// job is the messages of one answer, and what has become of them.
type job struct {
	mu    sync.Mutex
	items []pulledMessage
	fates []fate
}

func (j *job) set(i int, f fate) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.fates[i] = f
}

// with returns the messages that have one of the fates.
func (j *job) with(fates ...fate) []pulledMessage {
	j.mu.Lock()
	defer j.mu.Unlock()
	var list []pulledMessage
	for i, f := range j.fates {
		if slices.Contains(fates, f) {
			list = append(list, j.items[i])
		}
	}
	return list
}

// work brings messages into the journal and returns what has become of them. ctx
// ends when the queue is to stop, work when there is no more time.
func (q *Queue) work(ctx, work context.Context, messages []pulledMessage) *job {
	j := &job{items: messages, fates: make([]fate, len(messages))}
	var groups, keeper sync.WaitGroup
	keep, stopKeeping := context.WithCancel(work)
	defer keeper.Wait()
	defer stopKeeping()
	keeper.Go(func() { q.keepHidden(keep, j) })
	for _, group := range inOrder(messages) {
		groups.Go(func() { q.group(ctx, work, j, group) })
	}
	groups.Wait()
	return j
}

// settle deletes what is durable and gives back what is not.
func (q *Queue) settle(ctx context.Context, j *job) {
	// Calls to the queue have a time of their own, also when it is to stop.
	calls, end := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer end()
	q.remove(calls, j.with(done))
	q.hide(calls, j.with(held, released), 0)
	if q.config.SQS.fifo() {
		// Poison holds up its group until the queue is rid of it.
		q.hide(calls, j.with(leave), time.Second)
	}
}

// inOrder sorts messages into lists, by index, that must be worked on one
// after the other: the groups of a FIFO queue. All others are on their own.
func inOrder(messages []pulledMessage) [][]int {
	var lists [][]int
	at := map[string]int{}
	for i, m := range messages {
		if n, known := at[m.group]; known && m.group != "" {
			lists[n] = append(lists[n], i)
			continue
		}
		at[m.group] = len(lists)
		lists = append(lists, []int{i})
	}
	return lists
}

// group works on messages one after the other. After one that the sink did not
// take the rest must wait, too.
func (q *Queue) group(ctx, work context.Context, j *job, group []int) {
	for n, i := range group {
		f := q.message(ctx, work, j.items[i])
		j.set(i, f)
		if f == released {
			for _, later := range group[n+1:] {
				j.set(later, released)
			}
			return
		}
	}
}

// message works on one message. ctx ends when the queue is to stop, work when
// there is no more time.
func (q *Queue) message(ctx, work context.Context, m pulledMessage) fate {
	now := q.deps.Now()
	out, bad := q.decode(m, now)
	if bad != nil {
		return q.poisoned(ctx, work, m, *bad, now)
	}
	out.batch.Receiver, out.batch.KeyUntil = q.Name(), q.until(m)
	if !q.submit(ctx, work, out.batch) {
		return released
	}
	for _, r := range out.refusals {
		q.tell(r)
	}
	q.deps.Metrics.events.WithLabelValues(q.Name()).Add(float64(len(out.batch.Events)))
	return done
}

// decode is the receiver's, held up by nothing: a message that makes it panic is
// poison. Over HTTP the server does the same for one request.
func (q *Queue) decode(m pulledMessage, now time.Time) (out outcome, bad *poison) {
	defer func() {
		if p := recover(); p != nil {
			q.log.Error("panic in the decoder", "queue", q.URL(), "message_id", m.id, "panic", p, "stack", string(debug.Stack()))
			out, bad = outcome{}, &poison{ReasonFormat, "internal error"}
		}
	}()
	return q.pulled.decode(m, now, q.log)
}

func (q *Queue) tell(r Refusal) {
	q.deps.Metrics.refused.WithLabelValues(r.Receiver, r.Reason).Inc()
	q.deps.Sink.Refuse(r)
}

// poisoned counts a message that was not understood or not allowed, and keeps
// it: in the queue, which may move it to its dead-letter queue; where it has
// none, on record after some receives, so that it can be deleted.
func (q *Queue) poisoned(ctx, work context.Context, m pulledMessage, why poison, now time.Time) fate {
	if q.counted.add(m.id) {
		q.deps.Metrics.queues.poison.WithLabelValues(q.Name(), why.reason).Inc()
		q.tell(Refusal{Receiver: q.Name(), Reason: why.reason, Detail: why.detail, Authenticated: true})
		q.log.Warn("message of the queue not understood or not allowed", "queue", q.URL(), "message_id", m.id, "reason", why.reason, "detail", why.detail)
	}
	facts, patience := q.facts.Load(), poisonPatience
	if !facts.known {
		patience = unknownPatience
	}
	if facts.redrive || m.received < patience {
		return leave
	}
	if !q.submit(ctx, work, q.pulled.keep(m, why, now, q.until(m))) {
		return released
	}
	return done
}

// submit hands a batch to the sink until it is durable. Where it cannot be for
// a while, or the queue is to stop, it reports false.
func (q *Queue) submit(ctx, work context.Context, b Batch) bool {
	hold, cancel := context.WithTimeout(work, holdFor)
	defer cancel()
	for pause := firstPause / 4; ; pause = min(longer(pause), busyPause) {
		try, end := context.WithTimeout(hold, answerWithin)
		err := q.deps.Sink.Submit(try, b)
		end()
		if err == nil {
			q.durable()
			return true
		}
		if ctx.Err() == nil {
			q.notDurable(err)
		}
		if ctx.Err() != nil || !sleep(hold, pause) || ctx.Err() != nil {
			return false
		}
	}
}

// keepHidden extends the visibility timeout of what is being worked on.
func (q *Queue) keepHidden(ctx context.Context, j *job) {
	visibility := q.config.SQS.visibility()
	for sleep(ctx, visibility/3) {
		call, cancel := context.WithTimeout(ctx, visibility/3)
		// Also what is done: it is deleted only when all of the answer is.
		q.hide(call, j.with(held, done), visibility)
		cancel()
	}
}

// hide keeps messages from others for a time; 0 gives them back. Where it
// fails they come again, which is harmless.
func (q *Queue) hide(ctx context.Context, messages []pulledMessage, d time.Duration) {
	if len(messages) == 0 {
		return
	}
	in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: aws.String(q.URL())}
	for i, m := range messages {
		in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: aws.String(m.receipt), VisibilityTimeout: seconds(d),
		})
	}
	out, err := q.api.ChangeMessageVisibilityBatch(ctx, in)
	if err != nil || len(out.Failed) > 0 {
		q.log.Debug("visibility of messages not changed", "queue", q.URL(), "messages", len(messages), "error", err)
	}
}

// remove deletes messages. One that is not deleted comes again and is known.
func (q *Queue) remove(ctx context.Context, messages []pulledMessage) {
	if len(messages) == 0 {
		return
	}
	in := &sqs.DeleteMessageBatchInput{QueueUrl: aws.String(q.URL())}
	for i, m := range messages {
		in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: aws.String(m.receipt)})
	}
	out, err := q.api.DeleteMessageBatch(ctx, in)
	if err != nil {
		q.log.Warn("messages not deleted; they come again and are known then", "queue", q.URL(), "messages", len(messages), "error", err)
		return
	}
	q.deps.Metrics.queues.deleted.WithLabelValues(q.Name()).Add(float64(len(out.Successful)))
	if len(out.Failed) > 0 {
		q.log.Debug("messages not deleted", "queue", q.URL(), "messages", len(out.Failed))
	}
}

// recent remembers names, the newest of them.
type recent struct {
	mu    sync.Mutex
	known map[string]bool
	order []string
}

// add reports whether the name is new.
func (r *recent) add(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[name] {
		return false
	}
	if r.known == nil {
		r.known = map[string]bool{}
	}
	if len(r.order) == maxCounted {
		delete(r.known, r.order[0])
		r.order = r.order[1:]
	}
	r.known[name], r.order = true, append(r.order, name)
	return true
}
