package notifier

import (
	"context"
	"errors"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// contact is what is known of one tower, and how that is learnt. Only the
// station's goroutine touches it.
type contact struct {
	tower  Tower
	driver Driver
	timing Timing
	hub    *hub

	// last is the last Apply that was written or may have been written; nil
	// before the first. A refused one changes nothing.
	last *applying
	// taken is the generation of the last Apply the tower took.
	taken uint64

	known  bool // shown is what the tower showed when we last heard
	shown  lamp.State
	lost   bool
	misses int // failed reads and writes in a row
	// confirmed: a reading showed last's state, and contact was not lost since.
	// Only then does a dark tower mean that somebody cleared it.
	confirmed bool
}

// applyNow writes an Apply to the tower. The write has its own deadline: who
// asked for it may go away, half a write helps nobody.
func (c *contact) applyNow(ctx context.Context, a *applying) (lamp.Observation, error) {
	if a.expired() {
		return lamp.Observation{}, ErrExpired
	}
	ctx, cancel := context.WithTimeout(ctx, c.timing.WriteDeadline)
	defer cancel()
	err := c.driver.Apply(ctx, a.state)
	switch {
	case errors.Is(err, ErrRefused):
		return lamp.Observation{}, err
	case err != nil:
		c.last = a
		c.known, c.confirmed = false, false // it may have been written
		c.miss(ctx, err)
		return lamp.Observation{}, err
	}
	c.last, c.taken = a, a.generation
	c.confirmed = false
	c.misses = 0
	if c.lost {
		c.lost = false
		c.report(lamp.Back, a.state)
	}
	c.known, c.shown = true, a.state
	o := c.observation(lamp.Seen, a.state)
	c.hub.note(o)
	return o, nil
}

func (c *contact) readNow(ctx context.Context) (lamp.Observation, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timing.PollDeadline)
	defer cancel()
	state, err := c.driver.Read(ctx)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		if !c.known || c.lost {
			return lamp.Observation{}, err
		}
		return c.observation(lamp.Seen, c.shown), nil
	case err != nil:
		c.miss(ctx, err)
		return lamp.Observation{}, err
	}
	c.see(state)
	return c.observation(lamp.Seen, state), nil
}

// startTest switches everything on and returns what is to be put back.
func (c *contact) startTest(ctx context.Context) (before lamp.State, err error) {
	if c.last != nil && c.last.expired() {
		return lamp.State{}, ErrExpired
	}
	if c.last == nil {
		// Nothing was asked for yet: what it shows by itself, dark if it cannot
		// tell.
		reading, cancel := context.WithTimeout(ctx, c.timing.PollDeadline)
		before, _ = c.driver.Read(reading)
		cancel()
	}
	ctx, cancel := context.WithTimeout(ctx, c.timing.WriteDeadline)
	defer cancel()
	err = c.driver.Test(ctx)
	// What it shows now is anybody's guess.
	c.known, c.confirmed = false, false
	if err != nil {
		c.miss(ctx, err)
	}
	return before, err
}

// endTest puts back the last Apply's state, or before where there was none.
func (c *contact) endTest(ctx context.Context, before lamp.State) error {
	if c.last != nil {
		_, err := c.applyNow(ctx, c.last)
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timing.WriteDeadline)
	defer cancel()
	err := c.driver.Apply(ctx, before)
	if err != nil {
		c.miss(ctx, err)
	}
	return err
}

// poll learns whether the tower is there and what it shows.
func (c *contact) poll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, c.timing.PollDeadline)
	defer cancel()
	state, err := c.driver.Read(ctx)
	if errors.Is(err, errors.ErrUnsupported) {
		if !c.mayProbe() {
			return
		}
		state = c.last.state
		if err = c.driver.Apply(ctx, state); err == nil {
			c.taken = c.last.generation
		}
	}
	if err != nil {
		c.miss(ctx, err)
		return
	}
	c.see(state)
}

// mayProbe tells whether a tower without read-back may be sent its last state
// again to learn whether it is there: not where it must fall back when the
// host is silent, nor after not_after.
func (c *contact) mayProbe() bool {
	return c.tower.Restore == 0 && c.last != nil && !c.last.expired()
}

// see notes what the tower shows, and reports what the host cannot know.
func (c *contact) see(state lamp.State) {
	wasLost, news := c.lost, !c.known || !state.Equal(c.shown)
	cleared := c.confirmed && state.Dark() && !c.last.state.Dark() && !c.fellBack(state)
	c.misses, c.lost = 0, false
	c.known, c.shown = true, state
	c.confirmed = c.last != nil && state.Equal(c.last.state)
	switch {
	case wasLost:
		c.report(lamp.Back, state)
	case cleared:
		c.report(lamp.Cleared, state)
	case news:
		c.report(lamp.Seen, state)
	}
}

// fellBack tells whether this may be the dead-man's doing rather than that of
// somebody's hand.
func (c *contact) fellBack(state lamp.State) bool {
	return c.tower.Restore > 0 && state.Equal(c.tower.Fallback)
}

// miss counts a read or write that failed. One alone is no lost tower: a packet
// was lost, or this machine was busy. A tower that refuses is there.
func (c *contact) miss(ctx context.Context, err error) {
	if errors.Is(err, ErrRefused) || stopped(ctx) {
		return
	}
	if c.misses++; c.misses >= c.timing.Misses {
		c.lose(err)
	}
}

// lose reports a tower lost, once. What is sent to it as a probe from now on
// makes no noise: whether its buzzer is still due is for the host to say.
func (c *contact) lose(err error) {
	c.confirmed = false
	if c.last != nil {
		quiet := *c.last
		quiet.state = quiet.state.Quiet()
		c.last = &quiet
	}
	if c.lost {
		return
	}
	c.lost, c.known = true, false
	o := c.observation(lamp.Lost, lamp.State{})
	o.Reason = err.Error()
	c.hub.publish(o)
}

func (c *contact) report(kind lamp.Contact, state lamp.State) {
	c.hub.publish(c.observation(kind, state))
}

func (c *contact) observation(kind lamp.Contact, state lamp.State) lamp.Observation {
	return lamp.Observation{
		Tower: c.tower.Name, Contact: kind, State: state.Clone(), At: time.Now(), Generation: c.taken,
	}
}

// stopped tells whether a call failed because the station ends, rather than
// because its time was up.
func stopped(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }
