package bridge

import (
	"maps"
	"slices"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/classify"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/receive"
)

// The bridge's own alerts: lost contact is an alarm. Their receiver is Self,
// so that rules can give them another severity.
const (
	Self = "andon"

	TowerLost       = "TowerLost"
	HeartbeatLost   = "HeartbeatMissing"
	NotifierDown    = "NotifierDown"
	SenderRefused   = "SenderRefused"
	AlertsTruncated = "AlertsTruncated"
)

// How long what a sender did stays on the board after it did so last. A group
// that was truncated is usually told again: every few hours as long as it fires,
// and once when all of it is over.
const (
	refusedFor   = time.Hour
	truncatedFor = 9 * time.Hour
)

// How the bridge's own alerts end, as the history tells.
const (
	NoteTowerAnswers = "the tower answers again"
	NoteNotifierRuns = "the notifier runs again"
	NoteHeartbeat    = "the heartbeat came again"
	NoteNothingCut   = "the sender leaves nothing out any more"
	NoteNotAgain     = "did not happen again"
	NoteNotThere     = "the configuration has it no more"
)

// condition is something that is so or not, of the bridge itself. The writer
// compares conditions with the board, as a tower loop compares lights: a
// message that is lost in between changes nothing.
type condition struct {
	active      bool
	labels      map[string]string
	annotations map[string]string
	// over says how it ended, where it is not active.
	over string
}

func (c condition) same(o condition) bool {
	return c.active == o.active && (!c.active || maps.Equal(c.annotations, o.annotations))
}

func selfIdentity(name, subject string) alert.Identity {
	return alert.Identity(Self + "/" + name + "/" + subject)
}

// setCondition notes a condition and wakes the writer where it changed.
func (b *Bridge) setCondition(id alert.Identity, c condition) {
	b.selfMu.Lock()
	old, known := b.conditions[id]
	if known && old.same(c) {
		b.selfMu.Unlock()
		return
	}
	b.conditions[id], b.pending[id] = c, true
	b.selfMu.Unlock()
	b.poke()
}

// poke wakes the writer. Where its queue is full it is awake anyway.
func (b *Bridge) poke() {
	select {
	case b.commands <- &command{run: func(*txn) error { return nil }, done: make(chan error, 1)}:
	default:
	}
}

// ownConditions makes the board say what the conditions say.
func (t *txn) ownConditions() {
	t.b.selfMu.Lock()
	pending := make(map[alert.Identity]condition, len(t.b.pending))
	for id := range t.b.pending {
		pending[id] = t.b.conditions[id]
	}
	t.b.selfMu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(pending)) {
		c := pending[id]
		t.settled[id] = c
		if !t.config.knows(Self, func(name string) string { return c.labels[name] }) {
			continue // told by what a reload has just ended
		}
		open := t.get(id).Open()
		if c.active || open {
			status := alert.Resolved
			if c.active {
				status = alert.Firing
			}
			t.self(selfEvent(id, c), status)
		}
	}
}

// settle marks conditions that the board shows now, unless they have changed
// since the transaction read them.
func (b *Bridge) settle(applied map[alert.Identity]condition) {
	b.selfMu.Lock()
	defer b.selfMu.Unlock()
	for id, c := range applied {
		if b.conditions[id].same(c) {
			delete(b.pending, id)
		}
	}
}

// forgetConditions drops what is known of things that the configuration has no
// more: should they come back, they are told anew.
func (b *Bridge) forgetConditions(c *Config) {
	b.selfMu.Lock()
	defer b.selfMu.Unlock()
	for id, x := range b.conditions {
		if !c.knows(Self, func(name string) string { return x.labels[name] }) {
			delete(b.conditions, id)
			delete(b.pending, id)
		}
	}
}

func selfEvent(id alert.Identity, c condition) alert.Event {
	return alert.Event{
		Identity: id, Receiver: Self, Order: alert.ByArrival,
		Labels: alert.LabelsOf(c.labels), Annotations: alert.LabelsOf(c.annotations), Why: c.over,
	}
}

// self applies an event of the bridge itself.
func (t *txn) self(e alert.Event, status alert.Status) {
	e.Status = status
	t.event(e, t.rules.Decide(e))
}

// Refuse puts a refused request of an authenticated sender on the board. It
// never blocks: where the writer's queue is full, the next refusal tells.
func (b *Bridge) Refuse(r receive.Refusal) {
	if !r.Authenticated {
		return
	}
	e := alert.Event{
		Identity: selfIdentity(SenderRefused, r.Receiver+"/"+r.Reason), Receiver: Self, Order: alert.ByArrival,
		Labels: alert.LabelsOf(map[string]string{"alertname": SenderRefused, "refused_by": r.Receiver, "reason": r.Reason}),
		Annotations: alert.LabelsOf(map[string]string{
			"summary": "receiver " + r.Receiver + " refused a request: " + r.Detail, "error": r.Detail,
		}),
		EndsAt: b.now().Add(refusedFor),
	}
	b.post(func(t *txn) error {
		t.self(e, alert.Firing)
		return nil
	})
}

// post hands over a command whose answer nobody waits for; it may be dropped.
func (b *Bridge) post(run func(*txn) error) {
	select {
	case b.commands <- &command{run: run, size: 1, done: make(chan error, 1)}:
	default:
	}
}

// truncated raises or ends the alert that a sender left alerts out.
func (t *txn) truncated(in receive.Batch) {
	if in.Group == "" {
		return
	}
	id := selfIdentity(AlertsTruncated, in.Receiver+"/"+in.Group)
	if in.Truncated == 0 && !t.get(id).Open() {
		return
	}
	e := alert.Event{
		Identity: id, Receiver: Self, Order: alert.ByArrival,
		Labels: alert.LabelsOf(map[string]string{"alertname": AlertsTruncated, "refused_by": in.Receiver, "group": in.Group}),
		Annotations: alert.LabelsOf(map[string]string{
			"summary": "the sender left out alerts of this group (max_alerts): lamps may be missing some",
		}),
		EndsAt: t.now.Add(truncatedFor), Why: NoteNothingCut,
	}
	status := alert.Resolved
	if in.Truncated > 0 {
		status = alert.Firing
	}
	t.self(e, status)
}

// beat is one heartbeat: when it came last.
type beat struct {
	classify.Heartbeat
	last time.Time
	// told: its absence is on the board.
	told bool
}

// renewBeats takes over heartbeats after a reload: those that stay keep their
// time, new ones start now.
func renewBeats(old []beat, heartbeats []classify.Heartbeat, now time.Time) []beat {
	beats := make([]beat, len(heartbeats))
	for i, h := range heartbeats {
		beats[i] = beat{Heartbeat: h, last: now}
		for _, o := range old {
			if o.Name() == h.Name() {
				beats[i].last, beats[i].told = o.last, o.told
			}
		}
	}
	return beats
}

// due is when the absence of the heartbeat becomes an alert; zero where it is
// one already.
func (h beat) due() time.Time {
	if h.told {
		return time.Time{}
	}
	return h.last.Add(time.Duration(h.MissingAfter))
}

func (t *txn) ownBeats() []beat {
	if t.beats == nil {
		t.beats = slices.Clone(t.b.beats)
	}
	return t.beats
}

// beat notes that a heartbeat came.
func (t *txn) beat(index int) {
	beats := t.ownBeats()
	if index >= len(beats) {
		return
	}
	h := &beats[index]
	h.last, h.told = t.now, false
	id := selfIdentity(HeartbeatLost, h.Name())
	if t.get(id).Open() {
		e := h.event(id)
		e.Why = NoteHeartbeat
		t.self(e, alert.Resolved)
	}
}

// missing raises the alert for heartbeats that stopped coming. While nothing
// can be made durable they are refused, and nobody knows.
func (t *txn) missing() {
	if t.b.Failed() != nil {
		return
	}
	beats := t.b.beats
	if t.beats != nil {
		beats = t.beats
	}
	for i := range beats {
		at := beats[i].due()
		if at.IsZero() || t.now.Before(at) {
			continue
		}
		h := &t.ownBeats()[i]
		h.told = true
		t.self(h.event(selfIdentity(HeartbeatLost, h.Name())), alert.Firing)
	}
}

// heartbeatsWereRefused gives every heartbeat its whole time again.
func (t *txn) heartbeatsWereRefused() {
	for i := range t.ownBeats() {
		if h := &t.beats[i]; !h.told {
			h.last = t.now
		}
	}
}

func (h beat) event(id alert.Identity) alert.Event {
	return alert.Event{
		Identity: id, Receiver: Self, Order: alert.ByArrival, Default: h.Severity,
		Labels: alert.LabelsOf(map[string]string{"alertname": HeartbeatLost, "heartbeat": h.Name()}),
		Annotations: alert.LabelsOf(map[string]string{
			"summary":       "no " + h.Name() + " for " + h.MissingAfter.String() + ": the path from its sender to here is broken",
			"missing_after": h.MissingAfter.String(),
		}),
	}
}

func seenOf(in receive.Batch) journal.Seen { return journal.Seen{Key: in.Key, Until: in.KeyUntil} }
