package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/classify"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/receive"
)

// command is something for the writer to do. run sees and changes a
// transaction only; nothing of it is seen before it is durable.
type command struct {
	run func(*txn) error
	// reload is run before all others; it needs no journal where there is none.
	reload *reload
	size   int        // events
	done   chan error // has room for the one answer
}

func (c *command) answer(err error) { c.done <- err }

// txn is one transaction: the board as it will be.
type txn struct {
	b      *Bridge
	now    time.Time
	last   uint64
	staged map[alert.Identity]*alert.Alert // nil: forgotten
	order  []alert.Identity                // in which they were first touched
	seen   map[string]time.Time
	beats  []beat // nil: unchanged
	rules  *classify.Rules
	// config is the configuration in force; reloaded: from this transaction on.
	config   *Config
	reloaded bool
	// settled are the conditions that the transaction brings to the board.
	settled map[alert.Identity]condition
	batch   journal.Batch
}

func (t *txn) get(id alert.Identity) *alert.Alert {
	if a, ok := t.staged[id]; ok {
		return a
	}
	return t.b.board.Get(id)
}

// put stages one step's outcome. prev is what get returned.
func (t *txn) put(id alert.Identity, prev, next *alert.Alert, entries []alert.Entry) {
	numbered := next
	if next == prev {
		numbered = nil // a published value is never changed
	}
	t.last = board.Number(numbered, entries, t.last)
	t.batch.Entries = append(t.batch.Entries, entries...)
	if next == prev {
		return
	}
	if _, ok := t.staged[id]; !ok {
		t.order = append(t.order, id)
	}
	if board.Forgettable(next) {
		next = nil
	}
	t.staged[id] = next
}

// event applies one decided event.
func (t *txn) event(e alert.Event, d alert.Decision) {
	if d.Heartbeat != 0 {
		t.beat(d.Heartbeat - 1)
		return
	}
	prev := t.get(d.Identity)
	if prev.Open() {
		d.PrevRank = t.rules.Severities().Rank(prev.Severity)
	}
	next, entries := board.Step(prev, e, d, t.now)
	// A recovery without a rule tells of nothing that a rule is missing for,
	// nor does the bridge of itself.
	if d.Rule == "" && d.Status != alert.Resolved && e.Receiver != Self {
		for i := range entries {
			entries[i].Unmatched = true
		}
	}
	t.put(d.Identity, prev, next, entries)
}

// acknowledge records that somebody has an alert that was opened or raised no
// later than a change, 0: whenever.
func (t *txn) acknowledge(id alert.Identity, by, comment string, upTo uint64) {
	prev := t.get(id)
	if prev.Open() && upTo != 0 && prev.Changed > upTo {
		return
	}
	if next, entries, err := board.Acknowledge(prev, by, comment, t.now); err == nil {
		t.put(id, prev, next, entries)
	}
}

// record keeps entries that change nothing.
func (t *txn) record(entries []alert.Entry) {
	for i := range entries {
		entries[i].At, entries[i].Kind = t.now, alert.Recorded
	}
	t.last = board.Number(nil, entries, t.last)
	t.batch.Entries = append(t.batch.Entries, entries...)
}

// turn applies a batch of commands and what the clock has made due, commits,
// answers and publishes. It reports whether the commit went well.
func (b *Bridge) turn(commands []*command) bool {
	t := &txn{
		b: b, now: b.now(), last: b.last, staged: map[alert.Identity]*alert.Alert{},
		seen: map[string]time.Time{}, settled: map[alert.Identity]condition{},
		rules: b.rules.Load(), config: b.config,
	}
	failed := b.Failed() != nil
	limit, resort := commitLimit, b.resort
	for _, c := range commands {
		if c.reload != nil {
			b.resort = c.reload
		}
	}
	if b.resort != nil {
		t.reload(b.resort)
		limit = reloadLimit
	}
	errs := make([]error, len(commands))
	for i, c := range commands {
		if c.run != nil {
			errs[i] = c.run(t)
		}
	}
	due := t.elapse()
	for _, id := range t.order {
		if a := t.staged[id]; a != nil {
			t.batch.Alerts = append(t.batch.Alerts, a)
		} else {
			t.batch.Forget = append(t.batch.Forget, id)
		}
	}
	err := b.commit(&t.batch, limit)
	switch {
	case err == nil:
		if failed {
			t.heartbeatsWereRefused()
		}
		b.publish(t)
	case b.journal == nil && t.reloaded: // there is no board to classify
		b.mu.Lock()
		b.install(t.config, t.rules, t.ownBeats())
		b.mu.Unlock()
		b.resort = nil
		b.wakeTowers(nil)
	default:
		b.resort = resort
		b.board.Requeue(due)
		b.mu.RLock()
		for name := range t.batch.State {
			if tower := b.towers[strings.TrimPrefix(name, "tower/")]; tower != nil {
				tower.resave()
			}
		}
		b.mu.RUnlock()
	}
	for i, c := range commands {
		if err != nil && (c.reload == nil || b.journal != nil) {
			c.answer(fmt.Errorf("%w: %w", receive.ErrBusy, err))
		} else {
			c.answer(errs[i])
		}
	}
	return err == nil
}

// commit makes a batch durable within a time. Where nothing is to be written
// it looks whether the journal is still there, and finds out whether one that has
// failed works again.
func (b *Bridge) commit(batch *journal.Batch, limit time.Duration) error {
	if b.journal == nil {
		return ErrUnavailable
	}
	if batch.Empty() && b.Failed() == nil {
		if err := b.journal.Lost(); err != nil {
			b.fail(err)
			return err
		}
		return nil
	}
	if batch.Empty() {
		batch.State = map[string]json.RawMessage{"probe": json.RawMessage("{}")}
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	start := time.Now()
	if err := b.keep(ctx, batch); err != nil {
		b.fail(err)
		return err
	}
	b.metrics.commits.Observe(time.Since(start).Seconds())
	b.recover()
	return nil
}

// publish makes a committed transaction the board that everybody sees.
func (b *Bridge) publish(t *txn) {
	touched := map[string]bool{}
	b.mu.Lock()
	for _, id := range t.order {
		prev, next := b.board.Get(id), t.staged[id]
		b.board.Put(id, next)
		if t.reloaded {
			continue // the towers are made anew
		}
		for name, tower := range b.towers {
			if tower.update(prev, next) {
				touched[name] = true
			}
		}
	}
	b.last = t.last
	for key, until := range t.seen {
		b.seen[key] = until
	}
	if !t.batch.ForgetSeen.IsZero() {
		maps.DeleteFunc(b.seen, func(_ string, until time.Time) bool { return until.Before(t.batch.ForgetSeen) })
	}
	if t.beats != nil {
		b.beats = t.beats
	}
	maps.Copy(b.state, t.batch.State)
	if t.reloaded {
		b.install(t.config, t.rules, b.beats)
		b.forgetConditions(t.config)
		b.resort = nil
		for name := range b.towers {
			touched[name] = true
		}
	}
	for name := range touched {
		b.towers[name].published = time.Now()
	}
	b.settle(t.settled)
	if len(t.order) > 0 || len(t.batch.Entries) > 0 || t.reloaded {
		b.notify()
	}
	b.mu.Unlock()
	if len(touched) > 0 {
		b.wakeTowers(touched)
	}
	b.metrics.durable(t.batch.Entries)
}

// elapse applies what the clock has made due, and returns the alerts whose
// deadline it took off the board's list.
func (t *txn) elapse() []alert.Identity {
	due := t.b.board.Due(t.now, maxDue)
	for _, id := range due {
		prev := t.get(id)
		if prev == nil {
			continue
		}
		next, entries := board.Elapse(prev, t.now)
		if prev.Receiver == Self {
			for i := range entries {
				if entries[i].Note == board.NoteEndsAt {
					entries[i].Note = NoteNotAgain
				}
			}
		}
		t.put(id, prev, next, entries)
	}
	t.missing()
	t.ownConditions()
	t.b.mu.RLock()
	for name, tower := range t.b.towers {
		if value := tower.unsaved(); value != nil {
			t.state("tower/"+name, value)
		}
	}
	t.b.mu.RUnlock()
	if t.now.Sub(t.b.pruned) > time.Minute && len(t.b.seen) > 0 {
		t.b.pruned = t.now
		t.batch.ForgetSeen = t.now
	}
	return due
}

// state keeps small state by name.
func (t *txn) state(name string, value json.RawMessage) {
	if t.batch.State == nil {
		t.batch.State = map[string]json.RawMessage{}
	}
	t.batch.State[name] = value
}

// do hands a command to the writer and waits until it is durable.
func (b *Bridge) do(ctx context.Context, size int, run func(*txn) error) error {
	c := &command{run: run, size: size, done: make(chan error, 1)}
	if err := b.enqueue(ctx, c); err != nil {
		return err
	}
	return b.await(ctx, c)
}

func (b *Bridge) enqueue(ctx context.Context, c *command) error {
	if b.journal == nil && c.reload == nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, b.Failed())
	}
	select {
	case b.commands <- c:
		return nil
	case <-b.stopped:
		return fmt.Errorf("%w: the bridge is stopping", receive.ErrBusy)
	case <-ctx.Done():
		return fmt.Errorf("%w: the queue is full: %w", receive.ErrBusy, context.Cause(ctx))
	}
}

func (b *Bridge) await(ctx context.Context, c *command) error {
	select {
	case err := <-c.done:
		return err
	case <-b.stopped:
		select {
		case err := <-c.done:
			return err
		default:
			return fmt.Errorf("%w: the bridge is stopping", receive.ErrBusy)
		}
	case <-ctx.Done():
		return fmt.Errorf("%w: not durable in time: %w", receive.ErrBusy, context.Cause(ctx))
	}
}
