package notifier

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

var errAway = errors.New("no route to host")

// fakeTower is a tower in memory.
type fakeTower struct {
	mu       sync.Mutex
	state    lamp.State
	away     bool
	refuses  bool
	blind    bool          // cannot tell what it shows
	slow     time.Duration // how long a command takes
	commands []string      // apply STATE, test, close; reads are not kept
	reads    int
}

func (t *fakeTower) set(change func(*fakeTower)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(t)
}

func (t *fakeTower) did() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.commands
	t.commands = nil
	return out
}

func (t *fakeTower) shows() lamp.State {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

// command waits as long as the tower takes, then runs do.
func (t *fakeTower) command(ctx context.Context, do func()) error {
	t.mu.Lock()
	slow := t.slow
	t.mu.Unlock()
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.away:
		return errAway
	case t.refuses:
		return ErrRefused
	}
	do()
	return nil
}

func (t *fakeTower) Apply(ctx context.Context, s lamp.State) error {
	return t.command(ctx, func() {
		t.state = s
		t.commands = append(t.commands, "apply "+s.String())
	})
}

func (t *fakeTower) Read(ctx context.Context) (s lamp.State, err error) {
	t.mu.Lock()
	blind := t.blind
	t.mu.Unlock()
	if blind {
		return lamp.State{}, errors.ErrUnsupported
	}
	err = t.command(ctx, func() {
		t.reads++
		s = t.state
	})
	return s, err
}

func (t *fakeTower) Test(ctx context.Context) error {
	return t.command(ctx, func() {
		t.state = state("red=steady amber=steady green=steady buzzer=1")
		t.commands = append(t.commands, "test")
	})
}

func (t *fakeTower) Close() error {
	t.set(func(t *fakeTower) { t.commands = append(t.commands, "close") })
	return nil
}

// fakeFactory opens the towers that are in it.
type fakeFactory map[string]*fakeTower

func (fakeFactory) Validate(json.RawMessage) []Problem { return nil }

func (fakeFactory) Describe(json.RawMessage) (lamp.Capabilities, error) { return fakeCapabilities, nil }

func (f fakeFactory) Open(t Tower) (Driver, error) {
	if d, ok := f[t.Name]; ok {
		return d, nil
	}
	return nil, errors.New("no such tower")
}

var fakeCapabilities = lamp.Capabilities{
	Units: []lamp.Unit{lamp.Red, lamp.Amber, lamp.Green}, Patterns: []lamp.Pattern{lamp.Off, lamp.Steady, lamp.Flash},
	Buzzers: 3, ReadBack: true,
}

// state reads what a test writes down.
func state(text string) lamp.State {
	s, err := lamp.Parse(text)
	if err != nil {
		panic(err)
	}
	return s
}
