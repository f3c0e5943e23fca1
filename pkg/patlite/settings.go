package patlite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// Settings is what a user writes about one tower; as JSON:
//
//	{"address": "192.168.100.50", "model": "LA6-POE", "protocol": "pns",
//	 "tiers": ["red", "amber", "green", "off", "off"],
//	 "transport": "tcp", "timeout": "800ms"}
//
// Unknown fields are mistakes.
type Settings struct {
	// Address is a host or host:port; an IPv6 address with a port stands in
	// brackets. Without a port the protocol's usual one is used: http 80,
	// pns 10000.
	Address string
	// Model is found by FindModel.
	Model string
	// Protocol is one of Model.Speaks; without it the first of them.
	Protocol string
	// Tiers names the units of an LA6-POE from the top, "" or "off" for a
	// tier that is not used. Other models have fixed units.
	Tiers []string
	// Transport of pns is tcp (default) or udp.
	Transport string
	// Timeout bounds one command, connection included: 50ms to 30s, 800ms
	// where nothing is written.
	Timeout time.Duration

	hostPort string
	panel    Panel
	protocol protocol
}

const (
	defaultTimeout = 800 * time.Millisecond
	minTimeout     = 50 * time.Millisecond
	maxTimeout     = 30 * time.Second
)

// Problem is one mistake in the settings.
type Problem struct {
	// Path is the field as a user would write it: model, tiers[2].
	Path string `json:"path"`
	// What is wrong.
	What string `json:"what"`
	// Allowed says what could stand there.
	Allowed string `json:"allowed,omitempty"`
}

func (p Problem) String() string {
	text := p.What
	if p.Path != "" {
		text = p.Path + ": " + text
	}
	if p.Allowed != "" {
		text += "; " + p.Allowed
	}
	return text
}

var settingsFields = []string{"address", "model", "protocol", "tiers", "transport", "timeout"}

// settingsDecoder collects mistakes while it reads the fields one by one, so
// that all are reported at once.
type settingsDecoder struct {
	fields   map[string]json.RawMessage
	problems []Problem
}

func decode(raw json.RawMessage) (*Settings, []Problem) {
	d := &settingsDecoder{}
	if err := json.Unmarshal(raw, &d.fields); err != nil || d.fields == nil {
		d.add("", "write fields: "+strings.Join(settingsFields, ", "), "the settings are not an object")
		return nil, d.problems
	}
	for _, name := range slices.Sorted(maps.Keys(d.fields)) {
		if !slices.Contains(settingsFields, name) {
			d.add(name, "one of "+strings.Join(settingsFields, ", "), "unknown field")
		}
	}
	s := &Settings{
		Address:   d.text("address"),
		Model:     d.text("model"),
		Protocol:  d.text("protocol"),
		Tiers:     d.list("tiers"),
		Transport: d.text("transport"),
		Timeout:   d.timeout(),
	}
	m, known := d.model(s)
	haveProtocol := d.protocol(s, m, known)
	d.address(s)
	if known {
		s.panel = NewPanel(m, d.tiers(s, m))
	}
	if haveProtocol {
		d.transport(s)
	}
	return s, d.problems
}

func (d *settingsDecoder) add(path, allowed, what string, args ...any) {
	d.problems = append(d.problems, Problem{Path: path, What: fmt.Sprintf(what, args...), Allowed: allowed})
}

func (d *settingsDecoder) has(name string) bool {
	raw, ok := d.fields[name]
	return ok && !bytes.Equal(raw, []byte("null"))
}

func (d *settingsDecoder) text(name string) string {
	if !d.has(name) {
		return ""
	}
	var text string
	if err := json.Unmarshal(d.fields[name], &text); err != nil {
		d.add(name, "write a text", "%s cannot stand here", shorten(d.fields[name]))
		delete(d.fields, name)
	}
	return text
}

func (d *settingsDecoder) list(name string) []string {
	if !d.has(name) {
		return nil
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(d.fields[name], &parts); err != nil {
		d.add(name, "write a list: [red, amber, green]", "%s cannot stand here", shorten(d.fields[name]))
		return nil
	}
	list := make([]string, len(parts))
	for i, part := range parts {
		// null leaves the text empty: an unused tier.
		if err := json.Unmarshal(part, &list[i]); err != nil {
			d.add(fmt.Sprintf("%s[%d]", name, i), tiersAllowed(), "%s cannot stand here", shorten(part))
			list[i] = invalidTier
		}
	}
	return list
}

// invalidTier marks an entry whose mistake has been reported.
const invalidTier = "\x00"

func (d *settingsDecoder) timeout() time.Duration {
	text := d.text("timeout")
	if text == "" {
		return defaultTimeout
	}
	allowed := fmt.Sprintf("%s to %s, for example 800ms", minTimeout, maxTimeout)
	t, err := time.ParseDuration(text)
	switch {
	case err != nil:
		d.add("timeout", allowed, "%q is not a duration", text)
	case t < minTimeout || t > maxTimeout:
		d.add("timeout", allowed, "%s is out of range", text)
	}
	return t
}

func (d *settingsDecoder) model(s *Settings) (Model, bool) {
	allowed := "one of " + strings.Join(modelNames(), ", ")
	if s.Model == "" {
		if !d.reported("model") {
			d.add("model", allowed, "missing")
		}
		return Model{}, false
	}
	m, err := FindModel(s.Model)
	if err != nil {
		d.add("model", allowed, "unknown model %q", s.Model)
		return Model{}, false
	}
	return m, true
}

// reported tells whether a mistake of the field is already in the list.
func (d *settingsDecoder) reported(path string) bool {
	return slices.ContainsFunc(d.problems, func(p Problem) bool { return p.Path == path })
}

func (d *settingsDecoder) protocol(s *Settings, m Model, knownModel bool) bool {
	speaks := Protocols()
	allowed := "supported: " + strings.Join(speaks, ", ")
	if knownModel {
		speaks = m.Speaks()
		allowed = fmt.Sprintf("supported for model %s: %s", m.Name, strings.Join(speaks, ", "))
	}
	if s.Protocol == "" {
		if !knownModel || d.reported("protocol") {
			return false
		}
		s.Protocol = speaks[0]
	}
	p, supported := findProtocol(s.Protocol)
	switch {
	case !supported && planned(s.Protocol):
		d.add("protocol", allowed, "%s is not supported yet", s.Protocol)
	case !supported:
		d.add("protocol", allowed, "unknown protocol %q", s.Protocol)
	case !slices.Contains(speaks, s.Protocol):
		d.add("protocol", allowed, "model %s does not speak %s, as far as is documented", m.Name, s.Protocol)
	default:
		s.protocol = p
		return true
	}
	return false
}

func (d *settingsDecoder) tiers(s *Settings, m Model) []lamp.Unit {
	if !m.AnyColour {
		if d.has("tiers") {
			d.add("tiers", "remove it", "model %s has its units at fixed tiers: %s", m.Name, join(NewPanel(m, nil).Units()))
		}
		return nil
	}
	if !d.has("tiers") {
		d.add("tiers", "for example [red, amber, green, blue, white]", "missing: a tier of the %s has no colour of its own, say which unit each is, from the top", m.Name)
		return nil
	}
	if d.reported("tiers") {
		return nil
	}
	if len(s.Tiers) > m.Tiers {
		d.add("tiers", fmt.Sprintf("1 to %d", m.Tiers), "%d tiers", len(s.Tiers))
		return nil
	}
	units := make([]lamp.Unit, len(s.Tiers))
	lit := 0
	for i, text := range s.Tiers {
		path := fmt.Sprintf("tiers[%d]", i)
		unit := lamp.Unit(text)
		switch first := slices.Index(units[:i], unit); {
		case text == "" || text == string(lamp.Off):
			continue
		case text == invalidTier:
		case !slices.Contains(lamp.Units, unit):
			d.add(path, tiersAllowed(), "%q is not a unit", text)
		case first >= 0:
			d.add(path, "each unit once", "%s is tier %d already", text, first+1)
		default:
			units[i] = unit
		}
		lit++
	}
	if lit == 0 {
		d.add("tiers", "at least one of "+join(lamp.Units), "no tier is used")
	}
	return units
}

func tiersAllowed() string {
	return join(lamp.Units) + `, or "off" for a tier that is not used`
}

func (d *settingsDecoder) transport(s *Settings) {
	choice := s.protocol.transports
	switch {
	case s.Transport == "" && len(choice) > 0:
		s.Transport = choice[0]
	case s.Transport == "" || slices.Contains(choice, s.Transport):
	case len(choice) == 0:
		d.add("transport", "remove it", "protocol %s has no choice of transport", s.protocol.name)
	default:
		d.add("transport", "one of "+strings.Join(choice, ", "), "unknown transport %q", s.Transport)
	}
}

func shorten(raw []byte) string {
	const most = 40
	if len(raw) > most {
		return strings.ToValidUTF8(string(raw[:most]), "") + "…"
	}
	return string(raw)
}
