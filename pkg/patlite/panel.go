package patlite

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/lamp"
)

// NoChange is the value in S and alert that leaves a light or the buzzer as
// it is. The drivers never send it: they own the whole tower.
const NoChange = 9

// Digits are the six values of PNS command S and of HTTP's alert: five lights
// in the order of the model, then the buzzer.
type Digits [6]byte

// String writes the digits as HTTP's alert wants them. It is meant for values
// up to 9.
func (d Digits) String() string {
	var b strings.Builder
	for _, v := range d {
		b.WriteByte('0' + v)
	}
	return b.String()
}

// ParseDigits reads six decimal digits.
func ParseDigits(text string) (Digits, error) {
	var d Digits
	if len(text) != len(d) {
		return d, fmt.Errorf("%q is not six digits", text)
	}
	for i := range d {
		if text[i] < '0' || text[i] > '9' {
			return d, fmt.Errorf("%q is not six digits", text)
		}
		d[i] = text[i] - '0'
	}
	return d, nil
}

// Panel is the face of one tower: its model, and which unit stands at each of
// the five positions of a command. An empty position has no light, or one
// that is not used.
type Panel struct {
	Model  Model
	Layout [5]lamp.Unit
}

// NewPanel returns the face of a tower. tiers names the units from the top of
// a model with AnyColour, "" where a tier is not used; other models have
// their units at fixed positions and tiers is not looked at.
func NewPanel(m Model, tiers []lamp.Unit) Panel {
	p := Panel{Model: m}
	if m.AnyColour {
		copy(p.Layout[:], tiers)
	} else {
		copy(p.Layout[:m.Tiers], lamp.Units)
	}
	return p
}

// Units are the lights, top to bottom.
func (p Panel) Units() []lamp.Unit {
	return slices.DeleteFunc(slices.Clone(p.Layout[:]), func(u lamp.Unit) bool { return u == "" })
}

// Capabilities tells what the tower can show; what depends on the protocol
// (Restore, ReadBack) is left to Describe.
func (p Panel) Capabilities() lamp.Capabilities {
	return lamp.Capabilities{Units: p.Units(), Patterns: slices.Clone(p.Model.Patterns), Buzzers: p.Model.Buzzers}
}

// Digits writes a state as values for the whole tower: unused tiers are put
// out. The error names everything that the tower cannot show.
func (p Panel) Digits(s lamp.State) (Digits, error) {
	var d Digits
	var errs []error
	placed := 0
	for i, u := range p.Layout {
		pattern := s.Of(u)
		if u == "" || pattern == lamp.Off {
			continue
		}
		placed++
		value := slices.Index(p.Model.Patterns, pattern)
		if value < 0 {
			errs = append(errs, fmt.Errorf("pattern %s: model %s has %s", pattern, p.Model.Name, join(p.Model.Patterns)))
			continue
		}
		d[i] = byte(value)
	}
	if placed < len(s.Lights) {
		errs = append(errs, p.strangers(s)...)
	}
	if s.Buzzer < 0 || s.Buzzer > p.Model.Buzzers {
		errs = append(errs, fmt.Errorf("buzzer %d: model %s has buzzer patterns 1 to %d", s.Buzzer, p.Model.Name, p.Model.Buzzers))
	} else {
		d[5] = byte(s.Buzzer)
	}
	return d, errors.Join(errs...)
}

// strangers names the lit units that the tower does not have.
func (p Panel) strangers(s lamp.State) []error {
	var names []string
	for u := range s.Lights {
		if s.Of(u) != lamp.Off && (u == "" || !slices.Contains(p.Layout[:], u)) {
			names = append(names, string(u))
		}
	}
	slices.Sort(names)
	errs := make([]error, len(names))
	for i, name := range names {
		errs[i] = fmt.Errorf("unit %s: the %s has %s", name, p.Model.Name, join(p.Units()))
	}
	return errs
}

// State reads values that a tower reported. A lit tier that the settings do
// not use is named by its number ("tier4"), so that the state differs from any
// that was asked for and the light is put out again. Positions beyond the
// tiers of a smaller model are not looked at: what such a model reports there
// is not documented, and no light can be lit.
func (p Panel) State(d Digits) (lamp.State, error) {
	s := lamp.State{Lights: map[lamp.Unit]lamp.Pattern{}}
	for i, value := range d[:p.Model.Tiers] {
		pattern, ok := p.Model.pattern(value)
		if !ok {
			return lamp.State{}, fmt.Errorf("tier %d has the value %d, which the model %s does not have", i+1, value, p.Model.Name)
		}
		if pattern == lamp.Off {
			continue
		}
		unit := p.Layout[i]
		if unit == "" {
			unit = lamp.Unit(fmt.Sprintf("tier%d", i+1))
		}
		s.Lights[unit] = pattern
	}
	if int(d[5]) > p.Model.Tones {
		return lamp.State{}, fmt.Errorf("buzzer has the value %d, which the model %s does not have", d[5], p.Model.Name)
	}
	s.Buzzer = int(d[5])
	return s, nil
}

// allLit is what Test shows.
func (p Panel) allLit() lamp.State {
	s := lamp.State{Lights: map[lamp.Unit]lamp.Pattern{}, Buzzer: 1}
	for _, u := range p.Units() {
		s.Lights[u] = lamp.Steady
	}
	return s
}

func join[S ~string](list []S) string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = string(s)
	}
	return strings.Join(texts, ", ")
}
