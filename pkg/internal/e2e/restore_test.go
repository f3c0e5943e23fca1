package e2e_test

import (
	"strings"
	"testing"
)

// A tower with a dead-man tells by itself that nobody watches it any more.
func TestTowerFallsBackWhenTheBridgeIsKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, edit{"    buzzer_for: 0s\n", "    buzzer_for: 0s\n    restore: 6s\n"})
	w.start()
	w.Expect(opsRoom, bridgeFailed, idle) // its base is set before anything else
	w.Expect(hall, idle)
	w.Deliver("Slow severity=warning")
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)
	w.until("it was written to for longer than it would wait", func() bool {
		entries := w.rooms[opsRoom].Log()
		first, last := -1, -1
		for i, e := range entries {
			if e.State.String() == warning && strings.Contains(e.Command, "restore=6") {
				if last = i; first < 0 {
					first = i
				}
			}
		}
		return first >= 0 && entries[last].At.Sub(entries[first].At).Seconds() > 7
	})
	w.Stays(opsRoom, warning)

	w.kill()
	w.Expect(opsRoom, bridgeFailed)
	w.start()
	w.Expect(opsRoom, warning)
	w.Stays(hall, warning)
}
