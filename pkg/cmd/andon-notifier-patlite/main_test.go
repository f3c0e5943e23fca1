package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/notifier"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

// The test binary is the notifier where a host starts it, or where a test
// starts it as a person would.
func TestMain(m *testing.M) {
	if notifier.StartedByHost() || os.Getenv("ANDON_TEST_BY_HAND") != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

func start(t *testing.T, observed func(lamp.Observation), towers ...notifier.Tower) *notifier.Host {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	sum, err := notifier.FileSHA256(path)
	if err != nil {
		t.Fatal(err)
	}
	up := make(chan struct{}, 1)
	h, err := notifier.NewHost(notifier.Config{
		Name: "patlite", Path: path, SHA256: sum, Logger: slog.New(slog.DiscardHandler),
		Events: notifier.Events{OnUp: func(int) { up <- struct{}{} }, OnObservation: observed},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Configure(t.Context(), towers); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-up
	return h
}

func TestTowersOfBothProtocols(t *testing.T) {
	nhv, err := virtual.Start(virtual.Config{Model: "NHV6", HTTP: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer nhv.Close()
	la6, err := virtual.Start(virtual.Config{Model: "LA6-POE", PNS: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer la6.Close()
	observations := make(chan lamp.Observation, 100)
	h := start(t, func(o lamp.Observation) { observations <- o },
		notifier.Tower{Name: "ops", Settings: fmt.Appendf(nil, `{"address":%q,"model":"NHV6","protocol":"http"}`, nhv.HTTPAddr())},
		notifier.Tower{Name: "hall", Settings: fmt.Appendf(nil,
			`{"address":%q,"model":"LA6-POE","protocol":"pns","tiers":["red","amber","green","blue","white"]}`, la6.PNSAddr())})

	want := lamp.State{Lights: map[lamp.Unit]lamp.Pattern{lamp.Red: lamp.Flash, lamp.Green: lamp.Steady}, Buzzer: 1}
	for name, tower := range map[string]*virtual.Tower{"ops": nhv, "hall": la6} {
		o, err := h.Apply(t.Context(), notifier.ApplyRequest{
			Tower: name, Generation: 1, NotAfter: time.Now().Add(time.Minute), State: want,
		})
		if err != nil || !o.State.Equal(want) || o.Tower != name {
			t.Errorf("apply %s: %+v, %v", name, o, err)
		}
		if got := tower.State(); !got.Equal(want) {
			t.Errorf("tower %s shows %s", name, got)
		}
		if o, err := h.Read(t.Context(), name); err != nil || !o.State.Equal(want) {
			t.Errorf("read %s: %+v, %v", name, o, err)
		}
	}

	waitFor := func(tower string, contact lamp.Contact) {
		t.Helper()
		deadline := time.After(60 * time.Second)
		for {
			select {
			case o := <-observations:
				if o.Tower == tower && o.Contact == contact {
					return
				}
			case <-deadline:
				t.Fatalf("tower %s was never %s", tower, contact)
			}
		}
	}
	nhv.Clear() // Read has confirmed the state
	waitFor("ops", lamp.Cleared)
	la6.Unplug()
	waitFor("hall", lamp.Lost)
	if err := la6.Plug(); err != nil {
		t.Fatal(err)
	}
	waitFor("hall", lamp.Back)

	// A tower's own "no" arrives as such.
	la6.SetRefuse(true)
	nhv.SetHTTPControlOff(true)
	for _, name := range []string{"ops", "hall"} {
		_, err := h.Apply(t.Context(), notifier.ApplyRequest{Tower: name, Generation: 2, State: lamp.State{}})
		if _, ok := errors.AsType[*notifier.TowerError](err); !ok || !errors.Is(err, notifier.ErrRefused) {
			t.Errorf("apply %s: %v", name, err)
		}
	}
}

func TestSettingsAreCheckedWithoutATower(t *testing.T) {
	h := start(t, nil)
	problems, err := h.Validate(t.Context(), []byte(`{"address":"192.0.2.1","model":"NHV9"}`))
	if err != nil || len(problems) == 0 || problems[0].Path != "model" || problems[0].What == "" {
		t.Errorf("validate: %+v, %v", problems, err)
	}
	can, err := h.Describe(t.Context(), []byte(`{"address":"192.0.2.1","model":"NHV6"}`))
	if err != nil || len(can.Units) != 5 || !can.Restore || !can.ReadBack {
		t.Errorf("describe: %+v, %v", can, err)
	}
	if _, err := h.Describe(t.Context(), []byte(`{}`)); err == nil {
		t.Error("described no tower")
	}
}

func TestStartedByHandItTellsWhatItIs(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{nil, 2, "started by hand it does nothing"},
		{[]string{"--version"}, 0, "andon-notifier-patlite "},
		{[]string{"--help"}, 0, "Exit status:"},
		{[]string{"serve"}, 2, `unknown argument "serve"`},
	} {
		cmd := exec.Command(os.Args[0], c.args...)
		cmd.Env = append(os.Environ(), "ANDON_TEST_BY_HAND=1")
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != c.status || !strings.Contains(string(out), c.says) {
			t.Errorf("%v: status %d, want %d:\n%s", c.args, cmd.ProcessState.ExitCode(), c.status, out)
		}
	}
}
