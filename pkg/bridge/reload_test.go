package bridge

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/tower/drive"
)

const hallTower = `  - name: hall
    notifier: patlite
    settings: {address: 192.0.2.2, model: NHV6}
    match: ['site="hall"']
    button: acknowledge
    show:
      warning: {amber: steady}
      critical: {red: flash, buzzer: 2}
      bridge_failed: {blue: steady}
`

func TestATowerThatIsRemovedIsNotLost(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Away("hall")
		s.Open(TowerLost)
		s.Expect("ops-room", "amber=steady")
		s.Reload(hallTower, "")
		s.Open()
		s.Expect("ops-room", "green=steady")
		s.At("10s") // its loop still tries, and tells
		s.Open()
		s.Expect("ops-room")
		s.Reload("heartbeats:", hallTower+"heartbeats:")
		s.bridge.Attach("hall", s.lamps["hall"].loop)
		s.bridge.Tower("hall").Lost(time.Now(), time.Now(), "no route to host")
		synctest.Wait()
		s.Open(TowerLost)
		s.Expect("ops-room", "amber=steady")
	})
}

// TestASeverityThatIsRemovedDarkensNothing: no moment without a light, and a
// buzzer that is not stopped.
func TestASeverityThatIsRemovedDarkensNothing(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="VPN", severity="disaster"`)
		s.Expect("ops-room", "red=flash2 buzzer=3")
		s.text = strings.NewReplacer("      disaster: {red: flash2, buzzer: 3, buzzer_for: 0s}\n", "",
			"  - {name: disaster, match: ['severity=\"disaster\"'], severity: disaster, sequence: M}\n", "").Replace(s.text)
		s.Reload("receivers:", "severities: [record, info, warning, critical]\nreceivers:")
		s.Open("VPN")
		s.Expect("ops-room", "amber=steady")
	})
}

// TestRestartWithAnotherConfiguration: what the journal holds is classified by
// the configuration that is in force, before a tower is lit.
func TestRestartWithAnotherConfiguration(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="VPN", severity="disaster"`)
		s.Fire(`alertname="A", severity="critical"`)
		s.Expect("ops-room", "red=flash2 buzzer=3")
		s.Acknowledge("A", "sato")
		s.Away("hall")
		s.Open("VPN", "A", TowerLost)
		s.text = strings.NewReplacer(hallTower, "", "  - {name: disaster, match: ['severity=\"disaster\"'], severity: disaster, sequence: M}\n", "",
			"      disaster: {red: flash2, buzzer: 3, buzzer_for: 0s}\n", "", "receivers:", "severities: [record, info, warning, critical]\nreceivers:",
			`'severity="critical"'`, `'severity=~"critical|disaster"'`).Replace(s.text)
		s.Restart("1s")
		s.Open("VPN", "A")
		s.Expect("ops-room", "red=flash2 amber=steady buzzer=3", "red=flash buzzer=1")
		if a := s.bridge.Alert("am/VPN"); a.Severity != "critical" || a.Rule != "critical" || a.Sequence != alert.SequenceAuto {
			t.Errorf("VPN is %s by rule %s, sequence %s", a.Severity, a.Rule, a.Sequence)
		}
		if a := s.bridge.Alert("am/A"); a.Ack == nil {
			t.Error("A has lost its acknowledgement")
		}
		last := s.bridge.Changed()
		s.Restart("1s")
		if now := s.bridge.Changed(); now != last {
			t.Errorf("a restart with the same file made changes %d to %d", last+1, now)
		}
	})
}

// TestDeadlinesFollowTheRules: an expiry that the new file gives or takes away
// counts for what is open.
func TestDeadlinesFollowTheRules(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Reload("heartbeats: [{", "# heartbeats: [{")
		s.Fire(`alertname="Short"`)
		s.Expect("ops-room", "amber=steady")
		s.At("5m")
		s.Reload("severity: warning, expire: 10m", "severity: warning, expire: 20m")
		s.At("19m")
		s.Open("Short")
		s.Reload("severity: warning, expire: 20m", "severity: warning, expire: 1m")
		s.Open()
		s.Expect("ops-room", "green=steady")
	})
}

// TestTheMatchOfATowerFollowsTheFile: what it shows is made of the board, not
// of what it showed before.
func TestTheMatchOfATowerFollowsTheFile(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="A", severity="critical", site="attic"`)
		s.Expect("ops-room", "red=flash buzzer=1")
		s.At("30s")
		s.Reload(`match: ['site="hall"']`, `match: ['site="attic"']`)
		s.Expect("hall", "red=flash buzzer=2")
		s.Expect("ops-room") // its buzzer neither stops nor starts again
		s.At("61s")
		s.Expect("ops-room", "red=flash")
		s.Resolve(`alertname="A", severity="critical", site="attic"`)
		s.Expect("hall", "off")
		s.Expect("ops-room", "green=steady")
	})
}

// TestTheButtonTakesOnlyWhatTheTowerLights leaves alone what matches the tower
// and is not shown there.
func TestTheButtonTakesOnlyWhatTheTowerLights(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Reload("      warning: {amber: steady}\n      critical: {red: flash, buzzer: 2}", "      critical: {red: flash, buzzer: 2}")
		s.Fire(`alertname="W", site="hall"`)
		s.Fire(`alertname="C", site="hall", severity="critical"`)
		s.Press("hall")
		s.Expect("hall", "red=flash buzzer=2", "off", "red=steady")
		if w, c := s.bridge.Alert("am/W"), s.bridge.Alert("am/C"); w.Ack != nil || c.Ack == nil {
			t.Errorf("W is acknowledged by %v, C by %v", w.Ack, c.Ack)
		}
		s.lamps["ops-room"].take()
	})
}

// TestConfigureWaitsForNoLoopThatWaitsForIt: a loop that is to end may be on
// its way to its notifier.
func TestConfigureWaitsForNoLoopThatWaitsForIt(t *testing.T) {
	b := newBridge(t, `severities: [record, low]`, Options{})
	l := NewLamps(b, nil, nil, prometheus.NewRegistry(), b.log)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	l.ctx = ctx
	ending, ended := make(chan struct{}), make(chan struct{})
	l.loops["gone"] = &loop{
		Loop: drive.New("gone", l.lamp("patlite"), nil, drive.Intervals{}, b.log),
		stop: func() { close(ending) }, ended: ended,
	}
	go func() {
		<-ending
		if _, err := l.hostOf("patlite"); err == nil {
			t.Error("there is a host")
		}
		close(ended)
	}()
	if err := l.Configure(ctx, parse(t, `severities: [record, low]`), nil); err != nil {
		t.Error(err)
	}
	if len(l.loops) != 0 {
		t.Error("the loop is still there")
	}
	stop()
	if err := l.Configure(t.Context(), parse(t, `severities: [record, low]`), nil); err == nil {
		t.Error("configured after the end")
	}
}

// TestARemovedTowerIsPutOut: nobody would correct the lights that it was left
// with.
func TestARemovedTowerIsPutOut(t *testing.T) {
	const one, two = `severities: [record, low]
notifiers: [{name: patlite}]
towers:
  - {name: stays, notifier: patlite, settings: {}, show: {idle: {green: steady}}}
`, `  - {name: goes, notifier: patlite, settings: {}, show: {idle: {green: steady}}}
`
	b := newBridge(t, one+two, Options{})
	shadow := NewShadow(b.log)
	l := NewLamps(b, nil, shadow, prometheus.NewRegistry(), b.log)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx, parse(t, one+two), nil) }()
	shown := func(tower string) string {
		for _, r := range shadow.Report() {
			if r.Tower == tower {
				return r.Last[len(r.Last)-1].State
			}
		}
		return ""
	}
	until := func(tower, state string) {
		t.Helper()
		for deadline := time.After(10 * time.Second); shown(tower) != state; {
			select {
			case <-deadline:
				t.Fatalf("%s shows %q, expected %q", tower, shown(tower), state)
			default:
				runtime.Gosched()
			}
		}
	}
	until("goes", "green=steady")
	until("stays", "green=steady")
	if err := l.Configure(ctx, parse(t, one), nil); err != nil {
		t.Error(err)
	}
	if got := shown("goes"); got != "off" {
		t.Errorf("the tower that was removed shows %s", got)
	}
	until("stays", "green=steady")
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
