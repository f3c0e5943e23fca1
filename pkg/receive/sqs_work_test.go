package receive

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// When the queue is to stop, what is in flight is finished where it can be.
func TestStoppingFinishesWhatIsInFlight(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		b.sink.set(func(ctx context.Context) error {
			select {
			case <-time.After(2 * time.Second):
				return nil
			case <-ctx.Done():
				return errNotNow
			}
		})
		b.aws.Send(numbered(t, 1))
		b.after(time.Second)
		began := time.Now()
		b.stop()
		if b.sink.events() != 1 || b.aws.Queued() != 0 || time.Since(began) > stopWithin {
			t.Errorf("%d events, %d messages left after %s", b.sink.events(), b.aws.Queued(), time.Since(began))
		}
	})
}

// What cannot be finished is given back at once.
func TestStoppingGivesBackTheRest(t *testing.T) {
	pull(t, nil, func(b *queueBench) {
		b.sink.set(func(ctx context.Context) error {
			<-ctx.Done()
			return errNotNow
		})
		b.aws.Send(numbered(t, 1))
		b.after(time.Second)
		if b.aws.Visible() != 0 {
			t.Error("it was not taken")
		}
		began := time.Now()
		b.stop()
		if b.sink.events() != 0 || b.aws.Visible() != 1 || time.Since(began) > 2*stopWithin {
			t.Errorf("%d events, %d messages given back after %s", b.sink.events(), b.aws.Visible(), time.Since(began))
		}
	})
}

func TestGroupsAreWorkedOnInOrder(t *testing.T) {
	m := func(id, group string) pulledMessage {
		return pulledMessage{id: id, group: group, body: []byte(numbered(t, 1))}
	}
	messages := []pulledMessage{m("1", "a"), m("2", ""), m("3", "b"), m("4", "a"), m("5", "")}
	if got := fmt.Sprint(inOrder(messages)); got != "[[0 3] [1] [2] [4]]" {
		t.Errorf("got %s", got)
	}
	c := queueConfig(t)
	s := &sink{submit: func(context.Context) error { return errNotNow }}
	queues, err := OpenQueues([]Config{c}, QueueDeps{Sink: s, Now: time.Now, Logger: discard})
	if err != nil {
		t.Fatal(err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	j := &job{items: messages, fates: make([]fate, len(messages))}
	queues[0].group(stopped, t.Context(), j, []int{0, 3})
	if got := j.with(released); len(got) != 2 || got[0].id != "1" || got[1].id != "4" {
		t.Errorf("after one that was not taken: %v", j.fates)
	}
}

func TestRecentRemembersTheNewest(t *testing.T) {
	var r recent
	for n := range maxCounted + 1 {
		if !r.add(fmt.Sprint(n)) {
			t.Fatalf("%d is known", n)
		}
	}
	if r.add(fmt.Sprint(maxCounted)) || !r.add("0") || len(r.known) != maxCounted || len(r.order) != maxCounted {
		t.Errorf("%d are known", len(r.known))
	}
}
