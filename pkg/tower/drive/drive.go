// Package drive is the reconcile loop of one tower: it compares what the tower
// should show with what it shows, and sends the difference: on every change,
// periodically, and at once when a lost tower answers again. It replays
// nothing: after an outage the tower gets the truth of now. The bridge runs
// one Loop a tower; a Loop decides nothing about alerts.
package drive

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// Lamp is the way to a tower: its notifier.
type Lamp interface {
	// Apply makes the tower show a state and returns what it shows then. It
	// must not be written after notAfter, nor over a newer generation.
	Apply(ctx context.Context, tower string, generation uint64, notAfter time.Time, s lamp.State) (lamp.Observation, error)
}

// Want is what a tower should show.
type Want struct {
	State lamp.State
	// Change is the number of the newest change of the board that is in it.
	Change uint64
	// Since is when that change was published, for measuring.
	Since time.Time
	// Next is when State may change by itself; zero: never.
	Next time.Time
}

// Board is what the loop asks and tells; the bridge implements it.
type Board interface {
	Desired(now time.Time) Want
	// Shown tells what the tower has confirmed, in w.State; the rest of w is
	// what was wanted.
	Shown(now time.Time, w Want, took time.Duration)
	// Lost tells, once, that the tower does not answer, and since when its
	// state is not known.
	Lost(now, since time.Time, reason string)
	// Back tells that a lost tower answers again.
	Back(now time.Time)
	// Cleared tells that somebody else made the tower dark. confirmed is the
	// change up to which the tower had shown the board, 0 where contact was
	// lost since.
	Cleared(now time.Time, confirmed uint64)
}

// Intervals of the loop; the zero value means the defaults.
type Intervals struct {
	// Refresh is how often a tower is written although nothing changed.
	Refresh time.Duration
	// Retry is how soon a failed write is tried again.
	Retry time.Duration
	// Deadline limits one write.
	Deadline time.Duration
	// Grace is how long writes may fail before the tower counts as lost: a
	// notifier that is being started again is no lost tower.
	Grace time.Duration
}

// Defaults.
const (
	defaultRefresh  = 10 * time.Second
	defaultRetry    = time.Second
	defaultDeadline = 2 * time.Second
	defaultGrace    = 3 * time.Second
)

// holdFor is how long a write stands for: with one bridge nobody else drives
// the tower, and each refresh renews it.
const holdFor = 30 * time.Second

// Loop drives one tower.
type Loop struct {
	name   string
	lamp   Lamp
	board  Board
	log    *slog.Logger
	every  Intervals
	wake   chan struct{}
	seen   chan lamp.Observation
	up     chan struct{}
	number uint64 // generation of the last Apply
	// testing: a lamp test runs, which a refresh would end.
	testing atomic.Bool

	shown     lamp.State
	confirmed bool      // shown is what the tower confirmed last
	change    uint64    // the change confirmed, 0 after contact was lost
	written   time.Time // last successful write
	contact   time.Time // last sign of life
	failing   time.Time // first of the writes that have failed since the last success
	lost      bool
}

// started makes generations grow within one process though the clock be set
// back: time.Since does not follow it.
var started = time.Now()

// New makes a loop. A generation starts from the clock, so that it grows over
// restarts of the bridge too.
func New(name string, l Lamp, board Board, every Intervals, log *slog.Logger) *Loop {
	orDefault := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	orDefault(&every.Refresh, defaultRefresh)
	orDefault(&every.Retry, defaultRetry)
	orDefault(&every.Deadline, defaultDeadline)
	orDefault(&every.Grace, defaultGrace)
	return &Loop{
		name: name, lamp: l, board: board, every: every, log: log,
		wake: make(chan struct{}, 1), seen: make(chan lamp.Observation, 16), up: make(chan struct{}, 1),
	}
}

// Wake tells the loop that the board changed. It never blocks.
func (l *Loop) Wake() { signal(l.wake) }

// Up tells the loop that its notifier has started anew: nothing is known of
// the tower. It never blocks.
func (l *Loop) Up() { signal(l.up) }

// Testing tells the loop that a lamp test begins or has ended. A change of the
// board is written all the same.
func (l *Loop) Testing(on bool) { l.testing.Store(on) }

// Observe gives the loop what the notifier saw. It never blocks: where the
// loop is busy the oldest observation gives way, and the next poll tells.
func (l *Loop) Observe(o lamp.Observation) {
	for {
		select {
		case l.seen <- o:
			return
		default:
		}
		select {
		case <-l.seen:
		default:
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run drives the tower until the context ends.
func (l *Loop) Run(ctx context.Context) {
	l.number = uint64(started.Add(time.Since(started)).UnixNano())
	l.contact = time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		case <-timer.C:
		case <-l.up:
			l.confirmed = false
		case o := <-l.seen:
			if !l.observe(o) {
				continue
			}
		}
		again := l.reconcile(ctx)
		timer.Reset(time.Until(again))
	}
}

// PutOut makes the tower dark, once, for a tower that nobody drives any more.
// Run must have returned.
func (l *Loop) PutOut(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.every.Deadline)
	defer cancel()
	l.number++
	if _, err := l.lamp.Apply(ctx, l.name, l.number, time.Now().Add(holdFor), lamp.State{}); err != nil {
		return fmt.Errorf("put out tower %s: %w", l.name, err)
	}
	return nil
}

// observe takes what the notifier saw and reports whether the tower may need
// something.
func (l *Loop) observe(o lamp.Observation) bool {
	now := time.Now()
	switch o.Contact {
	case lamp.Lost:
		l.forget()
		l.lose(now, o.Reason)
		return false
	case lamp.Back:
		l.found(now)
		l.confirmed = false // it may have lost power: write whatever it says
		return true
	case lamp.Cleared:
		if o.Generation != l.number {
			return false // seen before the last write
		}
		l.found(now)
		l.log.Info("tower cleared by its button or another sender", "tower", l.name)
		l.board.Cleared(now, l.change)
	default:
		if o.Generation != l.number {
			return false
		}
		l.found(now)
		if l.confirmed && o.State.Equal(l.shown) {
			return false
		}
	}
	l.shown, l.confirmed = o.State, true
	return true
}

// reconcile sends what is missing and returns when to look again.
func (l *Loop) reconcile(ctx context.Context) time.Time {
	now := time.Now()
	want := l.board.Desired(now)
	if l.confirmed && want.State.Equal(l.shown) && (l.testing.Load() || now.Sub(l.written) < l.every.Refresh) {
		// l.change stays: that the tower showed a newer one is not confirmed,
		// its button may have been pressed before.
		l.board.Shown(now, want, 0)
		at := l.written.Add(l.every.Refresh)
		if !at.After(now) {
			at = now.Add(l.every.Retry)
		}
		return l.next(want, now, at)
	}
	l.number++
	attempt, cancel := context.WithTimeout(ctx, l.every.Deadline)
	defer cancel()
	o, err := l.lamp.Apply(attempt, l.name, l.number, now.Add(holdFor), want.State)
	done := time.Now()
	switch {
	case ctx.Err() != nil:
		return done
	case err != nil:
		l.forget()
		if l.failing.IsZero() {
			l.failing = now
		}
		if done.Sub(l.failing) >= l.every.Grace {
			l.lose(done, err.Error())
		}
		// The child sees first that the tower answers again; this is for
		// when it does not tell.
		return l.next(want, done, done.Add(l.every.Retry+rand.N(l.every.Retry/4+1)))
	}
	changed := !l.confirmed || !want.State.Equal(l.shown)
	l.found(done)
	l.shown, l.confirmed, l.change, l.written = o.State, true, want.Change, done
	if changed {
		l.log.Info("tower shows", "tower", l.name, "state", o.State.String(), "took", done.Sub(now).Round(time.Millisecond/10))
	}
	again := done.Add(l.every.Refresh)
	if !o.State.Equal(want.State) {
		again = done.Add(l.every.Retry)
	}
	shown := want
	shown.State = o.State
	l.board.Shown(done, shown, done.Sub(now))
	return l.next(want, done, again)
}

// next is the earlier of the time given and when the wanted state changes.
func (l *Loop) next(w Want, now, at time.Time) time.Time {
	if !w.Next.IsZero() && w.Next.Before(at) {
		at = w.Next
	}
	if at.Before(now) {
		return now
	}
	return at
}

// forget gives up what was known of the tower's lights.
func (l *Loop) forget() { l.confirmed, l.change = false, 0 }

func (l *Loop) lose(now time.Time, reason string) {
	if l.lost {
		return
	}
	l.lost = true
	l.log.Warn("tower lost", "tower", l.name, "after", now.Sub(l.contact).Round(time.Millisecond), "error", reason)
	l.board.Lost(now, l.contact, reason)
}

func (l *Loop) found(now time.Time) {
	l.contact, l.failing = now, time.Time{}
	if !l.lost {
		return
	}
	l.lost = false
	l.log.Info("tower back", "tower", l.name)
	l.board.Back(now)
}
