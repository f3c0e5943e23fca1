package e2e_test

import (
	"syscall"
	"testing"

	"github.com/andonhq/andon/pkg/internal/rig"
)

// The bridge answers 2xx and is killed before the lamp is lit: the notifier is
// held still between the two.
func TestBridgeKilledBetweenAnswerAndLamp(t *testing.T) {
	t.Parallel()
	w := begin(t)
	child := w.child()
	w.signal(child, syscall.SIGSTOP)
	w.Deliver("DiskFull severity=critical host=db1")
	w.kill()
	w.signal(child, syscall.SIGKILL) // what it was told last must not reach the lamp
	w.until("the old notifier has ended", func() bool { return rig.Ended(child) })
	w.nothingElse()

	w.start()
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.OnBoard("DiskFull")
}

// The same with towers that cannot be reached: the lamp comes when they can.
func TestBridgeKilledWhileTowersAreUnplugged(t *testing.T) {
	t.Parallel()
	w := begin(t, ownAlertsUnlit) // it may have noticed that they are lost, or not yet
	w.rooms[opsRoom].Unplug()
	w.rooms[hall].Unplug()
	w.Deliver("DiskFull severity=critical host=db1")
	w.kill()
	w.nothingElse()

	w.must(w.rooms[opsRoom].Plug())
	w.must(w.rooms[hall].Plug())
	w.start()
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
}

// What was answered 2xx, an acknowledgement and a recovery too, is as it was
// after kill -9.
func TestBoardSurvivesKill(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.Deliver("DiskFull severity=critical host=db1", "Slow severity=warning", "NoSpace severity=critical")
	w.Expect(opsRoom, "red=flash amber=steady buzzer=1")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
	w.Acknowledge("DiskFull")
	w.DeliverResolved("NoSpace severity=critical")
	w.Expect(opsRoom, "red=steady amber=steady")
	w.Expect(hall, "red=steady amber=steady")
	w.kill()
	w.start()
	w.OnBoard("DiskFull", "Slow")
	if ack := w.one("DiskFull").Ack; ack == nil || ack.By != "sato" {
		t.Errorf("the acknowledgement is %+v, expected sato's", ack)
	}
	w.Stays(opsRoom, "red=steady amber=steady")
	w.Stays(hall, "red=steady amber=steady")
}

// A buzzer that has had its time does not start again with the bridge, and a
// new alert sounds all the same.
func TestFinishedBuzzerStaysQuietAfterRestart(t *testing.T) {
	t.Parallel()
	w := begin(t, edit{"    buzzer_for: 0s", "    buzzer_for: 1s"}, edit{"    buzzer_for: 0s", "    buzzer_for: 1s"})
	w.Deliver("DiskFull severity=critical host=db1")
	w.Expect(opsRoom, red, "red=flash")
	w.Expect(hall, redInHall, "red=flash")
	w.until("the bridge knows that both are quiet", func() bool {
		quiet := w.lamps("red=flash")
		return w.tower(opsRoom).Shown.Equal(quiet) && w.tower(hall).Shown.Equal(quiet)
	})
	w.Deliver("Slow severity=info") // with its answer, all before it is durable
	w.Expect(opsRoom, "red=flash amber=steady")
	w.Expect(hall, "red=flash amber=steady")

	w.kill()
	w.start()
	w.Stays(opsRoom, "red=flash amber=steady")
	w.Stays(hall, "red=flash amber=steady")
	w.stop()
	w.start()
	w.Stays(opsRoom, "red=flash amber=steady")
	w.Stays(hall, "red=flash amber=steady")

	w.Deliver("NoSpace severity=critical")
	w.Expect(opsRoom, "red=flash amber=steady buzzer=1", "red=flash amber=steady")
	w.Expect(hall, "red=flash amber=steady buzzer=2", "red=flash amber=steady")
}

// The notifier ends with its bridge, however that ends.
func TestNotifierEndsWithItsBridge(t *testing.T) {
	t.Parallel()
	w := begin(t)
	child := w.child()
	w.kill()
	w.until("the notifier of a killed bridge has ended", func() bool { return rig.Ended(child) })
	w.start()
	child = w.child()
	w.stop()
	w.until("the notifier of a stopped bridge has ended", func() bool { return rig.Ended(child) })
}
