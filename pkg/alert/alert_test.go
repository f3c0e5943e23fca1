package alert

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var t0 = time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)

func TestSeverities(t *testing.T) {
	for name, rank := range map[Severity]int{Record: 0, "info": 1, "disaster": 4, "": 0, "High": 0} {
		if got := DefaultSeverities.Rank(name); got != rank {
			t.Errorf("rank of %q: %d, want %d", name, got, rank)
		}
	}
	unlisted := Severities{"low", "high"}
	if !unlisted.Has(Record) || !unlisted.Has("high") || unlisted.Has("critical") || unlisted.Has("") {
		t.Error("Has is wrong")
	}
}

func TestSequence(t *testing.T) {
	for s, want := range map[Sequence][2]bool{SequenceAuto: {false, false}, SequenceA: {true, false}, SequenceM: {true, true}, SequenceR: {true, true}} {
		var read Sequence
		if err := read.UnmarshalText([]byte(s)); err != nil || read != s {
			t.Errorf("%q is read as %q, %v", s, read, err)
		}
		if s.LocksIn() != want[0] || s.NeedsReset() != want[1] {
			t.Errorf("%q locks in: %v, needs reset: %v", s, s.LocksIn(), s.NeedsReset())
		}
	}
	var s Sequence
	if err := s.UnmarshalText([]byte("a")); err == nil || err.Error() != `"a" is not a sequence; auto, A, M or R` || s != "" {
		t.Errorf("%q, %v", s, err)
	}
}

func TestStampCompare(t *testing.T) {
	// In ascending order.
	stamps := []Stamp{{}, {At: t0}, {At: t0, Tie: "a"}, {At: t0, Tie: "b"}, {At: t0, Server: t0}, {At: t0, Server: t0.Add(1), Tie: "a"}, {At: t0.Add(1)}}
	for i, a := range stamps {
		for j, b := range stamps {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := a.Compare(b); got != want {
				t.Errorf("%v to %v: %d, want %d", a, b, got, want)
			}
		}
	}
	if (Stamp{At: t0}).Compare(Stamp{At: t0.In(time.FixedZone("JST", 9*3600))}) != 0 {
		t.Error("the same instant in two zones is not the same")
	}
}

func TestPhase(t *testing.T) {
	ack := &Ack{By: "sato"}
	for _, c := range []struct {
		name string
		a    *Alert
		want Phase
	}{
		{"nothing", nil, Ended},
		{"ended", &Alert{Ended: true}, Ended},
		{"new", &Alert{Abnormal: true}, Unacknowledged},
		{"locked in", &Alert{Sequence: SequenceR}, Unacknowledged},
		{"stale", &Alert{Abnormal: true, Stale: true}, Stale},
		{"acknowledged", &Alert{Abnormal: true, Ack: ack, Sequence: SequenceR}, Acknowledged},
		{"acknowledged and over, M", &Alert{Ack: ack, Sequence: SequenceM}, Acknowledged},
		{"returned", &Alert{Ack: ack, Sequence: SequenceR}, Returned},
	} {
		if got := c.a.Phase(); got != c.want || c.a.Open() != (c.want != Ended) {
			t.Errorf("%s: %s, open %v", c.name, got, c.a.Open())
		}
	}
}

func TestName(t *testing.T) {
	for want, labels := range map[string]map[string]string{
		"Disk": {"alertname": "Disk", "subject": "x"}, "障害": {"subject": "障害"}, "id": {"host": "db1"},
	} {
		if got := (&Alert{Identity: "id", Labels: LabelsOf(labels)}).Name(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAlertJSON(t *testing.T) {
	a := &Alert{
		Identity: "id", Receiver: "am", Labels: LabelsOf(map[string]string{"a": "<b>"}), Sent: &Sent{Labels: LabelsOf(map[string]string{"a": "c"}), Default: "info"},
		Severity: "critical", Sequence: SequenceA, Ack: &Ack{By: "sato", At: t0}, OpenedAt: t0, Order: ByTime, Stamps: &Stamps{Firing: Stamp{At: t0, Tie: "x"}},
	}
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var read *Alert
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a, read); d != "" {
		t.Errorf("read back (-want +got):\n%s", d)
	}
}

func TestMatchers(t *testing.T) {
	ms, err := ParseMatchers(`alertname="Disk"`, `site=~"tokyo|"`, `team!="x"`, `host!~"test-.*"`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		labels map[string]string
		want   bool
	}{
		{map[string]string{"alertname": "Disk"}, true},
		{map[string]string{"alertname": "Disk", "site": "tokyo", "host": "db1"}, true},
		{map[string]string{"alertname": "Disk", "site": "tokyo-2"}, false}, // anchored
		{map[string]string{"alertname": "Disk", "team": "x"}, false},
		{map[string]string{"alertname": "Disk", "host": "test-1"}, false},
		{nil, false},
	} {
		if got := ms.Match(LabelsOf(c.labels)); got != c.want {
			t.Errorf("%v: %v", c.labels, got)
		}
	}
	if !(Matchers{}).Match(nil) {
		t.Error("no matchers match everything")
	}
	if !ms.Names("host") || ms.Names("receiver") {
		t.Error("Names is wrong")
	}
	text, err := ms[1].MarshalText()
	if err != nil || string(text) != `site=~"tokyo|"` {
		t.Errorf("written %s, %v", text, err)
	}
	if _, err := ParseMatchers(`site=~"("`); err == nil {
		t.Error("a bad regular expression is taken")
	}
}
