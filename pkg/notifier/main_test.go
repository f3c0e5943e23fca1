package notifier

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/lamp"
)

// The test binary plays three parts: the tests, the notifier that a Host
// starts, and, for the test in which the host is killed, that host.
func TestMain(m *testing.M) {
	if StartedByHost() {
		timing := DefaultTiming
		timing.Poll = 20 * time.Millisecond
		if !serve(lineFactory{}, timing) {
			os.Exit(exitFailed)
		}
		os.Exit(exitOK)
	}
	if settings := os.Getenv("ANDON_TEST_HOST_SETTINGS"); settings != "" {
		beHost(settings, os.Getenv("ANDON_TEST_HOST_SOCKETS"))
	}
	goleak.VerifyTestMain(m)
}

// beHost runs a host until it is killed, and prints the notifier's process id.
func beHost(settings, sockets string) {
	path, _ := os.Executable()
	sum, err := FileSHA256(path)
	if err != nil {
		panic(err)
	}
	var h *Host
	h, err = NewHost(Config{
		Name: "test", Path: path, SHA256: sum, SocketDir: sockets, Logger: slog.New(slog.DiscardHandler),
		Events: Events{OnUp: func(int) { fmt.Println(h.Status().PID) }},
	})
	if err != nil {
		panic(err)
	}
	_ = h.Configure(context.Background(), []Tower{{Name: "ops", Settings: json.RawMessage(settings)}})
	_ = h.Run(context.Background())
}

// line is a tower on a loopback socket, so that the test holds it while the
// driver is in another process: one command and one answer a line.
type line struct {
	*fakeTower
	settings json.RawMessage
}

func newLine(t *testing.T) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tower := &line{fakeTower: &fakeTower{}, settings: fmt.Appendf(nil, `{"address":%q}`, l.Addr())}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { tower.answer(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		conns.Wait()
	})
	return tower
}

func (l *line) answer(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	in := bufio.NewScanner(conn)
	if !in.Scan() {
		return
	}
	verb, rest, _ := strings.Cut(in.Text(), " ")
	var answer lamp.State
	var err error
	switch verb {
	case "apply":
		err = l.Apply(context.Background(), state(rest))
	case "read":
		answer, err = l.Read(context.Background())
	case "test":
		err = l.Test(context.Background())
	}
	switch {
	case errors.Is(err, ErrRefused):
		fmt.Fprintln(conn, "refused")
	case errors.Is(err, errors.ErrUnsupported):
		fmt.Fprintln(conn, "unsupported")
	case err == nil:
		fmt.Fprintln(conn, answer)
	}
}

// lineFactory is the notifier's side of it.
type lineFactory struct{}

type lineSettings struct {
	Address string `json:"address"`
	Crash   bool   `json:"crash"`
}

func (lineFactory) Validate(settings json.RawMessage) []Problem {
	var s lineSettings
	if err := json.Unmarshal(settings, &s); err != nil || s.Address == "" {
		return []Problem{{Path: "address", What: "missing", Allowed: "host:port"}, {Path: "tiers[2]", What: "wrong"}}
	}
	return nil
}

func (f lineFactory) Describe(settings json.RawMessage) (lamp.Capabilities, error) {
	var s lineSettings
	_ = json.Unmarshal(settings, &s)
	if s.Crash {
		fmt.Fprintln(os.Stdout, "stray words before the crash")
		panic("told to crash")
	}
	if f.Validate(settings) != nil {
		return lamp.Capabilities{}, errors.New("address: missing")
	}
	return fakeCapabilities, nil
}

func (lineFactory) Open(t Tower) (Driver, error) {
	var s lineSettings
	if err := json.Unmarshal(t.Settings, &s); err != nil {
		return nil, err
	}
	return lineDriver(s.Address), nil
}

type lineDriver string

func (d lineDriver) say(ctx context.Context, words string) (lamp.State, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", string(d))
	if err != nil {
		return lamp.State{}, err
	}
	defer conn.Close()
	if at, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(at)
	}
	fmt.Fprintln(conn, words)
	in := bufio.NewScanner(conn)
	if !in.Scan() {
		return lamp.State{}, errors.New("hung up without an answer")
	}
	switch in.Text() {
	case "refused":
		return lamp.State{}, fmt.Errorf("%w: NAK", ErrRefused)
	case "unsupported":
		return lamp.State{}, errors.ErrUnsupported
	}
	return lamp.Parse(in.Text())
}

func (d lineDriver) Apply(ctx context.Context, s lamp.State) error {
	_, err := d.say(ctx, "apply "+s.String())
	return err
}

func (d lineDriver) Read(ctx context.Context) (lamp.State, error) { return d.say(ctx, "read") }

func (d lineDriver) Test(ctx context.Context) error {
	_, err := d.say(ctx, "test")
	return err
}

func (lineDriver) Close() error { return nil }

// eventually waits for a condition; the deadline is only there to end a test
// that has failed.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.NewTimer(60 * time.Second)
	defer deadline.Stop()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			t.Fatalf("never happened: %s", what)
		}
	}
}

// stop stops the process and waits until it stands.
func stop(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "every thread stands", func() bool { return rig.Stands(pid) })
}

// socketDir is a folder with a short path that must be empty in the end.
func socketDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "andon")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func empty(dir string) bool {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	return err == nil && len(names) == 0
}
