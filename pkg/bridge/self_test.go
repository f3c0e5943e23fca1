package bridge

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/receive"
)

// ends checks what the history says of the ends of an alert, oldest first.
func (s *scenario) ends(id alert.Identity, want ...string) {
	s.t.Helper()
	entries, err := s.bridge.journal.History(context.Background(), journal.Query{Identity: id})
	if err != nil {
		s.t.Fatal(err)
	}
	var got []string
	for _, e := range slices.Backward(entries) {
		if e.Kind == alert.Closed {
			got = append(got, e.Note)
		}
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("%s ended: %q, expected %q", id, got, want)
	}
}

func TestARefusedSenderIsOnTheBoardForAWhile(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Reload("heartbeats: [{", "# heartbeats: [{")
		refused := receive.Refusal{Receiver: "am", Reason: receive.ReasonFormat, Detail: "alerts[0]: no labels"}
		s.bridge.Refuse(refused) // anybody could have sent it
		synctest.Wait()
		s.Open()
		refused.Authenticated = true
		s.bridge.Refuse(refused)
		synctest.Wait()
		s.Open(SenderRefused)
		s.Expect("ops-room", "amber=steady")
		s.At("50m")
		refused.Detail = "another"
		s.bridge.Refuse(refused)
		s.At("1h49m")
		s.Open(SenderRefused)
		s.At("1h51m")
		s.Open()
		s.ends(selfIdentity(SenderRefused, "am/format"), NoteNotAgain)
		s.Expect("ops-room", "green=steady")
	})
}

func TestTruncatedGroups(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Reload("heartbeats: [{", "# heartbeats: [{")
		s.Batch(receive.Batch{Receiver: "am", Group: "{}", Truncated: 3})
		s.Open(AlertsTruncated)
		s.Expect("ops-room", "amber=steady")
		s.Batch(receive.Batch{Receiver: "am", Group: "other"})
		s.Open(AlertsTruncated)
		s.Batch(receive.Batch{Receiver: "am", Group: "{}"})
		s.Open()
		s.Expect("ops-room", "green=steady")
		s.Batch(receive.Batch{Receiver: "am", Group: "{}", Truncated: 3})
		s.Expect("ops-room", "amber=steady")
		s.At("8h")
		s.Batch(receive.Batch{Receiver: "am", Group: "{}", Truncated: 3})
		s.At("16h59m")
		s.Open(AlertsTruncated)
		s.At("17h1m") // the group may never be told again
		s.Open()
		s.Expect("ops-room", "green=steady")
		s.Batch(receive.Batch{Receiver: "am", Group: "{}", Truncated: 3})
		s.Expect("ops-room", "amber=steady")
		s.Reload("{name: am,", "{name: other,") // nobody could end it any more
		s.Open()
		s.ends(selfIdentity(AlertsTruncated, "am/{}"), NoteNothingCut, NoteNotAgain, NoteNotThere)
		s.Expect("ops-room", "green=steady")
	})
}

func TestANotifierThatIsDown(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		c := func(active bool, text string) {
			s.bridge.setCondition(selfIdentity(NotifierDown, "patlite"), condition{
				active: active, labels: map[string]string{"alertname": NotifierDown, "notifier": "patlite"},
				annotations: map[string]string{"error": text},
			})
			synctest.Wait()
		}
		c(false, "")
		s.Open()
		c(true, "exit status 1")
		s.Open(NotifierDown)
		s.Expect("ops-room", "amber=steady")
		before := s.bridge.Changed()
		c(true, "exit status 1")
		if s.bridge.Changed() != before {
			t.Error("the same again is no change")
		}
		c(true, "exit status 2")
		if a := s.bridge.Alert(selfIdentity(NotifierDown, "patlite")); a.Annotations.Get("error") != "exit status 2" {
			t.Errorf("the board says %v", a.Annotations)
		}
		c(false, "")
		s.Open()
		s.Expect("ops-room", "green=steady")
	})
}

// TestAConditionThatCouldNotBeToldIsToldLater: it is compared with the board,
// nothing is sent as an event.
func TestAConditionThatCouldNotBeToldIsToldLater(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		mend := s.Break()
		s.Away("hall")
		s.Open()
		s.Expect("ops-room", failed)
		mend()
		s.At("2s")
		s.Open(TowerLost)
		// The end of the failure and the lost tower are told at the same moment,
		// in either order.
		if got := s.lamps["ops-room"].take(); len(got) == 0 || got[len(got)-1] != "amber=steady" || len(got) == 2 && got[0] != "green=steady" || len(got) > 2 {
			t.Errorf("ops-room showed %q", got)
		}
		s.Back("hall")
		s.Open()
		s.ends(selfIdentity(TowerLost, "hall"), NoteTowerAnswers)
		s.Expect("ops-room", "green=steady")
		s.lamps["hall"].take()
	})
}
