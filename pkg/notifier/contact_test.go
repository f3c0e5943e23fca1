package notifier

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

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

func TestLostAfterTwoFailuresInARow(t *testing.T) {
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
		r.saw()
		r.pass(time.Second)
		r.saw("lost: no route to host")
		r.tower.set(func(f *fakeTower) { f.away = false })
		r.mustApply(2, "red=flash")
		r.saw("back red=flash")
	})
}

// A write that failed may have arrived: what the tower shows is told anew.
func TestOneFailedWriteIsNoLostTower(t *testing.T) {
	inRoom(t, nil, func(r *room) {
		r.mustApply(1, "red=flash")
		r.pass(2 * time.Second)
		r.saw("seen off")
		for i := range uint64(5) {
			r.tower.set(func(f *fakeTower) { f.away = true })
			if err := r.apply(2+2*i, "green=steady"); !errors.Is(err, errAway) {
				t.Errorf("apply to a tower that is away: %v", err)
			}
			r.tower.set(func(f *fakeTower) { f.away = false })
			r.pass(time.Second)
			r.saw("seen red=flash")
			r.mustApply(3+2*i, "red=flash")
			r.pass(time.Second)
			r.saw()
		}
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
