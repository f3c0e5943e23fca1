package notifier

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/lamp"
)

func TestNotifierEndsWhenItsHostIsKilled(t *testing.T) {
	tower := newLine(t)
	sockets := socketDir(t)
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), "ANDON_TEST_HOST_SETTINGS="+string(tower.settings), "ANDON_TEST_HOST_SOCKETS="+sockets)
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	text, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	if rig.Ended(pid) {
		t.Fatal("the notifier is not there")
	}
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = host.Wait()
	eventually(t, "notifier without a host ends", func() bool { return rig.Ended(pid) })
	eventually(t, "its socket is removed", func() bool { return empty(sockets) })
}

func TestWrongChecksumIsRefused(t *testing.T) {
	wrong := strings.Repeat("ab", 32)
	r := runHost(t, func(c *Config) { c.SHA256 = wrong })
	eventually(t, "refused more than once", func() bool { return r.Status().Restarts > 2 })
	err := r.apply(t, 1, "off")
	if !errors.Is(err, ErrDown) || !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), "expected is "+wrong+"; not started") {
		t.Errorf("apply: %v", err)
	}
	r.stop()
	if len(r.lines) != 1 || !r.told("down: notifier is not the file it should be: ") {
		t.Errorf("told %q, once is enough", r.lines)
	}
	if n := strings.Count(r.log.String(), "does not start"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}

func TestExecutableThatIsNoNotifier(t *testing.T) {
	script := func(t *testing.T, body string) Config {
		t.Helper()
		path := filepath.Join(t.TempDir(), "script")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o755); err != nil {
			t.Fatal(err)
		}
		sum, err := FileSHA256(path)
		if err != nil {
			t.Fatal(err)
		}
		return Config{Path: path, SHA256: sum}
	}
	t.Run("prints something else", func(t *testing.T) {
		c := script(t, "echo hello\n")
		r := runHost(t, func(to *Config) { to.Path, to.SHA256 = c.Path, c.SHA256 })
		eventually(t, "told", func() bool {
			return r.told("down: start notifier " + c.Path + ": Unrecognized remote plugin message: hello")
		})
	})
	t.Run("says nothing, and hides in a grandchild", func(t *testing.T) {
		note := filepath.Join(t.TempDir(), "pid")
		c := script(t, "sleep 1000 &\necho $! >"+note+".new; mv "+note+".new "+note+"; wait\n")
		r := runHost(t, func(to *Config) { to.Path, to.SHA256, to.StartTimeout = c.Path, c.SHA256, 300*time.Millisecond })
		var pid int
		eventually(t, "grandchild runs", func() bool {
			text, _ := os.ReadFile(note)
			pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
			return pid != 0
		})
		eventually(t, "told", func() bool { return r.told("down: start notifier " + c.Path) })
		eventually(t, "grandchild is gone", func() bool { return rig.Ended(pid) })
	})
	t.Run("is not there", func(t *testing.T) {
		r := runHost(t, func(to *Config) { to.Path = "/nonexistent/notifier" })
		eventually(t, "told", func() bool { return r.told("down: checksum notifier: open /nonexistent/notifier") })
	})
	t.Run("stop during the start", func(t *testing.T) {
		c := script(t, "exec sleep 1000\n")
		r := runHost(t, func(to *Config) { to.Path, to.SHA256, to.StartTimeout = c.Path, c.SHA256, time.Hour })
		eventually(t, "start is under way", func() bool { return strings.Contains(r.log.String(), "waiting for RPC address") })
		r.stop()
	})
}

func TestAsk(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	sum, err := FileSHA256(path)
	if err != nil {
		t.Fatal(err)
	}
	err = Ask(t.Context(), path, sum, func(ctx context.Context, c *Client) error {
		problems, err := c.Validate(ctx, json.RawMessage(`{}`))
		if err != nil {
			return err
		}
		want := []Problem{{Path: "address", What: "missing", Allowed: "host:port"}, {Path: "tiers[2]", What: "wrong"}}
		if d := cmp.Diff(want, problems); d != "" {
			t.Errorf("problems (-want +got):\n%s", d)
		}
		can, err := c.Describe(ctx, json.RawMessage(`{"address":"a:1"}`))
		if err != nil {
			return err
		}
		if d := cmp.Diff(fakeCapabilities, can); d != "" {
			t.Errorf("capabilities (-want +got):\n%s", d)
		}
		_, err = c.Describe(ctx, json.RawMessage(`{}`))
		return err
	})
	if err == nil || err.Error() != "describe tower: address: missing" {
		t.Errorf("ask: %v", err)
	}
	never := func(context.Context, *Client) error { t.Error("asked"); return nil }
	if err := Ask(t.Context(), path, strings.Repeat("0", 64), never); !errors.Is(err, ErrChecksum) {
		t.Errorf("ask with a wrong checksum: %v", err)
	}
	if err := Ask(t.Context(), path, "beef", never); !errors.Is(err, ErrChecksum) {
		t.Errorf("ask with half a checksum: %v", err)
	}
}

func TestHostNeedsItsConfiguration(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	for _, c := range []Config{
		{},
		{Name: "n", Path: "/p", Logger: log},
		{Name: "n", Path: "/p", SHA256: "s", Logger: log, SocketDir: "/" + strings.Repeat("x", socketDirLimit)},
	} {
		if _, err := NewHost(c); err == nil {
			t.Errorf("accepted: %+v", c)
		}
	}
	h, err := NewHost(Config{Name: "n", Path: "/p", SHA256: "s", Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Apply(t.Context(), ApplyRequest{State: lamp.State{}}); !errors.Is(err, ErrDown) {
		t.Errorf("apply before run: %v", err)
	}
}
