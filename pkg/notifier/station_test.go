package notifier

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

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
