package e2e_test

import (
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/lamp"
)

// While a tower cannot be reached, that is an alert on the other one. When it
// is back it shows the truth of now: what came and went meanwhile is never
// heard.
func TestTowerLostAndBack(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.Deliver("Slow severity=warning")
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)

	w.rooms[opsRoom].Unplug()
	w.OnBoard("Slow", "TowerLost")
	if lost := w.one("TowerLost"); lost.Labels.Get("tower") != opsRoom {
		t.Errorf("the board says that %s is lost", lost.Labels)
	}
	if got := w.tower(opsRoom); got.Contact != lamp.Lost || got.Reason == "" {
		t.Errorf("the bridge says of the tower: %q, %q", got.Contact, got.Reason)
	}
	w.Deliver("Gone severity=critical")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
	w.DeliverResolved("Gone severity=critical", "Slow severity=warning")
	w.Expect(hall, warning) // for the lost tower
	w.Deliver("DiskFull severity=critical host=db1")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
	w.Acknowledge("DiskFull")
	w.Expect(hall, "red=steady amber=steady")

	w.must(w.rooms[opsRoom].Plug())
	w.Expect(opsRoom, acked)
	w.Expect(hall, acked)
	w.OnBoard("DiskFull")
}

// The other way round: what came meanwhile and is still open is seen and heard
// when the tower is back.
func TestTowerBackToAnOpenAlert(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.rooms[hall].Unplug()
	w.OnBoard("TowerLost")
	w.Expect(opsRoom, warning)
	w.Deliver("DiskFull severity=critical host=db1")
	w.Expect(opsRoom, "red=flash amber=steady buzzer=1")
	w.must(w.rooms[hall].Plug())
	w.Expect(hall, redInHall)
	w.Expect(opsRoom, red)
	if got := w.metric(`andon_tower_lost_total{tower="hall"}`); got != "1" {
		t.Errorf("the tower was lost %q times, expected once", got)
	}
	if n := strings.Count(w.log(), `msg="tower lost" tower=hall`); n != 1 {
		t.Errorf("the log says %d times that the tower was lost, expected once", n)
	}
}

// A tower that lost its power is dark; what it should show is put back.
func TestTowerSwitchedOffAndOn(t *testing.T) {
	t.Parallel()
	w := begin(t, ownAlertsUnlit)
	w.Deliver("DiskFull severity=critical host=db1")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	for name, shows := range map[string]string{opsRoom: red, hall: redInHall} {
		r := w.rooms[name]
		r.Unplug()
		r.PowerCycle()
		w.must(r.Plug())
		w.Expect(name, dark, shows)
	}
	w.OnBoard("DiskFull")
}
