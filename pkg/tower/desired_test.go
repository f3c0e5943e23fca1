package tower

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/lamp"
)

func TestLights(t *testing.T) {
	for _, c := range []struct {
		name string
		show string
		do   func(*room)
		want string
	}{
		{"idle", usual, func(*room) {}, "green=steady"},
		{"one", usual, func(r *room) { r.fire("a", "warning") }, "amber=steady"},
		{"two units", usual, func(r *room) { r.fire("a", "warning"); r.fire("b", "critical") }, "red=flash amber=steady buzzer=1"},
		{"ended", usual, func(r *room) { r.fire("a", "warning"); r.resolve("a") }, "green=steady"},
		{"one of two ended", usual, func(r *room) { r.fire("a", "warning"); r.fire("b", "warning"); r.resolve("a") }, "amber=steady"},
		{"record is never shown", usual, func(r *room) { r.fire("a", alert.Record) }, "green=steady"},
		{"below all entries", usual, func(r *room) { r.fire("a", "info") }, "green=steady"},
		{"without an entry: the next lower", "show:\n  warning: {amber: flash, buzzer: 2}\n", func(r *room) { r.fire("a", "disaster") }, "amber=flash buzzer=2"},
		{"unknown severity", usual, func(r *room) { r.fire("a", "nonsense") }, "green=steady"},
		{"shared unit: higher severity", usual, func(r *room) { r.fire("a", "critical"); r.fire("b", "disaster") }, "red=flash2 buzzer=3"},
		{"shared unit: unacknowledged before acknowledged", usual, func(r *room) { r.fire("a", "disaster"); r.acknowledge("a"); r.fire("b", "critical") }, "red=flash buzzer=1"},
		{"shared unit: acknowledged, higher severity", "show:\n  critical: {red: flash}\n  disaster: {red: flash2, blue: flash}\n  acknowledged: steady\n", func(r *room) {
			r.fire("a", "disaster")
			r.acknowledge("a")
			r.fire("b", "critical")
			r.acknowledge("b")
		}, "red=steady blue=steady"},
		{"acknowledged", usual, func(r *room) { r.fire("a", "critical"); r.acknowledge("a") }, "red=steady"},
		{"acknowledged in another pattern", usual + "  acknowledged: flash3\n", func(r *room) { r.fire("a", "critical"); r.acknowledge("a") }, "red=flash3"},
		{"acknowledged look", usual + "  acknowledged: {white: steady}\n", func(r *room) { r.fire("a", "critical"); r.acknowledge("a") }, "white=steady"},
		{"stale as its severity", usual, func(r *room) { r.fire("a", "critical"); r.wait(time.Hour); r.stale("a") }, "red=flash"},
		{"stale look", usual + "  stale: {amber: flash}\n", func(r *room) { r.fire("a", "critical"); r.wait(time.Hour); r.stale("a") }, "amber=flash"},
		{"unacknowledged before stale", usual + "  stale: {red: steady}\n", func(r *room) {
			r.fire("a", "critical")
			r.stale("a")
			r.fire("b", "critical")
			r.wait(time.Hour)
		}, "red=flash"},
		{"nobody has the stale either: higher severity", usual, func(r *room) {
			r.fire("a", "disaster")
			r.stale("a")
			r.fire("b", "critical")
			r.wait(time.Hour)
		}, "red=flash2"},
		{"stale before acknowledged", usual, func(r *room) {
			r.fire("a", "disaster")
			r.acknowledge("a")
			r.fire("b", "critical")
			r.stale("b")
			r.wait(time.Hour)
		}, "red=flash"},
		{"returned", usual, func(r *room) {
			r.event("a", alert.Firing, "critical", alert.SequenceR)
			r.acknowledge("a")
			r.event("a", alert.Resolved, "critical", alert.SequenceR)
		}, "red=flash"},
		{"returned look", usual + "  returned: {white: flash}\n", func(r *room) {
			r.event("a", alert.Firing, "critical", alert.SequenceR)
			r.acknowledge("a")
			r.event("a", alert.Resolved, "critical", alert.SequenceR)
		}, "white=flash"},
		{"a unit that is off", "show:\n  idle: {green: steady}\n  warning: {amber: steady}\n  critical: {red: flash, amber: off}\n", func(r *room) { r.fire("a", "warning"); r.fire("b", "critical") }, "red=flash"},
		{"not for this tower", "match: ['alertname=\"other\"']\n" + usual, func(r *room) { r.fire("a", "critical") }, "green=steady"},
		{"for this tower", "match: ['alertname=\"a\"']\n" + usual, func(r *room) { r.fire("a", "critical") }, "red=flash buzzer=1"},
		{"raised", usual, func(r *room) { r.fire("a", "warning"); r.fire("a", "critical") }, "red=flash buzzer=1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRoom(t, plan(t, c.show))
			c.do(r)
			r.shows(c.want)
		})
	}
}

func TestBridgeFailed(t *testing.T) {
	r := newRoom(t, plan(t, usual+"  bridge_failed: {red: steady, amber: steady, buzzer: 2}\n"))
	r.fire("a", "critical")
	state, next := Desired(r.view, r.heard, true, r.now)
	if state.String() != "red=steady amber=steady buzzer=2" || !next.IsZero() {
		t.Errorf("%s until %v", state, next)
	}
	state.Lights[lamp.Red] = lamp.Off // what is returned is the caller's
	if state, _ = Desired(r.view, r.heard, true, r.now); state.String() != "red=steady amber=steady buzzer=2" {
		t.Errorf("the second time %s", state)
	}
}

func TestBuzzerForItsTime(t *testing.T) {
	r := newRoom(t, plan(t, usual))
	r.fire("a", "critical")
	r.shows("red=flash buzzer=1")
	if _, next := Desired(r.view, r.heard, false, r.now); !next.Equal(t0.Add(DefaultBuzzerFor)) {
		t.Errorf("until %v", next)
	}
	r.wait(59 * time.Second)
	r.shows("red=flash buzzer=1")
	r.wait(time.Second)
	r.shows("red=flash")
	r.wait(time.Hour)
	r.shows("red=flash")
}

func TestBuzzerOfAnOldAlertThatWasNeverHeard(t *testing.T) {
	r := newRoom(t, plan(t, usual))
	r.fire("a", "critical")
	r.now = r.now.Add(24 * time.Hour) // the tower was lost
	r.shows("red=flash buzzer=1")
	r.wait(time.Minute)
	r.shows("red=flash")
}

// The tower was lost while it sounded: what is missing is made up for.
func TestBuzzerInterrupted(t *testing.T) {
	r := newRoom(t, plan(t, usual))
	r.fire("a", "critical")
	r.wait(40 * time.Second)
	r.heard = r.heard.Quiet(r.now, r.view.plan.KeepSounded())
	r.now = r.now.Add(time.Hour)
	r.shows("red=flash buzzer=1")
	r.wait(19 * time.Second)
	r.shows("red=flash buzzer=1")
	r.wait(time.Second)
	r.shows("red=flash")
}

func TestBuzzerUntilAcknowledged(t *testing.T) {
	r := newRoom(t, plan(t, "buzzer_for: 0s\n"+usual))
	r.fire("a", "critical")
	r.wait(48 * time.Hour)
	r.shows("red=flash buzzer=1")
	r.acknowledge("a")
	r.shows("red=steady")
}

func TestEveryNewAlertSounds(t *testing.T) {
	r := newRoom(t, plan(t, usual))
	r.fire("a", "critical")
	r.wait(time.Minute)
	r.acknowledge("a")
	r.shows("red=steady")
	r.wait(time.Minute)
	r.fire("b", "critical")
	r.shows("red=flash buzzer=1")
	r.wait(30 * time.Second)
	r.fire("c", "critical") // half-way: both sound for its whole time
	r.wait(59 * time.Second)
	r.shows("red=flash buzzer=1")
	r.wait(time.Second)
	r.shows("red=flash")
	r.resolve("b")
	r.shows("red=flash")
}

func TestLowerSeverityIsHeardAfterTheHigher(t *testing.T) {
	r := newRoom(t, plan(t, usual))
	r.fire("a", "critical")
	r.fire("b", "disaster")
	r.shows("red=flash2 buzzer=3")
	r.wait(30 * time.Second) // the disaster's time is over; what was heard counts for both
	r.shows("red=flash2 buzzer=1")
	r.wait(30 * time.Second)
	r.shows("red=flash2")
}

func TestRaisedSeveritySoundsAgain(t *testing.T) {
	r := newRoom(t, plan(t, usual))
	r.fire("a", "critical")
	r.wait(2 * time.Minute)
	r.shows("red=flash")
	r.acknowledge("a")
	r.fire("a", "disaster")
	r.shows("red=flash2 buzzer=3")
	r.fire("a", "critical") // lowered
	r.wait(time.Hour)
	r.shows("red=flash")
}

func TestBuzzerStop(t *testing.T) {
	r := newRoom(t, plan(t, "buzzer_for: 0s\n"+usual))
	r.fire("a", "critical")
	r.shows("red=flash buzzer=1")
	r.now = r.now.Add(time.Second)
	r.stop()
	r.shows("red=flash")
	r.wait(time.Hour)
	r.shows("red=flash")
	r.fire("b", "critical")
	r.shows("red=flash buzzer=1")
}

// A buzzer that was stopped, or had its time, before the clock was set back
// sounds again for what comes, and for no longer than it should.
func TestClockSetBack(t *testing.T) {
	r := newRoom(t, plan(t, usual))
	r.fire("a", "critical")
	r.wait(time.Minute)
	r.wait(time.Second)
	r.fire("b", "critical")
	r.wait(10 * time.Second)
	r.stop()
	r.shows("red=flash")
	r.wait(time.Second)
	r.now = r.now.Add(-time.Hour)
	r.shows("red=flash")
	r.fire("c", "critical")
	r.shows("red=flash buzzer=1")
	r.wait(20 * time.Second)
	r.now = r.now.Add(-time.Hour) // while it sounds
	r.wait(59 * time.Second)
	r.shows("red=flash buzzer=1")
	r.wait(2 * time.Second)
	r.shows("red=flash")
}

func TestRestartDoesNotSoundAgain(t *testing.T) {
	r := newRoom(t, plan(t, usual))
	r.fire("a", "critical")
	r.wait(time.Minute)
	r.wait(time.Hour)
	data, err := json.Marshal(r.heard)
	if err != nil {
		t.Fatal(err)
	}
	restarted := newRoom(t, r.view.plan)
	restarted.now, restarted.last = r.now, r.last
	if err := json.Unmarshal(data, &restarted.heard); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r.heard, restarted.heard); d != "" {
		t.Errorf("read back (-want +got):\n%s", d)
	}
	r.board.All(func(a *alert.Alert) bool { restarted.put(a.Identity, a); return true })
	restarted.shows("red=flash")
	restarted.fire("b", "critical")
	restarted.shows("red=flash buzzer=1")
}

// The ringback is heard where a buzzer is configured for it, for its time, and
// can be stopped.
func TestRingback(t *testing.T) {
	ring := func(buzzerFor string) *room {
		r := newRoom(t, plan(t, usual+"  returned: {red: flash2, buzzer: 2, buzzer_for: "+buzzerFor+"}\n"))
		r.event("a", alert.Firing, "critical", alert.SequenceR)
		r.wait(time.Hour)
		r.acknowledge("a")
		r.shows("red=steady")
		r.wait(time.Hour)
		r.event("a", alert.Resolved, "critical", alert.SequenceR)
		r.shows("red=flash2 buzzer=2")
		return r
	}
	r := ring("10s")
	r.wait(10 * time.Second)
	r.shows("red=flash2")
	r = ring("0s")
	r.wait(24 * time.Hour)
	r.shows("red=flash2 buzzer=2")
	r.stop()
	r.shows("red=flash2")
	r = ring("0s")
	r.reset("a")
	r.shows("green=steady")
}

func TestSounded(t *testing.T) {
	at := func(s int) time.Time { return t0.Add(time.Duration(s) * time.Second) }
	var s Sounded
	s = s.Quiet(at(0), time.Minute) // was quiet
	s = s.On(at(10)).On(at(15)).Quiet(at(20), time.Minute).On(at(30)).Quiet(at(50), time.Minute).On(at(60))
	for _, c := range []struct{ raised, now, want int }{
		{0, 60, 30}, {0, 65, 35}, {12, 60, 28}, {20, 60, 20}, {40, 60, 10}, {50, 60, 0}, {62, 65, 3}, {65, 65, 0}, {70, 65, 5}, {60, 40, 0},
	} {
		if got := s.After(at(c.raised), at(c.now)); got != time.Duration(c.want)*time.Second {
			t.Errorf("heard since %ds, at %ds: %s, want %ds", c.raised, c.now, got, c.want)
		}
	}
	// What no alert can ask for any more is forgotten.
	kept := s.Quiet(at(70), 25*time.Second)
	if d := cmp.Diff([]Interval{{at(30), at(50)}, {at(60), at(70)}}, kept.Intervals); d != "" {
		t.Errorf("kept (-want +got):\n%s", d)
	}
	if len(s.Intervals) != 2 {
		t.Errorf("Quiet changed its receiver: %v", s.Intervals)
	}
	for i := range 2 * maxIntervals {
		s = s.Quiet(at(100+i), time.Hour).On(at(100 + i))
	}
	if len(s.Intervals) != maxIntervals {
		t.Errorf("%d intervals are kept", len(s.Intervals))
	}
	if s = (Sounded{}).On(at(10)).Quiet(at(5), time.Minute); s.After(at(0), at(20)) != 0 {
		t.Errorf("the clock went back: %v", s)
	}
}
