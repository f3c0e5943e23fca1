// Package classify sorts events into severities that were fixed beforehand:
// ordered rules over labels, read top to bottom, the first match decides. It
// is pure: the same event and the same rules always give the same decision,
// and Explain tells which rule it was and why the others were not. It never
// changes the board; the bridge does, with what Decide returns.
package classify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/config"
)

// Rule is one entry of the configuration's rules.
type Rule struct {
	Name string `yaml:"name"`
	// Match are Alertmanager's matchers; all must hold. The label "receiver"
	// is the name of the receiver that took the event.
	Match    alert.Matchers `yaml:"match"`
	Severity alert.Severity `yaml:"severity"`
	// Labels are added to the event.
	Labels map[string]string `yaml:"labels"`
	// Continue goes on with the next rule after adding labels.
	Continue bool `yaml:"continue"`
	// ResolvedBy: an event is the recovery of this rule's alert when all of
	// these hold, and all of Match on labels that these do not name.
	ResolvedBy alert.Matchers `yaml:"resolved_by"`
	// Equal are the labels that a mail and its recovery share; their values
	// are the identity of the alert.
	Equal    []string        `yaml:"equal"`
	Expire   config.Duration `yaml:"expire"`
	Sequence alert.Sequence  `yaml:"sequence"`
	// EndOnAcknowledge ends the alert when somebody takes it.
	EndOnAcknowledge bool `yaml:"end_on_acknowledge"`
}

// Heartbeat is an alert that must keep coming: its absence is the alarm.
type Heartbeat struct {
	Match        alert.Matchers  `yaml:"match"`
	MissingAfter config.Duration `yaml:"missing_after"`
	Severity     alert.Severity  `yaml:"severity"`
}

// Name describes the heartbeat by its matchers.
func (h Heartbeat) Name() string {
	parts := make([]string, len(h.Match))
	for i, m := range h.Match {
		parts[i] = m.String()
	}
	return strings.Join(parts, ",")
}

// Config is everything that decides severities.
type Config struct {
	Severities alert.Severities
	Rules      []Rule
	Heartbeats []Heartbeat
	// Sequences selects the lamp sequence by severity; a rule's own wins.
	Sequences map[alert.Severity]alert.Sequence
	// ExpiryEndsBelow is the lowest severity whose alerts expiry does not end
	// while nobody has acknowledged them: they turn stale.
	ExpiryEndsBelow alert.Severity
	// Defaults is the severity of unmatched events by receiver; a receiver
	// that is absent has record for mail, and Fallback for the others.
	Defaults map[string]alert.Severity
}

// Fallback is the severity of an unmatched event of a receiver without a
// default: warning where the list has it, else the one above record.
func Fallback(severities alert.Severities) alert.Severity {
	if slices.Contains(severities, "warning") {
		return "warning"
	}
	return severities[min(1, len(severities)-1)]
}

// DefaultExpiryEndsBelow is used where the configuration names none: critical,
// or the highest severity.
func DefaultExpiryEndsBelow(severities alert.Severities) alert.Severity {
	if slices.Contains(severities, "critical") {
		return "critical"
	}
	return severities[len(severities)-1]
}

// ValidateSeverities checks the list of severities.
func ValidateSeverities(path string, severities alert.Severities) config.Problems {
	var ps config.Problems
	if len(severities) == 0 {
		ps.Add(path, "list them from the lowest to the highest: [record, info, warning, critical, disaster]", "no severity")
		return ps
	}
	if severities[0] != alert.Record {
		ps.Add(path+"[0]", "record: kept in the history, never on the board", "the lowest severity is %q", severities[0])
	}
	for i, s := range severities {
		switch at := fmt.Sprintf("%s[%d]", path, i); {
		case s == "":
			ps.Add(at, "a name", "empty severity")
		case slices.Index(severities, s) < i:
			ps.Add(at, "each once", "severity %q stands here a second time", s)
		case slices.Contains(reservedSeverities, string(s)):
			ps.Add(at, "another name: "+strings.Join(reservedSeverities, ", ")+" are entries of a tower's show", "severity %q is reserved", s)
		}
	}
	if len(severities) == 1 {
		ps.Add(path, "add one that lights a lamp, such as warning", "only record is listed")
	}
	return ps
}

// reservedSeverities are the names that mean something else in a tower's show.
var reservedSeverities = []string{"idle", "stale", "acknowledged", "returned", "silenced", "bridge_failed"}

// ValidateRules checks the rules section.
func ValidateRules(path string, rules []Rule, severities alert.Severities) config.Problems {
	var ps config.Problems
	known := list(severities)
	names := map[string]int{}
	for i, r := range rules {
		at := fmt.Sprintf("%s[%d]", path, i)
		if r.Name == "" {
			ps.Add(at+".name", "a name: it is part of the identity of mail alerts", "missing")
		} else if first, twice := names[r.Name]; twice {
			ps.Add(at+".name", "a name of its own", "%q is the name of %s[%d] too", r.Name, path, first)
		}
		names[r.Name] = i
		switch {
		case r.Severity == "" && !r.Continue:
			ps.Add(at+".severity", known+"; or continue: true", "missing")
		case r.Severity != "" && r.Continue:
			ps.Add(at+".severity", "a rule that continues adds labels only; the rule that decides has the severity", "set together with continue")
		case r.Severity != "" && !severities.Has(r.Severity):
			ps.Add(at+".severity", known, "unknown severity %q", r.Severity)
		}
		if r.Continue {
			for _, f := range []struct {
				name string
				set  bool
			}{
				{"resolved_by", len(r.ResolvedBy) > 0},
				{"equal", len(r.Equal) > 0},
				{"expire", r.Expire != 0},
				{"sequence", r.Sequence != ""},
				{"end_on_acknowledge", r.EndOnAcknowledge},
			} {
				if f.set {
					ps.Add(at+"."+f.name, "put it into the rule that decides", "has no effect in a rule that continues")
				}
			}
			if len(r.Labels) == 0 {
				ps.Add(at+".continue", "add labels, or leave the rule out", "the rule does nothing")
			}
		}
		for j, l := range r.Equal {
			if l == "" {
				ps.Add(fmt.Sprintf("%s.equal[%d]", at, j), "the name of a label", "empty")
			}
		}
		if r.Expire < 0 {
			ps.Add(at+".expire", "a positive duration", "negative")
		}
	}
	return ps
}

// ValidateHeartbeats checks the heartbeats section.
func ValidateHeartbeats(path string, heartbeats []Heartbeat, severities alert.Severities) config.Problems {
	var ps config.Problems
	for i, h := range heartbeats {
		at := fmt.Sprintf("%s[%d]", path, i)
		if len(h.Match) == 0 {
			ps.Add(at+".match", `matchers of the alert that must keep coming, such as ['alertname="Watchdog"']`, "missing")
		}
		if h.MissingAfter <= 0 {
			ps.Add(at+".missing_after", "a duration, such as 3m", "missing")
		}
		switch {
		case h.Severity == "":
			ps.Add(at+".severity", list(severities), "missing")
		case !severities.Has(h.Severity):
			ps.Add(at+".severity", list(severities), "unknown severity %q", h.Severity)
		}
	}
	return ps
}

// ValidateSequences checks the sequences section.
func ValidateSequences(path string, sequences map[alert.Severity]alert.Sequence, severities alert.Severities) config.Problems {
	var ps config.Problems
	for _, s := range slices.Sorted(maps.Keys(sequences)) {
		if !severities.Has(s) {
			ps.Add(path+"."+string(s), list(severities), "unknown severity %q", s)
		}
	}
	return ps
}

func list(severities alert.Severities) string {
	names := make([]string, len(severities))
	for i, s := range severities {
		names[i] = string(s)
	}
	return "one of " + strings.Join(names, ", ")
}
