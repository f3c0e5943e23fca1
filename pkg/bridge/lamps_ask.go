package bridge

import (
	"context"
	"errors"

	"github.com/andonhq/andon/pkg/lamp"
)

// ErrShadow tells that no lamp is connected.
var ErrShadow = errors.New("the bridge runs in shadow mode: no lamp is connected")

// Read asks a tower what it shows.
func (l *Lamps) Read(ctx context.Context, name string) (lamp.Observation, error) {
	h, err := l.of(name)
	if err != nil {
		return lamp.Observation{}, err
	}
	return h.Read(ctx, name)
}

// Test shows every light of a tower for a moment; then it shows the board
// again.
func (l *Lamps) Test(ctx context.Context, name string) error {
	h, err := l.of(name)
	if err != nil {
		return err
	}
	testing := func(on bool) {
		l.eachLoop(func(n string, t *loop) {
			if n != name {
				return
			}
			t.Testing(on)
			if !on {
				t.Up()
			}
		})
	}
	testing(true)
	defer testing(false)
	return h.Test(ctx, name)
}

// ErrNoTower tells that there is no tower of that name.
var ErrNoTower = errors.New("there is no tower of that name")

func (l *Lamps) of(name string) (*host, error) {
	if l.shadow != nil {
		return nil, ErrShadow
	}
	l.mu.Lock()
	t := l.loops[name]
	l.mu.Unlock()
	if t == nil {
		return nil, ErrNoTower
	}
	return l.hostOf(t.notifier)
}

// Capabilities is what a tower can show, as its notifier said when the
// configuration was read.
func (l *Lamps) Capabilities(name string) (lamp.Capabilities, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	can, ok := l.can[name]
	return can, ok
}
