package e2e_test

import (
	"strings"
	"testing"
)

var buttonAcknowledges = edit{"    buzzer_for: 0s\n", "    buzzer_for: 0s\n    button: acknowledge\n"} // of the first tower

// read waits until the notifier has read the tower since it was last written,
// and knows what it read: the second reading begins after the first.
func (w *world) read(tower string) {
	w.Helper()
	w.until(tower+" was read twice", func() bool {
		reads := 0
		for _, e := range w.rooms[tower].Log() {
			switch {
			case e.Read:
				reads++
			default:
				reads = 0
			}
		}
		return reads >= 2
	})
}

// By default the button is not believed: it reads like a power cycle.
func TestButtonRelights(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.Deliver("DiskFull severity=critical host=db1")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	for name, shows := range map[string]string{opsRoom: red, hall: redInHall} {
		w.read(name)
		w.rooms[name].Clear()
		w.Expect(name, dark, shows)
	}
	if ack := w.one("DiskFull").Ack; ack != nil {
		t.Errorf("the button has acknowledged: %+v", ack)
	}
}

func TestButtonAcknowledges(t *testing.T) {
	t.Parallel()
	w := begin(t, buttonAcknowledges)
	w.Deliver("DiskFull severity=critical host=db1")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.read(opsRoom)
	w.rooms[opsRoom].Clear()
	w.Expect(opsRoom, dark, acked)
	w.Expect(hall, acked)
	if ack := w.one("DiskFull").Ack; ack == nil || ack.By != "tower ops-room (button or other sender)" {
		t.Errorf("the acknowledgement is %+v", ack)
	}

	w.Deliver("NoSpace severity=critical")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.read(hall)
	w.rooms[hall].Clear() // this one's button only relights
	w.Expect(hall, dark, redInHall)
	w.Stays(opsRoom, red)
}

// The button covers what the tower was seen to show before, nothing that came
// while it was out of sight.
func TestButtonCoversOnlyWhatWasConfirmed(t *testing.T) {
	t.Parallel()
	w := begin(t, buttonAcknowledges)
	w.Deliver("Slow severity=warning")
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)
	w.read(opsRoom)

	w.rooms[opsRoom].Unplug()
	w.OnBoard("Slow", "TowerLost")
	w.Deliver("DiskFull severity=critical host=db1")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
	w.rooms[opsRoom].Clear()
	w.must(w.rooms[opsRoom].Plug())
	w.Expect(opsRoom, dark, "red=flash amber=steady buzzer=1")
	w.OnBoard("DiskFull", "Slow")
	for _, a := range w.board() {
		if a.Ack != nil {
			t.Errorf("%s was acknowledged by %s", a.Name, a.Ack.By)
		}
	}

	w.read(opsRoom) // now it was seen to show both
	w.rooms[opsRoom].Clear()
	w.Expect(opsRoom, dark, "red=steady amber=steady")
	w.Expect(hall, "red=steady amber=steady")
	for _, a := range w.board() {
		if a.Ack == nil || !strings.HasPrefix(a.Ack.By, "tower ops-room") {
			t.Errorf("%s: the acknowledgement is %+v", a.Name, a.Ack)
		}
	}
}
