// Package lamp names what a signal tower can show: coloured lights in
// patterns, and a buzzer. It is the vocabulary that the desired state, the
// notifier protocol, the drivers and the screens share; it knows no model, no
// protocol and no alert.
package lamp

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Unit is one coloured light of a tower.
type Unit string

// The units in the order in which PATLITE's commands name them.
const (
	Red   Unit = "red"
	Amber Unit = "amber"
	Green Unit = "green"
	Blue  Unit = "blue"
	White Unit = "white"
)

// Units lists the units from the top of a tower to its foot.
var Units = []Unit{Red, Amber, Green, Blue, White}

// Pattern is how a unit is lit.
type Pattern string

// The patterns. Flash2 to Flash4 exist on some models only.
const (
	Off    Pattern = "off"
	Steady Pattern = "steady"
	Flash  Pattern = "flash"
	Flash2 Pattern = "flash2"
	Flash3 Pattern = "flash3"
	Flash4 Pattern = "flash4"
)

// Patterns lists every pattern a model may have.
var Patterns = []Pattern{Off, Steady, Flash, Flash2, Flash3, Flash4}

// State is everything a tower shows at one moment. The zero State is a dark,
// quiet tower.
type State struct {
	// Lights holds the units that are lit; one that is absent is off.
	Lights map[Unit]Pattern `json:"lights,omitempty"`
	// Buzzer is the number of the buzzer pattern, 0 for quiet.
	Buzzer int `json:"buzzer,omitempty"`
}

// Of returns the pattern of a unit, Off where nothing is said.
func (s State) Of(u Unit) Pattern {
	if p, ok := s.Lights[u]; ok && p != "" {
		return p
	}
	return Off
}

// Equal reports whether two states look and sound the same.
func (s State) Equal(o State) bool {
	if s.Buzzer != o.Buzzer {
		return false
	}
	for u := range s.Lights {
		if s.Of(u) != o.Of(u) {
			return false
		}
	}
	for u := range o.Lights {
		if s.Of(u) != o.Of(u) {
			return false
		}
	}
	return true
}

// Dark reports whether no unit is lit and the buzzer is quiet: what a power
// cycle or a clear leaves behind.
func (s State) Dark() bool { return s.Equal(State{}) }

// Clone returns a state that shares nothing with s.
func (s State) Clone() State {
	return State{Lights: maps.Clone(s.Lights), Buzzer: s.Buzzer}
}

// Quiet returns the state without its buzzer.
func (s State) Quiet() State {
	s = s.Clone()
	s.Buzzer = 0
	return s
}

// String writes the state as "red=flash green=steady buzzer=1", units in tower
// order, "off" for a dark and quiet tower. Parse reads it back.
func (s State) String() string {
	var parts []string
	for _, u := range s.units() {
		if p := s.Of(u); p != Off {
			parts = append(parts, string(u)+"="+string(p))
		}
	}
	if s.Buzzer != 0 {
		parts = append(parts, "buzzer="+strconv.Itoa(s.Buzzer))
	}
	if len(parts) == 0 {
		return "off"
	}
	return strings.Join(parts, " ")
}

// units lists the units that the state names, the known ones first, in tower
// order, the others by name.
func (s State) units() []Unit {
	us := slices.Collect(maps.Keys(s.Lights))
	rank := func(u Unit) int {
		if i := slices.Index(Units, u); i >= 0 {
			return i
		}
		return len(Units)
	}
	slices.SortFunc(us, func(a, b Unit) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(string(a), string(b))
	})
	return us
}

// Parse reads what State.String writes.
func Parse(text string) (State, error) {
	s := State{Lights: map[Unit]Pattern{}}
	if strings.TrimSpace(text) == "off" {
		return s, nil
	}
	for _, part := range strings.Fields(text) {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return State{}, fmt.Errorf("parse lamp state %q: %q is not unit=pattern", text, part)
		}
		if name == "buzzer" {
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 {
				return State{}, fmt.Errorf("parse lamp state %q: buzzer %q is not a pattern number", text, value)
			}
			s.Buzzer = n
			continue
		}
		if !slices.Contains(Patterns, Pattern(value)) {
			return State{}, fmt.Errorf("parse lamp state %q: %q is not a pattern", text, value)
		}
		if Pattern(value) != Off {
			s.Lights[Unit(name)] = Pattern(value)
		}
	}
	return s, nil
}

// Capabilities is what one tower can show.
type Capabilities struct {
	// Units are the lights it has, top to bottom.
	Units []Unit `json:"units"`
	// Patterns are the light patterns it has, Off and Steady included.
	Patterns []Pattern `json:"patterns"`
	// Buzzers is the number of its buzzer patterns: 1 to Buzzers are allowed.
	Buzzers int `json:"buzzers"`
	// Restore tells that the tower can fall back to a base state by itself
	// when it is no longer written to (a dead-man).
	Restore bool `json:"restore,omitempty"`
	// ReadBack tells that the tower can be asked what it shows.
	ReadBack bool `json:"readBack,omitempty"`
}

// Contact says what an observation tells about the way to a tower.
type Contact string

const (
	// Seen: the tower answered and shows State.
	Seen Contact = "seen"
	// Lost: the tower does not answer; Reason says why.
	Lost Contact = "lost"
	// Back: the tower answers again after it was lost, and shows State.
	Back Contact = "back"
	// Cleared: the tower went dark and quiet by another hand than ours.
	Cleared Contact = "cleared"
)

// Observation is what a notifier saw of one tower.
type Observation struct {
	Tower   string    `json:"tower"`
	Contact Contact   `json:"contact"`
	State   State     `json:"state"`
	At      time.Time `json:"at"`
	// Generation is that of the last Apply the tower had taken.
	Generation uint64 `json:"generation,omitempty"`
	// Reason says in words why a tower is lost.
	Reason string `json:"reason,omitempty"`
}
