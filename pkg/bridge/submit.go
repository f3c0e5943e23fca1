package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/classify"
	"github.com/andonhq/andon/pkg/receive"
)

var _ receive.Sink = (*Bridge)(nil)

// SendReceiver is the receiver of events that scripts send to the API.
const SendReceiver = "send"

// Submit sorts events by the rules and returns when they are durable. A batch
// whose key is known changes nothing.
func (b *Bridge) Submit(ctx context.Context, in receive.Batch) error {
	rules := b.rules.Load()
	in.Events = slices.Clone(in.Events)
	for i := range in.Events {
		writable(&in.Events[i])
	}
	decisions := decide(rules, in.Events)
	part := maxCommand
	if in.Key != "" {
		part = max(1, len(in.Events)) // the key and what it stands for are durable together
	}
	var waiting []*command
	for i, start := 0, 0; i == 0 || start < len(in.Events); i++ {
		end := min(start+part, len(in.Events))
		first := i == 0
		events, decided := in.Events[start:end], decisions[start:end]
		c := &command{size: max(1, len(events)), done: make(chan error, 1), run: func(t *txn) error {
			return t.submit(in, events, decided, rules, first)
		}}
		if err := b.enqueue(ctx, c); err != nil {
			return err
		}
		waiting = append(waiting, c)
		start = end
	}
	var errs []error
	for _, c := range waiting {
		errs = append(errs, b.await(ctx, c))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("take %d alerts of receiver %s: %w", len(in.Events), in.Receiver, err)
	}
	return nil
}

// writable takes away times that JSON cannot say: one of them would keep a whole
// batch from being durable.
func writable(e *alert.Event) {
	for _, at := range []*time.Time{&e.At, &e.Server, &e.StartsAt, &e.EndsAt} {
		if _, err := at.MarshalJSON(); err != nil {
			*at = time.Time{}
		}
	}
}

func decide(rules *classify.Rules, events []alert.Event) []alert.Decision {
	decisions := make([]alert.Decision, len(events))
	for i, e := range events {
		decisions[i] = rules.Decide(e)
	}
	return decisions
}

func (t *txn) submit(in receive.Batch, events []alert.Event, decided []alert.Decision, rules *classify.Rules, first bool) error {
	if in.Key != "" && first {
		if t.known(in.Key) {
			return nil
		}
		t.seen[in.Key] = in.KeyUntil
		t.batch.Seen = append(t.batch.Seen, seenOf(in))
	}
	if t.rules != rules { // reloaded since
		decided = decide(t.rules, events)
	}
	for i, e := range events {
		t.event(e, decided[i])
	}
	if first {
		t.record(slices.Clone(in.Records))
		t.truncated(in)
	}
	return nil
}

func (t *txn) known(key string) bool {
	if _, ok := t.seen[key]; ok {
		return true
	}
	until, ok := t.b.seen[key]
	return ok && t.now.Before(until)
}

// Selection says which open alerts a verb means.
type Selection struct {
	Identities []alert.Identity
	// Match selects by label where no identities are given; All selects all.
	Match alert.Matchers
	All   bool
}

// ErrNothingSelected tells that a verb was given nothing to act on.
var ErrNothingSelected = errors.New("say which alerts: identities, matchers, or all")

// Outcome is what became of one alert that a verb was used on.
type Outcome struct {
	Identity alert.Identity `json:"identity"`
	// Error says why nothing was done, "" where it was.
	Error string `json:"error,omitempty"`
	// Skipped: it was not named, but is of the kind that the verb is for; Error
	// says why it stayed as it was.
	Skipped bool `json:"skipped,omitempty"`
}

// Acknowledge records that somebody has the alerts.
func (b *Bridge) Acknowledge(ctx context.Context, s Selection, by, comment string) ([]Outcome, error) {
	return b.verb(ctx, s, "acknowledge", func(a *alert.Alert, now time.Time) (*alert.Alert, []alert.Entry, error) {
		return board.Acknowledge(a, by, comment, now)
	})
}

// Reset ends alerts that wait for it.
func (b *Bridge) Reset(ctx context.Context, s Selection, by string) ([]Outcome, error) {
	return b.verb(ctx, s, "reset", func(a *alert.Alert, now time.Time) (*alert.Alert, []alert.Entry, error) {
		return board.ResetAlarm(a, by, now)
	})
}

func (b *Bridge) verb(ctx context.Context, s Selection, name string,
	do func(*alert.Alert, time.Time) (*alert.Alert, []alert.Entry, error),
) ([]Outcome, error) {
	if len(s.Identities) == 0 && len(s.Match) == 0 && !s.All {
		return nil, ErrNothingSelected
	}
	ids := s.Identities
	if len(ids) == 0 {
		for _, a := range b.Alerts(func(a *alert.Alert) bool { return s.Match.Match(a.Labels) }) {
			ids = append(ids, a.Identity)
		}
		slices.SortFunc(ids, func(x, y alert.Identity) int { return strings.Compare(string(x), string(y)) })
	}
	outcomes := []Outcome{}
	for part := range slices.Chunk(ids, maxCommand) {
		var got []Outcome
		err := b.do(ctx, len(part), func(t *txn) error {
			got = nil
			for _, id := range part {
				prev := t.get(id)
				next, entries, err := do(prev, t.now)
				o := Outcome{Identity: id}
				switch {
				case err == nil:
					t.put(id, prev, next, entries)
				case len(s.Identities) > 0:
					o.Error = err.Error()
				case errors.Is(err, board.ErrNotAcked), errors.Is(err, board.ErrStillOn):
					o.Error, o.Skipped = err.Error(), true
				default:
					continue // by label: what cannot be meant is left out
				}
				got = append(got, o)
			}
			return nil
		})
		if err != nil {
			return outcomes, fmt.Errorf("%s: %w", name, err)
		}
		outcomes = append(outcomes, got...)
	}
	return outcomes, nil
}
