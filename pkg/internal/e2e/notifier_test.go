package e2e_test

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/internal/rig"
)

// backWithin is how long is waited for a notifier that was killed, and for its
// tower.
const backWithin = 5 * time.Second

// It is not parallel: its deadline is short.
func TestNotifierKilledWhileAlertsKeepComing(t *testing.T) {
	w := begin(t)
	w.Deliver("Slow severity=warning")
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)
	child := w.child()
	w.signal(child, syscall.SIGKILL)
	w.Deliver("DiskFull severity=critical host=db1")
	n := 0
	w.within(backWithin, "the notifier is back and its towers are right, while alerts keep coming", func() bool {
		n++
		w.Deliver(fmt.Sprintf("Slow severity=warning host=web%d", n))
		return w.child() != child &&
			w.rooms[opsRoom].State().Equal(w.lamps("red=flash amber=steady buzzer=1")) &&
			w.rooms[hall].State().Equal(w.lamps("red=flash amber=steady buzzer=2"))
	})
	w.Expect(opsRoom, "red=flash amber=steady buzzer=1")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
	w.until("the metric counts the restart", func() bool { return w.metric(`andon_notifier_restarts_total{notifier="patlite"}`) == "1" })
	if got := len(w.board(`receiver="alertmanager"`)); got != n+2 {
		t.Errorf("%d alerts are open, %d were answered 200", got, n+2)
	}
}

// A notifier that hangs is noticed by its silence and replaced. Until then its
// towers may count as lost, which is on the board, and over afterwards.
func TestNotifierStopped(t *testing.T) {
	t.Parallel()
	w := begin(t, ownAlertsUnlit)
	child := w.child()
	w.signal(child, syscall.SIGSTOP)
	w.Deliver("DiskFull severity=critical host=db1")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	if w.child() == child {
		t.Error("the lamp was lit by a notifier that was stopped")
	}
	w.until("the old notifier is gone", func() bool { return rig.Ended(child) })
	w.Acknowledge("DiskFull")
	w.Expect(opsRoom, acked)
	w.Expect(hall, acked)
	w.OnBoard("DiskFull")
}

// A notifier that keeps ending is an alarm of its own.
func TestNotifierThatKeepsEnding(t *testing.T) {
	t.Parallel()
	w := begin(t, ownAlertsUnlit)
	var children []int
	for len(children) < 3 {
		w.until("a notifier is up", func() bool { return !slices.Contains(children, w.child()) })
		child := w.child()
		children = append(children, child)
		w.signal(child, syscall.SIGKILL)
		w.until("it has ended", func() bool { return rig.Ended(child) })
	}
	w.change(edit{`severity: record}`, `severity: info}`})
	w.must(w.bridge.Client.Reload(w.Context()))
	w.until("the board says so", func() bool { return len(w.board(`alertname="NotifierDown"`)) == 1 })
	w.Stays(opsRoom, idle)
	w.Stays(hall, idle)
}
