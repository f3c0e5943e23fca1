package notifier

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/internal/bubble"
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
	bubble.Pass(d)
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
