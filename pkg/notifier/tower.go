package notifier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// Tower is one tower as a notifier is told to drive it.
type Tower struct {
	// Name is unique among the towers of a notifier.
	Name string
	// Settings are the notifier's own: where the tower is and how to speak to
	// it, as JSON.
	Settings json.RawMessage
	// Restore is the dead-man: the tower falls back to Fallback this long after
	// the last Apply. 0: none.
	Restore  time.Duration
	Fallback lamp.State
}

func (t Tower) equal(o Tower) bool {
	return t.Name == o.Name && bytes.Equal(t.Settings, o.Settings) &&
		t.Restore == o.Restore && t.Fallback.Equal(o.Fallback)
}

// Problem is one mistake in a tower's settings.
type Problem struct {
	// Path is the field as a user would write it below settings, such as
	// tiers[2]; empty for the settings as a whole.
	Path string
	// What is wrong.
	What string
	// Allowed says what would be right; may be empty.
	Allowed string
}

// Factory is what a kind of notifier provides. Its methods are called from
// several goroutines at once.
type Factory interface {
	// Validate returns every mistake in a tower's settings. It contacts no
	// tower.
	Validate(settings json.RawMessage) []Problem
	// Describe tells what a tower with these settings can show. It contacts no
	// tower.
	Describe(settings json.RawMessage) (lamp.Capabilities, error)
	// Open makes a driver for one tower. It does not wait for the tower: one
	// that is away is no error.
	Open(Tower) (Driver, error)
}

// Driver speaks to one tower. Its methods are called by one goroutine, one at
// a time; each returns soon after its context ends.
//
// An error means that the tower did not answer, or not sensibly, unless it is
// ErrRefused.
type Driver interface {
	// Apply makes the tower show a state. It may be called again with the same
	// state at any time and then changes nothing that can be seen or heard.
	Apply(context.Context, lamp.State) error
	// Read asks the tower what it shows; errors.ErrUnsupported where the tower
	// cannot tell.
	Read(context.Context) (lamp.State, error)
	// Test switches every light and the buzzer on, or starts the tower's own
	// test. It does not wait: a moment later (Timing.TestHold), or when a new
	// state is to be shown, Apply puts back what the tower should show.
	Test(context.Context) error
	// Close lets the tower go and leaves it as it is.
	Close() error
}

// ErrRefused marks the errors of a driver that do not speak of lost contact:
// the tower answered and refused, or it cannot show this state.
//
//	fmt.Errorf("%w: pattern flash3: model LA6-POE has off, steady, flash", notifier.ErrRefused)
var ErrRefused = errors.New("refused")

// Timing is how a notifier spends time on one tower.
type Timing struct {
	// Poll is the time between two polls of a tower.
	Poll time.Duration
	// PollDeadline bounds one poll.
	PollDeadline time.Duration
	// WriteDeadline bounds one write; a write that has begun ends within it,
	// whatever becomes of its caller.
	WriteDeadline time.Duration
	// TestHold is how long a lamp test is left to be seen.
	TestHold time.Duration
	// Misses is how many polls in a row fail before a tower counts as lost. A
	// failed Apply counts at once.
	Misses int
}

// DefaultTiming is what Serve uses. Who takes a tower over from another host
// waits until that one's not_after and then for WriteDeadline.
var DefaultTiming = Timing{
	Poll:          time.Second,
	PollDeadline:  800 * time.Millisecond,
	WriteDeadline: time.Second,
	TestHold:      2 * time.Second,
	Misses:        2,
}
