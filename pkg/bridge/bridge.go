// Package bridge is the daemon's heart: one writer that takes commands
// (events, acknowledgements, the clock), steps the board, commits to the
// journal, answers, and wakes the towers. It wires the rooms together; what an
// alert means is decided in classify and board, what a tower shows in tower.
package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/classify"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/receive"
)

// Bridge owns the board. All methods are safe for concurrent use.
//
// Order of locks: mu before a tower's, mu before selfMu; neither of the latter
// two is held while another is taken, and none while a loop, a notifier or the
// journal is called. The writer reads the board without a lock: nobody else
// changes it.
type Bridge struct {
	log     *slog.Logger
	metrics *metrics
	now     func() time.Time

	rules    atomic.Pointer[classify.Rules]
	commands chan *command
	stopped  chan struct{} // closed when Run has ended

	// journal is nil where it could not be opened; broken says why commits
	// cannot be kept, nil while they can.
	journal *journal.Journal
	keep    func(context.Context, *journal.Batch) error // the journal's Commit
	broken  atomic.Pointer[error]
	// failures counts how often the bridge has failed.
	failures atomic.Uint64

	// mu guards what is published. The writer alone changes it.
	mu     sync.RWMutex
	config *Config
	board  *board.Board
	seen   map[string]time.Time
	state  map[string]json.RawMessage
	beats  []beat
	last   uint64
	towers map[string]*Tower
	// listeners are woken after each change of the board.
	listeners map[chan struct{}]struct{}

	// pruned is when the writer last dropped keys of old messages, resort what
	// it has to classify the board by at its next transaction; the writer's own.
	pruned time.Time
	resort *reload

	// selfMu guards what the bridge knows of itself, see self.go.
	selfMu     sync.Mutex
	conditions map[alert.Identity]condition
	// pending are the conditions that the board does not show yet.
	pending map[alert.Identity]bool
}

// Options of New.
type Options struct {
	Config  *Config
	Log     *slog.Logger
	Metrics prometheus.Registerer
	// Journal with what it held; or the error that kept it from opening: the
	// bridge then takes nothing and its towers show bridge_failed.
	Journal    *journal.Journal
	Contents   *journal.Contents
	JournalErr error
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Bounds of the writer.
const (
	maxQueued   = 4096 // commands waiting
	maxBatch    = 2000 // events in one transaction
	maxCommand  = 1000 // events in one command
	maxDue      = 1000 // deadlines in one transaction
	commitLimit = 8 * time.Second
	retryAfter  = time.Second      // after a failed commit, for what time does
	lookAfter   = 10 * time.Second // where nothing happens: is the journal still there?
)

// ErrUnavailable tells that nothing can be made durable.
var ErrUnavailable = fmt.Errorf("%w: the journal is not available", receive.ErrBusy)

// New makes a bridge; Run gives it life.
func New(o Options) *Bridge {
	b := &Bridge{
		log: o.Log, now: o.Now, config: o.Config, commands: make(chan *command, maxQueued), stopped: make(chan struct{}),
		journal: o.Journal, board: board.New(), seen: map[string]time.Time{}, state: map[string]json.RawMessage{},
		towers: map[string]*Tower{}, listeners: map[chan struct{}]struct{}{},
		conditions: map[alert.Identity]condition{}, pending: map[alert.Identity]bool{},
	}
	if b.now == nil {
		b.now = time.Now
	}
	if b.journal != nil {
		b.keep = b.journal.Commit
	}
	b.metrics = newMetrics(o.Metrics, b)
	if o.JournalErr != nil {
		b.fail(o.JournalErr)
	}
	if c := o.Contents; c != nil {
		for _, a := range c.Alerts {
			b.board.Put(a.Identity, a)
		}
		for _, s := range c.Seen {
			b.seen[s.Key] = s.Until
		}
		b.state, b.last = c.State, c.Last
	}
	rules := o.Config.NewRules()
	b.install(o.Config, rules, renewBeats(nil, rules.Heartbeats(), b.now()))
	b.catchUp(o.Config, rules)
	return b
}

// install takes over a configuration: rules, heartbeats, towers. Nothing runs
// yet, or b.mu is held.
func (b *Bridge) install(c *Config, rules *classify.Rules, beats []beat) {
	b.config, b.beats = c, beats
	b.rules.Store(rules)
	old := b.towers
	b.towers = make(map[string]*Tower, len(c.Plans))
	for _, plan := range c.Plans {
		b.towers[plan.Name] = newTower(b, plan, old[plan.Name], b.state["tower/"+plan.Name])
	}
}

// Severities is the list in force.
func (b *Bridge) Severities() alert.Severities { return b.rules.Load().Severities() }

// Rules are the rules in force.
func (b *Bridge) Rules() *classify.Rules { return b.rules.Load() }

// Journal returns the journal for reading, or why there is none.
func (b *Bridge) Journal() (*journal.Journal, error) {
	if b.journal == nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, b.Failed())
	}
	return b.journal, nil
}

// Failed says why the bridge cannot keep its promise, nil while it can. The
// towers show bridge_failed then.
func (b *Bridge) Failed() error {
	if p := b.broken.Load(); p != nil {
		return *p
	}
	return nil
}

// failure numbers the failure that lasts, 0 while there is none.
func (b *Bridge) failure() uint64 {
	if b.Failed() == nil {
		return 0
	}
	return b.failures.Load()
}

// fail notes why nothing can be made durable, with what to do about it.
func (b *Bridge) fail(err error) {
	if b.broken.Load() == nil { // only the writer calls it, and New
		b.failures.Add(1)
	}
	err = fmt.Errorf("%w; %s", err, journal.Advice(b.config.Journal.Path, err))
	if b.broken.Swap(&err) == nil {
		b.log.Error("bridge failed: nothing can be made durable", "error", err)
		b.wakeTowers(nil)
	}
}

func (b *Bridge) recover() {
	if b.broken.Swap(nil) != nil {
		b.log.Info("bridge works again")
		b.wakeTowers(nil)
	}
}

// wakeTowers wakes the named towers, or all.
func (b *Bridge) wakeTowers(only map[string]bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for name, t := range b.towers {
		if only == nil || only[name] {
			t.wake()
		}
	}
	if only == nil {
		b.notify()
	}
}

// Alerts returns the open alerts that the filter takes (nil: all), in no
// order. They are never changed.
func (b *Bridge) Alerts(filter func(*alert.Alert) bool) []*alert.Alert {
	b.mu.RLock()
	defer b.mu.RUnlock()
	alerts := []*alert.Alert{}
	b.board.All(func(a *alert.Alert) bool {
		if filter == nil || filter(a) {
			alerts = append(alerts, a)
		}
		return true
	})
	return alerts
}

// Alert returns what is known of an identity, nil where nothing is.
func (b *Bridge) Alert(id alert.Identity) *alert.Alert {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.board.Get(id)
}

// Counts returns the number of open alerts by severity and phase.
func (b *Bridge) Counts() map[board.Count]int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.board.Counts()
}

// Changed is the number of the newest change.
func (b *Bridge) Changed() uint64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.last
}

// Subscribe returns a channel that gets a value after changes of the board or
// of a tower; changes that come faster than they are read are one. cancel ends
// it.
func (b *Bridge) Subscribe() (changes <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	b.listeners[c] = struct{}{}
	b.mu.Unlock()
	return c, func() {
		b.mu.Lock()
		delete(b.listeners, c)
		b.mu.Unlock()
	}
}

// notify wakes the listeners; b.mu is held.
func (b *Bridge) notify() {
	for c := range b.listeners {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Run is the writer. It returns when the context has ended and what was taken
// before is answered.
func (b *Bridge) Run(ctx context.Context) {
	defer close(b.stopped)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var first *command
		select {
		case <-ctx.Done():
			b.drain()
			return
		case first = <-b.commands:
		case <-timer.C:
		}
		ok := b.turn(b.gather(first))
		timer.Reset(b.untilNext(ok))
	}
}

// drain answers what is still queued: it was not taken.
func (b *Bridge) drain() {
	for {
		select {
		case c := <-b.commands:
			c.answer(fmt.Errorf("%w: the bridge is stopping", receive.ErrBusy))
		default:
			return
		}
	}
}

// gather takes what has queued up, up to the size of one transaction.
func (b *Bridge) gather(first *command) []*command {
	if first == nil {
		return nil
	}
	batch, size := []*command{first}, first.size
	for size < maxBatch {
		select {
		case c := <-b.commands:
			batch, size = append(batch, c), size+c.size
		default:
			return batch
		}
	}
	return batch
}

// untilNext is how long the writer may wait for a command.
func (b *Bridge) untilNext(ok bool) time.Duration {
	if !ok {
		return retryAfter
	}
	next := b.board.Next()
	for _, beat := range b.beats {
		if at := beat.due(); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if next.IsZero() {
		return lookAfter
	}
	return min(max(next.Sub(b.now()), 0), lookAfter)
}
