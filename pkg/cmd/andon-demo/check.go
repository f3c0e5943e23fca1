package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

// within is how long a tower may take to show what a step expects.
const within = 15 * time.Second

// witness follows what one tower shows, so that no state goes unnoticed.
type witness struct {
	name  string
	tower *virtual.Tower
	seen  int        // how much of the tower's history has been judged
	shows lamp.State // what it must show now
}

// newWitness begins with a tower that has just started, and is dark.
func newWitness(name string, t *virtual.Tower) *witness {
	return &witness{name: name, tower: t, seen: len(t.History())}
}

// await returns when the tower shows the last of the states it must show.
// Whether it came there by the others, judge tells.
func (w *witness) await(ctx context.Context, want []lamp.State) error {
	if len(want) == 0 {
		return nil
	}
	w.shows = want[len(want)-1]
	if err := w.tower.Wait(ctx, w.shows.Equal); err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	return nil
}

// judge returns what the tower has shown since judge was last called, and an
// error where that is anything but the states it had to show, in their order.
func (w *witness) judge(want []lamp.State) ([]virtual.Shown, error) {
	history := w.tower.History()
	got := history[min(w.seen, len(history)):]
	w.seen = len(history)
	return got, compare(w.name, want, got)
}

// compare reports where a tower has shown anything but what it had to.
func compare(name string, want []lamp.State, got []virtual.Shown) error {
	same := len(want) == len(got)
	for i := 0; same && i < len(want); i++ {
		same = want[i].Equal(got[i].State)
	}
	if same {
		return nil
	}
	expected, shown := make([]string, len(want)), make([]string, len(got))
	for i, s := range want {
		expected[i] = s.String()
	}
	for i, s := range got {
		shown[i] = s.State.String()
	}
	return fmt.Errorf("%s: expected %s; it showed %s", name, sequence(expected), sequence(shown))
}

func sequence(states []string) string {
	if len(states) == 0 {
		return "no change"
	}
	return strings.Join(states, ", then ")
}

// change is one state that a tower showed.
type change struct {
	tower string
	state lamp.State
	// took is the time from delivery to lamp.
	took time.Duration
}

// result is what became of a step.
type result struct {
	step
	changes []change
	err     error
}

// play plays one step and judges it.
func (s *stage) play(ctx context.Context, st step) result {
	r := result{step: st}
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("not within %s", within))
	defer cancel()
	want := map[string][]lamp.State{}
	for name, texts := range map[string][]string{opsRoom: st.opsRoom, hall: st.hall} {
		for _, text := range texts {
			state, err := lamp.Parse(text)
			if err != nil {
				r.err = err
				return r
			}
			want[name] = append(want[name], state)
		}
	}
	start := s.now()
	if st.deliver != nil {
		if r.err = st.deliver(ctx, s); r.err != nil {
			return r
		}
	} else {
		start = s.started
	}
	r.err = s.settle(ctx, st, want)
	for _, w := range s.witnesses {
		got, err := w.judge(want[w.name])
		for _, shown := range got {
			r.changes = append(r.changes, change{w.name, shown.State, shown.At.Sub(start)})
		}
		r.err = errors.Join(r.err, err)
	}
	return r
}

// settle returns when the towers show what they must, the bridge has taken
// what was delivered, and wants nothing else of the towers.
func (s *stage) settle(ctx context.Context, st step, want map[string][]lamp.State) error {
	var errs []error
	for _, w := range s.witnesses {
		errs = append(errs, w.await(ctx, want[w.name]))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if st.arrived != nil {
		if err := s.until(ctx, "the bridge has taken it", st.arrived); err != nil {
			return err
		}
	}
	return s.until(ctx, "the bridge wants of the towers what they show", func(ctx context.Context, s *stage) (bool, error) {
		towers, err := s.bridge.Client.Towers(ctx)
		agree := len(towers) == len(s.witnesses)
		for _, t := range towers {
			for _, w := range s.witnesses {
				agree = agree && (t.Name != w.name || t.Desired.Equal(w.shows))
			}
		}
		return agree, err
	})
}

// until waits for a condition; an error of the last try is told.
func (s *stage) until(ctx context.Context, what string, condition func(context.Context, *stage) (bool, error)) error {
	var last error
	err := rig.Until(ctx, what, func() bool {
		ok, err := condition(ctx, s)
		if err != nil && ctx.Err() == nil {
			last = err
		}
		return ok && err == nil
	})
	if err == nil {
		return nil
	}
	return errors.Join(err, last)
}

// still makes sure that nothing changes after the story: no tower has shown
// anything more when each has been asked, or written to, again.
func (s *stage) still(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("not within %s", within))
	defer cancel()
	since := s.now()
	errs := []error{s.until(ctx, "the towers have been asked again", func(context.Context, *stage) (bool, error) {
		asked := true
		for _, w := range s.witnesses {
			entries := w.tower.Log()
			asked = asked && len(entries) > 0 && entries[len(entries)-1].At.After(since)
		}
		return asked, nil
	})}
	for _, w := range s.witnesses {
		_, err := w.judge(nil)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
