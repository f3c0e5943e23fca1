package notifier

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	hclog "github.com/hashicorp/go-hclog"
	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/lamp"
)

func TestBackoff(t *testing.T) {
	b := backoff{min: time.Second, max: time.Minute, healthy: 5 * time.Minute, random: func() float64 { return 0.5 }}
	runs := func(up time.Duration, want ...time.Duration) {
		t.Helper()
		for i, w := range want {
			if got := b.next(up); got != w {
				t.Errorf("wait %d after a run of %v: %v, want %v", i+1, up, got, w)
			}
			up = 0
		}
	}
	s := time.Second
	runs(time.Minute, 0, s, 2*s, 4*s, 8*s, 16*s, 32*s, 60*s, 60*s)
	runs(4*time.Minute, 60*s)
	runs(5*time.Minute, 0, s)
}

func TestBackoffJitterStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rapid.Float64Range(0, 0.999999).Draw(t, "random")
		b := backoff{min: time.Second, max: time.Minute, healthy: time.Hour, random: func() float64 { return random }}
		b.next(0)
		for range rapid.IntRange(1, 100).Draw(t, "failures") {
			if w := b.next(0); w < 750*time.Millisecond || w > time.Minute {
				t.Fatalf("wait %v", w)
			}
		}
	})
}

func TestObservationSurvivesTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := lamp.Observation{
			Tower:      rapid.String().Draw(t, "tower"),
			Contact:    rapid.SampledFrom([]lamp.Contact{lamp.Seen, lamp.Lost, lamp.Back, lamp.Cleared}).Draw(t, "contact"),
			State:      lamp.State{Buzzer: rapid.IntRange(0, 9).Draw(t, "buzzer"), Lights: map[lamp.Unit]lamp.Pattern{}},
			At:         time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0).UTC(),
			Generation: rapid.Uint64().Draw(t, "generation"),
			Reason:     rapid.String().Draw(t, "reason"),
		}
		for _, u := range lamp.Units {
			in.State.Lights[u] = rapid.SampledFrom(lamp.Patterns).Draw(t, string(u))
		}
		out := observationFromWire(observationToWire(in))
		if !out.State.Equal(in.State) {
			t.Fatalf("state %s became %s", in.State, out.State)
		}
		out.State, in.State = lamp.State{}, lamp.State{}
		if out.Tower != in.Tower || out.Contact != in.Contact || !out.At.Equal(in.At) || out.Generation != in.Generation || out.Reason != in.Reason {
			t.Fatalf("%+v became %+v", in, out)
		}
	})
}

func TestTowerSurvivesTheWire(t *testing.T) {
	in := Tower{Name: "ops", Settings: []byte(`{"a":1}`), Restore: 4 * time.Second, Fallback: state("amber=flash")}
	if out := towerFromWire(towerToWire(in)); !out.equal(in) {
		t.Errorf("%+v became %+v", in, out)
	}
	for _, other := range []Tower{
		{Name: "hall", Settings: in.Settings, Restore: in.Restore, Fallback: in.Fallback},
		{Name: "ops", Settings: []byte(`{}`), Restore: in.Restore, Fallback: in.Fallback},
		{Name: "ops", Settings: in.Settings, Fallback: in.Fallback},
		{Name: "ops", Settings: in.Settings, Restore: in.Restore},
	} {
		if in.equal(other) {
			t.Errorf("%+v equals %+v", in, other)
		}
	}
}

func TestEventsComeInOrderAndNeverHoldUpTheSupervisor(t *testing.T) {
	q := newEventQueue()
	block, began := make(chan struct{}), make(chan struct{})
	var got []int
	q.add(func() { close(began); <-block })
	done := make(chan struct{})
	go func() { defer close(done); q.run() }()
	<-began

	// Observations beyond the bound wait, and give up with their context.
	for i := range observationsWaiting {
		if err := q.observe(t.Context(), func() { got = append(got, i) }); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("child ended"))
	if err := q.observe(ctx, func() { t.Error("called") }); err == nil || err.Error() != "child ended" {
		t.Errorf("one observation too many: %v", err)
	}
	// Ups and downs never wait, and the newest are kept.
	for i := range eventsKept + 10 {
		q.add(func() { got = append(got, observationsWaiting+i) })
	}
	close(block)
	q.close()
	<-done
	if len(got) != eventsKept+observationsWaiting || !slices.IsSorted(got) || got[len(got)-1] != observationsWaiting+eventsKept+9 {
		t.Errorf("%d events, from %d to %d", len(got), got[0], got[len(got)-1])
	}
}

func TestByHand(t *testing.T) {
	p := Program{Name: "lamp-driver", About: "a test", Version: "1.2.3"}
	for _, c := range []struct {
		args           []string
		host           bool
		status         int
		done           bool
		stdout, stderr string // what they contain, if anything
	}{
		{nil, true, exitOK, false, "", ""},
		{nil, false, exitByHand, true, "", "started by hand it does nothing"},
		{[]string{"--version"}, false, exitOK, true, "lamp-driver 1.2.3 (notifier protocol 1)\n", ""},
		{[]string{"--version"}, true, exitOK, true, "lamp-driver 1.2.3", ""},
		{[]string{"--help"}, false, exitOK, true, "Exit status:", ""},
		{[]string{"--listen"}, false, exitByHand, true, "", `unknown argument "--listen"`},
	} {
		var stdout, stderr bytes.Buffer
		status, done := byHand(p, c.args, c.host, &stdout, &stderr)
		if status != c.status || done != c.done ||
			(c.stdout == "") != (stdout.Len() == 0) || !strings.Contains(stdout.String(), c.stdout) ||
			(c.stderr == "") != (stderr.Len() == 0) || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("%v, host %v: status %d, done %v\n%s\n%s", c.args, c.host, status, done, &stdout, &stderr)
		}
	}
}

func TestChildLogKeepsItsLevelAndPluginChatterIsDebug(t *testing.T) {
	var out bytes.Buffer
	l := newPluginLog(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})))
	l.Error("plugin process exited")
	l.Named("stdio").Warn("chatter")
	child := l.Named("andon-notifier-patlite")
	child.Warn("wrong", "tower", "ops", "timestamp", hclog.Fmt("%s", "now"))
	child.Error("worse", "odd")
	want := "level=DEBUG msg=\"plugin process exited\"\n" +
		"level=DEBUG msg=chatter\n" +
		"level=WARN msg=wrong tower=ops\n" +
		"level=ERROR msg=worse"
	if got := out.String(); !strings.HasPrefix(got, want) {
		t.Errorf("log:\n%s\nwant:\n%s", got, want)
	}
}

func TestLastWordsAreTheFirstOfAPanicAndBounded(t *testing.T) {
	var w lastWords
	for _, l := range []string{"all is well", "panic: first\xff" + strings.Repeat("x", 1000), "\n", "panic: second"} {
		if n, err := w.Write([]byte(l)); n != len(l) || err != nil {
			t.Fatal(n, err)
		}
	}
	if got := w.String(); len(got) != lastWordsLimit || !strings.HasPrefix(got, "panic: first?x") {
		t.Errorf("%d bytes: %.40s", len(got), got)
	}
}
