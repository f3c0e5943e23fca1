package notifier

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/lamp"
)

func TestKilledNotifierIsBackWithItsTowers(t *testing.T) {
	tower := newLine(t)
	r := runHost(t, nil, Tower{Name: "ops", Settings: tower.settings})
	pid := r.up(t)
	if err := r.apply(t, 1, "red=flash"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "told of the end and the new start", func() bool {
		return r.told("up", "down: ended: signal: killed", "up")
	})
	if again := r.up(t); again == pid {
		t.Errorf("still process %d", pid)
	}
	if err := r.apply(t, 1, "red=steady"); err != nil {
		t.Errorf("apply after the restart, nothing configured anew: %v", err)
	}
	if got := tower.shows().String(); got != "red=steady" {
		t.Errorf("the tower shows %s", got)
	}
	if s := r.Status(); s.Restarts != 1 || !strings.Contains(s.LastError.Error(), "killed") {
		t.Errorf("status %+v", s)
	}
}

func TestStoppedNotifierIsReplaced(t *testing.T) {
	tower := newLine(t)
	r := runHost(t, func(c *Config) { c.PingEvery, c.PingDeadline = 100*time.Millisecond, 300*time.Millisecond },
		Tower{Name: "ops", Settings: tower.settings})
	pid := r.up(t)
	stop(t, pid)
	// A call that is under way ends with it.
	if err := r.apply(t, 1, "red=flash"); !errors.Is(err, ErrDown) {
		t.Errorf("apply while the notifier is stopped: %v", err)
	}
	eventually(t, "stopped process is gone and another is up", func() bool {
		s := r.Status()
		return rig.Ended(pid) && s.Up && s.PID != pid
	})
	eventually(t, "told why", func() bool { return r.told("up", "down: no answer to 2 pings", "up") })
}

func TestApplyThatLayInAStoppedNotifierIsRefusedAfterItsEnd(t *testing.T) {
	tower := newLine(t)
	r := runHost(t, func(c *Config) { c.PingEvery = time.Hour }, Tower{Name: "ops", Settings: tower.settings})
	pid := r.up(t)
	if _, err := r.Apply(t.Context(), ApplyRequest{
		Tower: "ops", Generation: 1, NotAfter: time.Now().Add(time.Minute), State: state("green=steady"),
	}); err != nil {
		t.Fatal(err)
	}
	stop(t, pid)
	end := time.Now().Add(200 * time.Millisecond)
	applied := make(chan error, 1)
	go func() {
		_, err := r.Apply(t.Context(), ApplyRequest{Tower: "ops", Generation: 2, NotAfter: end, State: state("red=flash")})
		applied <- err
	}()
	eventually(t, "the lease ends", func() bool { return time.Now().After(end) })
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := <-applied; !errors.Is(err, ErrExpired) {
		t.Errorf("apply: %v", err)
	}
	if got := tower.shows().String(); got != "green=steady" {
		t.Errorf("the tower shows %s", got)
	}
}

func TestCrashIsExplained(t *testing.T) {
	r := runHost(t, nil)
	r.up(t)
	if _, err := r.Describe(t.Context(), []byte(`{"crash":true}`)); !errors.Is(err, ErrDown) {
		t.Errorf("describe: %v", err)
	}
	eventually(t, "told why", func() bool {
		return r.told("up", "down: ended: exit status 2: panic: told to crash", "up")
	})
}

func TestErrorsCrossTheProcessBoundary(t *testing.T) {
	tower, blind := newLine(t), newLine(t)
	blind.blind = true
	r := runHost(t, nil, Tower{Name: "ops", Settings: tower.settings}, Tower{Name: "blind", Settings: blind.settings})
	r.up(t)
	if err := r.apply(t, 5, "red=flash buzzer=2"); err != nil {
		t.Fatal(err)
	}
	o, err := r.Read(t.Context(), "ops")
	if err != nil || o.Tower != "ops" || o.Generation != 5 || o.Contact != lamp.Seen || o.State.String() != "red=flash buzzer=2" {
		t.Errorf("read: %+v, %v", o, err)
	}
	if err := r.apply(t, 4, "off"); !errors.Is(err, ErrOlder) {
		t.Errorf("older generation: %v", err)
	}
	if _, err := r.Read(t.Context(), "nowhere"); !errors.Is(err, ErrUnknownTower) {
		t.Errorf("unknown tower: %v", err)
	}
	if _, err := r.Read(t.Context(), "blind"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("no read-back: %v", err)
	}
	if _, err := r.Apply(t.Context(), ApplyRequest{Tower: "ops", Generation: 6, NotAfter: time.Now().Add(-1)}); !errors.Is(err, ErrExpired) {
		t.Errorf("not after: %v", err)
	}
	var failed *TowerError
	if err := r.apply(t, 6, "blue=steady"); !errors.Is(err, ErrRefused) || !errors.As(err, &failed) || failed.Op != "apply" {
		t.Errorf("state that cannot be shown: %v", err)
	}
	tower.set(func(f *fakeTower) { f.refuses = true })
	if err := r.apply(t, 6, "off"); !errors.Is(err, ErrRefused) || err.Error() != "apply tower ops: refused: NAK" {
		t.Errorf("refused: %v", err)
	}
	tower.set(func(f *fakeTower) { f.refuses, f.away = false, true })
	if err := r.apply(t, 6, "off"); !errors.As(err, &failed) || failed.Refused || failed.Tower != "ops" {
		t.Errorf("away: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Read(gone, "ops"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	tower.set(func(f *fakeTower) { f.away = false })
	if err := r.Test(t.Context(), "ops"); err != nil {
		t.Errorf("test: %v", err)
	}
}

func TestObservationsReachTheHost(t *testing.T) {
	tower := newLine(t)
	tower.state = state("green=steady")
	r := runHost(t, nil, Tower{Name: "ops", Settings: tower.settings})
	r.up(t)
	eventually(t, "seen as found", func() bool { return r.observed(lamp.Seen, "green=steady") })
	if err := r.apply(t, 1, "red=flash"); err != nil {
		t.Fatal(err)
	}
	reads := func() (n int) { tower.set(func(f *fakeTower) { n = f.reads }); return n }
	// Two readings on: the first may have begun before the apply.
	before := reads()
	eventually(t, "state confirmed", func() bool { return reads() >= before+2 })
	tower.set(func(f *fakeTower) { f.state = lamp.State{} })
	eventually(t, "cleared", func() bool { return r.observed(lamp.Cleared, "off") })
	tower.set(func(f *fakeTower) { f.away = true })
	eventually(t, "lost", func() bool { return r.observed(lamp.Lost, "off") })
	tower.set(func(f *fakeTower) { f.away, f.state = false, state("amber=flash") })
	eventually(t, "back", func() bool { return r.observed(lamp.Back, "amber=flash") })
}

func TestTowersCanChangeAtRunTime(t *testing.T) {
	a, b := newLine(t), newLine(t)
	r := runHost(t, nil, Tower{Name: "ops", Settings: a.settings})
	r.up(t)
	if err := r.apply(t, 1, "red=flash"); err != nil {
		t.Fatal(err)
	}
	err := r.Configure(t.Context(), []Tower{
		{Name: "ops", Settings: b.settings}, {Name: "new", Settings: a.settings}, {Name: "bad", Settings: []byte(`{}`)},
	})
	var failed *TowerError
	if !errors.As(err, &failed) || failed.Tower != "bad" || failed.Reason != "address: missing" {
		t.Errorf("configure: %v", err)
	}
	if err := r.apply(t, 2, "green=steady"); err != nil {
		t.Fatal(err)
	}
	if got := []string{a.shows().String(), b.shows().String()}; !cmp.Equal(got, []string{"red=flash", "green=steady"}) {
		t.Errorf("the towers show %v", got)
	}
	if _, err := r.Read(t.Context(), "new"); err != nil {
		t.Error(err)
	}
	// And the new list is what the next process gets.
	if err := syscall.Kill(r.Status().PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "restarted", func() bool { return r.told("up", "down", "up") })
	if _, err := r.Read(t.Context(), "new"); err != nil {
		t.Error(err)
	}
}

func TestStopEndsTheNotifier(t *testing.T) {
	r := runHost(t, nil)
	pid := r.up(t)
	r.stop()
	if !rig.Ended(pid) {
		t.Error("the notifier outlived its host's end")
	}
	if !r.told("up", "down: stopped with its host") {
		t.Errorf("told %q", r.lines)
	}
	if err := r.apply(t, 1, "off"); !errors.Is(err, ErrDown) {
		t.Errorf("apply: %v", err)
	}
	if s := r.Status(); s.Up || s.PID != 0 || s.LastError != nil {
		t.Errorf("status %+v", s)
	}
	if err := r.Run(t.Context()); err == nil {
		t.Error("run twice")
	}
}
