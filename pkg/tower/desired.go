package tower

import (
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/lamp"
)

// look returns how a severity is shown: its own entry, or that of the next
// lower severity that has one.
func (p *Plan) look(s alert.Severity) (Look, bool) {
	for rank := p.Severities.Rank(s); rank > 0; rank-- {
		if l, ok := p.Looks[p.Severities[rank]]; ok {
			return l, true
		}
	}
	return Look{}, false
}

// KeepSounded is how much of the time sounded has to be remembered.
func (p *Plan) KeepSounded() time.Duration {
	var longest time.Duration
	for _, l := range p.Looks {
		if l.Buzzer != 0 {
			longest = max(longest, l.BuzzerFor)
		}
	}
	if p.Returned != nil && p.Returned.Buzzer != 0 {
		longest = max(longest, p.Returned.BuzzerFor)
	}
	return longest
}

// phaseOrder is which phase wins on a unit that several alerts share: what
// nobody has taken beats what somebody has.
var phaseOrder = [][]alert.Phase{
	{alert.Unacknowledged, alert.Stale},
	{alert.Returned, alert.Acknowledged},
}

// Desired is what the tower should show now, and when that may change by
// itself (the zero time: never). failed tells that the bridge cannot keep its
// promise, such as a journal that cannot be opened.
func Desired(v *View, sounded Sounded, failed bool, now time.Time) (lamp.State, time.Time) {
	p := v.plan
	if failed {
		return p.BridgeFailed.Clone(), time.Time{}
	}
	state := lamp.State{Lights: map[lamp.Unit]lamp.Pattern{}}
	shown := false
	for _, phases := range phaseOrder {
		for rank := len(p.Severities) - 1; rank > 0; rank-- {
			severity := p.Severities[rank]
			for _, phase := range phases {
				if v.count(severity, phase) == 0 {
					continue
				}
				if lights, ok := p.lights(severity, phase); ok {
					shown = true
					lay(state.Lights, lights)
				}
			}
		}
	}
	if !shown {
		return p.Idle.Clone(), time.Time{}
	}
	var next time.Time
	state.Buzzer, next = v.buzzer(sounded, now)
	for u, pattern := range state.Lights {
		if pattern == lamp.Off {
			delete(state.Lights, u)
		}
	}
	return state, next
}

// Lights reports whether an alert that is open lights anything on the tower.
func (p *Plan) Lights(a *alert.Alert) bool {
	if !a.Open() || !p.Match.Match(a.Labels) {
		return false
	}
	lights, _ := p.lights(a.Severity, a.Phase())
	for _, pattern := range lights {
		if pattern != lamp.Off {
			return true
		}
	}
	return false
}

// lights is how one class of alerts is lit.
func (p *Plan) lights(s alert.Severity, phase alert.Phase) (map[lamp.Unit]lamp.Pattern, bool) {
	look, ok := p.look(s)
	if !ok {
		return nil, false
	}
	switch phase {
	case alert.Stale:
		if p.Stale != nil {
			return p.Stale.Lights, true
		}
	case alert.Returned:
		if p.Returned != nil {
			return p.Returned.Lights, true
		}
		return replace(look.Lights, lamp.Flash), true
	case alert.Acknowledged:
		if p.AcknowledgedLook != nil {
			return p.AcknowledgedLook.Lights, true
		}
		return replace(look.Lights, p.Acknowledged), true
	}
	return look.Lights, true
}

// replace lights the same units in another pattern.
func replace(lights map[lamp.Unit]lamp.Pattern, with lamp.Pattern) map[lamp.Unit]lamp.Pattern {
	m := make(map[lamp.Unit]lamp.Pattern, len(lights))
	for u, pattern := range lights {
		if pattern != lamp.Off {
			pattern = with
		}
		m[u] = pattern
	}
	return m
}

// lay adds lights where no stronger class has spoken for the unit.
func lay(on, lights map[lamp.Unit]lamp.Pattern) {
	for u, pattern := range lights {
		if _, taken := on[u]; !taken {
			on[u] = pattern
		}
	}
}

// buzzer is the pattern of the highest severity that has an unacknowledged
// alert which has not been heard long enough, else that of the ringback where
// one is configured, and when that ends.
func (v *View) buzzer(sounded Sounded, now time.Time) (pattern int, next time.Time) {
	for rank := len(v.plan.Severities) - 1; rank > 0; rank-- {
		severity := v.plan.Severities[rank]
		look, _ := v.plan.look(severity)
		newest := v.newest(class{severity, alert.Unacknowledged})
		if on, until := look.sounds(newest, sounded, now); on {
			return look.Buzzer, until
		}
	}
	if look := v.plan.Returned; look != nil {
		if on, until := look.sounds(v.newest(returned), sounded, now); on {
			return look.Buzzer, until
		}
	}
	return 0, time.Time{}
}

// sounds reports whether alerts, the newest of which was raised at a time, are
// still to be heard, and until when; the zero time: until somebody acts.
// Whatever was heard since the newest was raised, the older have heard too.
func (l *Look) sounds(newest heard, sounded Sounded, now time.Time) (on bool, until time.Time) {
	if newest.at.IsZero() || (sounded.Stopped != 0 && newest.change <= sounded.Stopped) {
		return false, time.Time{}
	}
	if l.BuzzerFor == 0 {
		return true, time.Time{}
	}
	left := l.BuzzerFor - sounded.After(newest.at, now)
	return left > 0, now.Add(left)
}
