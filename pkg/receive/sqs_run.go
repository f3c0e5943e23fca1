package receive

import (
	"context"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/andonhq/andon/pkg/awsapi"
)

// Times and bounds of the loop.
const (
	// maxAsking is how many receives may be under way at once, while the queue is
	// full; maxAnswers how many answers may be in hand, those included whose
	// messages are only to be deleted.
	maxAsking  = 8
	maxAnswers = 2 * maxAsking
	// besideWait is how long the queue may wait for a message where another
	// receive is under way: by then an idle queue is back to one.
	besideWait = time.Second
	// unreadableAfter is how long a queue may fail, twice in a row at least,
	// before it is told.
	unreadableAfter = 10 * time.Second
	firstPause      = time.Second
	longestPause    = 30 * time.Second
	// callWithin bounds a call besides the time that the queue may wait.
	callWithin = 15 * time.Second
	// factsFor is how long attributes are believed, factsRetry when they are
	// asked for again where there was no answer.
	factsFor   = 15 * time.Minute
	factsRetry = time.Minute
	// longestRetention is how long a queue can keep a message at most.
	longestRetention = 14 * 24 * time.Hour
	// stopWithin is how long what is in flight may take when the queue is to stop.
	stopWithin = 3 * time.Second
)

// answer is how one receive ended, and the work on what it brought.
type answer struct {
	err  error
	full bool // there may be more at once
	back bool // the sink did not take all of it
}

// Run polls the queue until ctx ends. What is in flight then is finished, or
// released for others, within a few seconds. A Queue is run once.
//
// Each receive brings its messages into the journal before it counts as
// answered, so that no more are taken than become durable. An answer that is full
// lets one receive more be under way than before; any other leads back to one,
// which waits for long.
func (q *Queue) Run(ctx context.Context) {
	defer q.deps.Metrics.queues.forget(q.Name())
	sessions := q.connect(ctx)
	if sessions == nil {
		return
	}
	defer sessions.Close()
	q.log.Info("queue is polled", "queue", q.URL())
	q.untilDurable(ctx)

	var inHand errgroup.Group // none of them fails: it bounds them and waits for them
	inHand.SetLimit(maxAnswers)
	defer func() { _ = inHand.Wait() }()
	answers := make(chan answer, maxAsking)
	asking, most := 0, 1
	pause := firstPause
	var learn time.Time
	for ctx.Err() == nil {
		if now := time.Now(); !now.Before(learn) {
			learn = now.Add(q.learn(ctx))
		}
		for ; asking < most; asking++ {
			beside := asking > 0
			inHand.Go(func() error {
				q.ask(ctx, beside, answers)
				return nil
			})
		}
		a := <-answers
		asking--
		switch {
		case ctx.Err() != nil:
			return
		case a.err != nil:
			most = 1
			if asking > 0 { // they still may be answered
				continue
			}
			q.failed(a.err)
			sleep(ctx, pause)
			pause = longer(pause)
			continue
		case a.full:
			most = min(most+1, maxAsking)
		default:
			most = 1
		}
		pause = firstPause
		if a.back {
			q.untilDurable(ctx)
		}
	}
}

// connect opens the way to the queue, such as with a profile that is not there
// yet; nil: ctx has ended.
func (q *Queue) connect(ctx context.Context) *awsapi.Sessions {
	for pause := firstPause; ; pause = longer(pause) {
		sessions, err := awsapi.New(ctx, q.settings, awsapi.Options{Transport: q.deps.Transport, Shared: q.deps.Shared, Log: q.log})
		if err == nil {
			call, cancel := context.WithTimeout(ctx, callWithin)
			var c *awsapi.Client
			c, err = sessions.Client(call, "", "")
			cancel()
			if err == nil {
				q.api = c.SQS()
				return sessions
			}
			sessions.Close()
		}
		if ctx.Err() != nil {
			return nil
		}
		q.failed(err)
		if !sleep(ctx, pause) {
			return nil
		}
	}
}

// ask receives once, brings what came into the journal, and deletes it. It
// answers before it deletes: nothing has to wait for that, except in a FIFO queue,
// whose groups are locked until then.
func (q *Queue) ask(ctx context.Context, beside bool, answers chan<- answer) {
	// What is in flight when the queue is to stop has its time.
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		defer cancel()
		sleep(work, stopWithin)
	})()
	wait, call := q.config.SQS.wait(), ctx
	if beside {
		// An answer that nobody reads any more hides its messages for a while; this
		// one is probably on its way.
		wait, call = besideWait, work
	}
	messages, err := q.poll(call, wait)
	if err == nil {
		q.answered()
	}
	if len(messages) == 0 {
		answers <- answer{err: err}
		return
	}
	j := q.work(ctx, work, messages)
	a := answer{full: len(messages) == q.config.SQS.batch(), back: len(j.with(held, released)) > 0}
	if q.config.SQS.fifo() {
		q.settle(ctx, j)
		answers <- a
		return
	}
	answers <- a
	q.settle(ctx, j)
}

// longer is the next pause after one, shaken so that bridges do not come
// together.
func longer(pause time.Duration) time.Duration {
	pause = min(2*pause, longestPause)
	return pause - rand.N(pause/5+1)
}

// sleep reports whether the time has passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
