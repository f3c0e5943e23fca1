package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/classify"
	"github.com/andonhq/andon/pkg/receive"
	"github.com/andonhq/andon/pkg/tower"
)

// reloadLimit is how long the commit of a reload may take: it may change every
// alert on the board. Senders that wait longer than they can come again.
const reloadLimit = 30 * time.Second

// stateRules is the name of what the journal keeps of the configuration that
// the board was classified by.
const stateRules = "rules"

// sortedBy says by which configuration the board was classified.
type sortedBy struct {
	Sum        string           `json:"sum"`
	Severities alert.Severities `json:"severities"`
}

// reload is a configuration to be taken over: all of it in one transaction, or
// nothing.
type reload struct {
	config *Config
	rules  *classify.Rules
	old    alert.Severities
	// decided are decisions made before it was the writer's turn, by the alert
	// they were made of: a published alert is never changed. nil: it stays.
	decided map[*alert.Alert]*alert.Decision
}

// Reload takes over a configuration: rules, receivers' defaults, heartbeats
// and towers change, the board stays and is classified anew. On error nothing
// has changed, unless the error is the end of ctx: then nobody knows yet.
func (b *Bridge) Reload(ctx context.Context, c *Config) error {
	r := &reload{config: c, rules: c.NewRules(), old: b.Severities()}
	r.decide(b.Alerts(nil), b.now())
	cmd := &command{reload: r, done: make(chan error, 1)}
	if err := b.enqueue(ctx, cmd); err != nil {
		return fmt.Errorf("take over the configuration: %w", err)
	}
	if err := b.await(ctx, cmd); err != nil {
		return fmt.Errorf("take over the configuration: %w", err)
	}
	return nil
}

// catchUp classifies what the journal held anew where that was done by another
// configuration. Nothing runs yet. Where it cannot be made durable now, the
// writer does it before anything else.
func (b *Bridge) catchUp(c *Config, rules *classify.Rules) {
	if b.journal == nil {
		return
	}
	by := sortedBy{Severities: rules.Severities()}
	if saved, ok := b.state[stateRules]; ok {
		if err := json.Unmarshal(saved, &by); err != nil {
			b.log.Warn("by which rules the board was classified cannot be read; it is classified anew", "error", err)
		} else if by.Sum == c.sum && c.sum != "" {
			return
		}
	}
	r := &reload{config: c, rules: rules, old: by.Severities}
	r.decide(b.Alerts(nil), b.now())
	b.resort = r
	b.turn(nil)
}

// decide makes the decisions that a reload needs.
func (r *reload) decide(alerts []*alert.Alert, now time.Time) {
	r.decided = make(map[*alert.Alert]*alert.Decision, len(alerts))
	for _, a := range alerts {
		d := r.decision(a)
		if next, _ := board.Reclassify(a, d, now); next == a {
			r.decided[a] = nil
		} else {
			r.decided[a] = &d
		}
	}
}

func (r *reload) decision(a *alert.Alert) alert.Decision {
	d := r.rules.Decide(a.Event())
	d.PrevRank = r.rank(a.Severity)
	return d
}

// rank is where a severity of the old list stands in the new one; one that is
// no more stands where the next lower one does.
func (r *reload) rank(s alert.Severity) int {
	for i := r.old.Rank(s); i > 0; i-- {
		if slices.Contains(r.rules.Severities(), r.old[i]) {
			return r.rules.Severities().Rank(r.old[i])
		}
	}
	return r.rules.Severities().Rank(s)
}

// reload takes over a configuration and classifies the board by it. It is the
// first of its transaction.
func (t *txn) reload(r *reload) {
	t.beats = renewBeats(t.b.beats, r.rules.Heartbeats(), t.now)
	t.config, t.rules, t.reloaded = r.config, r.rules, true
	if data, err := json.Marshal(sortedBy{r.config.sum, r.rules.Severities()}); err == nil {
		t.state(stateRules, data)
	}
	changed := map[alert.Identity]*alert.Decision{}
	t.b.board.All(func(a *alert.Alert) bool {
		d, known := r.decided[a]
		if !known {
			fresh := r.decision(a)
			d = &fresh
		}
		if d != nil || !r.config.knows(a.Receiver, a.Labels.Get) {
			changed[a.Identity] = d
		}
		return true
	})
	for _, id := range slices.Sorted(maps.Keys(changed)) {
		if a := t.get(id); !r.config.knows(a.Receiver, a.Labels.Get) {
			e := a.Event()
			e.Why = NoteNotThere
			t.self(e, alert.Resolved)
		}
		if prev := t.get(id); prev.Open() && changed[id] != nil {
			next, entries := board.Reclassify(prev, *changed[id], t.now)
			t.put(id, prev, next, entries)
		}
	}
}

// knows reports whether what an alert of the bridge itself tells of is still
// configured; of others it knows nothing and says true.
func (c *Config) knows(receiver string, label func(string) string) bool {
	if receiver != Self {
		return true
	}
	switch label("alertname") {
	case TowerLost:
		return named(c.Towers, label("tower"), func(t *tower.Config) string { return t.Name })
	case NotifierDown:
		return named(c.Notifiers, label("notifier"), func(n *NotifierConfig) string { return n.Name })
	case HeartbeatLost:
		return named(c.Heartbeats, label("heartbeat"), func(h *classify.Heartbeat) string { return h.Name() })
	case QueueUnreadable:
		return c.pulls(label("queue"))
	case SenderRefused, AlertsTruncated:
		return named(c.Receivers, label("refused_by"), func(r *receive.Config) string { return r.Name })
	}
	return true
}

func named[T any](list []T, name string, of func(*T) string) bool {
	return slices.ContainsFunc(list, func(x T) bool { return of(&x) == name })
}
