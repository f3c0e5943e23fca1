package tower

import (
	"fmt"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/config"
)

var (
	t0         = time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)
	severities = alert.DefaultSeverities
)

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// decode reads the fields of one tower as they stand in a file.
func decode(t fataler, text string) (*config.Document, Config) {
	t.Helper()
	var file struct {
		Towers []Config `yaml:"towers"`
	}
	indented := "towers:\n  - " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
	doc, problems := config.Decode("andon.yaml", strings.NewReader(indented), &file)
	if err := doc.Locate(problems); err != nil {
		t.Fatalf("decode:\n%s\n%v", indented, err)
	}
	return doc, file.Towers[0]
}

// plan reads the show section, which must be right.
func plan(t fataler, show string) *Plan {
	t.Helper()
	_, c := decode(t, "name: ops-room\nnotifier: patlite\n"+show)
	p, problems := NewPlan("towers[0]", c, severities)
	if len(problems) > 0 {
		t.Fatalf("plan: %+v", problems)
	}
	return p
}

const usual = `show:
  idle: {green: steady}
  warning: {amber: steady}
  critical: {red: flash, buzzer: 1}
  disaster: {red: flash2, buzzer: 3, buzzer_for: 30s}
`

// room is a tower in front of a board, for tests: every change of the board
// goes through the view.
type room struct {
	t     fataler
	board *board.Board
	view  *View
	now   time.Time
	heard Sounded
	last  uint64 // change of the board
}

func newRoom(t fataler, p *Plan) *room {
	return &room{t: t, board: board.New(), view: NewView(p), now: t0}
}

func (r *room) put(id alert.Identity, next *alert.Alert) {
	prev := r.board.Get(id)
	r.board.Put(id, next)
	r.view.Update(prev, next)
}

// step is put with the numbers that the bridge gives.
func (r *room) step(id alert.Identity, prev, next *alert.Alert, entries []alert.Entry) {
	if next != prev {
		r.last = board.Number(next, entries, r.last)
	}
	r.put(id, next)
}

// stop is somebody who stops the buzzer.
func (r *room) stop() { r.heard.Stopped = r.last }

func (r *room) event(name string, status alert.Status, severity alert.Severity, sequence alert.Sequence) {
	id := alert.Identity(name)
	e := alert.Event{Identity: id, Receiver: "am", Order: alert.ByArrival, Status: status, Labels: alert.LabelsOf(map[string]string{"alertname": name})}
	d := alert.Decision{Identity: id, Status: status, Severity: severity, Rank: severities.Rank(severity), Sequence: sequence, Labels: e.Labels}
	prev := r.board.Get(id)
	if prev.Open() {
		d.PrevRank = severities.Rank(prev.Severity)
	}
	next, entries := board.Step(prev, e, d, r.now)
	r.step(id, prev, next, entries)
}

func (r *room) fire(name string, severity alert.Severity) {
	r.event(name, alert.Firing, severity, alert.SequenceAuto)
}

func (r *room) resolve(name string) {
	if a := r.board.Get(alert.Identity(name)); a != nil {
		r.event(name, alert.Resolved, a.Severity, a.Sequence)
	}
}

func (r *room) acknowledge(name string) {
	prev := r.board.Get(alert.Identity(name))
	next, entries, err := board.Acknowledge(prev, "sato", "", r.now)
	if err == nil {
		r.step(alert.Identity(name), prev, next, entries)
	}
}

func (r *room) reset(name string) {
	prev := r.board.Get(alert.Identity(name))
	next, entries, err := board.ResetAlarm(prev, "sato", r.now)
	if err == nil {
		r.step(alert.Identity(name), prev, next, entries)
	}
}

// stale marks an alert as expired and never acknowledged.
func (r *room) stale(name string) {
	a := *r.board.Get(alert.Identity(name))
	a.Stale = true
	r.put(a.Identity, &a)
}

// wait lets time pass, the tower sounding as desired.
func (r *room) wait(d time.Duration) {
	for end := r.now.Add(d); ; {
		state, next := Desired(r.view, r.heard, false, r.now)
		if state.Buzzer != 0 {
			r.heard = r.heard.On(r.now)
		} else {
			r.heard = r.heard.Quiet(r.now, r.view.plan.KeepSounded())
		}
		if next.IsZero() || next.After(end) {
			r.now = end
			return
		}
		r.now = next
	}
}

func (r *room) shows(want string) {
	r.t.Helper()
	state, _ := Desired(r.view, r.heard, false, r.now)
	if got := state.String(); got != want {
		r.t.Fatalf("at %s shows %q, want %q", r.now.Sub(t0), got, want)
	}
}

func problemLines(ps config.Problems) string {
	var b strings.Builder
	for _, p := range ps {
		fmt.Fprintf(&b, "%s: %s", p.Path, p.What)
		if p.Allowed != "" {
			b.WriteString("; " + p.Allowed)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
