package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/internal/rig"
)

// command is how a run of andon ended.
type command struct {
	status      int
	out, errors string
}

// andon runs the command line against the scenario's bridge, as its operator.
func (w *world) andon(args ...string) command {
	w.Helper()
	return w.andonWith([]string{"ANDON_URL=" + w.bridge.URL, "ANDON_TOKEN_FILE=" + w.bridge.TokenFile}, args...)
}

func (w *world) andonWith(env []string, args ...string) command {
	w.Helper()
	c := exec.CommandContext(w.Context(), programs.Andon, args...)
	c.Dir = w.dir
	c.Env = append(os.Environ(), env...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.Fatal(err)
	}
	for _, text := range []string{out.String(), errs.String()} {
		if strings.Contains(text, operatorToken) || strings.Contains(text, amToken) {
			w.Errorf("andon %s prints a secret:\n%s", strings.Join(args, " "), text)
		}
	}
	return command{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// Gave checks how a command ended and what it says: on standard output where
// it ended well, else on standard error.
func (w *world) Gave(c command, status int, says ...string) {
	w.Helper()
	text := c.out
	if status != 0 {
		text = c.errors
	}
	if c.status != status {
		w.Errorf("exit status %d, expected %d\n%s%s", c.status, status, c.out, c.errors)
	}
	for _, s := range says {
		if !strings.Contains(text, s) {
			w.Errorf("it does not say %q:\n%s", s, text)
		}
	}
}

func TestCommandCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.Gave(w.andon("check", w.bridge.Config), 0, "is right: 2 receivers, 5 rules, 2 towers",
		"warnings:", "the light of an idle tower cannot go out by itself when the bridge dies")
	for _, r := range w.rooms {
		if len(r.Log()) > 0 {
			t.Error("check contacted a tower")
		}
	}

	good := w.text
	w.change(edit{"severity: disaster, ", "severity: gravest, "}, edit{"red: flash, buzzer: 2", "red: blink"}, edit{"role: admin", "role: king"},
		edit{"journal:", "jurnal:"})
	w.Gave(w.andon("check", w.bridge.Config), 2, `rules[4].severity: unknown severity "gravest"`, `towers[1].show.critical.red: unknown pattern "blink"`,
		"users[0].role", "jurnal: unknown field",
		w.bridge.Config+":4:", w.bridge.Config+":5:1: ", w.bridge.Config+":20:62: ", w.bridge.Config+":40:23: ")

	w.text = good // what only the notifier knows
	w.change(edit{"model: NHV6", "model: NHV9"}, edit{"red: flash, buzzer: 2", "red: flash3, buzzer: 9"})
	w.Gave(w.andon("check", w.bridge.Config), 2, "towers[0].settings.model", "towers[1].show.critical.red", "towers[1].show.critical.buzzer",
		"LA6-POE has buzzer patterns 1 to 3")
	w.Gave(w.andon("check", filepath.Join(w.dir, "nowhere.yaml")), 2, "nowhere.yaml")
	w.Gave(w.andon("chek"), 2, `unknown command "chek"; did you mean check?`)
	w.Gave(w.andon(), 0, "andon serve --config")
	w.Gave(w.andon("check", "--nonsense"), 2, "nonsense")
}

func TestCommandExplain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	file := func(name string, body []byte) string {
		path := filepath.Join(w.dir, name)
		w.must(os.WriteFile(path, body, 0o600))
		return path
	}
	explain := func(receiver, path string) command {
		return w.andon("explain", "--config", w.bridge.Config, "--receiver", receiver, path)
	}
	w.Gave(explain("alertmanager", file("webhook.json", webhook("firing", "DiskFull severity=critical", "Other severity=none"))), 0,
		"Alertmanager webhook, taken by receiver alertmanager", "event 2 of 2", "critical: yes, it decides", "own: no,",
		"ops-room: "+red, "hall: "+redInHall, "no rule matched")
	w.Gave(explain("aws", file("sns.json", w.signed(alarm("ALARM", time.Now())))), 0,
		"CloudWatch alarm", "assumed: its signature and age were not checked", "cloudwatch: yes, it decides", "identity: arn:aws:cloudwatch:")

	mail := "From: zabbix@monitor.example.jp\r\nTo: alerts@in.example.jp\r\nDate: Tue, 06 Oct 2026 19:42:00 +0900\r\n" +
		"Message-ID: <1@monitor.example.jp>\r\nSubject: =?ISO-2022-JP?B?GyRCIUo+YzMyIUsbKEI=?=\r\n\r\nbody\r\n"
	subject := func(s string) []byte {
		return []byte(strings.Replace(mail, "=?ISO-2022-JP?B?GyRCIUo+YzMyIUsbKEI=?=", s, 1))
	}
	w.Gave(explain("aws", file("failure.eml", subject("[障害] db1 PostgreSQL"))), 0,
		"mail, taken by receiver aws", "assumed: DMARC PASS", "mail-ng: yes, it decides", "host = db1", "ops-room: "+red)
	w.Gave(explain("aws", file("recovery.eml", subject("[復旧] db1 PostgreSQL"))), 0, "this is the recovery of its alert", "it ends that alert where it is open")
	w.Gave(explain("aws", file("ordinary.eml", subject("weekly report"))), 0, "no rule matched", "kept on record, lights nothing")

	w.Gave(explain("alertmanager", file("old.json", []byte(`{"version":"3","alerts":[]}`))), 2, "version", `got "3"`)
	w.Gave(explain("nobody", file("failure2.eml", subject("x"))), 2, "alertmanager, aws")
	w.Gave(explain("aws", filepath.Join(w.dir, "nowhere.eml")), 2, "nowhere.eml")
}

func TestCommandsAgainstARunningBridge(t *testing.T) {
	t.Parallel()
	w := begin(t)
	backup := []string{"send", "--label", "alertname=BackupFailed", "--label", "severity=critical", "--annotation", "summary=no space left"}
	w.Gave(w.andon(backup...), 0, "is critical (rule critical)")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.Gave(w.andon("alerts"), 0, "BackupFailed", "critical", "unacknowledged")
	w.Gave(w.andon("alerts", `alertname="Other"`), 0, "nothing is open")
	var alerts []client.Alert
	w.must(json.Unmarshal([]byte(w.andon("alerts", "--json").out), &alerts))
	if len(alerts) != 1 || alerts[0].Annotations.Get("summary") != "no space left" {
		t.Errorf("alerts --json lists %+v", alerts)
	}

	w.Gave(w.andon("buzzer-stop", opsRoom), 0, "buzzer stopped")
	w.Expect(opsRoom, "red=flash")
	w.Gave(w.andon("buzzer-stop"), 0)
	w.Expect(hall, "red=flash")
	w.Stays(opsRoom, "red=flash")
	w.Gave(w.andon("buzzer-stop", "attic"), 1, "attic")

	w.Gave(w.andon("ack"), 2, "say which alerts")
	w.Gave(w.andon("ack", "--match", `alertname="BackupFailed"`, "--comment", "on it"), 0, "acknowledged")
	w.Expect(opsRoom, acked)
	w.Expect(hall, acked)
	if ack := w.one("BackupFailed").Ack; ack == nil || ack.By != "sato" || ack.Comment != "on it" {
		t.Errorf("the acknowledgement is %+v", ack)
	}
	w.Gave(w.andon("ack", string(alerts[0].Identity)), 1, "1 of 1 alerts stayed as they were")
	w.Gave(w.andon("reset", "--all"), 0, "there was nothing to do")
	w.Gave(w.andon(append(backup[:5:5], "--resolve")...), 0, "resolved")
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)

	// Sequence M: over, acknowledged, and still lit until it is reset.
	fire := []string{"send", "--label", "alertname=Fire", "--label", "severity=disaster"}
	w.Gave(w.andon(fire...), 0, "is disaster (rule manual)")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.Gave(w.andon(append(fire, "--resolve")...), 0)
	w.Stays(opsRoom, red)
	w.Gave(w.andon("ack", "--all"), 0)
	w.Expect(opsRoom, acked)
	w.Expect(hall, acked)
	w.Gave(w.andon("reset", "--all"), 0, "reset")
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)

	w.Gave(w.andon("send", "--label", "alertname=Soon", "--for", "1s"), 0, "no rule matched")
	w.Expect(opsRoom, warning, idle)
	w.Expect(hall, warning, idle)
	w.Gave(w.andon("send"), 2, "--label")
	w.Gave(w.andon("send", "--label", "a=b", "--for", "soon"), 2, "soon")
	w.Gave(w.andon("history", "--limit", "5"), 0, "ended", "opened")
	w.Gave(w.andon("version"), 0, "andon ")
}

func TestCommandTower(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.Gave(w.andon("tower", "list"), 0, opsRoom, hall, "seen", idle)
	var towers []client.Tower
	w.must(json.Unmarshal([]byte(w.andon("tower", "list", "--json").out), &towers))
	if len(towers) != 2 || len(towers[0].Units) != 5 {
		t.Errorf("tower list --json lists %+v", towers)
	}
	w.Gave(w.andon("tower", "read", hall), 0, idle)
	w.Gave(w.andon("tower", "read", "attic"), 1, "no tower of that name")

	w.Gave(w.andon("tower", "test", opsRoom), 0, "ops-room was tested")
	all := w.rooms[opsRoom].shown()[w.rooms[opsRoom].told+1]
	for _, unit := range []string{"red=", "amber=", "green=", "blue=", "white="} {
		if !strings.Contains(all, unit) {
			t.Errorf("the test showed %q, expected every light", all)
		}
	}
	w.Expect(opsRoom, all, idle)
	w.Stays(hall, idle)

	w.rooms[hall].Unplug()
	w.Expect(opsRoom, warning)
	w.Gave(w.andon("tower", "list"), 0, "lost ", "unknown: read:")
	w.Gave(w.andon("tower", "read", hall), 1, "hall")
}

func TestCommandsThatCannotReachTheBridge(t *testing.T) {
	t.Parallel()
	w := begin(t)
	wrong := filepath.Join(w.dir, "wrong-token")
	w.must(os.WriteFile(wrong, []byte("guessed\n"), 0o600))
	for _, args := range [][]string{{"alerts"}, {"ack", "--all"}, {"tower", "list"}, {"send", "--label", "a=b"}} {
		w.Gave(w.andon(append(args, "--token-file", wrong)...), 1, "wrong name, password or token")
		w.Gave(w.andonWith([]string{"ANDON_URL=" + w.bridge.URL}, args...), 1, "no credentials")
	}
	w.Gave(w.andon("alerts", "--token-file", filepath.Join(w.dir, "nowhere")), 2, "nowhere")
	w.Gave(w.andon("alerts", "--url", "ftp://andon"), 2, "is not the URL of a bridge")

	nobody, err := rig.FreeAddress()
	w.must(err)
	w.Gave(w.andon("alerts", "--url", "http://"+nobody), 1, "reach the bridge at http://"+nobody, "refused")
}
