package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/lamp"
)

// towerView is a tower as it is drawn.
type towerView struct {
	Name    string
	ID      string
	Path    string
	Tiers   []tierView
	Contact lamp.Contact
	// Dark: nothing is known of what it shows, so nothing is drawn lit.
	Dark   bool
	Reason string
	// LastContact is the last sign of life; zero: never.
	LastContact time.Time
	// Buzzer is the pattern it sounds, 0 quiet.
	Buzzer int
	// HasBuzzer is false where its notifier says so.
	HasBuzzer bool
	// Changing: it shows something else than it should. Desired says what it
	// should show, in words.
	Changing bool
	Desired  string
	// Words is all that it shows, for those who do not see it.
	Words string

	MayStop, MayTest bool
}

// tierView is one lens.
type tierView struct {
	Unit    lamp.Unit
	Pattern lamp.Pattern
	// Known tells that unit and pattern have a drawing.
	Known bool
}

// compactFrom is the number of towers from which they are drawn smaller.
const compactFrom = 5

// Compact reports whether there are too many towers to draw them large.
func (v *view) Compact() bool { return len(v.Towers) >= compactFrom }

func (s *server) towers(p *page) []towerView {
	var towers []towerView
	for _, status := range s.Board.Towers() {
		can, known := s.Lamps.Capabilities(status.Name)
		towers = append(towers, s.tower(p, status, can, known))
	}
	if len(towers) >= compactFrom {
		slices.SortStableFunc(towers, func(a, b towerView) int { return a.urgency() - b.urgency() })
	}
	return towers
}

// urgency puts the towers that somebody should look at first, where there are
// more than a screen shows.
func (t *towerView) urgency() int {
	switch {
	case t.Contact == lamp.Lost:
		return 0
	case t.Dark:
		return 1
	case t.Buzzer > 0:
		return 2
	case t.Changing:
		return 3
	}
	return 4
}

func (s *server) tower(p *page, status bridge.TowerStatus, can lamp.Capabilities, known bool) towerView {
	t := towerView{
		Name: status.Name, ID: htmlID("tower/" + status.Name), Path: "/towers/" + url.PathEscape(status.Name),
		Contact: status.Contact, Reason: status.Reason, LastContact: status.LastContact,
		Dark: status.Contact == lamp.Lost || status.Contact == "", HasBuzzer: !known || can.Buzzers > 0,
	}
	shown := status.Shown
	if t.Dark {
		shown = lamp.State{}
	}
	units := lamp.Units
	if known && len(can.Units) > 0 {
		units = can.Units
	}
	for _, u := range units {
		pattern := shown.Of(u)
		t.Tiers = append(t.Tiers, tierView{
			Unit: u, Pattern: pattern,
			Known: slices.Contains(lamp.Units, u) && slices.Contains(lamp.Patterns, pattern),
		})
	}
	t.Buzzer = shown.Buzzer
	t.Desired = p.state(status.Desired)
	t.Changing = t.Dark || !status.Desired.Equal(status.Shown)
	t.Words = p.state(shown)
	t.MayStop = p.MayAct() && (t.Buzzer > 0 || status.Desired.Buzzer > 0)
	t.MayTest = p.MayAct() && !t.Dark && !s.Shadow
	return t
}

// state says in words what a tower shows.
func (p *page) state(s lamp.State) string {
	var parts []string
	for _, u := range lamp.Units {
		if pattern := s.Of(u); pattern != lamp.Off {
			parts = append(parts, p.T("tower.light", p.Unit(u), p.Pattern(pattern)))
		}
	}
	if s.Buzzer > 0 {
		parts = append(parts, p.T("tower.buzzer_sounds", s.Buzzer))
	}
	if len(parts) == 0 {
		return p.T("tower.dark")
	}
	return strings.Join(parts, p.T("list.comma"))
}
