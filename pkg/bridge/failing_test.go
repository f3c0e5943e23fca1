package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/receive"
)

// Break makes every commit fail until the returned function is called.
func (s *scenario) Break() (mend func()) {
	synctest.Wait()
	s.broken.Store(true)
	return func() {
		synctest.Wait()
		s.broken.Store(false)
	}
}

func batchOf(events ...alert.Event) receive.Batch {
	return receive.Batch{Receiver: "am", Events: events}
}

const failed = "red=steady amber=steady green=steady"

func TestWhatIsNotDurableIsRefusedAndShown(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="A"`)
		s.Expect("ops-room", "amber=steady")
		mend := s.Break()
		err := s.bridge.Submit(context.Background(), batchOf(amEvent(t, `alertname="B", severity="critical", site="hall"`, alert.Firing)))
		if !errors.Is(err, receive.ErrBusy) {
			t.Errorf("got %v", err)
		}
		s.Expect("ops-room", failed)
		s.Expect("hall", "blue=steady")
		s.Open("A")
		if _, err := s.bridge.Acknowledge(context.Background(), Selection{All: true}, "sato", ""); !errors.Is(err, receive.ErrBusy) {
			t.Errorf("acknowledged: %v", err)
		}
		s.Press("hall") // what it shows is no alert: nothing is acknowledged
		s.Expect("hall", "off", "blue=steady")
		s.At("1m")
		mend()
		s.At("1m2s") // found out without anybody's help
		s.Expect("ops-room", "amber=steady")
		s.Expect("hall", "off")
		if err := s.bridge.Failed(); err != nil {
			t.Error(err)
		}
		s.Fire(`alertname="B", severity="critical"`)
		s.Expect("ops-room", "red=flash amber=steady buzzer=1")
	})
}

// TestAJournalThatIsTakenAwayIsNoticed while nothing happens; put back, it is the
// journal again.
func TestAJournalThatIsTakenAwayIsNoticed(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="A"`)
		s.Expect("ops-room", "amber=steady")
		file := filepath.Join(s.dir, "andon.db")
		if err := os.Rename(file, file+".aside"); err != nil {
			t.Fatal(err)
		}
		s.At("11s")
		s.Expect("ops-room", failed)
		s.Expect("hall", "blue=steady")
		err := s.bridge.Failed()
		if !errors.Is(err, journal.ErrLost) || !strings.Contains(err.Error(), file+" is gone; put ") {
			t.Errorf("got %v", err)
		}
		if err := s.bridge.Submit(context.Background(), batchOf(amEvent(t, `alertname="B"`, alert.Firing))); !errors.Is(err, receive.ErrBusy) {
			t.Errorf("taken: %v", err)
		}
		if err := os.Rename(file+".aside", file); err != nil {
			t.Fatal(err)
		}
		s.At("13s")
		s.Expect("ops-room", "amber=steady")
		s.Expect("hall", "off")
		s.Open("A")
	})
}

// TestTheBuzzerOfAFailedBridgeCanBeStopped: until it fails again.
func TestTheBuzzerOfAFailedBridgeCanBeStopped(t *testing.T) {
	text, err := os.ReadFile("testdata/ops-room.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const quiet = "bridge_failed: {red: steady, amber: steady, green: steady"
	file := filepath.Join(t.TempDir(), "loud.yaml")
	loud := strings.Replace(string(text), quiet, quiet+", buzzer: 2", 1)
	if loud == string(text) {
		t.Fatal("the file has no such tower")
	}
	if err := os.WriteFile(file, []byte(loud), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, file, func(s *scenario) {
		s.Expect("ops-room", "green=steady")
		s.Expect("hall", "off")
		for _, story := range []struct{ quiet, mended string }{{"30s", "32s"}, {"62s", "64s"}} {
			mend := s.Break()
			if err := s.bridge.Submit(context.Background(), batchOf(amEvent(t, `alertname="B"`, alert.Firing))); err == nil {
				t.Error("taken")
			}
			s.Expect("ops-room", failed+" buzzer=2")
			if err := s.bridge.Tower("ops-room").StopBuzzer(context.Background(), "sato"); err != nil {
				t.Error(err)
			}
			s.Expect("ops-room", failed)
			s.Expect("hall", "blue=steady")
			s.At(story.quiet)
			s.Expect("ops-room")
			mend()
			s.At(story.mended)
			s.Expect("ops-room", "green=steady")
			s.Expect("hall", "off")
		}
	})
}

// TestHeartbeatsThatWereRefusedAreNotMissing: while nothing can be made
// durable the bridge itself turns them away.
func TestHeartbeatsThatWereRefusedAreNotMissing(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		mend := s.Break()
		s.At("2m")
		if err := s.bridge.Submit(context.Background(), batchOf(amEvent(t, `alertname="X"`, alert.Firing))); err == nil {
			t.Error("taken")
		}
		s.At("10m")
		mend()
		s.At("10m2s")
		s.Open()
		s.Expect("ops-room", failed, "green=steady")
		s.Expect("hall", "blue=steady", "off")
		s.At("13m2s")
		s.Open("HeartbeatMissing")
		s.Expect("ops-room", "red=flash buzzer=1")
	})
}

func TestAReloadThatIsNotDurableChangesNothing(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="A"`)
		s.Expect("ops-room", "amber=steady")
		cfg, err := Parse("other.yaml", []byte(`severities: [record, low, high]
receivers: [{name: am, default: high, authorization: {token_file: /dev/null}, alertmanager: {}}]
`))
		if err != nil {
			t.Fatal(err)
		}
		rules, mend := s.bridge.Rules(), s.Break()
		if err := s.bridge.Reload(context.Background(), cfg); !errors.Is(err, receive.ErrBusy) {
			t.Errorf("got %v", err)
		}
		if s.bridge.Rules() != rules || s.bridge.Tower("hall") == nil || s.bridge.Alert("am/A").Severity != "warning" {
			t.Error("half of it was taken over")
		}
		mend()
		s.At("5s")
		s.Expect("ops-room", failed, "amber=steady")
		s.Expect("hall", "blue=steady", "off")
		if s.bridge.Rules() != rules {
			t.Error("a reload that was refused was taken over later")
		}
	})
}

func TestWithoutAJournalAReloadIsTakenOver(t *testing.T) {
	b := newBridge(t, `severities: [record, low]`, Options{JournalErr: errors.New("corrupt")})
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { b.Run(ctx) })
	defer running.Wait()
	defer stop()
	if err := b.Submit(t.Context(), batchOf(amEvent(t, `alertname="A"`, alert.Firing))); !errors.Is(err, receive.ErrBusy) {
		t.Errorf("got %v", err)
	}
	if _, err := b.Journal(); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	cfg := parse(t, `severities: [record, high]`)
	if err := b.Reload(t.Context(), cfg); err != nil {
		t.Error(err)
	}
	if !b.Severities().Has("high") || b.Failed() == nil {
		t.Errorf("severities %v, failed %v", b.Severities(), b.Failed())
	}
}

func parse(t *testing.T, text string) *Config {
	t.Helper()
	cfg, err := Parse("andon.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// newBridge makes a bridge that does not run; without a journal or an error in
// o it gets a journal of its own.
func newBridge(t *testing.T, text string, o Options) *Bridge {
	t.Helper()
	o.Config, o.Log = parse(t, text), slog.New(slog.DiscardHandler)
	if o.Journal == nil && o.JournalErr == nil {
		j, contents, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "andon.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := j.Close(); err != nil {
				t.Error(err)
			}
		})
		o.Journal, o.Contents = j, contents
	}
	return New(o)
}

func TestAFullQueueIsBusyAndStoppingAnswersEveryone(t *testing.T) {
	b := newBridge(t, `severities: [record, low]`, Options{})
	answers := make(chan error, maxQueued)
	var waiting sync.WaitGroup
	for i := range maxQueued {
		waiting.Go(func() {
			answers <- b.Submit(t.Context(), batchOf(amEvent(t, fmt.Sprintf("alertname=%d", i), alert.Firing)))
		})
	}
	for len(b.commands) < maxQueued { // nobody takes them
		select {
		case err := <-answers:
			t.Fatalf("answered before anything was taken: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := b.Submit(ctx, batchOf(amEvent(t, "alertname=more", alert.Firing))); !errors.Is(err, receive.ErrBusy) {
		t.Errorf("got %v", err)
	}
	b.poke() // never waits
	b.Refuse(receive.Refusal{Authenticated: true, Receiver: "am"})

	stopped, stop := context.WithCancel(t.Context())
	stop()
	b.Run(stopped)
	waiting.Wait()
	close(answers)
	taken := 0
	for err := range answers {
		switch {
		case err == nil:
			taken++
		case !errors.Is(err, receive.ErrBusy):
			t.Errorf("got %v", err)
		}
	}
	if open := len(b.Alerts(nil)); open != taken {
		t.Errorf("%d were answered well, %d are open", taken, open)
	}
	if err := b.Submit(t.Context(), batchOf()); !errors.Is(err, receive.ErrBusy) {
		t.Errorf("after the end: %v", err)
	}
}
