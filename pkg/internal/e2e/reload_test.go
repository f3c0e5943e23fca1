package e2e_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
)

const reloadedWell = "andon_config_last_reload_successful"

// raiseSlow is a good change: what is slow is critical now.
var raiseSlow = edit{`  - {name: critical,`, `  - {name: slow, match: ['alertname="Slow"'], severity: critical}
  - {name: critical,`}

func (w *world) reload() (status int, answer string) {
	w.Helper()
	return w.ask(http.DefaultClient, request{method: http.MethodPost, url: w.bridge.URL + "/-/reload", token: operatorToken})
}

// hangup makes the bridge read its configuration by SIGHUP, and waits until it
// says what came of it.
func (w *world) hangup(says string) {
	w.Helper()
	before := strings.Count(w.log(), says)
	w.must(w.bridge.Signal(syscall.SIGHUP))
	w.until("the log says: "+says, func() bool { return strings.Count(w.log(), says) > before })
}

func TestReloadGoodFile(t *testing.T) {
	t.Parallel()
	for name, reload := range map[string]func(*world){
		"SIGHUP": func(w *world) { w.hangup(`msg="configuration reloaded"`) },
		"POST": func(w *world) {
			if status, answer := w.reload(); status != http.StatusOK {
				w.Errorf("reload answered %d: %s", status, answer)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			w.Deliver("Slow severity=warning", "DiskFull severity=critical host=db1")
			w.Expect(opsRoom, "red=flash amber=steady buzzer=1")
			w.Expect(hall, "red=flash amber=steady buzzer=2")
			w.Acknowledge("DiskFull")
			w.Expect(opsRoom, "red=steady amber=steady")
			w.Expect(hall, "red=steady amber=steady")

			w.change(raiseSlow, edit{"warning: {amber: steady}", "warning: {blue: steady}"})
			reload(w)
			w.Expect(opsRoom, red) // Slow, which nobody has taken
			w.Expect(hall, redInHall)
			if got := w.one("Slow"); got.Severity != "critical" || got.Rule != "slow" {
				t.Errorf("Slow is %s by rule %q, expected critical by the rule slow", got.Severity, got.Rule)
			}
			if ack := w.one("DiskFull").Ack; ack == nil || ack.By != "sato" {
				t.Errorf("the acknowledgement is %+v, expected that sato's stays", ack)
			}
			w.DeliverResolved("Slow severity=warning")
			w.Expect(opsRoom, acked)
			w.Expect(hall, acked)
			w.Deliver("Other severity=warning")
			w.Expect(opsRoom, "red=steady blue=steady") // as the new file says
			w.Expect(hall, "red=steady amber=steady")
		})
	}
}

func TestReloadBadFile(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.Deliver("Slow severity=warning")
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)
	good := w.text
	w.change(raiseSlow, edit{"severity: disaster, ", "severity: gravest, "}, edit{"critical: {red: flash, buzzer: 2}", "critical: {red: blink}"},
		edit{"towers:", "escalations: []\ntowers:"})
	status, answer := w.reload()
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a bad file was answered %d, expected 422", status)
	}
	for _, m := range []string{`unknown severity \"gravest\"`, "rules[5].severity", "towers[1].show.critical.red", "escalations", "not supported yet", "andon.yaml:"} {
		if !strings.Contains(answer, m) {
			t.Errorf("the answer says nothing of %s:\n%s", m, answer)
		}
	}
	w.unchangedBy("POST")
	w.hangup(`msg="configuration not reloaded: it stays as it was"`)
	w.unchangedBy("SIGHUP")

	// What only the notifier can know is a mistake as well.
	w.text = good
	w.change(raiseSlow, edit{"model: NHV6", "model: NHV9"}, edit{"critical: {red: flash, buzzer: 2}", "critical: {red: flash, buzzer: 9}"})
	status, answer = w.reload()
	if status != http.StatusUnprocessableEntity || !strings.Contains(answer, "towers[0].settings.model") || !strings.Contains(answer, "towers[1].show.critical.buzzer") {
		t.Errorf("a bad tower was answered %d: %s", status, answer)
	}
	w.unchangedBy("a bad tower")

	w.text = good
	w.change(raiseSlow)
	if status, answer := w.reload(); status != http.StatusOK {
		t.Errorf("the mended file was answered %d: %s", status, answer)
	}
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	if got := w.metric(reloadedWell); got != "1" {
		t.Errorf("%s is %q after a good reload, expected 1", reloadedWell, got)
	}
}

// unchangedBy checks that a bad file has changed nothing and that the metric
// tells of it.
func (w *world) unchangedBy(what string) {
	w.Helper()
	w.Stays(opsRoom, warning)
	w.Stays(hall, warning)
	if got := w.one("Slow"); got.Severity != "warning" {
		w.Errorf("after %s Slow is %s", what, got.Severity)
	}
	if got := w.metric(reloadedWell); got != "0" {
		w.Errorf("after %s %s is %q, expected 0", what, reloadedWell, got)
	}
}

// A sender that was refused before a reload is no news after it.
func TestReloadKeepsWhoIsRefused(t *testing.T) {
	t.Parallel()
	w := begin(t)
	send := func(token string, want int) {
		t.Helper()
		r := request{url: w.bridge.URL + "/receive/alertmanager", token: token, body: `{"version":"4","status":"firing","alerts":[]}`}
		if status, answer := w.ask(http.DefaultClient, r); status != want {
			t.Errorf("the sender was answered %d: %s", status, answer)
		}
	}
	send("mistyped", http.StatusUnauthorized)
	w.change(raiseSlow)
	w.hangup(`msg="configuration reloaded"`)
	send("mistyped", http.StatusUnauthorized)
	if n := strings.Count(w.log(), `msg="receiver refuses requests`); n != 1 {
		t.Errorf("it was logged %d times that the sender is refused, expected once", n)
	}
	w.hangup(`msg="configuration reloaded"`)
	send(amToken, http.StatusOK)
	w.until("the log says that it is accepted again", func() bool {
		return strings.Contains(w.log(), `msg="receiver accepts requests again" receiver=alertmanager`) && strings.Contains(w.log(), " refused=2\n")
	})
}
