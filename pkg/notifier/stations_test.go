package notifier

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/lamp"
)

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
