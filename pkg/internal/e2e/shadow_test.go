package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/bridge"
)

// In shadow mode the board is kept, no lamp is written, and the report tells
// what would have lit.
func TestShadow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, []string{"--shadow"})
	w.start()
	w.Deliver("DiskFull severity=critical host=db1")
	w.OnBoard("DiskFull")
	w.until("the report has the red lamp", func() bool { return w.wouldHaveShown(opsRoom, red) && w.wouldHaveShown(hall, redInHall) })
	w.Acknowledge("DiskFull")
	w.until("the report has the acknowledged lamp", func() bool { return w.wouldHaveShown(opsRoom, acked) && w.wouldHaveShown(hall, acked) })
	if status, answer := w.ask(http.DefaultClient, request{method: http.MethodPost, url: w.bridge.URL + "/api/v1/towers/ops-room/test", token: operatorToken}); status != http.StatusConflict {
		t.Errorf("a test of a tower was answered %d, expected 409: %s", status, answer)
	}
	w.stop()
	for _, line := range []string{"tower ops-room would have shown:", "tower hall would have shown:", red, redInHall} {
		if !strings.Contains(w.bridge.Output(), line) {
			t.Errorf("the report at the end does not say %q:\n%s", line, w.bridge.Output())
		}
	}
	if strings.Contains(w.log(), `msg="notifier up"`) {
		t.Error("a notifier was started")
	}
	for name, r := range w.rooms {
		if log := r.Log(); len(log) > 0 {
			t.Errorf("%s was sent %q", name, log[0].Command)
		}
	}
}

func (w *world) wouldHaveShown(tower, state string) bool {
	w.Helper()
	_, answer := w.get("/api/v1/shadow", operatorToken)
	var reports []bridge.ShadowReport
	w.must(json.Unmarshal([]byte(answer), &reports))
	for _, r := range reports {
		if r.Tower == tower {
			return r.Times[state] > 0
		}
	}
	return false
}
