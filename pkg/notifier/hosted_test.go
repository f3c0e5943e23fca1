package notifier

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// diary notes what a Host tells.
type diary struct {
	mu           sync.Mutex
	lines        []string
	observations []lamp.Observation
}

func (d *diary) events() Events {
	note := func(text string) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.lines = append(d.lines, text)
	}
	return Events{
		OnUp:   func(int) { note("up") },
		OnDown: func(err error) { note("down: " + err.Error()) },
		OnObservation: func(o lamp.Observation) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.observations = append(d.observations, o)
		},
	}
}

// told tells whether the lines since the start begin with these.
func (d *diary) told(starts ...string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.lines) < len(starts) {
		return false
	}
	for i, s := range starts {
		if !strings.HasPrefix(d.lines[i], s) {
			return false
		}
	}
	return true
}

func (d *diary) observed(contact lamp.Contact, s string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range d.observations {
		if o.Contact == contact && o.State.String() == s {
			return true
		}
	}
	return false
}

// hosted is a Host that runs the test binary as its notifier.
type hosted struct {
	*Host
	*diary
	sockets string
	log     *logBuffer
	stop    func()
}

type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func runHost(t *testing.T, change func(*Config), towers ...Tower) *hosted {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	sum, err := FileSHA256(path)
	if err != nil {
		t.Fatal(err)
	}
	r := &hosted{diary: &diary{}, sockets: socketDir(t), log: &logBuffer{}}
	c := Config{
		Name: "test", Path: path, SHA256: sum, SocketDir: r.sockets,
		Logger:     slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Events:     r.diary.events(),
		BackoffMin: time.Millisecond, BackoffMax: 5 * time.Millisecond,
	}
	if change != nil {
		change(&c)
	}
	if r.Host, err = NewHost(c); err != nil {
		t.Fatal(err)
	}
	if err := r.Configure(t.Context(), towers); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
		if !empty(r.sockets) {
			t.Error("a socket was left behind")
		}
	})
	t.Cleanup(func() {
		r.stop()
		if t.Failed() {
			t.Logf("log:\n%s", r.log)
		}
	})
	return r
}

func (r *hosted) up(t *testing.T) int {
	t.Helper()
	eventually(t, "notifier is up", func() bool { return r.Status().Up })
	return r.Status().PID
}

func (r *hosted) apply(t *testing.T, generation uint64, text string) error {
	t.Helper()
	_, err := r.Apply(t.Context(), ApplyRequest{Tower: "ops", Generation: generation, State: state(text)})
	return err
}
