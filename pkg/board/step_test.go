package board

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/alert"
)

// received is a report of a sender that is ordered by arrival.
func received(status alert.Status, severity alert.Severity) report {
	r := at(status, 0, severity, alert.SequenceAuto)
	r.e.Order, r.e.At, r.e.StartsAt = alert.ByArrival, time.Time{}, t0.Add(-time.Hour)
	return r
}

func (r report) with(change func(*alert.Event, *alert.Decision)) report {
	change(&r.e, &r.d)
	return r
}

// kinds writes entries as "opened, ended(expired)".
func kinds(entries []alert.Entry) string {
	s := ""
	for i, e := range entries {
		if i > 0 {
			s += ", "
		}
		s += string(e.Kind)
		if e.Note != "" {
			s += "(" + e.Note + ")"
		}
	}
	return s
}

func TestByArrivalTheLastReceivedCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := anyReports(t, alert.SequenceAuto)
		for i := range reports {
			reports[i].e.Order = alert.ByArrival
		}
		last := reports[len(reports)-1]
		want := "dark"
		if last.d.Status == alert.Firing && last.d.Severity != alert.Record {
			want = fmt.Sprintf("%s abnormal=true %s %s %v", alert.Unacknowledged, last.d.Severity, last.d.Sequence, last.d.Labels)
		}
		if got := light(play(nil, reports, t0)); got != want {
			t.Fatalf("%v\nends in %s, want %s", reports, got, want)
		}
	})
}

// Prometheus cut off from its Alertmanager: the alert is resolved by timeout,
// then fires again with the start time of the first.
func TestFiringAgainWithTheSameStart(t *testing.T) {
	firing := received(alert.Firing, "critical")
	resolved := received(alert.Resolved, "critical").with(func(e *alert.Event, _ *alert.Decision) { e.EndsAt = t0.Add(time.Hour) })
	a := play(nil, []report{firing, resolved}, t0)
	if a.Open() {
		t.Fatal("open after resolved")
	}
	for _, prev := range []*alert.Alert{a, nil} { // remembered, or forgotten as the bridge does
		if a := play(prev, []report{firing}, t0.Add(time.Minute)); a.Phase() != alert.Unacknowledged || !a.RaisedAt.Equal(t0.Add(time.Minute)) {
			t.Errorf("firing again: %s, raised at %v", light(a), a.RaisedAt)
		}
	}
}

func TestStepByArrival(t *testing.T) {
	open := play(nil, []report{received(alert.Firing, "critical")}, t0)
	acked, _, err := Acknowledge(open, "sato", "", t0)
	if err != nil {
		t.Fatal(err)
	}
	ended := play(open, []report{received(alert.Resolved, "critical")}, t0)
	labels := func(e *alert.Event, d *alert.Decision) {
		e.Labels = e.Labels.With(map[string]string{"host": "db1"})
		d.Labels = d.Labels.With(map[string]string{"host": "db1"})
	}
	later := func(d time.Duration) func(*alert.Event, *alert.Decision) {
		return func(e *alert.Event, _ *alert.Decision) { e.EndsAt = t0.Add(d) }
	}
	for _, c := range []struct {
		name    string
		prev    *alert.Alert
		report  report
		after   time.Duration
		phase   alert.Phase
		entries string
		same    bool // the previous value is returned
	}{
		{"opens", nil, received(alert.Firing, "critical"), 0, alert.Unacknowledged, "opened", false},
		{"opens again", ended, received(alert.Firing, "critical"), 0, alert.Unacknowledged, "opened", false},
		{"record opens nothing", nil, received(alert.Firing, alert.Record), 0, alert.Ended, "recorded(" + NoteRecordOnly + ")", true},
		{"record ends", open, received(alert.Firing, alert.Record), 0, alert.Ended, "ended(" + NoteRules + ")", false},
		{"recovery of nothing", nil, received(alert.Resolved, "critical"), 0, alert.Ended, "recorded(" + NoteNothingOpen + ")", true},
		{"recovery", open, received(alert.Resolved, "critical"), 0, alert.Ended, "ended(" + NoteBySender + ")", false},
		{"recovery by a rule", open, received(alert.Resolved, "critical").with(func(e *alert.Event, _ *alert.Decision) { e.Status = alert.Message }), 0, alert.Ended, "ended(" + NoteByRecovery + ")", false},
		{"recovery of the acknowledged", acked, received(alert.Resolved, "critical"), 0, alert.Ended, "ended(" + NoteBySender + ")", false},
		{"repeat", open, received(alert.Firing, "critical"), time.Second, alert.Unacknowledged, "", true},
		{"repeat a while later", open, received(alert.Firing, "critical"), seenEvery, alert.Unacknowledged, "", false},
		{"repeat with another end time", open, received(alert.Firing, "critical").with(later(time.Hour)), time.Second, alert.Unacknowledged, "", false},
		{"other labels", open, received(alert.Firing, "critical").with(labels), 0, alert.Unacknowledged, "updated", false},
		{"other labels of the acknowledged", acked, received(alert.Firing, "critical").with(labels), 0, alert.Acknowledged, "updated", false},
		{"raised", open, received(alert.Firing, "disaster"), 0, alert.Unacknowledged, "raised(was critical)", false},
		{"raised after acknowledgement", acked, received(alert.Firing, "disaster"), 0, alert.Unacknowledged, "raised(was critical)", false},
		{"lowered after acknowledgement", acked, received(alert.Firing, "warning"), 0, alert.Acknowledged, "lowered(was critical)", false},
		{"heartbeat", nil, received(alert.Firing, "critical").with(func(_ *alert.Event, d *alert.Decision) { d.Heartbeat = 1 }), 0, alert.Ended, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := c.report.d
			if c.prev.Open() {
				d.PrevRank = severities.Rank(c.prev.Severity)
			}
			next, entries := Step(c.prev, c.report.e, d, t0.Add(c.after))
			if next.Phase() != c.phase || kinds(entries) != c.entries || (next == c.prev) != c.same {
				t.Errorf("%s [%s] same=%v, want %s [%s] same=%v", next.Phase(), kinds(entries), next == c.prev, c.phase, c.entries, c.same)
			}
		})
	}
}

func TestRaisedSoundsAgainAndLoweredDoesNot(t *testing.T) {
	open := play(nil, []report{received(alert.Firing, "warning")}, t0)
	for severity, want := range map[alert.Severity]time.Time{"critical": t0.Add(time.Hour), "info": t0, "warning": t0} {
		if a := play(open, []report{received(alert.Firing, severity)}, t0.Add(time.Hour)); !a.RaisedAt.Equal(want) || !a.OpenedAt.Equal(t0) {
			t.Errorf("%s: raised at %v, opened at %v", severity, a.RaisedAt, a.OpenedAt)
		}
	}
}

func TestInsufficientData(t *testing.T) {
	note := func(n int) report {
		r := at(alert.Note, n, "critical", alert.SequenceAuto)
		r.d.Labels = r.d.Labels.With(map[string]string{"state": "INSUFFICIENT_DATA"})
		return r
	}
	if next, entries := Step(nil, note(1).e, note(1).d, t0); next != nil || kinds(entries) != "recorded("+NoteNeither+")" {
		t.Errorf("opens nothing: %v, %s", next, kinds(entries))
	}
	open := play(nil, []report{at(alert.Firing, 5, "critical", alert.SequenceAuto)}, t0)
	next, entries := Step(open, note(6).e, note(6).d, t0)
	if next.Phase() != alert.Unacknowledged || next.Note != "INSUFFICIENT_DATA" || kinds(entries) != "updated(INSUFFICIENT_DATA)" {
		t.Errorf("ends nothing: %s %q, %s", next.Phase(), next.Note, kinds(entries))
	}
	if again, entries := Step(next, note(6).e, note(6).d, t0); again != next || len(entries) != 0 {
		t.Errorf("a duplicate: %s", kinds(entries))
	}
	if older, entries := Step(next, note(4).e, note(4).d, t0); older != next || kinds(entries) != "recorded("+NoteOlder+")" {
		t.Errorf("an older one: %s", kinds(entries))
	}
	if a := play(next, []report{at(alert.Firing, 7, "critical", alert.SequenceAuto)}, t0); a.Note != "" {
		t.Errorf("after a newer failure: %q", a.Note)
	}
	// A failure between the two is older than the note.
	late := play(play(nil, []report{at(alert.Firing, 1, "critical", alert.SequenceAuto), note(6)}, t0), []report{at(alert.Firing, 5, "critical", alert.SequenceAuto)}, t0)
	if late.Note != "INSUFFICIENT_DATA" {
		t.Errorf("after a failure that was before the note: %q", late.Note)
	}
	if a := play(next, []report{at(alert.Resolved, 8, "critical", alert.SequenceAuto)}, t0); a.Open() {
		t.Error("the recovery after a note did not end the alert")
	}
	// A rule may make it an alert: then it is decided as a failure.
	failure := note(1).with(func(_ *alert.Event, d *alert.Decision) { d.Status = alert.Firing })
	if a := play(nil, []report{failure}, t0); a.Phase() != alert.Unacknowledged {
		t.Errorf("as an alert: %s", a.Phase())
	}
}

// Sent keeps what the sender gave where the rules changed it, so that other
// rules can decide anew.
func TestEventOfAnAlertIsAsSent(t *testing.T) {
	for _, c := range []struct {
		name          string
		sent, decided map[string]string
		keeps         bool
	}{
		{"receiver only", map[string]string{"alertname": "CPU", "site": "tokyo"}, map[string]string{"alertname": "CPU", "receiver": "aws", "site": "tokyo"}, false},
		{"no labels", nil, map[string]string{"receiver": "aws"}, false},
		{"no labels, some added", nil, map[string]string{"receiver": "aws", "team": "x"}, true},
		{"added", map[string]string{"alertname": "CPU"}, map[string]string{"alertname": "CPU", "receiver": "aws", "team": "x"}, true},
		{"replaced", map[string]string{"alertname": "CPU", "team": "a"}, map[string]string{"alertname": "CPU", "receiver": "aws", "team": "b"}, true},
		{"removed and added", map[string]string{"alertname": "CPU", "team": "a"}, map[string]string{"alertname": "CPU", "receiver": "aws", "zone": "b"}, true},
		{"receiver was sent", map[string]string{"alertname": "CPU", "receiver": "x"}, map[string]string{"alertname": "CPU", "receiver": "aws", "zone": "b"}, true},
		{"receiver was sent, alone", map[string]string{"receiver": "x"}, map[string]string{"receiver": "aws"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := received(alert.Firing, "critical").with(func(e *alert.Event, d *alert.Decision) {
				e.Labels, d.Labels = alert.LabelsOf(c.sent), alert.LabelsOf(c.decided)
			})
			a := play(nil, []report{r}, t0)
			if (a.Sent != nil) != c.keeps {
				t.Errorf("keeps %v", a.Sent)
			}
			if got := a.Event(); got.Status != alert.Firing || got.Default != "" || got.Order != alert.ByArrival || got.Receiver != "aws" {
				t.Errorf("as an event: %+v", got)
			}
			if got := a.Event().Labels; !got.Equal(alert.LabelsOf(c.sent)) {
				t.Errorf("as sent: %v, want %v", got, c.sent)
			}
		})
	}
}

func TestEventOfAnAlertKeepsDefaultAndMail(t *testing.T) {
	r := received(alert.Message, "critical").with(func(e *alert.Event, d *alert.Decision) { e.Default, d.Status = "info", alert.Firing })
	got := play(nil, []report{r}, t0).Event()
	if got.Default != "info" || got.Status != alert.Message || !got.Labels.Equal(r.e.Labels) {
		t.Errorf("%+v", got)
	}
}

func TestNumber(t *testing.T) {
	r := received(alert.Firing, "warning")
	a, entries := Step(nil, r.e, r.d, t0)
	last := Number(a, entries, 41)
	if last != 42 || entries[0].Change != 42 || a.Opened != 42 || a.Changed != 42 || a.Original != 42 {
		t.Fatalf("opened: last %d, entry %d, alert %d/%d/%d", last, entries[0].Change, a.Opened, a.Changed, a.Original)
	}
	worse := received(alert.Firing, "critical")
	a, entries = Step(a, worse.e, worse.d, t0)
	last = Number(a, entries, last)
	if a.Opened != 42 || a.Changed != 43 || a.Original != 43 {
		t.Errorf("raised: %d/%d/%d", a.Opened, a.Changed, a.Original)
	}
	note := received(alert.Note, "critical")
	note.d.Labels = note.d.Labels.With(map[string]string{"state": "INSUFFICIENT_DATA"})
	a, entries = Step(a, note.e, note.d, t0)
	last = Number(a, entries, last)
	if a.Changed != 44 || a.Original != 43 {
		t.Errorf("a note: %d/%d; the message to read stays that of the failure", a.Changed, a.Original)
	}
	a, entries, err := Acknowledge(a, "sato", "", t0)
	if err != nil {
		t.Fatal(err)
	}
	last = Number(a, entries, last)
	end := received(alert.Resolved, "critical")
	a, entries = Step(a, end.e, end.d, t0)
	if last = Number(a, entries, last); last != 46 || a.Opened != 42 || a.Changed != 46 || a.Original != 43 {
		t.Errorf("ended: last %d, %d/%d/%d", last, a.Opened, a.Changed, a.Original)
	}
	// What changes nothing is counted, and is no change of the alert.
	recorded := []alert.Entry{{Kind: alert.Recorded, Original: "x"}, {Kind: alert.Recorded}}
	if last = Number(a, recorded, last); last != 48 || recorded[1].Change != 48 || a.Changed != 46 {
		t.Errorf("recorded: last %d, entry %d, alert %d", last, recorded[1].Change, a.Changed)
	}
	if last = Number(nil, []alert.Entry{{Kind: alert.Closed}}, last); last != 49 {
		t.Errorf("forgotten: last %d", last)
	}
}

// What was locked in before it arrived can be read on the board too.
func TestMomentaryKeepsItsMessage(t *testing.T) {
	tomb := play(nil, []report{at(alert.Resolved, 9, "critical", alert.SequenceA)}, t0)
	r := at(alert.Firing, 5, "critical", alert.SequenceA)
	a, entries := Step(tomb, r.e, r.d, t0)
	Number(a, entries, 7)
	if a.Phase() != alert.Unacknowledged || a.Abnormal || a.Original != 8 || entries[0].Note != NoteMomentary {
		t.Errorf("%s original %d, %s", light(a), a.Original, kinds(entries))
	}
}

func TestAcknowledgeErrors(t *testing.T) {
	open := play(nil, []report{received(alert.Firing, "critical")}, t0)
	acked, entries, err := Acknowledge(open, "sato", "on it", t0)
	if err != nil || acked.Ack.By != "sato" || acked.Ack.Comment != "on it" || !acked.Ack.At.Equal(t0) || open.Ack != nil {
		t.Fatalf("%+v, %v", acked.Ack, err)
	}
	if len(entries) != 1 || entries[0].By != "sato" || kinds(entries) != "acknowledged(on it)" {
		t.Errorf("entries %s", kinds(entries))
	}
	for name, c := range map[string]struct {
		prev *alert.Alert
		want error
	}{"twice": {acked, ErrAckedOnce}, "nothing": {nil, ErrNotOpen}, "ended": {&alert.Alert{Ended: true}, ErrNotOpen}} {
		if next, entries, err := Acknowledge(c.prev, "mori", "", t0); !errors.Is(err, c.want) || next != c.prev || entries != nil {
			t.Errorf("%s: %v, %v", name, err, entries)
		}
	}
}
