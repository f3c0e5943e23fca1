package receive

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

const (
	burst     = 1000
	burstCall = 30 * time.Millisecond
)

// flood has a queue that takes a while for each call, idle for long enough, and
// puts n messages into it.
func flood(t *testing.T, edit func(*Config), n int, test func(*queueBench)) {
	t.Helper()
	pull(t, edit, func(b *queueBench) {
		b.aws.SetDelay(burstCall)
		b.after(2 * maxQueueWait)
		for i := range n {
			b.aws.Send(numbered(b, i))
		}
		test(b)
	})
}

// until lets time pass until something holds; it need not be exact.
func (b *queueBench) until(what string, is func() bool) {
	b.Helper()
	for began := time.Now(); !is(); b.after(time.Millisecond) {
		if time.Since(began) > time.Minute {
			b.Fatalf("%s: not within a minute", what)
		}
	}
}

// A burst is taken by many calls at once, and an idle queue asked by one.
func TestABurstIsTakenByManyCallsAtOnce(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		b.aws.SetDelay(burstCall)
		b.after(2 * maxQueueWait)
		if now, most := b.underWay("ReceiveMessage"); now != 1 || most != 1 {
			b.Errorf("an idle queue: %d receives under way, at most %d", now, most)
		}
		calls, began := b.aws.Counts().Total(), time.Now()
		for n := range burst {
			b.aws.Send(numbered(b, n))
		}
		b.until("the queue is empty", func() bool { return b.aws.Queued() == 0 })
		took, sum := time.Since(began), time.Duration(b.aws.Counts().Total()-calls)*burstCall
		if took > sum/10 {
			b.Errorf("%s for calls of %s in all", took, sum)
		}
		if b.sink.events() != burst || b.sink.repeats != 0 {
			b.Errorf("%d events, %d repeats", b.sink.events(), b.sink.repeats)
		}
		if _, most := b.underWay("ReceiveMessage"); most != maxAsking {
			b.Errorf("at most %d receives were under way", most)
		}
		if _, most := b.underWay("DeleteMessageBatch"); most < 2 || most > maxAnswers {
			b.Errorf("at most %d deletions were under way", most)
		}

		b.after(2 * time.Second)
		if now, _ := b.underWay("ReceiveMessage"); now != 1 {
			b.Errorf("an idle queue after a burst: %d receives under way", now)
		}
		before := b.calls("ReceiveMessage")
		b.after(time.Minute)
		if n := b.calls("ReceiveMessage") - before; n < 2 || n > 4 {
			b.Errorf("an idle queue was asked %d times in a minute", n)
		}
	})
}

// Deletions that take long hold up receives only when there are many of them.
func TestDeletionsAreBounded(t *testing.T) {
	flood(t, nil, burst, func(b *queueBench) {
		b.aws.SetDelayOf("DeleteMessageBatch", 2*time.Second)
		b.until("the queue is empty", func() bool { return b.aws.Queued() == 0 })
		if _, most := b.underWay("DeleteMessageBatch"); most <= maxAsking || most > maxAnswers {
			b.Errorf("at most %d deletions were under way", most)
		}
		if b.sink.events() != burst || b.sink.repeats != 0 {
			b.Errorf("%d events, %d repeats", b.sink.events(), b.sink.repeats)
		}
	})
}

// A deletion holds up no receive, except in a FIFO queue: what comes next in its
// groups is locked until then.
func TestWhatIsAskedBesideADeletion(t *testing.T) {
	deleting := func(b *queueBench) int {
		b.until("a message is being deleted", func() bool {
			now, _ := b.underWay("DeleteMessageBatch")
			return now == 1
		})
		now, _ := b.underWay("ReceiveMessage")
		return now
	}
	flood(t, nil, 1, func(b *queueBench) {
		if now := deleting(b); now != 1 {
			b.Errorf("%d receives beside a deletion", now)
		}
	})
	ordered(t, nil, func(b *queueBench) {
		b.aws.SetDelay(burstCall)
		b.sendTo("a", numbered(b, 1))
		if now := deleting(b); now != 0 {
			b.Errorf("%d receives beside a deletion in a FIFO queue", now)
		}
	})
}

// Receives that fail at once are one failure, with one pause.
func TestReceivesThatFailAtOnce(t *testing.T) {
	flood(t, nil, burst, func(b *queueBench) {
		b.after(6 * burstCall)
		b.aws.FailNext("ReceiveMessage", maxAsking, &awsfake.Error{Code: "InvalidAttributeValue", Message: "not now"})
		began := time.Now()
		b.until("the queue is empty", func() bool { return b.aws.Queued() == 0 })
		if took := time.Since(began); took > 3*firstPause || len(b.told()) != 1 {
			b.Errorf("it took %s; contacts: %v", took, b.told())
		}
	})
}

// What of a burst cannot be deleted comes again and changes nothing.
func TestABurstThatCannotBeDeleted(t *testing.T) {
	const n = 200
	flood(t, nil, n, func(b *queueBench) {
		b.aws.Deny(awsfake.AdminKey, "sqs:DeleteMessage")
		b.after(30 * time.Second)
		if b.sink.events() != n || b.sink.repeats != 0 || b.aws.Queued() != n {
			b.Errorf("%d events, %d repeats, %d messages left", b.sink.events(), b.sink.repeats, b.aws.Queued())
		}
		b.aws.Allow(awsfake.AdminKey)
		b.after(2 * time.Minute)
		if b.sink.events() != n || b.sink.repeats != n || b.aws.Queued() != 0 {
			b.Errorf("%d events, %d repeats, %d messages left", b.sink.events(), b.sink.repeats, b.aws.Queued())
		}
	})
}

// A queue that stops in the middle of a burst finishes what it has: nothing is
// lost or comes twice, and another goes on at once.
func TestStoppingInTheMiddleOfABurst(t *testing.T) {
	for _, at := range []time.Duration{5 * burstCall, 9*burstCall + burstCall/2} {
		t.Run(at.String(), func(t *testing.T) {
			flood(t, nil, burst, func(b *queueBench) {
				b.aws.SetDelay(0)
				b.net.answersTake(burstCall)
				b.after(at)
				began := time.Now()
				b.stop()
				if took := time.Since(began); took > stopWithin {
					b.Errorf("it stopped after %s", took)
				}
				taken, left := b.sink.events(), b.aws.Queued()
				if taken == 0 || left == 0 || taken+left != burst {
					b.Errorf("%d events and %d messages left", taken, left)
				}
				if hidden := left - b.aws.Visible(); hidden > maxQueueBatch { // those of one receive
					b.Errorf("%d messages left are hidden", hidden)
				}
				b.again()
				b.after(2 * time.Minute)
				if b.sink.events() != burst || b.sink.repeats != 0 || b.aws.Queued() != 0 {
					b.Errorf("%d events, %d repeats, %d messages left", b.sink.events(), b.sink.repeats, b.aws.Queued())
				}
			})
		})
	}
}

// When the journal fails in the middle of a burst no more is taken than what is
// under way already.
func TestAJournalThatFailsInTheMiddleOfABurst(t *testing.T) {
	flood(t, nil, burst, func(b *queueBench) {
		b.aws.Redrive(3)
		fails := time.Now().Add(9 * burstCall)
		until := fails.Add(20 * time.Minute)
		b.sink.set(func(context.Context) error {
			if now := time.Now(); now.After(fails) && now.Before(until) {
				return errNotNow
			}
			return nil
		})
		b.after(19 * time.Minute)
		taken, received := b.sink.events(), int(b.value("andon_queue_received_total"))
		if taken == 0 || taken+b.aws.Queued() != burst || received > taken+maxAsking*maxQueueBatch {
			b.Errorf("%d events, %d messages left, %d received", taken, b.aws.Queued(), received)
		}
		if hidden := b.aws.Queued() - b.aws.Visible(); hidden != 0 {
			b.Errorf("%d messages are not given back", hidden)
		}
		b.after(3 * time.Minute)
		if b.sink.events() != burst || b.sink.repeats != 0 || b.aws.Queued() != 0 || b.aws.DeadLetters() != 0 {
			b.Errorf("%d events, %d repeats, %d messages left, %d dead letters", b.sink.events(), b.sink.repeats, b.aws.Queued(), b.aws.DeadLetters())
		}
	})
}

// A queue that goes away in the middle of a burst is told once, and asked by
// one call at a time.
func TestAQueueThatGoesInTheMiddleOfABurst(t *testing.T) {
	flood(t, nil, burst, func(b *queueBench) {
		b.after(9 * burstCall)
		b.aws.RemoveQueue()
		b.after(2 * time.Second)
		if told := b.told(); len(told) != 1 {
			b.Errorf("told at once: %v", told)
		}
		before := b.calls("ReceiveMessage")
		b.after(5 * time.Minute)
		if told := b.told(); len(told) != 2 || told[1] == nil {
			b.Errorf("contacts: %v", told)
		}
		if n := b.calls("ReceiveMessage") - before; n < 5 || n > 20 {
			b.Errorf("it was asked %d times in five minutes", n)
		}
		b.aws.AddQueue(awsfake.MainAccount, awsfake.MainRegion, awsfake.AlertQueue)
		b.after(time.Minute)
		if told := b.told(); len(told) != 3 || told[2] != nil {
			b.Errorf("contacts: %v", told)
		}
	})
}

// The groups of a FIFO queue are taken beside each other, each in its order.
func TestABurstInAFIFOQueueKeepsTheOrderOfEachGroup(t *testing.T) {
	ordered(t, nil, func(b *queueBench) {
		b.aws.SetDelay(burstCall)
		tries := 0
		b.sink.set(func(ctx context.Context) error { // not all take equally long
			b.mu.Lock()
			tries++
			n := tries
			b.mu.Unlock()
			sleep(ctx, time.Duration(n%7)*10*time.Millisecond)
			return nil
		})
		const groups, each = 40, 10
		for n := range groups * each {
			b.sendTo(fmt.Sprintf("group-%d", n%groups), numbered(b, n))
		}
		b.after(time.Minute)
		b.inOrder(groups, groups*each)
		if _, most := b.underWay("ReceiveMessage"); most < 3 || most > maxAsking {
			b.Errorf("at most %d receives were under way", most)
		}
		if b.sink.repeats != 0 {
			b.Errorf("%d repeats", b.sink.repeats)
		}
	})
}
