package notifier

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/lamp"
)

// room is one tower in its notifier, in a bubble of fake time.
type room struct {
	t       *testing.T
	tower   *fakeTower
	ss      *stations
	watcher *watcher
}

// inRoom runs a test against one tower named ops; the first poll is over when
// play begins.
func inRoom(t *testing.T, change func(*Tower, *fakeTower), play func(*room)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &room{t: t, tower: &fakeTower{}}
		tower := Tower{Name: "ops", Settings: []byte(`{}`)}
		if change != nil {
			change(&tower, r.tower)
		}
		r.ss = newStations(fakeFactory{"ops": r.tower}, DefaultTiming)
		defer r.ss.close()
		w, err := r.ss.hub.watch()
		if err != nil {
			t.Fatal(err)
		}
		r.watcher = w
		if failures, err := r.ss.configure([]Tower{tower}); err != nil || len(failures) > 0 {
			t.Fatalf("configure: %v, %v", failures, err)
		}
		r.pass(DefaultTiming.Poll)
		play(r)
	})
}

// pass lets time go by.
func (r *room) pass(d time.Duration) {
	time.Sleep(d) // of the bubble's clock
	synctest.Wait()
}

func (r *room) apply(generation uint64, text string) error {
	_, err := r.ss.apply(r.t.Context(), "ops", generation, time.Time{}, state(text))
	return err
}

func (r *room) mustApply(generation uint64, text string) {
	r.t.Helper()
	if err := r.apply(generation, text); err != nil {
		r.t.Fatalf("apply %d %s: %v", generation, text, err)
	}
}

// saw checks everything that was reported since the last call.
func (r *room) saw(want ...string) {
	r.t.Helper()
	synctest.Wait()
	var got []string
	for {
		select {
		case o := <-r.watcher.observations:
			text := string(o.Contact)
			if o.Contact != lamp.Lost {
				text += " " + o.State.String()
			}
			if o.Reason != "" {
				text += ": " + o.Reason
			}
			got = append(got, text)
			continue
		default:
		}
		break
	}
	if d := cmp.Diff(want, got); d != "" {
		r.t.Errorf("observations (-want +got):\n%s", d)
	}
}

// did checks every command the tower got since the last call.
func (r *room) did(want ...string) {
	r.t.Helper()
	synctest.Wait()
	if d := cmp.Diff(want, r.tower.did()); d != "" {
		r.t.Errorf("commands (-want +got):\n%s", d)
	}
}

func TestTowerIsReportedWhenFirstSeenThenOnlyOnChange(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		r.saw("seen off")
		r.mustApply(1, "red=flash")
		r.pass(time.Minute)
		r.saw()
		r.did("apply red=flash")
		r.tower.set(func(f *fakeTower) { f.state = state("green=steady") })
		r.pass(time.Minute)
		r.saw("seen green=steady")
	})
}

func TestClearedTowerIsReportedOnce(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		r.mustApply(1, "red=flash")
		r.pass(2 * time.Second)
		r.tower.set(func(f *fakeTower) { f.state = lamp.State{} })
		r.pass(time.Minute)
		r.saw("seen off", "cleared off")
		r.mustApply(2, "red=steady")
		r.pass(2 * time.Second)
		r.tower.set(func(f *fakeTower) { f.state = lamp.State{} })
		r.pass(2 * time.Second)
		r.saw("cleared off")
	})
}

func TestDarkTowerIsNotClearedUnlessItsStateWasConfirmed(t *testing.T) {
	t.Run("dark before the first reading", func(t *testing.T) {
		inRoom(t, nil, func(r *room) {
			r.saw("seen off")
			r.mustApply(1, "red=flash")
			r.tower.set(func(f *fakeTower) { f.state = lamp.State{} })
			r.pass(2 * time.Second)
			r.saw("seen off")
		})
	})
	t.Run("dark after contact was lost", func(t *testing.T) {
		inRoom(t, nil, func(r *room) {
			r.mustApply(1, "red=flash")
			r.pass(2 * time.Second)
			r.tower.set(func(f *fakeTower) { f.away = true })
			r.pass(5 * time.Second)
			r.tower.set(func(f *fakeTower) { f.away, f.state = false, lamp.State{} })
			r.pass(5 * time.Second)
			r.saw("seen off", "lost: no route to host", "back off")
		})
	})
	t.Run("dead-man fell back to dark", func(t *testing.T) {
		inRoom(t, func(t *Tower, _ *fakeTower) { t.Restore = 4 * time.Second }, func(r *room) {
			r.mustApply(1, "red=flash")
			r.pass(2 * time.Second)
			r.tower.set(func(f *fakeTower) { f.state = lamp.State{} })
			r.pass(2 * time.Second)
			r.saw("seen off", "seen off")
		})
	})
	t.Run("dark was applied", func(t *testing.T) {
		inRoom(t, nil, func(r *room) {
			r.mustApply(1, "red=flash")
			r.pass(2 * time.Second)
			r.mustApply(2, "off")
			r.pass(5 * time.Second)
			r.saw("seen off")
		})
	})
}

func TestLostAfterTwoPollsButOneApply(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		r.saw("seen off")
		r.tower.set(func(f *fakeTower) { f.away = true })
		r.pass(time.Second)
		r.saw()
		r.pass(time.Second)
		r.saw("lost: no route to host")
		r.pass(time.Minute)
		r.saw()
		r.tower.set(func(f *fakeTower) { f.away = false })
		r.pass(time.Second)
		r.saw("back off")

		r.tower.set(func(f *fakeTower) { f.away = true })
		if err := r.apply(1, "red=flash"); !errors.Is(err, errAway) {
			t.Errorf("apply to a tower that is away: %v", err)
		}
		r.saw("lost: no route to host")
		r.tower.set(func(f *fakeTower) { f.away = false })
		r.mustApply(2, "red=flash")
		r.saw("back red=flash")
	})
}

func TestOneMissedPollIsForgotten(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		for range 5 {
			r.tower.set(func(f *fakeTower) { f.away = true })
			r.pass(time.Second)
			r.tower.set(func(f *fakeTower) { f.away = false })
			r.pass(time.Second)
		}
		r.saw("seen off")
	})
}

func TestSlowTowerIsLostByTheDeadline(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		r.tower.set(func(f *fakeTower) { f.slow = 900 * time.Millisecond })
		r.pass(4 * time.Second)
		r.saw("seen off", "lost: context deadline exceeded")
	})
}

func TestRefusalIsNotLostContact(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		r.mustApply(1, "red=flash")
		r.tower.set(func(f *fakeTower) { f.refuses = true })
		if err := r.apply(2, "green=steady"); !errors.Is(err, ErrRefused) {
			t.Errorf("apply: %v", err)
		}
		r.pass(time.Minute)
		r.saw("seen off")
	})
}

func TestStateThatCannotBeShownNeverReachesTheTower(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		err := r.apply(1, "blue=steady red=flash3 buzzer=4")
		if !errors.Is(err, ErrRefused) {
			t.Fatalf("apply: %v", err)
		}
		want := "refused: buzzer 4: the tower has buzzer patterns 1 to 3\n" +
			"red: pattern flash3: the tower has off, steady, flash\n" +
			"unit blue: the tower has red, amber, green"
		if d := cmp.Diff(want, err.Error()); d != "" {
			t.Error(d)
		}
		r.did()
	})
}

func TestOlderGenerationNeverOverwritesNewer(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		r.mustApply(7, "red=flash")
		if err := r.apply(6, "green=steady"); !errors.Is(err, ErrOlder) {
			t.Errorf("apply 6 after 7: %v", err)
		}
		r.mustApply(7, "red=steady")
		r.did("apply red=flash", "apply red=steady")

		// Nor after the tower was given other settings.
		if _, err := r.ss.configure([]Tower{{Name: "ops", Settings: []byte(`{"address":"elsewhere"}`)}}); err != nil {
			t.Fatal(err)
		}
		if err := r.apply(6, "green=steady"); !errors.Is(err, ErrOlder) {
			t.Errorf("apply 6 after 7 and a change of settings: %v", err)
		}
		r.mustApply(8, "off")
		r.did("close", "apply off")
	})
}

func TestNewerApplySupersedesTheOneThatWaits(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		r.tower.set(func(f *fakeTower) { f.slow = 500 * time.Millisecond })
		results := make(chan error, 3)
		// The station's goroutine may be in a poll; begin after it.
		r.pass(time.Second)
		for g, text := range []string{"red=flash", "amber=flash", "green=flash"} {
			go func() { results <- r.apply(uint64(g+1), text) }()
			synctest.Wait()
		}
		r.pass(5 * time.Second)
		var superseded, done int
		for range 3 {
			switch err := <-results; {
			case err == nil:
				done++
			case errors.Is(err, ErrSuperseded):
				superseded++
			default:
				t.Errorf("apply: %v", err)
			}
		}
		got := r.tower.did()
		if last := got[len(got)-1]; last != "apply green=flash" {
			t.Errorf("the last command was %q of %v", last, got)
		}
		if superseded == 0 || superseded+done != 3 || len(got) != done {
			t.Errorf("%d superseded, %d done, commands %v", superseded, done, got)
		}
	})
}

func TestNothingIsWrittenAfterNotAfter(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		applyUntil := func(g uint64, text string, in time.Duration) error {
			_, err := r.ss.apply(r.t.Context(), "ops", g, time.Now().Add(in), state(text))
			return err
		}
		if err := applyUntil(1, "red=flash", 0); !errors.Is(err, ErrExpired) {
			t.Errorf("apply at its end: %v", err)
		}
		if err := applyUntil(2, "red=flash", time.Second); err != nil {
			t.Errorf("apply in time: %v", err)
		}
		r.did("apply red=flash")

		// It waits behind a slow command, and its time passes meanwhile.
		r.tower.set(func(f *fakeTower) { f.slow = 700 * time.Millisecond })
		first := make(chan error, 1)
		go func() { first <- r.apply(3, "amber=flash") }()
		synctest.Wait()
		if err := applyUntil(4, "green=flash", 600*time.Millisecond); !errors.Is(err, ErrExpired) {
			t.Errorf("apply that waited beyond its end: %v", err)
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
		r.tower.set(func(f *fakeTower) { f.slow = 0 })
		r.pass(3 * time.Second)
		r.did("apply amber=flash")
		if err := r.ss.test(r.t.Context(), "ops"); err != nil {
			t.Errorf("test while the last apply has no end: %v", err)
		}
		if err := applyUntil(5, "off", time.Second); err != nil {
			t.Error(err)
		}
		r.pass(2 * time.Second)
		if err := r.ss.test(r.t.Context(), "ops"); !errors.Is(err, ErrExpired) {
			t.Errorf("test after the end: %v", err)
		}
	})
}

func TestCallerWhoGoesTakesHisApplyBack(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		r.tower.set(func(f *fakeTower) { f.slow = 700 * time.Millisecond })
		first := make(chan error, 1)
		go func() { first <- r.apply(1, "amber=flash") }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(r.t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := r.ss.apply(ctx, "ops", 2, time.Time{}, state("red=flash")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("apply: %v", err)
		}
		<-first
		r.pass(3 * time.Second)
		r.did("apply amber=flash")
	})
}

func TestTowerWithoutReadBackIsProbedWithItsLastState(t *testing.T) {
	blind := func(_ *Tower, f *fakeTower) { f.blind = true }
	inRoom(t, blind, func(r *room) {
		if _, err := r.ss.read(r.t.Context(), "ops"); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("read before anything was applied: %v", err)
		}
		r.pass(3 * time.Second)
		r.did()
		r.mustApply(1, "red=flash buzzer=1")
		r.pass(2 * time.Second)
		r.did("apply red=flash buzzer=1", "apply red=flash buzzer=1", "apply red=flash buzzer=1")
		o, err := r.ss.read(r.t.Context(), "ops")
		if err != nil || o.State.String() != "red=flash buzzer=1" || o.Generation != 1 {
			t.Errorf("read: %+v, %v", o, err)
		}

		// Lost and back, it is not made to sound by the probe.
		r.tower.set(func(f *fakeTower) { f.away = true })
		r.pass(5 * time.Second)
		r.tower.set(func(f *fakeTower) { f.away = false })
		r.pass(1500 * time.Millisecond)
		r.saw("lost: no route to host", "back red=flash")
		for _, c := range r.tower.did() {
			if strings.Contains(c, "buzzer") {
				t.Errorf("a probe sounded the buzzer: %s", c)
			}
		}
	})
}

func TestProbeEndsWithNotAfterAndWithDeadMan(t *testing.T) {
	t.Run("not after", func(t *testing.T) {
		inRoom(t, func(_ *Tower, f *fakeTower) { f.blind = true }, func(r *room) {
			if _, err := r.ss.apply(r.t.Context(), "ops", 1, time.Now().Add(2500*time.Millisecond), state("red=flash")); err != nil {
				t.Fatal(err)
			}
			r.pass(time.Minute)
			if n := len(r.tower.did()); n < 3 || n > 4 {
				t.Errorf("%d writes within 2.5 s, then none: want 1 and 2 or 3 probes", n)
			}
		})
	})
	t.Run("dead-man", func(t *testing.T) {
		inRoom(t, func(tower *Tower, f *fakeTower) { f.blind, tower.Restore = true, 4*time.Second }, func(r *room) {
			r.mustApply(1, "red=flash")
			r.pass(time.Minute)
			r.did("apply red=flash")
		})
	})
}

func TestLampTestEndsByItselfOrByAnApply(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		r.mustApply(1, "red=flash")
		began := time.Now()
		if err := r.ss.test(r.t.Context(), "ops"); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(began); d != DefaultTiming.TestHold {
			t.Errorf("the test took %v", d)
		}
		r.did("apply red=flash", "test", "apply red=flash")

		tested := make(chan error, 1)
		go func() { tested <- r.ss.test(r.t.Context(), "ops") }()
		synctest.Wait()
		began = time.Now()
		r.mustApply(2, "amber=flash")
		if d := time.Since(began); d != 0 {
			t.Errorf("an apply waited %v for the lamp test", d)
		}
		if err := <-tested; err != nil {
			t.Error(err)
		}
		r.did("test", "apply amber=flash")
	})
	inRoom(t, func(_ *Tower, f *fakeTower) { f.state = state("green=steady") }, func(r *room) {
		if err := r.ss.test(r.t.Context(), "ops"); err != nil {
			t.Fatal(err)
		}
		r.did("test", "apply green=steady")
	})
}

func TestConfigureTouchesOnlyWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fakeFactory{"a": {}, "b": {}, "c": {}}
		ss := newStations(f, DefaultTiming)
		defer ss.close()
		configure := func(want string, towers ...Tower) {
			t.Helper()
			failures, err := ss.configure(towers)
			got := ""
			if err != nil {
				got = err.Error()
			}
			for name, err := range failures {
				got += name + ": " + err.Error()
			}
			if got != want {
				t.Errorf("configure: %q, want %q", got, want)
			}
		}
		tower := func(name, settings string) Tower { return Tower{Name: name, Settings: []byte(settings)} }
		configure("", tower("a", "1"), tower("b", "1"))
		configure("", tower("a", "1"), tower("b", "2"), tower("c", "1"))
		configure("missing: no such tower", tower("a", "1"), tower("missing", "1"))
		configure("refused: tower a is named twice", tower("a", "1"), tower("a", "2"))
		configure("refused: a tower has no name", tower("", "1"))
		for name, want := range map[string][]string{"a": nil, "b": {"close", "close"}, "c": {"close"}} {
			if d := cmp.Diff(want, f[name].did()); d != "" {
				t.Errorf("tower %s (-want +got):\n%s", name, d)
			}
		}
		w, err := ss.hub.watch()
		if err != nil {
			t.Fatal(err)
		}
		if o := <-w.observations; o.Tower != "missing" || o.Contact != lamp.Lost || o.Reason != "no such tower" {
			t.Errorf("a tower that cannot be opened is observed as %+v", o)
		}
		for name, want := range map[string]error{"b": ErrUnknownTower, "missing": nil, "a": nil} {
			_, err := ss.apply(t.Context(), name, 1, time.Time{}, state("red=steady"))
			switch {
			case name == "missing" && (err == nil || errors.Is(err, ErrUnknownTower)):
				t.Errorf("apply to a tower that cannot be opened: %v", err)
			case name != "missing" && !errors.Is(err, want):
				t.Errorf("apply to %s: %v, want %v", name, err, want)
			}
		}
	})
}

func TestSlowWatcherIsCutOffAndToldThePresentAfterwards(t *testing.T) {
	h := newHub()
	w, err := h.watch()
	if err != nil {
		t.Fatal(err)
	}
	for g := range uint64(hubBuffer + 1) {
		h.publish(lamp.Observation{Tower: "ops", Contact: lamp.Cleared, Generation: g})
	}
	n := 0
	for range w.observations {
		n++
	}
	if n != hubBuffer {
		t.Errorf("%d observations waited, the bound is %d", n, hubBuffer)
	}
	again, err := h.watch()
	if err != nil {
		t.Fatal(err)
	}
	if o := <-again.observations; o.Contact != lamp.Seen || o.Generation != hubBuffer {
		t.Errorf("the present state is %+v", o)
	}
	for range hubWatchers - 1 {
		if _, err := h.watch(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.watch(); !errors.Is(err, errTooManyWatchers) {
		t.Errorf("one watcher too many: %v", err)
	}
	h.unwatch(again)
	if _, err := h.watch(); err != nil {
		t.Error(err)
	}
}
