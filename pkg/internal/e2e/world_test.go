package e2e_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

// The towers of testdata/rooms.yaml: one that speaks HTTP, one that speaks
// PNS.
const (
	opsRoom = "ops-room"
	hall    = "hall"
)

// What the towers of testdata/rooms.yaml show.
const (
	dark         = "off"
	idle         = "green=steady"
	warning      = "amber=steady"
	acked        = "red=steady"
	red          = "red=flash buzzer=1" // in the ops-room
	redInHall    = "red=flash buzzer=2"
	bridgeFailed = "red=steady amber=steady green=steady"
)

// Secrets that no log and no answer may hold.
const (
	operatorToken = "operator-secret" // as rig.NewBridge writes it
	amToken       = "alertmanager-secret"
	grafanaSecret = "grafana-hmac-secret"
)

const topic = "arn:aws:sns:ap-northeast-1:123456789012:alarms"

// patience is how long anything is waited for.
const patience = 30 * time.Second

// world is one scenario: its programs, and its towers with how much of their
// history has been told.
type world struct {
	*testing.T
	dir    string
	bridge *rig.Bridge
	am     *rig.Alertmanager
	sns    *rig.SNS
	rooms  map[string]*room
	text   string // of the configuration, before its placeholders are filled
	up     bool
}

// room is a tower, and the position in its history up to which the scenario
// has told what it shows.
type room struct {
	*virtual.Tower
	told int
}

// edit changes the text of a configuration.
type edit struct{ old, new string }

// ownAlertsUnlit keeps the bridge's own alerts off the board, where it depends
// on chance whether it raises one.
var ownAlertsUnlit = edit{"severity: warning}", "severity: record}"}

// newWorld writes the configuration testdata/rooms.yaml with some changes, and
// starts its towers. args are the bridge's.
func newWorld(t *testing.T, args []string, edits ...edit) *world {
	t.Helper()
	w := &world{T: t, dir: t.TempDir(), rooms: map[string]*room{}}
	text, err := os.ReadFile("testdata/rooms.yaml")
	w.must(err)
	w.text = string(text)
	at := w.addresses(2)
	w.plugIn(opsRoom, virtual.Config{Model: "NHV6", HTTP: at[0]})
	w.plugIn(hall, virtual.Config{Model: "LA6-POE", PNS: at[1]})
	w.must(os.WriteFile(filepath.Join(w.dir, "alertmanager-token"), []byte(amToken+"\n"), 0o600))
	w.must(os.WriteFile(filepath.Join(w.dir, "grafana-hmac"), []byte(grafanaSecret+"\n"), 0o600))
	w.sns, err = rig.NewSNS(topic, filepath.Join(w.dir, "sns.pem"))
	w.must(err)
	w.bridge, err = rig.NewBridge(programs, w.dir, "", args...)
	w.must(err)
	w.change(edits...)
	t.Cleanup(w.end)
	return w
}

// begin is a world whose bridge runs and whose towers show that all is well.
func begin(t *testing.T, edits ...edit) *world {
	t.Helper()
	w := newWorld(t, nil, edits...)
	w.start()
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
	return w
}

// beginWithAlertmanager is such a world with an Alertmanager that sends to it.
func beginWithAlertmanager(t *testing.T, edits ...edit) *world {
	t.Helper()
	w := begin(t, edits...)
	var err error
	w.am, err = rig.NewAlertmanager(programs, w.dir, w.bridge.URL+"/receive/alertmanager", amToken)
	w.must(err)
	w.must(w.am.Start(w.Context()))
	return w
}

func (w *world) plugIn(name string, c virtual.Config) {
	w.Helper()
	c.Log = slog.New(slog.DiscardHandler)
	tower, err := virtual.Start(c)
	w.must(err)
	w.rooms[name] = &room{Tower: tower}
	w.Cleanup(func() { w.must(tower.Close()) })
}

// change rewrites the configuration, which the bridge has not read yet.
func (w *world) change(edits ...edit) {
	w.Helper()
	for _, e := range edits {
		if !strings.Contains(w.text, e.old) {
			w.Fatalf("the configuration has no %q", e.old)
		}
		w.text = strings.Replace(w.text, e.old, e.new, 1)
	}
	w.must(w.bridge.Write(strings.NewReplacer(
		"{{"+opsRoom+"}}", w.rooms[opsRoom].HTTPAddr(), "{{"+hall+"}}", w.rooms[hall].PNSAddr(),
	).Replace(w.text)))
}

// start starts the bridge.
func (w *world) start() {
	w.Helper()
	w.must(w.bridge.Start(w.Context()))
	w.up = true
}

// stop asks the bridge to end.
func (w *world) stop() {
	w.Helper()
	w.up = false
	w.must(w.bridge.Stop())
}

// kill ends the bridge as kill -9 does.
func (w *world) kill() {
	w.up = false
	w.bridge.Kill()
}

// end checks what nobody asked for, and stops everything.
func (w *world) end() {
	w.nothingElse()
	if w.am != nil && w.am.Process != nil {
		w.am.Kill()
	}
	if w.up {
		w.stop()
	}
	log := w.log()
	for _, secret := range []string{operatorToken, amToken, grafanaSecret} {
		if strings.Contains(log, secret) {
			w.Errorf("the log holds the secret %q", secret)
		}
	}
	if strings.Contains(log, "panic:") {
		w.Error("a program panicked")
	}
	if w.Failed() {
		w.Logf("log of andon:\n%s", log)
		if w.am != nil && w.am.Process != nil {
			w.Logf("log of Alertmanager:\n%s", w.am.Output())
		}
	}
}

// log is what the bridge has logged so far, in all its runs.
func (w *world) log() string {
	data, err := os.ReadFile(filepath.Join(w.dir, "andon.log"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.Errorf("read the log: %v", err)
	}
	return string(data)
}

// addresses returns loopback addresses that nobody listens on.
func (w *world) addresses(n int) []string {
	w.Helper()
	list := make([]string, n)
	for i := range list {
		var err error
		list[i], err = rig.FreeAddress()
		w.must(err)
	}
	return list
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// until waits for a condition.
func (w *world) until(what string, condition func() bool) {
	w.Helper()
	w.within(patience, what, condition)
}

func (w *world) within(limit time.Duration, what string, condition func() bool) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), limit)
	defer cancel()
	w.must(rig.Until(ctx, what, condition))
}

// child is the process of the notifier that was started last.
func (w *world) child() int {
	w.Helper()
	found := notifierUp.FindAllStringSubmatch(w.log(), -1)
	if len(found) == 0 {
		w.Fatal("no notifier was started")
	}
	pid, err := strconv.Atoi(found[len(found)-1][1])
	w.must(err)
	return pid
}

var notifierUp = regexp.MustCompile(`msg="notifier up".* pid=(\d+)`)

// signal sends a signal to the notifier.
func (w *world) signal(pid int, s syscall.Signal) {
	w.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		w.Fatalf("send %s to the notifier: %v", s, err)
	}
	if s == syscall.SIGSTOP {
		w.until("the notifier stands", func() bool { return rig.Stands(pid) })
	}
}

// shown is the tower's history, as text.
func (r *room) shown() []string {
	var states []string
	for _, s := range r.History() {
		states = append(states, s.State.String())
	}
	return states
}

// lamps reads a state as the scenarios write it.
func (w *world) lamps(text string) lamp.State {
	w.Helper()
	s, err := lamp.Parse(text)
	w.must(err)
	return s
}
