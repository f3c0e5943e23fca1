package receive

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestAQueueBringsMessages(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		for n := range 25 {
			b.aws.Send(numbered(t, n))
		}
		b.aws.Send(string(message(t, "sns-notification-ses-received.json")))
		b.aws.Send(string(message(t, "cloudwatch-alarm-metric.json"))) // raw message delivery
		b.after(time.Second)
		if got := b.sink.events(); got != 27 || b.aws.Queued() != 0 {
			t.Errorf("%d events, %d messages left", got, b.aws.Queued())
		}
		if told := b.told(); len(told) != 1 || told[0] != nil {
			t.Errorf("contacts: %v", told)
		}
		for name, want := range map[string]float64{
			"andon_queue_received_total": 27, "andon_queue_deleted_total": 27, "andon_received_events_total": 27,
			"andon_queue_poison_total": 0, "andon_queue_up": 1,
		} {
			if got := b.value(name); got != want {
				t.Errorf("%s is %v, expected %v", name, got, want)
			}
		}
		if b.value("andon_queue_last_poll_timestamp_seconds") == 0 {
			t.Error("no time of the last poll")
		}
		for _, batch := range b.sink.batches {
			if batch.Receiver != "aws" || batch.Key == "" || time.Until(batch.KeyUntil) < 13*24*time.Hour {
				t.Errorf("a batch of %s with key %q until %s", batch.Receiver, batch.Key, batch.KeyUntil)
			}
		}
		// An empty queue is asked once in the time that it may wait.
		before := b.calls("ReceiveMessage")
		b.after(time.Minute)
		if n := b.calls("ReceiveMessage") - before; n < 2 || n > 4 {
			t.Errorf("an empty queue was asked %d times in a minute", n)
		}
		b.stop()
		if n := b.value("andon_queue_up"); n != 0 {
			t.Errorf("a queue that is not polled is up: %v", n)
		}
	})
}

// A message that comes twice changes nothing and is deleted.
func TestAMessageThatComesTwice(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		b.aws.Send(numbered(t, 1))
		b.aws.Send(numbered(t, 1))
		b.after(time.Second)
		if b.sink.events() != 1 || b.sink.repeats != 1 || b.aws.Queued() != 0 {
			t.Errorf("%d events, %d repeats, %d messages left", b.sink.events(), b.sink.repeats, b.aws.Queued())
		}
	})
}

func TestAMessageThatCannotBeDeleted(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		b.aws.Deny(awsfake.AdminKey, "sqs:DeleteMessage")
		b.aws.Send(numbered(t, 1))
		b.after(30 * time.Second)
		if b.sink.events() != 1 || b.aws.Queued() != 1 {
			t.Errorf("%d events, %d messages left", b.sink.events(), b.aws.Queued())
		}
		b.aws.Allow(awsfake.AdminKey)
		b.after(2 * time.Minute)
		if b.sink.events() != 1 || b.sink.repeats != 1 || b.aws.Queued() != 0 {
			t.Errorf("%d events, %d repeats, %d messages left", b.sink.events(), b.sink.repeats, b.aws.Queued())
		}
	})
}

// While nothing can be made durable a message is held, then given back; it is
// neither lost nor received again and again.
func TestAJournalThatFails(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		b.aws.Redrive(3)
		until := time.Now().Add(20 * time.Minute)
		b.sink.set(func(context.Context) error {
			if time.Now().Before(until) {
				return errNotNow
			}
			return nil
		})
		for n := range 15 {
			b.aws.Send(numbered(t, n))
		}
		b.after(10 * time.Minute)
		if b.sink.events() != 0 || b.aws.Queued() != 15 || b.value("andon_queue_received_total") > 10 {
			t.Errorf("%d events, %d messages left, %v received", b.sink.events(), b.aws.Queued(), b.value("andon_queue_received_total"))
		}
		if n := strings.Count(b.log.String(), "cannot be made durable"); n != 1 {
			t.Errorf("it was logged %d times", n)
		}
		b.after(11 * time.Minute)
		if b.sink.events() != 15 || b.aws.Queued() != 0 || b.aws.DeadLetters() != 0 {
			t.Errorf("%d events, %d messages left, %d dead letters", b.sink.events(), b.aws.Queued(), b.aws.DeadLetters())
		}
		if !strings.Contains(b.log.String(), "are taken again") {
			t.Error("it was not logged that messages are taken again")
		}
	})
}

// What waits for the journal stays hidden from others, however short the
// visibility timeout is.
func TestWhatWaitsStaysHidden(t *testing.T) {
	pull(t, func(c *Config) { c.SQS.VisibilityTimeout = 10e9 }, func(b *queueBench) {
		until := time.Now().Add(25 * time.Second)
		b.sink.set(func(ctx context.Context) error {
			if time.Now().Before(until) {
				return errNotNow
			}
			return nil
		})
		b.aws.Send(numbered(t, 1))
		b.after(40 * time.Second)
		if b.sink.events() != 1 || b.sink.repeats != 0 || b.aws.Queued() != 0 || b.value("andon_queue_received_total") != 1 {
			t.Errorf("%d events, %d repeats, %d left, %v received", b.sink.events(), b.sink.repeats, b.aws.Queued(), b.value("andon_queue_received_total"))
		}
		if n := b.calls("ChangeMessageVisibilityBatch"); n < 5 {
			t.Errorf("its visibility was extended %d times", n)
		}
	})
}

// Poison stays, does not hold up what is behind it, and is on record before it
// is deleted.
func TestPoisonWithoutDeadLetterQueue(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		foreign := strings.ReplaceAll(numbered(t, 1), ":ops-alarms", ":others")
		for range 30 {
			b.aws.Send("hello")
		}
		b.aws.Send(foreign)
		b.aws.Send(numbered(t, 2))
		b.after(time.Second)
		if b.sink.events() != 1 || b.aws.Queued() != 31 {
			t.Errorf("%d events, %d messages left", b.sink.events(), b.aws.Queued())
		}
		reasons := b.refused()
		if len(reasons) != 31 || !slices.Contains(reasons, ReasonTopic) || !slices.Contains(reasons, ReasonFormat) {
			t.Errorf("refused: %v", reasons)
		}
		b.after(2 * time.Minute)
		if len(b.kept()) != 0 || b.aws.Queued() != 31 {
			t.Errorf("%d records, %d messages left", len(b.kept()), b.aws.Queued())
		}
		b.after(4 * time.Minute)
		if len(b.kept()) != 31 || b.aws.Queued() != 0 {
			t.Errorf("%d records, %d messages left", len(b.kept()), b.aws.Queued())
		}
		if n := b.value("andon_queue_poison_total"); n != 31 || len(b.refused()) != 31 {
			t.Errorf("%v counted, %d told", n, len(b.refused()))
		}
	})
}

func TestPoisonWithDeadLetterQueue(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		b.aws.Redrive(8)
		b.after(16 * time.Minute) // until its attributes are asked for again
		b.aws.Send("hello")
		b.after(20 * time.Minute)
		if len(b.kept()) != 0 || b.aws.Queued() != 0 || b.aws.DeadLetters() != 1 {
			t.Errorf("%d records, %d messages left, %d dead letters", len(b.kept()), b.aws.Queued(), b.aws.DeadLetters())
		}
	})
}

// Poison in a FIFO queue holds up its group, so that it comes again at once.
func TestPoisonInAFIFOQueue(t *testing.T) {
	pull(t, func(c *Config) { c.SQS.QueueURL += ".fifo" }, func(b *queueBench) {
		b.aws.AddQueue(awsfake.MainAccount, awsfake.MainRegion, awsfake.AlertQueue+".fifo")
		b.aws.SendTo(awsfake.MainAccount, awsfake.MainRegion, awsfake.AlertQueue+".fifo", "hello")
		b.after(time.Minute)
		if len(b.kept()) != 1 {
			t.Errorf("%d records after a minute", len(b.kept()))
		}
	})
}

// Whether a queue has a dead-letter queue may be unknown: then it has time to
// move poison there before it is put on record and deleted.
func TestPoisonWhereAttributesMayNotBeRead(t *testing.T) {
	pull(t, func(c *Config) { c.SQS.QueueURL += ".fifo" }, func(b *queueBench) {
		b.aws.Deny(awsfake.AdminKey, "sqs:GetQueueAttributes")
		b.aws.AddQueue(awsfake.MainAccount, awsfake.MainRegion, awsfake.AlertQueue+".fifo")
		b.aws.SendTo(awsfake.MainAccount, awsfake.MainRegion, awsfake.AlertQueue+".fifo", "hello")
		b.after(15 * time.Second)
		if n := b.value("andon_queue_received_total"); n <= poisonPatience || len(b.kept()) != 0 {
			t.Errorf("received %v times, %d records after 15 s", n, len(b.kept()))
		}
		b.after(time.Minute)
		if len(b.kept()) != 1 {
			t.Errorf("%d records after a minute", len(b.kept()))
		}
	})
}

// What differs with every request is no new error.
func TestTheSameErrorIsToldOnce(t *testing.T) {
	for _, same := range [][2]string{
		{"api error X: no, RequestID: 0f8b1f44-5b0c-11f0-9c2e-0242ac120002, a", "api error X: no, RequestID: 1f8b1f44-5b0c-11f0-9c2e-0242ac120002, a"},
		{"read tcp 10.0.0.4:51234->52.1.2.3:443: connection reset", "read tcp 10.0.0.4:40022->52.1.2.3:443: connection reset"},
	} {
		if a, b := lasting(errors.New(same[0])), lasting(errors.New(same[1])); a != b {
			t.Errorf("%q and %q", a, b)
		}
	}
	if lasting(errors.New("no such queue")) == lasting(errors.New("denied")) {
		t.Error("different errors read the same")
	}
}

func TestAQueueThatIsGone(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		b.after(maxQueueWait + time.Second)
		b.aws.RemoveQueue()
		b.after(2 * time.Second)
		if told := b.told(); len(told) != 1 {
			t.Errorf("told at once: %v", told)
		}
		b.after(5 * time.Minute)
		told := b.told()
		if len(told) != 2 || told[1] == nil || !strings.Contains(told[1].Error(), "does not exist") {
			t.Fatalf("contacts: %v", told)
		}
		if n := strings.Count(b.log.String(), "queue cannot be read"); n != 1 || b.value("andon_queue_up") != 0 {
			t.Errorf("logged %d times, up %v", n, b.value("andon_queue_up"))
		}
		b.aws.AddQueue(awsfake.MainAccount, awsfake.MainRegion, awsfake.AlertQueue)
		b.aws.Send(numbered(t, 1))
		b.after(time.Minute)
		if told = b.told(); len(told) != 3 || told[2] != nil || b.sink.events() != 1 || b.value("andon_queue_up") != 1 {
			t.Errorf("contacts: %v, %d events", told, b.sink.events())
		}
	})
}

func TestAQueueThatMayNotBeRead(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		b.aws.Deny(awsfake.AdminKey, "sqs:ReceiveMessage", "sqs:GetQueueAttributes")
		b.after(2 * time.Minute)
		told := b.told()
		var denied *awsapi.Denied
		if len(told) < 1 || !errors.As(told[len(told)-1], &denied) || denied.Action != "sqs:ReceiveMessage" {
			t.Errorf("contacts: %v", told)
		}
		b.aws.Allow(awsfake.AdminKey)
		b.aws.Deny(awsfake.AdminKey, "sqs:GetQueueAttributes") // it does without
		b.aws.Send(numbered(t, 1))
		b.after(2 * time.Minute)
		if told = b.told(); told[len(told)-1] != nil || b.sink.events() != 1 {
			t.Errorf("contacts: %v, %d events", told, b.sink.events())
		}
	})
}
