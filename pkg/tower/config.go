// Package tower decides what a signal tower should show: a pure function of
// the alerts that are its own, its configuration, what it has sounded already,
// and the time. It sends nothing; package drive compares the result with what
// the tower shows and sends the difference.
package tower

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/config"
	"github.com/andonhq/andon/pkg/lamp"
)

// Config is one entry of the configuration's towers.
type Config struct {
	Name     string `yaml:"name"`
	Notifier string `yaml:"notifier"`
	// Settings belong to the notifier: address, model, protocol …
	Settings config.Raw `yaml:"settings"`
	// Match selects the alerts that the tower shows; none: all.
	Match alert.Matchers `yaml:"match"`
	// Show says what it looks like: by severity, and idle, acknowledged,
	// stale, returned, bridge_failed.
	Show map[string]config.Raw `yaml:"show"`
	// BuzzerFor is how long an alert sounds, unless its pattern says
	// otherwise: default 60s, 0s: until acknowledged.
	BuzzerFor *config.Duration `yaml:"buzzer_for"`
	// Restore is the dead-man: the tower falls back to bridge_failed by
	// itself when it has not been written to for so long. 0: none.
	Restore config.Duration `yaml:"restore"`
	// Button is what the tower's own clear button does: relight or
	// acknowledge.
	Button string             `yaml:"button"`
	Quiet  config.Unsupported `yaml:"quiet"`
}

// What the clear button of a tower may do.
const (
	ButtonRelight     = "relight"
	ButtonAcknowledge = "acknowledge"
)

// DefaultBuzzerFor is how long an alert sounds where nothing else is said.
const DefaultBuzzerFor = time.Minute

// Entries of show besides the severities.
const (
	showIdle         = "idle"
	showAcknowledged = "acknowledged"
	showStale        = "stale"
	showReturned     = "returned"
	showBridgeFailed = "bridge_failed"
)

// Look is how one class of alerts is shown.
type Look struct {
	lamp.State
	// BuzzerFor limits the buzzer; 0: until acknowledged.
	BuzzerFor time.Duration
}

// Plan is a tower's configuration, read and checked.
type Plan struct {
	Name         string
	Match        alert.Matchers
	Severities   alert.Severities
	Idle         lamp.State
	BridgeFailed lamp.State
	Looks        map[alert.Severity]Look
	// Acknowledged is the pattern that replaces a severity's own once somebody
	// has the alert; nil where AcknowledgedLook is set.
	Acknowledged     lamp.Pattern
	AcknowledgedLook *Look
	Stale, Returned  *Look
	Acknowledges     bool // the clear button acknowledges
	Restore          time.Duration
}

// NewPlan reads the show section of a tower. Problems carry paths below path.
func NewPlan(path string, c Config, severities alert.Severities) (*Plan, config.Problems) {
	var ps config.Problems
	p := &Plan{
		Name: c.Name, Match: c.Match, Severities: severities, Looks: map[alert.Severity]Look{},
		Acknowledged: lamp.Steady, Acknowledges: c.Button == ButtonAcknowledge, Restore: time.Duration(c.Restore),
	}
	buzzerFor := DefaultBuzzerFor
	if c.BuzzerFor != nil {
		buzzerFor = time.Duration(*c.BuzzerFor)
	}
	if c.Name == "" {
		ps.Add(path+".name", "a name, such as ops-room", "missing")
	}
	if c.Notifier == "" {
		ps.Add(path+".notifier", "the name of one of the notifiers", "missing")
	}
	if c.Button != "" && c.Button != ButtonRelight && c.Button != ButtonAcknowledge {
		ps.Add(path+".button", "relight or acknowledge", "%q is neither", c.Button)
	}
	if r := time.Duration(c.Restore); r != 0 && (r < 2*time.Second || r > 99*time.Second || r%time.Second != 0) {
		ps.Add(path+".restore", "whole seconds from 2s to 99s", "%s cannot be set", c.Restore)
	}
	if len(c.Show) == 0 {
		ps.Add(path+".show", "what it looks like: {idle: {green: steady}, warning: {amber: steady}, critical: {red: flash, buzzer: 1}}", "missing")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Show)) {
		at := path + ".show." + name
		if name == showAcknowledged {
			if text, ok := c.Show[name].Value.(string); ok {
				p.Acknowledged = lamp.Pattern(text)
				if !slices.Contains(lamp.Patterns, p.Acknowledged) {
					ps.Add(at, "a pattern ("+patternNames()+") or a mapping of lights", "unknown pattern %q", text)
				}
				continue
			}
		}
		look := readLook(at, c.Show[name], buzzerFor, &ps)
		switch {
		case name == showIdle:
			p.Idle = look.State
		case name == showBridgeFailed:
			p.BridgeFailed = look.State
		case name == showAcknowledged:
			p.AcknowledgedLook = &look
		case name == showStale:
			p.Stale = &look
		case name == showReturned:
			p.Returned = &look
		case name == string(alert.Record):
			ps.Add(at, "remove it", "record is kept in the history and never shown")
		case severities.Has(alert.Severity(name)):
			p.Looks[alert.Severity(name)] = look
		default:
			ps.Add(at, "a severity ("+join(severities[1:])+"), idle, acknowledged, stale, returned or bridge_failed", "unknown entry")
		}
		switch {
		case look.Buzzer == 0:
		case name == showIdle, name == showAcknowledged:
			ps.Add(at+".buzzer", "remove it", "%s is never heard", name)
		case name == showStale:
			ps.Add(at+".buzzer", "remove it", "a stale alert is heard as its severity is")
		}
	}
	return p, ps
}

// readLook reads {red: flash, buzzer: 1, buzzer_for: 30s}.
func readLook(path string, raw config.Raw, buzzerFor time.Duration, ps *config.Problems) Look {
	look := Look{State: lamp.State{Lights: map[lamp.Unit]lamp.Pattern{}}, BuzzerFor: buzzerFor}
	m, ok := raw.Value.(map[string]any)
	if !ok {
		ps.Add(path, "a mapping of lights: {red: flash, buzzer: 1}", "not a mapping")
		return look
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		at, value := path+"."+key, m[key]
		switch {
		case key == "buzzer":
			n, ok := value.(int)
			if !ok || n < 0 {
				ps.Add(at, "the number of a buzzer pattern, 0 for quiet", "%q is no buzzer pattern", fmt.Sprint(value))
				continue
			}
			look.Buzzer = n
		case key == "buzzer_for":
			var d config.Duration
			text, _ := value.(string)
			if err := d.UnmarshalText([]byte(text)); err != nil {
				ps.Add(at, "a duration such as 30s; 0s: until acknowledged", "%q is not a duration", fmt.Sprint(value))
				continue
			}
			look.BuzzerFor = time.Duration(d)
		case key == "speech":
			ps.Add(at, "remove it", "not supported yet")
		case slices.Contains(lamp.Units, lamp.Unit(key)):
			text, _ := value.(string)
			if !slices.Contains(lamp.Patterns, lamp.Pattern(text)) {
				ps.Add(at, patternNames(), "unknown pattern %q", fmt.Sprint(value))
				continue
			}
			look.Lights[lamp.Unit(key)] = lamp.Pattern(text)
		default:
			ps.Add(at, join(lamp.Units)+", buzzer or buzzer_for", "unknown light")
		}
	}
	return look
}

// Check compares what a tower is to show with what its model can. The order
// of problems is that of the names of the entries.
func Check(path string, c Config, severities alert.Severities, model string, can lamp.Capabilities) config.Problems {
	p, _ := NewPlan(path, c, severities)
	var ps config.Problems
	if p.Restore > 0 && !can.Restore {
		ps.Add(path+".restore", "remove it", "%s cannot fall back by itself", model)
	}
	check := func(name string, s lamp.State) {
		at := path + ".show." + name
		for _, u := range slices.Sorted(maps.Keys(s.Lights)) {
			switch pattern := s.Lights[u]; {
			case !slices.Contains(can.Units, u):
				ps.Add(at+"."+string(u), "it has "+join(can.Units), "%s has no %s light", model, u)
			case !slices.Contains(can.Patterns, pattern):
				ps.Add(at+"."+string(u), "it has "+join(can.Patterns), "%s has no pattern %s", model, pattern)
			}
		}
		if s.Buzzer > can.Buzzers {
			allowed := fmt.Sprintf("%s has buzzer patterns 1 to %d", model, can.Buzzers)
			if can.Buzzers == 0 {
				allowed = model + " has no buzzer"
			}
			ps.Add(at+".buzzer", allowed, "pattern %d", s.Buzzer)
		}
	}
	for name, s := range p.states() {
		check(name, s)
	}
	if p.AcknowledgedLook == nil && !slices.Contains(can.Patterns, p.Acknowledged) {
		ps.Add(path+".show."+showAcknowledged, "it has "+join(can.Patterns), "%s has no pattern %s", model, p.Acknowledged)
	}
	slices.SortFunc(ps, func(a, b config.Problem) int { return strings.Compare(a.Path, b.Path) })
	return ps
}

// states are all states that the configuration names, by entry.
func (p *Plan) states() map[string]lamp.State {
	m := map[string]lamp.State{showIdle: p.Idle, showBridgeFailed: p.BridgeFailed}
	for s, l := range p.Looks {
		m[string(s)] = l.State
	}
	for name, l := range map[string]*Look{showAcknowledged: p.AcknowledgedLook, showStale: p.Stale, showReturned: p.Returned} {
		if l != nil {
			m[name] = l.State
		}
	}
	return m
}

// Warnings are what is allowed and yet may surprise: Path and What, as
// problems.
func Warnings(path string, c Config, severities alert.Severities) config.Problems {
	p, _ := NewPlan(path, c, severities)
	var ps config.Problems
	for _, u := range slices.Sorted(maps.Keys(p.Idle.Lights)) {
		if p.Idle.Lights[u] != lamp.Off && p.Restore == 0 {
			ps.Add(path+".show.idle."+string(u), "set restore where the model has it, or keep idle dark",
				"the light of an idle tower cannot go out by itself when the bridge dies")
			break
		}
	}
	if p.BridgeFailed.Dark() {
		ps.Add(path+".show.bridge_failed", "such as {red: steady, amber: steady, green: steady}", "nothing shows in the room that the bridge has failed")
	}
	return ps
}

// SettingsJSON is what the notifier gets of a tower's settings.
func (c Config) SettingsJSON() json.RawMessage {
	if !c.Settings.Set() {
		return json.RawMessage("{}")
	}
	data, err := json.Marshal(c.Settings.Value)
	if err != nil { // a key that is no string, such as 1: x
		return json.RawMessage("null")
	}
	return data
}

// Model is the model that the settings name, for messages.
func (c Config) Model() string {
	if m, ok := c.Settings.Value.(map[string]any); ok {
		if model, ok := m["model"].(string); ok {
			return "model " + model
		}
	}
	return "the tower"
}

func patternNames() string { return join(lamp.Patterns) }

func join[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ", ")
}
