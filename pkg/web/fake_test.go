package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/lamp"
)

// noon is the time of the tests.
var noon = time.Date(2026, 10, 6, 12, 0, 0, 0, time.UTC)

// world is a bridge, its journal and its lamps for tests: the board's own
// verbs on alerts that the test puts there.
type world struct {
	mu         sync.Mutex
	alerts     map[alert.Identity]*alert.Alert
	entries    []alert.Entry // oldest first
	towers     []bridge.TowerStatus
	can        map[string]lamp.Capabilities
	severities alert.Severities
	failed     error
	journalErr error
	testErr    error
	last       uint64
	did        []string
	listeners  map[chan struct{}]struct{}

	users  map[string]string // name → role; nil: no users
	shadow bool
	clock  func() time.Time
}

func newWorld() *world {
	return &world{
		alerts: map[alert.Identity]*alert.Alert{}, can: map[string]lamp.Capabilities{}, severities: alert.DefaultSeverities,
		users:     map[string]string{"sato": access.Operator, "guest": access.Viewer, "root": access.Admin},
		listeners: map[chan struct{}]struct{}{}, clock: func() time.Time { return noon },
	}
}

// open puts an alert on the board.
func (w *world) open(a alert.Alert, original string) *alert.Alert {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	a.Opened, a.Changed, a.Original = w.last, w.last, w.last
	a.Sequence = cmp.Or(a.Sequence, alert.SequenceAuto)
	if a.OpenedAt.IsZero() {
		a.OpenedAt = noon.Add(-3 * time.Minute)
	}
	a.RaisedAt, a.SeenAt = a.OpenedAt, a.OpenedAt
	w.alerts[a.Identity] = &a
	w.entries = append(w.entries, alert.Entry{
		Change: w.last, At: a.OpenedAt, Kind: alert.Opened, Identity: a.Identity, Receiver: a.Receiver, Severity: a.Severity,
		Rule: a.Rule, Labels: a.Labels, Annotations: a.Annotations, Original: original,
	})
	return &a
}

func (w *world) record(e alert.Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	e.Change = w.last
	w.entries = append(w.entries, e)
}

func (w *world) deps() Deps {
	return Deps{
		Board: w, Lamps: w, Shadow: w.shadow, Zone: time.UTC, Now: w.clock, Log: slog.New(slog.DiscardHandler),
		History: func() (History, error) {
			if w.journalErr != nil {
				return nil, w.journalErr
			}
			return history{w}, nil
		},
		StopBuzzer: func(_ context.Context, tower, by string) error {
			if !slices.ContainsFunc(w.towers, func(t bridge.TowerStatus) bool { return t.Name == tower }) {
				return fmt.Errorf("stop: %w", bridge.ErrNoTower)
			}
			w.note("stop %s by %s", tower, by)
			return nil
		},
		HasUsers: func() bool { return w.users != nil },
		Who: func(r *http.Request) (access.Identity, error) {
			name, _, ok := r.BasicAuth()
			if !ok || w.users[name] == "" {
				return access.Identity{}, access.ErrWrong
			}
			return access.Identity{Name: name, Role: w.users[name]}, nil
		},
	}
}

func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, fmt.Sprintf(format, args...))
}

func (w *world) done() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.did)
}

func (w *world) Alerts(filter func(*alert.Alert) bool) []*alert.Alert {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []*alert.Alert
	for _, a := range w.alerts {
		if a.Open() && (filter == nil || filter(a)) {
			list = append(list, a)
		}
	}
	return list
}

func (w *world) Alert(id alert.Identity) *alert.Alert {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.alerts[id]
}

func (w *world) Counts() map[board.Count]int {
	counts := map[board.Count]int{}
	for _, a := range w.Alerts(nil) {
		counts[board.Count{Severity: a.Severity, Phase: a.Phase()}]++
	}
	return counts
}

func (w *world) Severities() alert.Severities { return w.severities }
func (w *world) Towers() []bridge.TowerStatus { return w.towers }
func (w *world) Failed() error                { return w.failed }
func (w *world) Changed() uint64              { w.mu.Lock(); defer w.mu.Unlock(); return w.last }

func (w *world) Subscribe() (<-chan struct{}, func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := make(chan struct{}, 1)
	w.listeners[c] = struct{}{}
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners, c)
	}
}

// subscribed is the number of those who listen.
func (w *world) subscribed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.listeners)
}

// change tells those who listen.
func (w *world) change() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.listeners {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

func (w *world) Acknowledge(_ context.Context, s bridge.Selection, by, comment string) ([]bridge.Outcome, error) {
	return w.verb(s, func(a *alert.Alert) (*alert.Alert, []alert.Entry, error) {
		return board.Acknowledge(a, by, comment, noon)
	})
}

func (w *world) Reset(_ context.Context, s bridge.Selection, by string) ([]bridge.Outcome, error) {
	return w.verb(s, func(a *alert.Alert) (*alert.Alert, []alert.Entry, error) { return board.ResetAlarm(a, by, noon) })
}

func (w *world) verb(s bridge.Selection, do func(*alert.Alert) (*alert.Alert, []alert.Entry, error)) ([]bridge.Outcome, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return nil, w.failed
	}
	var outcomes []bridge.Outcome
	for _, id := range s.Identities {
		o := bridge.Outcome{Identity: id}
		next, entries, err := do(w.alerts[id])
		if err != nil {
			o.Error = err.Error()
		} else {
			w.last = board.Number(next, entries, w.last)
			w.alerts[id] = next
			w.entries = append(w.entries, entries...)
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

func (w *world) Test(_ context.Context, tower string) error {
	if w.testErr == nil {
		w.note("test %s", tower)
	}
	return w.testErr
}

func (w *world) Capabilities(tower string) (lamp.Capabilities, bool) {
	can, ok := w.can[tower]
	return can, ok
}

// history is the world's journal.
type history struct{ *world }

func (h history) History(_ context.Context, q journal.Query) ([]alert.Entry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []alert.Entry
	for _, e := range slices.Backward(h.entries) {
		switch {
		case q.Identity != "" && e.Identity != q.Identity,
			q.Unmatched && !e.Unmatched,
			q.Before != 0 && e.Change >= q.Before,
			len(list) == q.Limit:
			continue
		}
		e.Original = ""
		list = append(list, e)
	}
	return list, nil
}

func (h history) Entry(_ context.Context, change uint64) (alert.Entry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.entries {
		if e.Change == change {
			return e, nil
		}
	}
	return alert.Entry{}, journal.ErrNoEntry
}

var errDisk = errors.New("commit to journal /var/lib/andon/andon.db: database or disk is full")

// labels is {name: value, …} as arguments.
func labels(pairs ...string) alert.Labels {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return alert.LabelsOf(m)
}

func lights(t *testing.T, text string) lamp.State {
	t.Helper()
	s, err := lamp.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
