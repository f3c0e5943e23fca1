package virtual

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite"
)

func TestStartRefusesWhatItCannotBe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"model":      {Config{Model: "NHX9"}, `unknown model "NHX9"`},
		"six tiers":  {Config{Model: "LA6-POE", Tiers: make([]lamp.Unit, 6)}, "6 tiers: model LA6-POE has 5"},
		"pink":       {Config{Model: "LA6-POE", Tiers: []lamp.Unit{"red", "pink"}}, `tier 2: unknown unit "pink"`},
		"NHV by PNS": {Config{Model: "NHV6", PNS: "127.0.0.1:0"}, "speaks no PNS"},
		"HTTP port":  {Config{Model: "NHV6", HTTP: taken.Addr().String()}, "listen for HTTP"},
		"PNS port":   {Config{Model: "LR5-LAN", HTTP: "127.0.0.1:0", PNS: taken.Addr().String()}, "listen for PNS over TCP"},
	} {
		if _, err := Start(c.config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

// TestRestore: a command with restore falls back to what led has set, not to
// the state before it.
func TestRestore(t *testing.T) {
	var ts timers
	tower := start(t, Config{Model: "NHV6", HTTP: "127.0.0.1:0", AfterFunc: ts.afterFunc})
	send := func(query, want string) {
		t.Helper()
		if reply := command(t, tower, query); reply != "Success." {
			t.Errorf("%s: %s", query, reply)
		}
		shows(t, tower, want)
	}
	ranOut := func(want ...time.Duration) {
		t.Helper()
		if got := ts.runOut(); !slices.Equal(got, want) {
			t.Errorf("timers ran out after %v, want %v", got, want)
		}
	}

	send("led=11000", "red=steady amber=steady")
	send("alert=001003", "green=steady buzzer=3")
	ranOut()
	send("alert=200001&restore=4", "red=flash buzzer=1")
	send("alert=999999&restore=9", "red=flash buzzer=1")
	ranOut(9 * time.Second)
	shows(t, tower, "red=steady amber=steady")

	send("alert=001000&restore=4", "green=steady")
	send("alert=001000", "green=steady")
	ranOut()

	send("alert=000100&restore=4", "blue=steady")
	tower.PowerCycle()
	shows(t, tower, "off")
	ranOut()
	send("alert=000100&restore=4", "blue=steady")
	ranOut(4 * time.Second)
	shows(t, tower, "off") // the base went with the power

	send("led=00001", "white=steady")
	send("alert=300000&restore=99", "red=flash2")
	tower.Unplug()
	ranOut(99 * time.Second)
	shows(t, tower, "white=steady")
}

func TestARestoreThatIsRunningEndsWithTheTower(t *testing.T) {
	tower := start(t, Config{Model: "NHV6", HTTP: "127.0.0.1:0"})
	if reply := command(t, tower, "alert=100000&restore=99"); reply != "Success." {
		t.Fatal(reply)
	}
	if err := tower.Close(); err != nil { // would wait for the timer otherwise
		t.Fatal(err)
	}
	if err := tower.Plug(); err == nil {
		t.Error("a closed tower can be plugged in")
	}
}

func TestLogHistoryAndSubscription(t *testing.T) {
	now := time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)
	tower := start(t, Config{
		Model: "LA6-POE", HTTP: "127.0.0.1:0", PNS: "127.0.0.1:0",
		Clock: func() time.Time { now = now.Add(time.Second); return now },
	})
	begin := now
	changes, cancel := tower.Subscribe()
	set(t, tower, "red=flash buzzer=1")
	set(t, tower, "red=flash buzzer=1")
	command(t, tower, "nosuch=1")
	do(t, http.MethodGet, "http://"+tower.HTTPAddr()+"/api/status?format=json")
	pns(t, tower, patlite.RebootFrame("guess").Bytes(), patlite.NAK)
	pns(t, tower, []byte("AB!\x00\x00\x01\x07"), patlite.NAK)
	tower.Clear()
	cancel()
	cancel()

	var got []string
	for i, e := range tower.Log() {
		if want := begin.Add(time.Duration(i+1) * time.Second); !e.At.Equal(want) {
			t.Errorf("entry %d is of %s, want %s", i, e.At, want)
		}
		got = append(got, fmt.Sprintf("%s %q → %q read=%t changed=%t %s", e.Protocol, e.Command, e.Reply, e.Read, e.Changed, e.State))
	}
	want := []string{
		`set "red=flash buzzer=1" → "" read=false changed=true red=flash buzzer=1`,
		`set "red=flash buzzer=1" → "" read=false changed=false red=flash buzzer=1`,
		`http "GET /api/control?nosuch=1" → "Error." read=false changed=false red=flash buzzer=1`,
		`http "GET /api/status?format=json" → "Error." read=true changed=false red=flash buzzer=1`,
		`pns/tcp "B (password)" → "15" read=false changed=false red=flash buzzer=1`,
		`pns/tcp "! 07" → "15" read=false changed=false red=flash buzzer=1`,
		`button "clear" → "" read=false changed=true off`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("log (-want +got):\n%s", d)
	}
	got = nil
	for e := range changes {
		got = append(got, e.State.String())
	}
	if d := cmp.Diff([]string{"red=flash buzzer=1", "off"}, got); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
	got = nil
	for _, s := range tower.History() {
		got = append(got, s.State.String())
	}
	if d := cmp.Diff([]string{"off", "red=flash buzzer=1", "off"}, got); d != "" {
		t.Errorf("history (-want +got):\n%s", d)
	}
}

func TestTheMemoryIsBounded(t *testing.T) {
	tower := start(t, Config{Model: "NHV6"})
	slow, cancel := tower.Subscribe()
	defer cancel()
	red, dark := parse(t, "red=steady"), lamp.State{}
	for range maxShown {
		if err := errors.Join(tower.Set(red), tower.Set(dark)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(tower.Log()); n != maxEntries {
		t.Errorf("%d entries", n)
	}
	if n := len(tower.History()); n != maxShown {
		t.Errorf("%d states", n)
	}
	n := 0
	for range slow { // ends: the channel was closed when it was full
		n++
	}
	if n != maxSubscriber {
		t.Errorf("the slow reader got %d changes", n)
	}
	// Waiting still works when old states have been dropped.
	if err := tower.Wait(t.Context(), func(s lamp.State) bool { return s.Equal(dark) }); err != nil {
		t.Error(err)
	}
}

func TestWaitSeesEveryState(t *testing.T) {
	tower := start(t, Config{Model: "NHV6"})
	set(t, tower, "green=steady")
	waiting, done := make(chan struct{}), make(chan error)
	go func() {
		first := true
		done <- tower.Wait(t.Context(), func(s lamp.State) bool {
			if first {
				close(waiting)
				first = false
			}
			return s.Equal(lamp.State{Lights: map[lamp.Unit]lamp.Pattern{lamp.Red: lamp.Flash}})
		})
	}()
	<-waiting
	set(t, tower, "red=flash")
	set(t, tower, "amber=steady")
	if err := <-done; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	never := func(lamp.State) bool { return false }
	if err := tower.Wait(ctx, never); err == nil || err.Error() != "wait for the tower, which shows amber=steady: enough" {
		t.Errorf("error %v", err)
	}
	if err := tower.Close(); err != nil {
		t.Fatal(err)
	}
	if err := tower.Wait(t.Context(), never); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("error %v", err)
	}
	if c, _ := tower.Subscribe(); func() bool { _, ok := <-c; return ok }() {
		t.Error("a closed tower has changes")
	}
}

// TestUnplug: the ports are dead, open connections are cut, and the same
// ports live again.
func TestUnplug(t *testing.T) {
	tower := start(t, Config{Model: "NHL-5FV2W", HTTP: "127.0.0.1:0", PNS: "127.0.0.1:0"})
	set(t, tower, "blue=flash2")
	web, socket := tower.HTTPAddr(), tower.PNSAddr()
	conn := dial(t, socket)
	if _, err := conn.Write(patlite.StatusFrame("XX").Bytes()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	tower.Unplug()
	tower.Unplug()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("an open connection lives on")
	}
	for _, address := range []string{web, socket} {
		if c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address); err == nil {
			c.Close()
			t.Errorf("%s takes connections", address)
		}
	}
	if err := errors.Join(tower.Plug(), tower.Plug()); err != nil {
		t.Fatal(err)
	}
	if tower.HTTPAddr() != web || tower.PNSAddr() != socket {
		t.Errorf("the ports were %s and %s, are %s and %s", web, socket, tower.HTTPAddr(), tower.PNSAddr())
	}
	if reply := command(t, tower, "alert=199999"); reply != "Success." {
		t.Errorf("reply %s", reply)
	}
	pns(t, tower, patlite.MotionFrame("XX", patlite.Digits{9, 1, 9, 9, 9, 4}).Bytes(), patlite.ACK)
	shows(t, tower, "red=steady amber=steady blue=flash2 buzzer=4")
}

func TestSetRefusesWhatTheModelCannotShow(t *testing.T) {
	tower := start(t, Config{Model: "NHL-3FB2"})
	if err := tower.Set(parse(t, "white=steady")); err == nil {
		t.Error("a light that is not there was lit")
	}
	shows(t, tower, "off")
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// pns sends one frame and wants a one-byte answer.
func pns(t *testing.T, tower *Tower, frame []byte, want byte) {
	t.Helper()
	conn := dial(t, tower.PNSAddr())
	defer conn.Close()
	if _, err := conn.Write(frame); err != nil {
		t.Fatal(err)
	}
	var reply [1]byte
	if _, err := io.ReadFull(conn, reply[:]); err != nil || reply[0] != want {
		t.Errorf("%X is answered %X, %v; want %X", frame, reply, err, want)
	}
}
