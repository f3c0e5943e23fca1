package notifier

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// stations is all towers of a notifier.
type stations struct {
	factory Factory
	timing  Timing
	hub     *hub
	zero    time.Time // zero point of the clock that Configure reports

	configuring sync.Mutex // one Configure at a time

	mu     sync.Mutex
	open   map[string]*station
	broken map[string]error // towers that could not be opened
	floors map[string]uint64
	closed bool
}

func newStations(f Factory, timing Timing) *stations {
	return &stations{
		factory: f, timing: timing, hub: newHub(), zero: time.Now(),
		open: make(map[string]*station), broken: make(map[string]error), floors: make(map[string]uint64),
	}
}

// clock reads the monotonic clock on which not_after is a point.
func (ss *stations) clock() time.Duration { return time.Since(ss.zero) }

// configure makes the towers those of the list and returns why some could not
// be opened. A tower that did not change goes on undisturbed.
func (ss *stations) configure(towers []Tower) (failures map[string]error, err error) {
	want := make(map[string]Tower, len(towers))
	for _, t := range towers {
		if t.Name == "" {
			return nil, fmt.Errorf("%w: a tower has no name", ErrRefused)
		}
		if _, twice := want[t.Name]; twice {
			return nil, fmt.Errorf("%w: tower %s is named twice", ErrRefused, t.Name)
		}
		want[t.Name] = t
	}
	ss.configuring.Lock()
	defer ss.configuring.Unlock()

	gone := ss.detach(want)
	for _, s := range gone {
		s.close()
		if _, stays := want[s.tower.Name]; !stays {
			ss.hub.forget(s.tower.Name)
		}
	}
	failures = make(map[string]error)
	for _, t := range towers {
		if err := ss.add(t); err != nil {
			failures[t.Name] = err
		}
	}
	return failures, nil
}

// detach takes out the stations that are no longer wanted as they are.
func (ss *stations) detach(want map[string]Tower) []*station {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	var gone []*station
	for name, s := range ss.open {
		if t, stays := want[name]; stays && t.equal(s.tower) {
			continue
		}
		gone = append(gone, s)
		// The newest generation counts on: who drives the tower is the same,
		// wherever it now stands.
		ss.floors[name] = s.newest()
		delete(ss.open, name)
	}
	for name := range ss.broken {
		if _, stays := want[name]; !stays {
			ss.hub.forget(name)
		}
	}
	clear(ss.broken)
	for name := range ss.floors {
		if _, stays := want[name]; !stays {
			delete(ss.floors, name)
		}
	}
	return gone
}

// add opens a tower, unless it is open.
func (ss *stations) add(t Tower) error {
	ss.mu.Lock()
	_, stays := ss.open[t.Name]
	floor, closed := ss.floors[t.Name], ss.closed
	ss.mu.Unlock()
	if closed {
		return errStationClosed
	}
	if stays {
		return nil
	}
	can, err := ss.factory.Describe(t.Settings)
	var d Driver
	if err == nil {
		d, err = ss.factory.Open(t)
	}
	if err != nil {
		ss.mu.Lock()
		ss.broken[t.Name] = err
		ss.mu.Unlock()
		ss.hub.publish(lamp.Observation{Tower: t.Name, Contact: lamp.Lost, At: time.Now(), Reason: err.Error()})
		return err
	}
	s := openStation(t, d, can, ss.timing, ss.hub, floor)
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.open[t.Name] = s
	return nil
}

func (ss *stations) get(tower string) (*station, error) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if s, ok := ss.open[tower]; ok {
		return s, nil
	}
	if err, ok := ss.broken[tower]; ok {
		return nil, fmt.Errorf("open tower: %w", err)
	}
	return nil, fmt.Errorf("%w: %s", ErrUnknownTower, tower)
}

// apply, read and test do what the calls of these names in notifier.proto do.
// expires is zero where there is no end.
func (ss *stations) apply(ctx context.Context, tower string, generation uint64, expires time.Time, state lamp.State) (lamp.Observation, error) {
	s, err := ss.get(tower)
	if err != nil {
		return lamp.Observation{}, err
	}
	return s.apply(ctx, generation, expires, state)
}

func (ss *stations) read(ctx context.Context, tower string) (lamp.Observation, error) {
	s, err := ss.get(tower)
	if err != nil {
		return lamp.Observation{}, err
	}
	return s.read(ctx)
}

func (ss *stations) test(ctx context.Context, tower string) error {
	s, err := ss.get(tower)
	if err != nil {
		return err
	}
	return s.test(ctx)
}

// close ends all stations and waits for them.
func (ss *stations) close() {
	ss.mu.Lock()
	ss.closed = true
	ss.mu.Unlock()
	ss.configuring.Lock()
	defer ss.configuring.Unlock()
	for _, s := range ss.detach(nil) {
		s.close()
	}
}
