package board

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/alert"
)

var (
	t0         = time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)
	severities = alert.DefaultSeverities
)

// report is one event with its decision, as a sender and the rules make it.
type report struct {
	e alert.Event
	d alert.Decision
}

func (r report) String() string {
	return fmt.Sprintf("%s at %s/%s %s %s %v", r.d.Status, r.e.At.Format("05"), r.e.Server.Format("05"), r.d.Severity, r.d.Sequence, r.e.Labels)
}

// play applies reports to one alert as the bridge does.
func play(prev *alert.Alert, reports []report, now time.Time) *alert.Alert {
	for _, r := range reports {
		d := r.d
		d.PrevRank = 0
		if prev.Open() {
			d.PrevRank = severities.Rank(prev.Severity)
		}
		prev, _ = Step(prev, r.e, d, now)
		now = now.Add(time.Second)
	}
	return prev
}

// light is what a room sees of an alert.
func light(a *alert.Alert) string {
	if !a.Open() {
		return "dark"
	}
	return fmt.Sprintf("%s abnormal=%v %s %s %v", a.Phase(), a.Abnormal, a.Severity, a.Sequence, a.Labels)
}

// anyReports draws events of one alert with few times, so that many are equal.
// The sequence is fixed, or ("") differs from event to event as rules may have
// it. Equal labels at equal times are one event, sent twice.
func anyReports(t *rapid.T, fixed alert.Sequence) []report {
	n := rapid.IntRange(1, 7).Draw(t, "events")
	reports := make([]report, n)
	for i := range reports {
		second := func(name string) time.Time {
			return t0.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, name)) * time.Second)
		}
		e := alert.Event{Identity: "arn:1", Receiver: "aws", Order: alert.ByTime, Status: alert.Firing, At: second("at")}
		if rapid.Bool().Draw(t, "server time known") {
			e.Server = second("server")
		}
		sequence := fixed
		severity := rapid.SampledFrom(severities).Draw(t, "severity")
		if fixed == "" {
			sequence = rapid.SampledFrom(alert.Sequences).Draw(t, "sequence")
		}
		if rapid.IntRange(0, 2).Draw(t, "resolved") == 0 {
			e.Status = alert.Resolved
		}
		// The rules are a function of the labels.
		e.Labels = alert.LabelsOf(map[string]string{"tier": string(severity), "sequence": string(sequence), "n": fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "n"))})
		reports[i] = report{e, alert.Decision{
			Identity: e.Identity, Status: e.Status, Rule: "r", Severity: severity, Sequence: sequence,
			Labels: e.Labels.With(map[string]string{"receiver": e.Receiver}), Rank: severities.Rank(severity),
		}}
	}
	return reports
}

func TestAnyOrderEndsInTheSameLight(t *testing.T) {
	for _, sequence := range append([]alert.Sequence{""}, alert.Sequences...) {
		name := string(sequence)
		if name == "" {
			name = "mixed"
		}
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				reports := anyReports(t, sequence)
				shuffled := rapid.Permutation(reports).Draw(t, "order")
				for range rapid.IntRange(0, 4).Draw(t, "duplicates") {
					at := rapid.IntRange(0, len(shuffled)).Draw(t, "where")
					again := rapid.SampledFrom(reports).Draw(t, "which")
					shuffled = append(shuffled[:at:at], append([]report{again}, shuffled[at:]...)...)
				}
				want, got := light(play(nil, reports, t0)), light(play(nil, shuffled, t0))
				if got != want {
					t.Fatalf("%v\nends in %s\n%v\nends in %s", reports, want, shuffled, got)
				}
				if want := oracle(reports); got != want {
					t.Fatalf("%v\nends in %s, want %s", shuffled, got, want)
				}
			})
		})
	}
}

// oracle says in other words what the light is: by the newest failure, and
// whether a recovery is newer.
func oracle(reports []report) string {
	var failure, recovery *report
	for i := range reports {
		r := &reports[i]
		newest := &failure
		if r.d.Status == alert.Resolved {
			newest = &recovery
		}
		if *newest == nil || newer(r, *newest) {
			*newest = r
		}
	}
	if failure == nil || failure.d.Severity == alert.Record {
		return "dark"
	}
	abnormal := recovery == nil || failure.e.At.After(recovery.e.At) ||
		(failure.e.At.Equal(recovery.e.At) && failure.e.Server.After(recovery.e.Server))
	if !abnormal && failure.d.Sequence == alert.SequenceAuto {
		return "dark"
	}
	return fmt.Sprintf("%s abnormal=%v %s %s %v", alert.Unacknowledged, abnormal, failure.d.Severity, failure.d.Sequence, failure.d.Labels)
}

func newer(a, b *report) bool {
	switch {
	case !a.e.At.Equal(b.e.At):
		return a.e.At.After(b.e.At)
	case !a.e.Server.Equal(b.e.Server):
		return a.e.Server.After(b.e.Server)
	case a.d.Rank != b.d.Rank:
		return a.d.Rank > b.d.Rank
	}
	return a.e.Labels.Fingerprint() > b.e.Labels.Fingerprint()
}

// A step never changes a value that was published, and says what it did.
func TestStepLeavesThePreviousValueAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := anyReports(t, "")
		if rapid.Bool().Draw(t, "by arrival") {
			for i := range reports {
				reports[i].e.Order = alert.ByArrival
			}
		}
		var a *alert.Alert
		var last uint64
		for i, r := range reports {
			before := snapshot(a)
			next, entries := Step(a, r.e, r.d, t0.Add(time.Duration(i)*time.Second))
			for _, e := range entries {
				if e.Kind != alert.Recorded && next == a {
					t.Fatalf("%s: entry %s, and the alert is the same", r, e.Kind)
				}
			}
			if next != a {
				last = Number(next, entries, last)
			} else {
				last = Number(nil, entries, last)
			}
			if after := snapshot(a); after != before {
				t.Fatalf("%s changed the previous value\nfrom %s\nto   %s", r, before, after)
			}
			a = next
		}
	})
}

func snapshot(a *alert.Alert) string {
	if a == nil {
		return "nil"
	}
	s := fmt.Sprintf("%+v", *a)
	if a.Stamps != nil {
		s += fmt.Sprintf(" %+v", *a.Stamps)
	}
	return s
}

// at is a report of the sender's second n.
func at(status alert.Status, n int, severity alert.Severity, sequence alert.Sequence) report {
	e := alert.Event{
		Identity: "arn:1", Receiver: "aws", Order: alert.ByTime, Status: status, At: t0.Add(time.Duration(n) * time.Second),
		Labels: alert.LabelsOf(map[string]string{"alertname": "CPU"}), Original: fmt.Sprintf("%s %d", status, n),
	}
	return report{e, alert.Decision{
		Identity: e.Identity, Status: status, Severity: severity, Rank: severities.Rank(severity), Sequence: sequence,
		Labels: e.Labels.With(map[string]string{"receiver": "aws"}),
	}}
}

func TestTombstone(t *testing.T) {
	recovery, failure := at(alert.Resolved, 10, "critical", alert.SequenceAuto), at(alert.Firing, 5, "critical", alert.SequenceAuto)
	tomb := play(nil, []report{recovery}, t0)
	if tomb.Open() || tomb == nil || Forgettable(tomb) {
		t.Fatalf("a recovery before its failure leaves %+v", tomb)
	}
	if got := Deadline(tomb); !got.Equal(t0.Add(TombstoneFor)) {
		t.Errorf("remembered until %v", got)
	}
	if a := play(tomb, []report{failure}, t0.Add(time.Hour)); a.Open() {
		t.Error("a failure that arrives after its recovery opened the alert")
	}
	if a := play(tomb, []report{at(alert.Firing, 11, "critical", alert.SequenceAuto)}, t0); a.Phase() != alert.Unacknowledged {
		t.Errorf("a newer failure: %s", a.Phase())
	}
	// News keeps the tombstone: what it knows is as young as its last event.
	later := play(tomb, []report{at(alert.Resolved, 20, "critical", alert.SequenceAuto)}, t0.Add(23*time.Hour))
	if got := Deadline(later); !got.Equal(t0.Add(23*time.Hour + TombstoneFor)) {
		t.Errorf("after a newer recovery remembered until %v", got)
	}
	if next, entries := Elapse(tomb, t0.Add(TombstoneFor)); next != nil || len(entries) != 0 {
		t.Errorf("when its time is over: %v, %v", next, entries)
	}
}

func TestRecoveryThatPairsWithNothingLeavesNoTombstone(t *testing.T) {
	r := at(alert.Resolved, 1, "critical", alert.SequenceAuto)
	r.d.Single = true
	next, entries := Step(nil, r.e, r.d, t0)
	if next != nil || len(entries) != 1 || entries[0].Note != NoteNothingOpen {
		t.Errorf("%v, %v", next, entries)
	}
	f := at(alert.Firing, 1, alert.Record, alert.SequenceAuto)
	f.d.Single = true
	if next, entries := Step(nil, f.e, f.d, t0); next != nil || len(entries) != 1 || entries[0].Note != NoteRecordOnly {
		t.Errorf("%v, %v", next, entries)
	}
}

func TestReopensAfterRecovery(t *testing.T) {
	a := play(nil, []report{at(alert.Firing, 1, "critical", alert.SequenceAuto), at(alert.Resolved, 2, "critical", alert.SequenceAuto)}, t0)
	if a.Open() {
		t.Fatal("open after its recovery")
	}
	a = play(a, []report{at(alert.Firing, 3, "warning", alert.SequenceAuto)}, t0.Add(time.Hour))
	if light(a) != light(play(nil, []report{at(alert.Firing, 3, "warning", alert.SequenceAuto)}, t0)) || !a.OpenedAt.Equal(t0.Add(time.Hour)) {
		t.Errorf("reopened as %s at %v", light(a), a.OpenedAt)
	}
}

// A message delivered once more after a reload that ranks it otherwise is
// still the same message.
func TestDuplicateUnderOtherRules(t *testing.T) {
	f := at(alert.Firing, 1, "warning", alert.SequenceAuto)
	f.d.EndOnAck = true
	a := play(nil, []report{f}, t0)
	a, _, err := Acknowledge(a, "sato", "", t0)
	if err != nil || a.Open() {
		t.Fatalf("acknowledged: %v, %v", a, err)
	}
	f.d.Severity, f.d.Rank = "critical", severities.Rank("critical")
	if a = play(a, []report{f}, t0.Add(time.Minute)); a.Open() {
		t.Error("the same message opened the alert a second time")
	}
}

// A sender without a time of its own is taken at the time of receipt.
func TestWithoutTime(t *testing.T) {
	f, r := at(alert.Firing, 0, "critical", alert.SequenceAuto), at(alert.Resolved, 0, "critical", alert.SequenceAuto)
	f.e.At, r.e.At = time.Time{}, time.Time{}
	if a := play(nil, []report{f}, t0); a.Phase() != alert.Unacknowledged {
		t.Errorf("failure: %s", a.Phase())
	}
	if a := play(nil, []report{f, r}, t0); a.Open() {
		t.Error("its recovery did not end it")
	}
}

// A failure that arrives late and is worse than what somebody took while it
// was locked in has not been taken.
func TestLateWorseFailureIsNotAcknowledged(t *testing.T) {
	a := play(nil, []report{at(alert.Firing, 1, "warning", alert.SequenceM), at(alert.Resolved, 9, "warning", alert.SequenceM)}, t0)
	a, _, err := Acknowledge(a, "sato", "", t0)
	if err != nil || a.Phase() != alert.Acknowledged {
		t.Fatalf("%s, %v", a.Phase(), err)
	}
	if same := play(a, []report{at(alert.Firing, 5, "warning", alert.SequenceM)}, t0); same.Phase() != alert.Acknowledged {
		t.Errorf("as severe: %s", same.Phase())
	}
	worse := play(a, []report{at(alert.Firing, 5, "critical", alert.SequenceM)}, t0)
	if worse.Phase() != alert.Unacknowledged || worse.Severity != "critical" || worse.Abnormal {
		t.Errorf("worse: %s", light(worse))
	}
}
