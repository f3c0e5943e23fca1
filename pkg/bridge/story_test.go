package bridge

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/andonhq/andon/pkg/board"
)

func TestAcknowledgedAlertStaysLitAndQuiet(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="DiskFull", severity="critical"`)
		s.Expect("ops-room", "red=flash buzzer=1")
		s.Expect("hall")
		s.At("30s")
		s.Acknowledge("DiskFull", "sato")
		s.Expect("ops-room", "red=steady")
		s.At("2m")
		s.Resolve(`alertname="DiskFull", severity="critical"`)
		s.Expect("ops-room", "green=steady")
	})
}

func TestBuzzerEndsByItselfAndSoundsForEachNewAlert(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="A", severity="critical"`)
		s.Expect("ops-room", "red=flash buzzer=1")
		s.At("59s")
		s.Expect("ops-room")
		s.At("61s")
		s.Expect("ops-room", "red=flash")
		s.Acknowledge("A", "sato")
		s.Expect("ops-room", "red=steady")
		s.At("90s")
		s.Fire(`alertname="B", severity="critical"`)
		s.Expect("ops-room", "red=flash buzzer=1")
		if err := s.bridge.Tower("ops-room").StopBuzzer(context.Background(), "sato"); err != nil {
			t.Error(err)
		}
		s.Expect("ops-room", "red=flash")
		s.At("100s")
		s.Fire(`alertname="C", severity="critical"`)
		s.Expect("ops-room", "red=flash buzzer=1")
		s.At("2m50s")
		s.Expect("ops-room", "red=flash")
	})
}

func TestARestartDoesNotSoundAgain(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="A", severity="critical"`)
		s.Expect("ops-room", "red=flash buzzer=1")
		s.At("65s")
		s.Expect("ops-room", "red=flash")
		s.Restart("10s")
		s.Expect("ops-room")
		s.Open("A")
		s.At("2m")
		s.Expect("ops-room")
	})
}

func TestOneOfTwoResolves(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="W"`)
		s.Expect("ops-room", "amber=steady")
		s.Fire(`alertname="A", severity="critical"`)
		s.Expect("ops-room", "red=flash amber=steady buzzer=1")
		s.Resolve(`alertname="A", severity="critical"`)
		s.Expect("ops-room", "amber=steady")
		s.Resolve(`alertname="W"`)
		s.Expect("ops-room", "green=steady")
	})
}

func TestALostTowerShowsTheTruthOfNow(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Away("hall")
		s.Open("TowerLost")
		s.Expect("ops-room", "amber=steady")
		s.Fire(`alertname="Over", severity="critical", site="hall"`)
		s.Expect("ops-room", "red=flash amber=steady buzzer=1")
		s.At("10s")
		s.Resolve(`alertname="Over", severity="critical", site="hall"`)
		s.Fire(`alertname="Still", site="hall"`)
		s.Expect("ops-room", "amber=steady")
		s.At("5m")
		s.Back("hall")
		s.Expect("hall", "amber=steady")
		s.Open("Still", "HeartbeatMissing")
		s.Expect("ops-room", "red=flash amber=steady buzzer=1", "red=flash amber=steady")
	})
}

func TestAnAlertThatFiredWhileTheTowerWasAwaySoundsThere(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Away("hall")
		s.Fire(`alertname="Still", severity="critical", site="hall"`)
		s.At("2m")
		s.Expect("ops-room", "amber=steady", "red=flash amber=steady buzzer=1", "red=flash amber=steady")
		s.Back("hall")
		s.Expect("hall", "red=flash buzzer=2")
		s.Expect("ops-room", "red=flash")
		s.At("2m59s")
		s.Expect("hall")
	})
}

func TestTheClearButton(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="A", severity="critical", site="hall"`)
		s.Fire(`alertname="B", severity="critical"`)
		s.Expect("hall", "red=flash buzzer=2")
		s.Expect("ops-room", "red=flash buzzer=1")
		s.Press("ops-room") // relights
		s.Expect("ops-room", "off", "red=flash buzzer=1")
		s.Press("hall") // acknowledges what it showed, A alone
		s.Expect("hall", "off", "red=steady")
		if a := s.bridge.Alert("am/A"); a.Ack == nil || a.Ack.By != "tower hall (button or other sender)" {
			t.Errorf("A is acknowledged by %v", a.Ack)
		}
		if a := s.bridge.Alert("am/B"); a.Ack != nil {
			t.Errorf("B is acknowledged by %v", a.Ack)
		}
	})
}

func TestMailsInAnyOrder(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Mail(`state="障害", host="web01", service="決済"`, "0s")
		s.Expect("ops-room", "red=flash buzzer=1")
		s.Mail(`state="障害", host="web01", service="決済"`, "0s")
		s.Expect("ops-room")
		s.Mail(`state="復旧", host="web02", service="決済"`, "30s")
		s.Expect("ops-room")
		s.Mail(`state="復旧", host="web01", service="決済"`, "20s")
		s.Expect("ops-room", "green=steady")
		s.Mail(`state="障害", host="web01", service="決済"`, "10s") // late
		s.Mail(`state="障害", host="web02", service="決済"`, "29s") // after its recovery
		s.Expect("ops-room")
		s.Mail(`subject="お知らせ"`, "40s")
		s.Expect("ops-room")
		s.Open()
	})
}

func TestWatchdog(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="Watchdog"`)
		s.Open()
		s.At("2m")
		s.Fire(`alertname="Watchdog"`)
		s.At("4m")
		s.Open()
		s.At("5m1s")
		s.Open("HeartbeatMissing")
		s.Expect("ops-room", "red=flash buzzer=1")
		s.Fire(`alertname="Watchdog"`)
		s.Open()
		s.Expect("ops-room", "green=steady")
	})
}

func TestExpiry(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Reload("heartbeats: [{", "# heartbeats: [{")
		s.Fire(`alertname="Short"`)
		s.Fire(`alertname="Long"`)
		s.At("9m")
		s.Expect("ops-room", "amber=steady", "red=flash amber=steady buzzer=1", "red=flash amber=steady")
		s.At("11m")
		s.Expect("ops-room", "amber=flash") // Short has ended, Long is stale
		s.Open("Long")
		s.Acknowledge("Long", "sato")
		s.Expect("ops-room", "green=steady")
	})
}

func TestReloadKeepsAcknowledgementsAndSoundsWhatWasRaised(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="W"`)
		s.Fire(`alertname="A", severity="critical"`)
		s.Expect("ops-room", "amber=steady", "red=flash amber=steady buzzer=1")
		s.Acknowledge("A", "sato")
		s.Expect("ops-room", "red=steady amber=steady")
		s.Reload(`  - {name: critical,`, `  - {name: w, match: ['alertname="W"'], severity: critical}`+"\n"+`  - {name: critical,`)
		s.Expect("ops-room", "red=flash buzzer=1")
		if a := s.bridge.Alert("am/A"); a.Ack == nil {
			t.Error("A has lost its acknowledgement")
		}
		s.Reload(`  - {name: w, match: ['alertname="W"'], severity: critical}`+"\n", "")
		s.Expect("ops-room", "red=steady amber=steady")
	})
}

func TestSequenceMWaitsForReset(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Fire(`alertname="VPN", severity="disaster"`)
		s.Fire(`alertname="Slow"`)
		s.Expect("ops-room", "red=flash2 buzzer=3", "red=flash2 amber=steady buzzer=3")
		reset := func(want ...Outcome) {
			t.Helper()
			got, err := s.bridge.Reset(context.Background(), Selection{All: true}, "sato")
			if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, d)
			}
		}
		const vpn = "am/VPN"
		reset(Outcome{Identity: vpn, Error: board.ErrStillOn.Error(), Skipped: true})
		s.Resolve(`alertname="VPN", severity="disaster"`)
		reset(Outcome{Identity: vpn, Error: board.ErrNotAcked.Error(), Skipped: true})
		s.Acknowledge("VPN", "sato")
		s.Expect("ops-room", "red=steady amber=steady")
		s.Resolve(`alertname="Slow"`)
		s.Expect("ops-room", "red=steady")
		reset(Outcome{Identity: vpn})
		reset()
		s.Expect("ops-room", "green=steady")
	})
}
