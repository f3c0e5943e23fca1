package virtual

import (
	"context"
	"fmt"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// Entry is something that happened to the tower.
type Entry struct {
	At time.Time `json:"at"`
	// Protocol is http, pns/tcp or pns/udp for a command, button, restore,
	// power or set for the rest.
	Protocol string `json:"protocol"`
	// From is the sender's address, empty where there is none.
	From string `json:"from,omitempty"`
	// Command is "GET /api/control?alert=100000" or "S 010000000000".
	Command string `json:"command"`
	// Reply is the body, or the bytes as hexadecimal text.
	Reply string `json:"reply,omitempty"`
	// Read tells that the command only asked.
	Read bool `json:"read,omitempty"`
	// Changed tells that the tower shows something else since.
	Changed bool `json:"changed,omitempty"`
	// State is what it shows after.
	State lamp.State `json:"state"`
}

// Shown is a state and since when the tower shows it.
type Shown struct {
	At    time.Time
	State lamp.State
}

const (
	maxEntries    = 1000
	maxShown      = 10000
	maxSubscriber = 1024
	// maxText bounds the command and reply that an entry keeps.
	maxText = 600
)

// records is the tower's memory, under Tower.mu.
type records struct {
	entries []Entry // the last maxEntries
	shown   []Shown // the last maxShown
	dropped int     // how many were shown before those
	// changed is closed and replaced at every entry.
	changed     chan struct{}
	subscribers map[chan Entry]struct{}
	closed      bool
}

func (r *records) start(now time.Time) {
	r.changed = make(chan struct{})
	r.subscribers = map[chan Entry]struct{}{}
	r.shown = []Shown{{At: now, State: lamp.State{}}}
}

func (r *records) close() {
	if r.closed {
		return
	}
	r.closed = true
	close(r.changed)
	for c := range r.subscribers {
		close(c)
	}
	clear(r.subscribers)
}

// do runs one thing that may change the face, and records it. The face is
// changed by nothing else.
func (t *Tower) do(e Entry, act func() (reply string)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.state()
	e.Reply = bounded(act())
	e.Command = bounded(e.Command)
	e.At, e.State = t.clock(), t.state()
	e.Changed = !e.State.Equal(before)
	r := &t.records
	if r.closed {
		return
	}
	r.entries = push(r.entries, e, maxEntries)
	if e.Changed {
		if len(r.shown) == maxShown {
			r.dropped++
		}
		r.shown = push(r.shown, Shown{At: e.At, State: e.State}, maxShown)
		for c := range r.subscribers {
			select {
			case c <- e:
			default:
				delete(r.subscribers, c)
				close(c)
			}
		}
		t.log.Info("virtual tower changed", "shows", e.State.String(), "by", e.Protocol, "command", e.Command, "from", e.From)
	}
	close(r.changed)
	r.changed = make(chan struct{})
}

// push appends to a list that keeps the last entries only. What is cut off at
// the front is freed when append moves the list.
func push[T any](list []T, v T, most int) []T {
	if len(list) == most {
		list = list[1:]
	}
	return append(list, v)
}

func bounded(text string) string {
	if len(text) > maxText {
		return text[:maxText] + "…"
	}
	return text
}

// Log returns what has happened, the oldest first: the last 1,000 entries.
func (t *Tower) Log() []Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Entry(nil), t.records.entries...)
}

// History returns every state the tower has shown, each differing from the
// one before: the last 10,000. The first of a new tower is dark.
func (t *Tower) History() []Shown {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Shown(nil), t.records.shown...)
}

// Subscribe returns the changes of what the tower shows, in order, from now
// on. The channel is closed by cancel, when the tower is closed, or when its
// reader is 1,024 changes behind.
func (t *Tower) Subscribe() (changes <-chan Entry, cancel func()) {
	c := make(chan Entry, maxSubscriber)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.records.closed {
		close(c)
		return c, func() {}
	}
	t.records.subscribers[c] = struct{}{}
	return c, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if _, ok := t.records.subscribers[c]; ok {
			delete(t.records.subscribers, c)
			close(c)
		}
	}
}

// Wait returns when the tower shows, or has shown since Wait was called, a
// state that the caller accepts. The error says what it shows instead.
func (t *Tower) Wait(ctx context.Context, accept func(lamp.State) bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &t.records
	next := r.dropped + len(r.shown) - 1 // the state shown now
	for {
		for ; next < r.dropped+len(r.shown); next++ {
			if accept(r.shown[max(0, next-r.dropped)].State) {
				return nil
			}
		}
		if r.closed {
			return fmt.Errorf("wait for the tower: it was closed, showing %s", t.state())
		}
		changed := r.changed
		t.mu.Unlock()
		select {
		case <-ctx.Done():
			t.mu.Lock()
			return fmt.Errorf("wait for the tower, which shows %s: %w", t.state(), context.Cause(ctx))
		case <-changed:
		}
		t.mu.Lock()
	}
}
