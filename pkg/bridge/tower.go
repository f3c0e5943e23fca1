package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/tower"
	"github.com/andonhq/andon/pkg/tower/drive"
)

// Tower is one tower as the bridge knows it: what it should show, and what it
// was seen to show. It is what the tower's loop asks and tells.
type Tower struct {
	b    *Bridge
	plan *tower.Plan
	view *tower.View // guarded by b.mu
	// published is when the last change of the board that touches this tower
	// was published; guarded by b.mu.
	published time.Time
	*live
}

// live is what is known of a tower whatever the configuration says of it: it
// outlives reloads.
type live struct {
	mu      sync.Mutex
	loop    *drive.Loop
	sounded tower.Sounded
	dirty   bool // sounded is not in the journal yet
	// hushed is the failure of the bridge for which somebody stopped the buzzer.
	hushed uint64
	status TowerStatus
	// measured is the change whose way to the tower was measured last.
	measured time.Time
}

var _ drive.Board = (*Tower)(nil)

// TowerStatus is what is known of a tower.
type TowerStatus struct {
	Name string `json:"name"`
	// Desired is what it should show, Shown what it confirmed last.
	Desired lamp.State `json:"desired"`
	Shown   lamp.State `json:"shown"`
	// Contact is seen or lost, "" before the first.
	Contact lamp.Contact `json:"contact"`
	// LastContact is the last sign of life.
	LastContact time.Time `json:"lastContact,omitzero"`
	Reason      string    `json:"reason,omitempty"`
	// Alerts counts what the tower shows, by severity and phase.
	Alerts map[alert.Severity]map[alert.Phase]int `json:"alerts"`
}

// newTower makes a tower of a plan, with what is left of the one it replaces.
// b.mu is held, or nothing runs yet.
func newTower(b *Bridge, plan *tower.Plan, old *Tower, saved json.RawMessage) *Tower {
	t := &Tower{b: b, plan: plan, view: tower.NewView(plan)}
	b.board.All(func(a *alert.Alert) bool {
		t.update(nil, a)
		return true
	})
	if old != nil {
		t.published, t.live = old.published, old.live
		return t
	}
	t.live = &live{status: TowerStatus{Name: plan.Name}}
	if saved != nil {
		if err := json.Unmarshal(saved, &t.sounded); err != nil {
			b.log.Warn("what a tower has sounded cannot be read; its buzzer may sound again", "tower", plan.Name, "error", err)
		}
	}
	return t
}

// update takes over one change of the board and reports whether it touched
// this tower; b.mu is held. That the tower itself is lost is shown by all
// others: on its own it could only be seen once it is no longer so.
func (t *Tower) update(prev, next *alert.Alert) bool {
	own := selfIdentity(TowerLost, t.plan.Name)
	for _, a := range []*alert.Alert{prev, next} {
		if a != nil && a.Identity == own {
			return false
		}
	}
	return t.view.Update(prev, next)
}

// Towers returns the towers by name.
func (b *Bridge) Towers() []TowerStatus {
	b.mu.RLock()
	towers := slices.Collect(maps.Values(b.towers))
	b.mu.RUnlock()
	statuses := []TowerStatus{}
	for _, t := range towers {
		want := t.Desired(b.now())
		b.mu.RLock()
		counts := t.view.Counts()
		b.mu.RUnlock()
		t.mu.Lock()
		s := t.status
		t.mu.Unlock()
		s.Desired, s.Alerts = want.State, counts
		statuses = append(statuses, s)
	}
	slices.SortFunc(statuses, func(x, y TowerStatus) int {
		switch {
		case x.Name < y.Name:
			return -1
		case x.Name > y.Name:
			return 1
		}
		return 0
	})
	return statuses
}

// Tower returns a tower, nil where there is none of that name.
func (b *Bridge) Tower(name string) *Tower {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.towers[name]
}

// Attach gives a tower its loop, which is woken by changes from then on.
func (b *Bridge) Attach(name string, loop *drive.Loop) {
	if t := b.Tower(name); t != nil {
		t.mu.Lock()
		t.loop = loop
		t.mu.Unlock()
	}
}

func (t *Tower) wake() {
	t.mu.Lock()
	loop := t.loop
	t.mu.Unlock()
	if loop != nil {
		loop.Wake()
	}
}

// Plan is the tower's configuration.
func (t *Tower) Plan() *tower.Plan { return t.plan }

// Desired is what the tower should show.
func (t *Tower) Desired(now time.Time) drive.Want {
	t = t.current()
	failure := t.b.failure()
	failed := failure != 0
	t.mu.Lock()
	sounded, hushed := t.sounded, t.hushed
	t.mu.Unlock()
	t.b.mu.Lock() // the view tidies itself while it is read
	defer t.b.mu.Unlock()
	state, next := tower.Desired(t.view, sounded, failed, now)
	want := drive.Want{State: state, Next: next, Change: t.b.last, Since: t.published}
	if failed && hushed == failure {
		want.State = want.State.Quiet()
	}
	if failed {
		want.Change = 0 // what the tower shows is not the board
	}
	return want
}

// current is the tower of that name by the configuration in force: a loop
// outlives a reload.
func (t *Tower) current() *Tower {
	if c := t.b.Tower(t.plan.Name); c != nil {
		return c
	}
	return t
}

// Shown notes what the tower confirmed.
func (t *Tower) Shown(now time.Time, w drive.Want, took time.Duration) {
	t = t.current()
	t.mu.Lock()
	changed := !t.status.Shown.Equal(w.State) || t.status.Contact != lamp.Seen
	t.status.Shown, t.status.Contact, t.status.LastContact, t.status.Reason = w.State.Clone(), lamp.Seen, now, ""
	if w.State.Buzzer != 0 {
		if since := t.sounded.Since; since.IsZero() || now.Before(since) {
			t.sounded, t.dirty = t.sounded.On(now), true
		}
	} else {
		t.quiet(now)
	}
	dirty := t.dirty
	fresh := w.Since.After(t.measured) // else it changed by itself, as a buzzer ends
	if fresh {
		t.measured = w.Since
	}
	t.mu.Unlock()
	t.contact(true, "")
	if changed {
		if took > 0 && fresh {
			t.b.metrics.reconciled.WithLabelValues(t.plan.Name).Observe(now.Sub(w.Since).Seconds())
		}
		t.b.mu.RLock()
		t.b.notify()
		t.b.mu.RUnlock()
	}
	if dirty {
		t.b.poke()
	}
}

// quiet notes that the buzzer is off; t.mu is held.
func (t *Tower) quiet(at time.Time) {
	if !t.sounded.Since.IsZero() {
		t.sounded, t.dirty = t.sounded.Quiet(at, t.plan.KeepSounded()), true
	}
}

// Lost notes that the tower does not answer.
func (t *Tower) Lost(now, since time.Time, reason string) {
	t = t.current()
	t.mu.Lock()
	t.status.Contact, t.status.Reason = lamp.Lost, reason
	t.quiet(since) // whether it was heard after that nobody knows
	t.mu.Unlock()
	t.b.metrics.lost.WithLabelValues(t.plan.Name).Inc()
	t.contact(false, reason)
}

// Back notes that a lost tower answers; what it shows is told by Shown.
func (t *Tower) Back(time.Time) {}

func (t *Tower) contact(ok bool, reason string) {
	name := t.plan.Name
	c := condition{
		active: !ok, labels: map[string]string{"alertname": TowerLost, "tower": name},
		annotations: map[string]string{"summary": "tower " + name + " does not answer: " + reason, "error": reason},
		over:        NoteTowerAnswers,
	}
	t.b.setCondition(selfIdentity(TowerLost, name), c)
}

// Cleared notes that the tower's button, or another sender, made it dark.
func (t *Tower) Cleared(now time.Time, confirmed uint64) {
	t = t.current()
	if !t.plan.Acknowledges || confirmed == 0 {
		return
	}
	by := fmt.Sprintf("tower %s (button or other sender)", t.plan.Name)
	own := selfIdentity(TowerLost, t.plan.Name)
	alerts := t.b.Alerts(func(a *alert.Alert) bool {
		return a.Ack == nil && a.Changed <= confirmed && a.Identity != own && t.plan.Lights(a)
	})
	if len(alerts) == 0 {
		return
	}
	// The loop writes the tower next: an alert that somebody has just taken
	// must not sound once more. What is not durable in time counts later.
	ctx, cancel := context.WithTimeout(context.Background(), clearedWithin)
	defer cancel()
	err := t.b.do(ctx, len(alerts), func(x *txn) error {
		for _, a := range alerts {
			x.acknowledge(a.Identity, by, "", confirmed)
		}
		return nil
	})
	if err != nil {
		t.b.log.Warn("what the button acknowledged is not durable yet", "tower", t.plan.Name, "error", err)
	}
}

// clearedWithin is how long a tower stays dark for its button to count.
const clearedWithin = time.Second

// StopBuzzer stops the buzzer of a tower for everything that was raised until
// now, and that of bridge_failed until the bridge fails again; the alerts stay
// unacknowledged. It is quiet at once; on error a restart of the bridge may
// sound it again.
func (t *Tower) StopBuzzer(ctx context.Context, by string) error {
	t = t.current()
	last, failure := t.b.Changed(), t.b.failure()
	t.mu.Lock()
	t.sounded.Stopped, t.hushed, t.dirty = last, failure, true
	t.mu.Unlock()
	t.b.log.Info("buzzer stopped", "tower", t.plan.Name, "by", by)
	t.wake()
	if failure != 0 {
		return nil // nothing can be kept now; what is dirty is kept when it can
	}
	if err := t.b.do(ctx, 0, func(*txn) error { return nil }); err != nil {
		return fmt.Errorf("keep that the buzzer of tower %s was stopped: %w", t.plan.Name, err)
	}
	return nil
}

// unsaved returns what the tower has sounded where the journal does not know
// it, and takes it as saved; a failed commit makes it unsaved again.
func (t *Tower) unsaved() json.RawMessage {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.dirty {
		return nil
	}
	data, err := json.Marshal(t.sounded)
	if err != nil {
		return nil
	}
	t.dirty = false
	return data
}

func (t *Tower) resave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dirty = true
}
