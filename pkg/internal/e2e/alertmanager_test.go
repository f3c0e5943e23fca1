package e2e_test

import "testing"

func TestFiringAndResolved(t *testing.T) {
	t.Parallel()
	w := beginWithAlertmanager(t)
	w.Fire("DiskFull severity=critical host=db1")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.Resolve("DiskFull severity=critical host=db1")
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
	w.OnBoard()
}

func TestTwoAlertsOfWhichOneResolves(t *testing.T) {
	t.Parallel()
	w := beginWithAlertmanager(t)
	w.Fire("DiskFull severity=critical host=db1")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.Fire("NoSpace severity=critical host=db2")
	w.OnBoard("DiskFull", "NoSpace")
	w.Resolve("DiskFull severity=critical host=db1")
	w.OnBoard("NoSpace")
	w.Stays(opsRoom, red)
	w.Stays(hall, redInHall)
	w.Resolve("NoSpace severity=critical host=db2")
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
}

// One notification may say of some alerts of its group that they fire and of
// others that they are over.
func TestGroupOfMixedStatus(t *testing.T) {
	t.Parallel()
	w := beginWithAlertmanager(t)
	w.Fire("DiskFull severity=critical host=db1", "DiskFull severity=warning host=db2")
	w.Expect(opsRoom, "red=flash amber=steady buzzer=1")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
	w.push([]string{"DiskFull severity=critical host=db1"}, []string{"DiskFull severity=warning host=db2", "DiskFull severity=warning host=db3"})
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)
	w.OnBoard("DiskFull", "DiskFull")
	for _, a := range w.board() {
		if host := a.Labels.Get("host"); host != "db2" && host != "db3" {
			t.Errorf("the alert of %s is open", host)
		}
	}
	w.Resolve("DiskFull severity=warning host=db2", "DiskFull severity=warning host=db3")
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
}

// A new Alertmanager knows nothing of what fired. That it says nothing is no
// recovery.
func TestAlertmanagerRestartedDuringARedLamp(t *testing.T) {
	t.Parallel()
	w := beginWithAlertmanager(t)
	w.Fire("DiskFull severity=critical host=db1")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)

	w.must(w.am.Stop())
	w.must(w.am.Start(w.Context()))
	w.Fire("Slow severity=warning") // what comes by the new one
	w.Expect(opsRoom, "red=flash amber=steady buzzer=1")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
	w.OnBoard("DiskFull", "Slow")

	w.Fire("DiskFull severity=critical host=db1") // Prometheus repeats it
	w.Resolve("Slow severity=warning")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)

	w.am.Kill()
	w.must(w.am.Start(w.Context()))
	w.Fire("DiskFull severity=critical host=db1")
	w.Fire("Slow severity=warning")
	w.Expect(opsRoom, "red=flash amber=steady buzzer=1")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
	w.Resolve("DiskFull severity=critical host=db1", "Slow severity=warning")
	w.OnBoard()
	w.until("both towers are idle", func() bool {
		return w.rooms[opsRoom].State().Equal(w.lamps(idle)) && w.rooms[hall].State().Equal(w.lamps(idle))
	})
	w.forgive(opsRoom, red, warning, idle) // two groups, in any order
	w.forgive(hall, redInHall, warning, idle)
}

func TestAlertsWhileTheBridgeIsDown(t *testing.T) {
	t.Parallel()
	w := beginWithAlertmanager(t)
	w.kill()
	w.Fire("DiskFull severity=critical host=db1")
	w.start()
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
}
