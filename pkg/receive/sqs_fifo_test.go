package receive

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

const orderedQueue = awsfake.AlertQueue + ".fifo"

// ordered runs a FIFO queue in a bubble.
func ordered(t *testing.T, edit func(*Config), test func(*queueBench)) {
	t.Helper()
	pull(t, func(c *Config) {
		c.SQS.QueueURL = strings.TrimSuffix(c.SQS.QueueURL, awsfake.AlertQueue) + orderedQueue
		if edit != nil {
			edit(c)
		}
	}, func(b *queueBench) {
		b.aws.AddQueue(awsfake.MainAccount, awsfake.MainRegion, orderedQueue)
		b.after(10 * time.Second) // until it is polled
		test(b)
	})
}

func (b *queueBench) sendTo(group, body string) {
	b.aws.SendToGroup(awsfake.MainAccount, awsfake.MainRegion, orderedQueue, group, fmt.Sprintf("%s %s", group, body), body)
}

func (b *queueBench) left() int {
	return b.aws.QueuedIn(awsfake.MainAccount, awsfake.MainRegion, orderedQueue)
}

// keys are those of the batches with events, in the order in which they became
// durable.
func (b *queueBench) keys() (keys []string) {
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	for _, batch := range b.sink.batches {
		if len(batch.Events) > 0 {
			keys = append(keys, strings.TrimPrefix(batch.Key, "sqs/aws/id-"))
		}
	}
	return keys
}

// Every group's messages become durable in the order in which they were sent,
// whatever fails meanwhile and however long it takes.
func TestAFIFOQueueKeepsTheOrderOfEachGroup(t *testing.T) {
	ordered(t, nil, func(b *queueBench) {
		tries := 0
		b.sink.set(func(ctx context.Context) error { // the sink takes every third message only, after a while
			b.mu.Lock()
			tries++
			n := tries
			b.mu.Unlock()
			if n%3 != 0 {
				sleep(ctx, time.Duration(n%5)*time.Second)
				return errNotNow
			}
			return nil
		})
		const groups, each = 4, 8
		for n := range groups * each {
			b.sendTo(fmt.Sprintf("group-%d", n%groups), numbered(b, n))
		}
		b.after(time.Hour)
		b.inOrder(groups, groups*each)
	})
}

// inOrder checks that all of n messages are durable, those of each group in the
// order in which they were sent: number i into the group i modulo groups.
func (b *queueBench) inOrder(groups, n int) {
	b.Helper()
	got := b.keys()
	if len(got) != n || b.left() != 0 {
		b.Fatalf("%d messages are durable, %d left", len(got), b.left())
	}
	for g := range groups {
		var of []int
		for _, key := range got {
			var n int
			if _, err := fmt.Sscan(key, &n); err != nil {
				b.Fatal(err)
			}
			if n%groups == g {
				of = append(of, n)
			}
		}
		if !slices.IsSorted(of) {
			b.Errorf("group %d became durable as %v", g, of)
		}
	}
}

// Poison holds up its own group only, and that only until it is on record; also
// where one message is taken at a time.
func TestPoisonHoldsUpItsOwnGroupOnly(t *testing.T) {
	ordered(t, func(c *Config) { c.SQS.Batch = 1 }, func(b *queueBench) {
		b.sendTo("bad", "hello")
		b.sendTo("bad", numbered(b, 1))
		for n := range 5 {
			b.sendTo("good", numbered(b, 2+n))
		}
		b.after(time.Second / 2)
		if got := strings.Join(b.keys(), " "); got != "2 3 4 5 6" || b.left() != 2 {
			b.Errorf("beside the poison %q became durable, %d left", got, b.left())
		}
		b.after(30 * time.Second)
		if got := strings.Join(b.keys(), " "); got != "2 3 4 5 6 1" || b.left() != 0 || len(b.kept()) != 1 {
			b.Errorf("%q became durable, %d left, %d records", got, b.left(), len(b.kept()))
		}
	})
}

// A message that a topic sends again within five minutes comes once; one that it
// sends again later comes twice and is known.
func TestAFIFOQueueTakesARepeatedMessageOnce(t *testing.T) {
	ordered(t, nil, func(b *queueBench) {
		b.sendTo("a", numbered(b, 1))
		b.sendTo("a", numbered(b, 1))
		b.after(time.Minute)
		if n := b.value("andon_queue_received_total"); n != 1 || b.sink.events() != 1 {
			b.Errorf("%v received, %d events", n, b.sink.events())
		}
		b.after(5 * time.Minute)
		b.sendTo("a", numbered(b, 1))
		b.after(time.Minute)
		if n := b.value("andon_queue_received_total"); n != 2 || b.sink.events() != 1 || b.sink.repeats != 1 || b.left() != 0 {
			b.Errorf("%v received, %d events, %d repeats, %d left", n, b.sink.events(), b.sink.repeats, b.left())
		}
	})
}
