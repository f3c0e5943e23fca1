package board

import (
	"errors"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

const (
	auto = alert.SequenceAuto
	seqA = alert.SequenceA
	seqM = alert.SequenceM
	seqR = alert.SequenceR
)

// condition is one state that an alert can be in.
func condition(sequence alert.Sequence, abnormal, acked, stale bool) *alert.Alert {
	a := &alert.Alert{Identity: "a", Severity: "critical", Sequence: sequence, Abnormal: abnormal, Stale: stale, Order: alert.ByArrival, SeenAt: t0, RaisedAt: t0}
	if acked {
		a.Ack = &alert.Ack{By: "sato", At: t0}
	}
	return a
}

func TestAcknowledge(t *testing.T) {
	for _, c := range []struct {
		name     string
		prev     *alert.Alert
		endOnAck bool
		phase    alert.Phase
		entries  string
	}{
		{"auto", condition(auto, true, false, false), false, alert.Acknowledged, "acknowledged"},
		{"A on", condition(seqA, true, false, false), false, alert.Acknowledged, "acknowledged"},
		{"A over", condition(seqA, false, false, false), false, alert.Ended, "acknowledged, ended(" + NoteOverBefore + ")"},
		{"M on", condition(seqM, true, false, false), false, alert.Acknowledged, "acknowledged"},
		{"M over", condition(seqM, false, false, false), false, alert.Acknowledged, "acknowledged"},
		{"R on", condition(seqR, true, false, false), false, alert.Acknowledged, "acknowledged"},
		{"R over", condition(seqR, false, false, false), false, alert.Returned, "acknowledged"},
		{"auto stale", condition(auto, true, false, true), false, alert.Ended, "acknowledged, ended(" + NoteExpired + ")"},
		{"A stale", condition(seqA, true, false, true), false, alert.Ended, "acknowledged, ended(" + NoteExpired + ")"},
		{"M stale", condition(seqM, true, false, true), false, alert.Acknowledged, "acknowledged"},
		{"R stale", condition(seqR, true, false, true), false, alert.Returned, "acknowledged"},
		{"ends by it", condition(auto, true, false, false), true, alert.Ended, "acknowledged, ended(" + NoteByAck + ")"},
		{"M ends by it", condition(seqM, true, false, false), true, alert.Ended, "acknowledged, ended(" + NoteByAck + ")"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.prev.EndOnAck = c.endOnAck
			next, entries, err := Acknowledge(c.prev, "sato", "", t0.Add(time.Minute))
			if err != nil || next.Phase() != c.phase || kinds(entries) != c.entries {
				t.Errorf("%s [%s], %v; want %s [%s]", next.Phase(), kinds(entries), err, c.phase, c.entries)
			}
			if raised := !next.RaisedAt.Equal(t0); raised != (c.phase == alert.Returned) {
				t.Errorf("raised at %v", next.RaisedAt)
			}
		})
	}
}

func TestResetAlarm(t *testing.T) {
	for _, c := range []struct {
		name string
		prev *alert.Alert
		want error
	}{
		{"nothing", nil, ErrNotOpen},
		{"auto", condition(auto, true, true, false), ErrNoReset},
		{"A locked in", condition(seqA, false, false, false), ErrNoReset},
		{"M on", condition(seqM, true, false, false), ErrStillOn},
		{"M on, acknowledged", condition(seqM, true, true, false), ErrStillOn},
		{"M over", condition(seqM, false, false, false), ErrNotAcked},
		{"M over, acknowledged", condition(seqM, false, true, false), nil},
		{"R on, acknowledged", condition(seqR, true, true, false), ErrStillOn},
		{"R over", condition(seqR, false, false, false), ErrNotAcked},
		{"R over, acknowledged", condition(seqR, false, true, false), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			next, entries, err := ResetAlarm(c.prev, "sato", t0.Add(time.Minute))
			if !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if c.want != nil {
				if next != c.prev || entries != nil {
					t.Errorf("refused, and changed: %v", entries)
				}
				return
			}
			if next.Open() || !next.EndedAt.Equal(t0.Add(time.Minute)) || kinds(entries) != "reset" || entries[0].By != "sato" {
				t.Errorf("%s, %s", next.Phase(), kinds(entries))
			}
		})
	}
}

func TestElapse(t *testing.T) {
	hour := t0.Add(time.Hour)
	with := func(a *alert.Alert, expire time.Duration, ends bool, endsAt time.Time) *alert.Alert {
		a.Expire, a.ExpireEnds, a.EndsAt = expire, ends, endsAt
		return a
	}
	for _, c := range []struct {
		name     string
		prev     *alert.Alert
		deadline time.Time
		phase    alert.Phase
		entries  string
	}{
		{"never", condition(auto, true, false, false), time.Time{}, alert.Unacknowledged, ""},
		{"too severe to vanish", with(condition(auto, true, false, false), time.Hour, false, time.Time{}), hour, alert.Stale, "stale(expired)"},
		{"A too severe to vanish", with(condition(seqA, true, false, false), time.Hour, false, time.Time{}), hour, alert.Stale, "stale(expired)"},
		{"of low severity", with(condition(auto, true, false, false), time.Hour, true, time.Time{}), hour, alert.Ended, "ended(expired)"},
		{"acknowledged", with(condition(auto, true, true, false), time.Hour, false, time.Time{}), hour, alert.Ended, "ended(expired)"},
		{"A acknowledged", with(condition(seqA, true, true, false), time.Hour, false, time.Time{}), hour, alert.Ended, "ended(expired)"},
		{"M acknowledged", with(condition(seqM, true, true, false), time.Hour, false, time.Time{}), hour, alert.Acknowledged, "normal(expired)"},
		{"R acknowledged", with(condition(seqR, true, true, false), time.Hour, false, time.Time{}), hour, alert.Returned, "normal(expired)"},
		{"A of low severity locks in", with(condition(seqA, true, false, false), time.Hour, true, time.Time{}), hour, alert.Unacknowledged, "normal(expired)"},
		{"stale already", with(condition(auto, true, false, true), time.Hour, false, time.Time{}), time.Time{}, alert.Stale, ""},
		{"locked in", with(condition(seqA, false, false, false), time.Hour, false, time.Time{}), time.Time{}, alert.Unacknowledged, ""},
		{"end time", with(condition(auto, true, false, false), 0, false, hour), hour, alert.Ended, "ended(" + NoteEndsAt + ")"},
		{"end time, A", with(condition(seqA, true, false, false), 0, false, hour), hour, alert.Unacknowledged, "normal(" + NoteEndsAt + ")"},
		{"end time of the stale", with(condition(auto, true, false, true), time.Minute, false, hour), hour, alert.Ended, "ended(" + NoteEndsAt + ")"},
		{"end time before expiry", with(condition(auto, true, false, false), 2*time.Hour, false, hour), hour, alert.Ended, "ended(" + NoteEndsAt + ")"},
		{"expiry before end time", with(condition(auto, true, false, false), time.Hour, false, t0.Add(2*time.Hour)), hour, alert.Stale, "stale(expired)"},
		{"ended by arrival", &alert.Alert{Ended: true, Order: alert.ByArrival}, time.Time{}, alert.Ended, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Deadline(c.prev); !got.Equal(c.deadline) {
				t.Fatalf("deadline %v, want %v", got, c.deadline)
			}
			if next, entries := Elapse(c.prev, hour.Add(-1)); next != c.prev || entries != nil {
				t.Errorf("early: %s", kinds(entries))
			}
			next, entries := Elapse(c.prev, hour)
			if next.Phase() != c.phase || kinds(entries) != c.entries {
				t.Errorf("%s [%s], want %s [%s]", next.Phase(), kinds(entries), c.phase, c.entries)
			}
			if (next == c.prev) != (c.entries == "") {
				t.Error("a change without an entry, or an entry without a change")
			}
			if at := Deadline(next); !at.IsZero() && !at.After(hour) {
				t.Errorf("due again at once: %v", at)
			}
		})
	}
}

// A failure seen again is not stale, and lives a whole expiry longer.
func TestStaleFiringAgain(t *testing.T) {
	a := play(nil, []report{received(alert.Firing, "critical").with(func(_ *alert.Event, d *alert.Decision) { d.Expire = time.Hour })}, t0)
	a, _ = Elapse(a, t0.Add(time.Hour))
	if a.Phase() != alert.Stale {
		t.Fatal(a.Phase())
	}
	a = play(a, []report{received(alert.Firing, "critical").with(func(_ *alert.Event, d *alert.Decision) { d.Expire = time.Hour })}, t0.Add(3*time.Hour))
	if a.Phase() != alert.Unacknowledged || !Deadline(a).Equal(t0.Add(4*time.Hour)) {
		t.Errorf("%s until %v", a.Phase(), Deadline(a))
	}
}

// Every new occurrence of a latched alarm is unacknowledged and sounds.
func TestLatchedFiringAgain(t *testing.T) {
	for _, sequence := range []alert.Sequence{seqA, seqM, seqR} {
		for _, acked := range []bool{false, true} {
			if acked && sequence == seqA {
				continue // has ended
			}
			r := received(alert.Firing, "critical").with(func(_ *alert.Event, d *alert.Decision) { d.Sequence = sequence })
			a := play(condition(sequence, false, acked, false), []report{r}, t0.Add(time.Hour))
			if a.Phase() != alert.Unacknowledged || !a.Abnormal || !a.RaisedAt.Equal(t0.Add(time.Hour)) {
				t.Errorf("%s acknowledged=%v: %s, raised at %v", sequence, acked, light(a), a.RaisedAt)
			}
		}
	}
}

func TestReclassify(t *testing.T) {
	decision := func(severity alert.Severity, sequence alert.Sequence, change func(*alert.Decision)) alert.Decision {
		d := alert.Decision{Status: alert.Firing, Severity: severity, Sequence: sequence, Rank: severities.Rank(severity), PrevRank: severities.Rank("critical")}
		if change != nil {
			change(&d)
		}
		return d
	}
	stale := condition(auto, true, false, true)
	stale.Expire = time.Hour
	for _, c := range []struct {
		name    string
		prev    *alert.Alert
		d       alert.Decision
		phase   alert.Phase
		raised  bool
		entries string
	}{
		{"the same", condition(auto, true, false, false), decision("critical", auto, nil), alert.Unacknowledged, false, ""},
		{"nothing open", &alert.Alert{Ended: true}, decision("critical", auto, nil), alert.Ended, false, ""},
		{"raised", condition(auto, true, false, false), decision("disaster", auto, nil), alert.Unacknowledged, true, "raised(the rules were changed: was critical)"},
		{"raised keeps the acknowledgement", condition(auto, true, true, false), decision("disaster", auto, nil), alert.Acknowledged, true, "raised(the rules were changed: was critical)"},
		{"lowered", condition(auto, true, true, false), decision("warning", auto, nil), alert.Acknowledged, false, "lowered(the rules were changed: was critical)"},
		{"record", condition(auto, true, true, false), decision(alert.Record, auto, nil), alert.Ended, false, "ended(" + NoteRules + ")"},
		{"heartbeat", condition(auto, true, false, false), decision("critical", auto, func(d *alert.Decision) { d.Heartbeat = 1 }), alert.Ended, false, "ended(" + NoteRules + ")"},
		{"now a recovery", condition(auto, true, false, false), decision("critical", auto, func(d *alert.Decision) { d.Status = alert.Resolved }), alert.Ended, false, "ended(" + NoteRules + ")"},
		{"labels", condition(auto, true, true, false), decision("critical", auto, func(d *alert.Decision) { d.Labels = alert.LabelsOf(map[string]string{"team": "x"}) }), alert.Acknowledged, false, "updated(the rules were changed)"},
		{"other rule", condition(auto, true, false, false), decision("critical", auto, func(d *alert.Decision) { d.Rule = "x" }), alert.Unacknowledged, false, "updated(the rules were changed)"},
		{"locked in no more", condition(seqA, false, false, false), decision("critical", auto, nil), alert.Ended, false, "ended(the rules were changed)"},
		{"A to M, locked in", condition(seqA, false, false, false), decision("critical", seqM, nil), alert.Unacknowledged, false, "updated(the rules were changed)"},
		{"M to A, acknowledged and over", condition(seqM, false, true, false), decision("critical", seqA, nil), alert.Ended, false, "ended(the rules were changed)"},
		{"M to R, acknowledged and over", condition(seqM, false, true, false), decision("critical", seqR, nil), alert.Returned, false, "updated(the rules were changed)"},
		{"still stale", stale, decision("critical", auto, func(d *alert.Decision) { d.Expire = 2 * time.Hour }), alert.Stale, false, "updated(the rules were changed)"},
		{"expires no more", stale, decision("critical", auto, nil), alert.Unacknowledged, false, "updated(the rules were changed)"},
		{"expiry ends it now", stale, decision("warning", auto, func(d *alert.Decision) { d.Expire, d.ExpireEnds = time.Hour, true }), alert.Unacknowledged, false, "lowered(the rules were changed: was critical)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := snapshot(c.prev)
			now := t0.Add(3 * time.Hour)
			next, entries := Reclassify(c.prev, c.d, now)
			if next.Phase() != c.phase || kinds(entries) != c.entries || (next == c.prev) != (c.entries == "") {
				t.Errorf("%s [%s], want %s [%s]", next.Phase(), kinds(entries), c.phase, c.entries)
			}
			if next.Open() && next.RaisedAt.Equal(now) != c.raised {
				t.Errorf("raised at %v", next.RaisedAt)
			}
			if snapshot(c.prev) != before {
				t.Error("changed the previous value")
			}
		})
	}
}
