package bridge

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/receive"
)

func many(t *testing.T, n int, status alert.Status) []alert.Event {
	t.Helper()
	events := make([]alert.Event, n)
	for i := range events {
		events[i] = amEvent(t, fmt.Sprintf("alertname=N%d", i), status)
	}
	return events
}

func (s *scenario) Batch(b receive.Batch) {
	s.t.Helper()
	if err := s.bridge.Submit(context.Background(), b); err != nil {
		s.t.Error(err)
	}
	synctest.Wait()
}

func TestAKnownKeyChangesNothing(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		message := receive.Batch{
			Receiver: "am", Key: "sns/1", KeyUntil: s.start.Add(2 * time.Hour),
			Events:  many(t, 2*maxCommand+1, alert.Firing),
			Records: []alert.Entry{{Identity: "x", Receiver: "am", Note: "on record"}},
		}
		s.Batch(message)
		s.Expect("ops-room", "amber=steady")
		s.Batch(receive.Batch{Receiver: "am", Events: many(t, 2*maxCommand+1, alert.Resolved)})
		s.Expect("ops-room", "green=steady")
		s.Open()
		last := s.bridge.Changed()
		s.Batch(message)
		s.Restart("1m")
		s.Batch(message)
		s.Open()
		s.Expect("ops-room")
		s.Expect("hall")
		if now := s.bridge.Changed(); now != last {
			t.Errorf("a repeat made changes %d to %d", last+1, now)
		}
		other := message
		other.Key, other.Events = "sns/2", many(t, 1, alert.Firing)
		s.Batch(other)
		s.Expect("ops-room", "amber=steady")
		s.Open("N0")
		s.At("2h2m")
		s.Fire(`alertname="Watchdog"`)
		s.bridge.mu.RLock()
		defer s.bridge.mu.RUnlock()
		if len(s.bridge.seen) != 0 {
			t.Errorf("%d keys are remembered beyond their time", len(s.bridge.seen))
		}
		s.lamps["ops-room"].take() // the heartbeat was missing for a while
	})
}

// TestWhatNoRuleKnewIsListed: whatever became of it; not what was refused, nor
// recoveries, nor what the bridge says of itself.
func TestWhatNoRuleKnewIsListed(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="Known", severity="critical"`)
		s.Expect("ops-room", "red=flash buzzer=1")
		s.Fire(`alertname="Unknown"`)
		s.Expect("ops-room", "red=flash amber=steady buzzer=1")
		s.Fire(`alertname="Unknown"`)
		s.Resolve(`alertname="Unknown"`)
		s.Expect("ops-room", "red=flash buzzer=1")
		s.Resolve(`alertname="NeverSeen"`)
		s.Resolve(`alertname="Known", severity="critical"`)
		s.Expect("ops-room", "green=steady")
		e := amEvent(t, `alertname="ForTheRecord"`, alert.Firing)
		e.Default = alert.Record
		s.submit(e)
		s.Batch(receive.Batch{Receiver: "am", Records: []alert.Entry{{Receiver: "am", Note: "refused: a stranger", Labels: labels(t, `subject="x"`)}}})
		s.Away("hall")
		s.Open(TowerLost)
		s.Back("hall")
		s.lamps["hall"].take()
		s.lamps["ops-room"].take()
		entries, err := s.bridge.journal.History(context.Background(), journal.Query{Unmatched: true})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, string(e.Kind)+" "+e.Labels.Get("alertname"))
		}
		if want := []string{"recorded ForTheRecord", "opened Unknown"}; !slices.Equal(got, want) {
			t.Errorf("%q are listed, expected %q", got, want)
		}
	})
}

func TestALargeRequestIsTakenWhole(t *testing.T) {
	run(t, "ops-room.yaml", func(s *scenario) {
		s.Batch(receive.Batch{Receiver: "am", Events: many(t, 3*maxCommand+7, alert.Firing)})
		s.Expect("ops-room", "green=steady", "amber=steady")
		s.Expect("hall", "off")
		if n := len(s.bridge.Alerts(nil)); n != 3*maxCommand+7 {
			t.Errorf("%d are open", n)
		}
		outcomes, err := s.bridge.Acknowledge(context.Background(), Selection{All: true}, "sato", "")
		if err != nil || len(outcomes) != 3*maxCommand+7 {
			t.Errorf("%d acknowledged, %v", len(outcomes), err)
		}
		s.Batch(receive.Batch{Receiver: "am"}) // nothing is no mistake
	})
}

func TestATimeThatCannotBeWrittenKeepsNothingFromBeingDurable(t *testing.T) {
	run(t, "ops-room.yaml", func(s *scenario) {
		e := amEvent(t, `alertname="A"`, alert.Firing)
		e.EndsAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
		e.StartsAt = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)
		s.Batch(batchOf(e, amEvent(t, `alertname="B"`, alert.Firing)))
		s.Expect("ops-room", "green=steady", "amber=steady")
		s.Expect("hall", "off")
		s.Open("A", "B")
		if e.EndsAt.IsZero() {
			t.Error("the caller's event was changed")
		}
	})
}
