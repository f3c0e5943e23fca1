// Package patlite drives PATLITE network signal towers: it knows the models,
// checks the settings of a tower, and carries a lamp.State to the tower and
// back over one of the protocols that the model speaks. It is called by the
// notifier process, and by the virtual tower, which speaks the same frames
// from the other side.
//
// It decides nothing about alerts, keeps no connection and starts no
// goroutine: who polls, retries and reconciles is the caller. The facts about
// bytes and parameters come from PATLITE's manuals (NHL 8169-B, LA6-POE,
// NHV/NHB 5.3.13), the vendor's sample programs, and for what neither covers
// from measurements by others; places where sources are silent say so.
package patlite

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// Driver carries states to one tower. Every method opens its own connection,
// waits for the answer and closes again: towers take few connections (LA6-POE
// has 8 for all senders together), their idle timeouts are not documented, and
// a connection that is kept would hide a tower that was power cycled. A call
// ends at the context's deadline or after the configured timeout, whichever
// is first.
//
// Methods may be called at the same time from several goroutines.
type Driver interface {
	// Apply makes the tower show exactly the state: every light and the
	// buzzer are set, none is left as it was. A state that the model cannot
	// show is refused before the tower is contacted.
	Apply(ctx context.Context, s lamp.State) error
	// Read asks the tower what it shows. The error is errors.ErrUnsupported
	// where the protocol cannot tell (Capabilities.ReadBack is false). What
	// another sender has set may be a unit or pattern that Capabilities do
	// not list, such as "tier4" or "flash5".
	Read(ctx context.Context) (lamp.State, error)
	// Test lights every unit steadily and sounds buzzer pattern 1. None of
	// the protocols here has a self test that ends by itself, so the caller
	// applies the wanted state again after a moment.
	Test(ctx context.Context) error
	// Close ends the use of the driver. It never contacts the tower: what
	// the tower shows stays.
	Close() error
}

// DetailedReader is a Driver whose tower tells more than its lights: LA6-POE
// over pns.
type DetailedReader interface {
	Driver
	// ReadDetailed asks for colours, contact inputs and smart mode too.
	ReadDetailed(ctx context.Context) (DetailedStatus, error)
}

// Options is what the caller, not the tower's settings, decides.
type Options struct {
	// Restore makes the tower fall back to Fallback by itself when Apply was
	// not repeated for this long: a dead-man. Whole seconds, 1s to 99s; 0 is
	// off. Only where Capabilities.Restore is true; the caller then repeats
	// Apply about every second.
	Restore time.Duration
	// Fallback is what the tower then shows. Lights only, its buzzer is left
	// out: the base state of a tower has none (parameter led).
	Fallback lamp.State
}

// Open returns the driver for a tower. It does not contact the tower. The
// error of bad settings is a *SettingsError with every mistake.
func Open(settings json.RawMessage, o Options) (Driver, error) {
	s, problems := decode(settings)
	if len(problems) > 0 {
		return nil, &SettingsError{Problems: problems}
	}
	if err := checkOptions(s, o); err != nil {
		return nil, err
	}
	return s.protocol.open(s, o), nil
}

func checkOptions(s *Settings, o Options) error {
	if o.Restore == 0 {
		return nil
	}
	if !s.protocol.restore(s.panel.Model) {
		return fmt.Errorf("restore %s: model %s cannot fall back by itself over %s", o.Restore, s.panel.Model.Name, s.protocol.name)
	}
	if o.Restore%time.Second != 0 || o.Restore < minRestore || o.Restore > maxRestore {
		return fmt.Errorf("restore %s: write whole seconds, %s to %s", o.Restore, minRestore, maxRestore)
	}
	if _, err := s.panel.Digits(o.Fallback.Quiet()); err != nil {
		return fmt.Errorf("fallback state: %w", err)
	}
	return nil
}

// Validate returns every mistake in the settings of a tower, nil where there
// is none. It does not contact the tower.
func Validate(settings json.RawMessage) []Problem {
	_, problems := decode(settings)
	return problems
}

// Describe tells what the tower of these settings can show. It does not
// contact the tower. The error is a *SettingsError.
func Describe(settings json.RawMessage) (lamp.Capabilities, error) {
	s, problems := decode(settings)
	if len(problems) > 0 {
		return lamp.Capabilities{}, &SettingsError{Problems: problems}
	}
	c := s.panel.Capabilities()
	c.ReadBack = s.protocol.readBack(s.panel.Model)
	c.Restore = s.protocol.restore(s.panel.Model)
	return c, nil
}

// SettingsError is every mistake in the settings of a tower.
type SettingsError struct{ Problems []Problem }

// Error prints path: what is wrong; what is allowed, one mistake after the
// other.
func (e *SettingsError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "tower settings: " + strings.Join(texts, "; ")
}

// RefusedError is a tower that answered, and said no.
type RefusedError struct {
	// Answer is what it said: "NAK", "Error. [002]".
	Answer string
	// Hint says in words what that means and what to do.
	Hint string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the tower refused the command with %q: %s", e.Answer, e.Hint)
}

// errNoAnswer is the cause of a timeout: it says what a bare "deadline
// exceeded" does not.
var errNoAnswer = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)
