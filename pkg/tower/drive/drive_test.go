package drive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andonhq/andon/pkg/internal/bubble"
	"github.com/andonhq/andon/pkg/lamp"
)

// world is a loop between a board and a lamp that the test holds in its
// hands; told lists what the loop said, in order.
type world struct {
	t    *testing.T
	loop *Loop

	mu    sync.Mutex
	want  Want
	away  error
	told  []string
	calls int
	gen   uint64
	// instead is what the tower shows whatever it is told; nil: what it is told.
	instead *lamp.State
}

func (w *world) Desired(time.Time) Want { w.mu.Lock(); defer w.mu.Unlock(); return w.want }

func (w *world) tell(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if line := fmt.Sprintf(format, args...); len(w.told) == 0 || w.told[len(w.told)-1] != line {
		w.told = append(w.told, line)
	}
}

func (w *world) Shown(_ time.Time, x Want, _ time.Duration) { w.tell("shown %s", x.State) }
func (w *world) Lost(_, _ time.Time, reason string)         { w.tell("lost %s", reason) }
func (w *world) Back(time.Time)                             { w.tell("back") }
func (w *world) Cleared(_ time.Time, confirmed uint64)      { w.tell("cleared %d", confirmed) }

func (w *world) Apply(_ context.Context, _ string, generation uint64, notAfter time.Time, s lamp.State) (lamp.Observation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	if generation <= w.gen {
		w.t.Errorf("generation %d after %d", generation, w.gen)
	}
	if !notAfter.After(time.Now()) {
		w.t.Errorf("not_after %s has passed already", notAfter)
	}
	w.gen = generation
	if w.away != nil {
		return lamp.Observation{}, w.away
	}
	if w.instead != nil {
		s = *w.instead
	}
	return lamp.Observation{Contact: lamp.Seen, State: s, Generation: generation}, nil
}

func (w *world) set(state string, change uint64) {
	s, err := lamp.Parse(state)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.want.State, w.want.Change = s, change
	w.mu.Unlock()
	w.loop.Wake()
	synctest.Wait()
}

func (w *world) observe(c lamp.Contact, state string) {
	s, err := lamp.Parse(state)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	o := lamp.Observation{Contact: c, State: s, Generation: w.gen, Reason: "no route"}
	w.mu.Unlock()
	w.loop.Observe(o)
	synctest.Wait()
}

func (w *world) writes() int { w.mu.Lock(); defer w.mu.Unlock(); return w.calls }

func (w *world) expect(lines ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.told, lines) {
		w.t.Errorf("told\n  %s\nexpected\n  %s", strings.Join(w.told, "\n  "), strings.Join(lines, "\n  "))
	}
	w.told = nil
}

func test(t *testing.T, story func(*world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t}
		w.loop = New("room", w, w, Intervals{}, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			w.loop.Run(ctx)
			close(done)
		}()
		synctest.Wait()
		story(w)
		cancel()
		<-done
	})
}

func TestItWritesWhatChangesAndRefreshes(t *testing.T) {
	test(t, func(w *world) {
		w.expect("shown off")
		w.set("red=flash buzzer=1", 1)
		w.expect("shown red=flash buzzer=1")
		w.set("red=flash buzzer=1", 2)
		if n := w.writes(); n != 2 {
			t.Errorf("%d writes: an unchanged state is written again", n)
		}
		bubble.Pass(defaultRefresh + time.Millisecond)
		if n := w.writes(); n != 3 {
			t.Errorf("%d writes after the refresh, expected 3", n)
		}
		w.loop.Testing(true) // a lamp test is not written over by a refresh …
		bubble.Pass(2 * defaultRefresh)
		if n := w.writes(); n != 3 {
			t.Errorf("%d writes during a lamp test, expected 3", n)
		}
		w.expect("shown red=flash buzzer=1")
		w.set("amber=steady", 3) // … but by a change
		w.expect("shown amber=steady")
	})
}

func TestWhatChangesByItselfIsWrittenInTime(t *testing.T) {
	test(t, func(w *world) {
		w.mu.Lock()
		w.want.Next = time.Now().Add(3 * time.Second)
		w.mu.Unlock()
		w.set("red=flash buzzer=1", 1)
		w.expect("shown off", "shown red=flash buzzer=1")
		w.mu.Lock()
		w.want = Want{State: lamp.State{Lights: map[lamp.Unit]lamp.Pattern{lamp.Red: lamp.Flash}}, Change: 1}
		w.mu.Unlock()
		bubble.Pass(3*time.Second + time.Millisecond)
		w.expect("shown red=flash")
	})
}

func TestLostAndBack(t *testing.T) {
	test(t, func(w *world) {
		w.set("red=flash", 1)
		w.expect("shown off", "shown red=flash")
		w.mu.Lock()
		w.away = errors.New("no route")
		w.mu.Unlock()
		w.observe(lamp.Lost, "off")
		w.expect("lost no route")
		w.set("amber=steady", 2)
		bubble.Pass(time.Minute)
		w.expect()
		w.mu.Lock()
		w.away = nil
		w.mu.Unlock()
		w.observe(lamp.Back, "off")
		w.expect("back", "shown amber=steady")
	})
}

func TestAShortFailureIsNoLoss(t *testing.T) {
	test(t, func(w *world) {
		w.mu.Lock()
		w.away = errors.New("notifier down")
		w.mu.Unlock()
		w.set("red=flash", 1)
		bubble.Pass(defaultGrace - 500*time.Millisecond)
		w.mu.Lock()
		w.away = nil
		w.mu.Unlock()
		w.loop.Up()
		synctest.Wait()
		w.expect("shown off", "shown red=flash")
	})
}

func TestALongFailureIsALoss(t *testing.T) {
	test(t, func(w *world) {
		w.mu.Lock()
		w.away = errors.New("notifier down")
		w.mu.Unlock()
		w.set("red=flash", 1)
		bubble.Pass(2 * defaultGrace)
		w.expect("shown off", "lost notifier down")
	})
}

func TestTheTowersOwnButton(t *testing.T) {
	test(t, func(w *world) {
		w.set("red=flash", 7)
		w.expect("shown off", "shown red=flash")
		w.observe(lamp.Cleared, "off")
		w.expect("cleared 7", "shown red=flash")
		// After contact was lost, nobody knows what it had shown.
		w.observe(lamp.Lost, "off")
		w.observe(lamp.Cleared, "off")
		w.expect("lost no route", "back", "cleared 0", "shown red=flash")
	})
}

// TestTheButtonCoversWhatWasConfirmed: it may have been pressed before a newer
// change that looks the same, and a write confirms that one too.
func TestTheButtonCoversWhatWasConfirmed(t *testing.T) {
	test(t, func(w *world) {
		w.set("red=flash", 7)
		w.set("red=flash", 8)
		w.observe(lamp.Cleared, "off")
		w.expect("shown off", "shown red=flash", "cleared 7", "shown red=flash")
		w.observe(lamp.Cleared, "off")
		w.expect("cleared 8", "shown red=flash")
		w.set("red=flash", 9)
		bubble.Pass(defaultRefresh + time.Millisecond)
		w.observe(lamp.Cleared, "off")
		w.expect("shown red=flash", "cleared 9", "shown red=flash")
	})
}

// TestATowerThatShowsSomethingElse is told as it is, and written again.
func TestATowerThatShowsSomethingElse(t *testing.T) {
	test(t, func(w *world) {
		w.mu.Lock()
		w.instead = &lamp.State{Buzzer: 2}
		w.mu.Unlock()
		w.set("red=flash", 1)
		w.expect("shown off", "shown buzzer=2")
		w.mu.Lock()
		w.instead = nil
		w.mu.Unlock()
		bubble.Pass(defaultRetry + time.Millisecond)
		w.expect("shown red=flash")
	})
}

func TestAnotherHandIsPutRight(t *testing.T) {
	test(t, func(w *world) {
		w.set("red=flash", 1)
		w.observe(lamp.Seen, "green=steady")
		w.expect("shown off", "shown red=flash")
		if n := w.writes(); n != 3 {
			t.Errorf("%d writes, expected 3", n)
		}
		// What was seen before the last write says nothing.
		old := lamp.Observation{Contact: lamp.Cleared, Generation: 1}
		w.loop.Observe(old)
		synctest.Wait()
		w.expect()
	})
}

func TestObserveNeverBlocks(t *testing.T) {
	l := New("room", nil, nil, Intervals{}, slog.New(slog.DiscardHandler))
	for i := range 1000 {
		l.Observe(lamp.Observation{Generation: uint64(i)})
		l.Wake()
		l.Up()
	}
	if o := <-l.seen; o.Generation != 1000-uint64(cap(l.seen)) {
		t.Errorf("the oldest kept is %d", o.Generation)
	}
}
