package notifier

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// station is one tower in the notifier: a goroutine owns the driver and all
// that is known of the tower, and does one thing at a time. Callers hand it
// commands; of Applies at most one waits.
type station struct {
	can   lamp.Capabilities
	stop  context.CancelFunc
	ended chan struct{}
	wake  chan struct{} // an Apply waits
	asks  chan *ask     // Read and Test, handed over directly

	mu      sync.Mutex
	floor   uint64 // newest generation that was asked for
	waiting *applying

	contact // the goroutine's own
}

// applying is an Apply on its way. done has room for the one answer, so that
// nobody waits for a caller who has gone.
type applying struct {
	generation uint64
	expires    time.Time // zero: never
	state      lamp.State
	done       chan outcome
}

func (a *applying) expired() bool { return !a.expires.IsZero() && !time.Now().Before(a.expires) }

type ask struct {
	do   func(context.Context) (lamp.Observation, error)
	done chan outcome
}

type outcome struct {
	observation lamp.Observation
	err         error
}

var errStationClosed = errors.New("the tower's configuration was changed or the notifier ends")

// openStation starts the goroutine; close ends it. floor is the generation
// below which nothing is taken any more.
func openStation(t Tower, d Driver, can lamp.Capabilities, timing Timing, h *hub, floor uint64) *station {
	ctx, stop := context.WithCancel(context.Background())
	s := &station{
		can: can, stop: stop, ended: make(chan struct{}),
		wake: make(chan struct{}, 1), asks: make(chan *ask),
		floor: floor,
		contact: contact{
			tower: t, driver: d, timing: timing, hub: h,
		},
	}
	go s.run(ctx)
	return s
}

// close ends the goroutine, closes the driver and waits for both.
func (s *station) close() {
	s.stop()
	<-s.ended
}

func (s *station) run(ctx context.Context) {
	defer close(s.ended)
	defer func() { _ = s.driver.Close() }()
	// The first poll comes within one interval, at a different moment for each
	// tower, so that many towers do not dial all at once each second.
	timer := time.NewTimer(rand.N(s.timing.Poll))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
			if a := s.take(); a != nil {
				o, err := s.applyNow(ctx, a)
				a.done <- outcome{o, err}
			}
		case a := <-s.asks:
			o, err := a.do(ctx)
			a.done <- outcome{o, err}
		case <-timer.C:
			timer.Reset(s.timing.Poll)
			s.poll(ctx)
		}
	}
}

func (s *station) take() *applying {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.waiting
	s.waiting = nil
	return a
}

// apply makes the tower show a state, unless a newer Apply comes first.
func (s *station) apply(ctx context.Context, generation uint64, expires time.Time, state lamp.State) (lamp.Observation, error) {
	if err := capable(s.can, state); err != nil {
		return lamp.Observation{}, err
	}
	a := &applying{generation: generation, expires: expires, state: state.Clone(), done: make(chan outcome, 1)}
	if a.expired() {
		return lamp.Observation{}, ErrExpired
	}
	s.mu.Lock()
	if generation < s.floor {
		newest := s.floor
		s.mu.Unlock()
		return lamp.Observation{}, fmt.Errorf("%w: %d, after %d", ErrOlder, generation, newest)
	}
	s.floor = generation
	if s.waiting != nil {
		s.waiting.done <- outcome{err: ErrSuperseded}
	}
	s.waiting = a
	s.mu.Unlock()
	signal(s.wake)
	select {
	case r := <-a.done:
		return r.observation, r.err
	case <-ctx.Done():
		s.withdraw(a)
		return lamp.Observation{}, ctx.Err()
	case <-s.ended:
		return lamp.Observation{}, errStationClosed
	}
}

// withdraw takes an Apply back whose caller has gone; once begun, it is
// carried to its end.
func (s *station) withdraw(a *applying) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting == a {
		s.waiting = nil
	}
}

// read asks the tower what it shows; one that cannot tell is reported with
// the last state it took.
func (s *station) read(ctx context.Context) (lamp.Observation, error) {
	return s.hand(ctx, s.readNow)
}

// test shows every light for a moment, then puts back what was shown. It is a
// write: refused where the last Apply's not_after has passed.
func (s *station) test(ctx context.Context) error {
	_, err := s.hand(ctx, func(ctx context.Context) (lamp.Observation, error) {
		return lamp.Observation{}, s.testNow(ctx)
	})
	return err
}

// testNow holds the test until its time is over or an Apply waits, which makes
// an end of it by itself.
func (s *station) testNow(ctx context.Context) error {
	before, err := s.startTest(ctx)
	if err != nil {
		return err
	}
	timer := time.NewTimer(s.timing.TestHold)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.wake:
		s.mu.Lock()
		pending := s.waiting != nil
		s.mu.Unlock()
		if pending {
			signal(s.wake)
			return nil
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.endTest(ctx, before)
}

func (s *station) hand(ctx context.Context, do func(context.Context) (lamp.Observation, error)) (lamp.Observation, error) {
	a := &ask{do: do, done: make(chan outcome, 1)}
	select {
	case s.asks <- a:
	case <-ctx.Done():
		return lamp.Observation{}, ctx.Err()
	case <-s.ended:
		return lamp.Observation{}, errStationClosed
	}
	select {
	case r := <-a.done:
		return r.observation, r.err
	case <-ctx.Done():
		return lamp.Observation{}, ctx.Err()
	case <-s.ended:
		return lamp.Observation{}, errStationClosed
	}
}

// newest is the newest generation that was asked for.
func (s *station) newest() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.floor
}
