package notifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// Config says which notifier a Host runs and how it is supervised. A zero
// duration or count stands for the default in brackets.
type Config struct {
	// Name is the notifier's in the configuration, for logs and errors.
	Name string
	// Path is the executable.
	Path string
	// SHA256 is what the executable must have, as 64 hexadecimal digits.
	// Required: no notifier is started that nobody named.
	SHA256 string
	// Logger gets changes of state, and what the notifier logs, each with the
	// notifier's name. Required.
	Logger *slog.Logger
	Events Events

	// SocketDir is an existing folder for the notifier's socket, at most 60
	// bytes long (a socket's path may have 107). Default: the folder for
	// temporary files, or /tmp where that one is too long.
	SocketDir string

	StartTimeout time.Duration // from start to first answer [10s]
	PingEvery    time.Duration // [2s]
	PingDeadline time.Duration // [1s]
	Misses       int           // failed pings in a row that end the notifier [2]
	BackoffMin   time.Duration // first wait before a start, but see HealthyAfter [1s]
	BackoffMax   time.Duration // [1m]
	HealthyAfter time.Duration // a run as long as this ends the back-off: the next start is at once [5m]
}

const socketDirLimit = 60

func (c *Config) complete() error {
	if c.Name == "" || c.Path == "" || c.SHA256 == "" || c.Logger == nil {
		return errors.New("notifier host: name, path, SHA-256 and logger are required")
	}
	path, err := filepath.Abs(c.Path)
	if err != nil {
		return fmt.Errorf("notifier %s: %w", c.Name, err)
	}
	c.Path = path
	if c.SocketDir == "" {
		c.SocketDir = os.TempDir()
		if len(c.SocketDir) > socketDirLimit {
			c.SocketDir = "/tmp"
		}
	}
	c.Logger = c.Logger.With("notifier", c.Name)
	if len(c.SocketDir) > socketDirLimit {
		return fmt.Errorf("notifier %s: socket folder %s is longer than %d bytes", c.Name, c.SocketDir, socketDirLimit)
	}
	for _, d := range []struct {
		value *time.Duration
		or    time.Duration
	}{
		{&c.StartTimeout, 10 * time.Second},
		{&c.PingEvery, 2 * time.Second},
		{&c.PingDeadline, time.Second},
		{&c.BackoffMin, time.Second},
		{&c.BackoffMax, time.Minute},
		{&c.HealthyAfter, 5 * time.Minute},
	} {
		if *d.value <= 0 {
			*d.value = d.or
		}
	}
	if c.Misses <= 0 {
		c.Misses = 2
	}
	return nil
}

// Host runs one notifier: it starts the process, gives it its towers, watches
// it, and starts it again when it ended or no longer answers. Its methods may
// be called from several goroutines.
type Host struct {
	config Config
	events *eventQueue
	run    sync.Once

	// configuring holds one token: whoever has it sends towers to the notifier,
	// so that an old list never arrives after a new one.
	configuring chan struct{}

	mu     sync.Mutex
	towers []Tower
	child  *child // nil while down
	status Status
}

// Status is how a notifier stands.
type Status struct {
	Up  bool
	PID int // of the running notifier, 0 while it is down
	// Restarts counts the starts after the first, failed ones too.
	Restarts int
	// Since is when Up last changed.
	Since time.Time
	// LastError is why it last ended or did not start; it stays after a
	// successful start. Nil: never.
	LastError error
}

// NewHost checks the configuration; Run starts the notifier.
func NewHost(c Config) (*Host, error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	return &Host{
		config:      c,
		events:      newEventQueue(),
		configuring: make(chan struct{}, 1),
		status:      Status{Since: time.Now()},
	}, nil
}

// Configure makes the towers those of the list, now and for every notifier
// process that is started later; a tower that did not change is not disturbed.
// The error joins a TowerError for each tower that the notifier could not set
// up, the others are. A notifier that is down is no error.
func (h *Host) Configure(ctx context.Context, towers []Tower) error {
	select {
	case h.configuring <- struct{}{}:
		defer func() { <-h.configuring }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	h.mu.Lock()
	h.towers = slices.Clone(towers)
	c := h.child
	h.mu.Unlock()
	if c == nil {
		return nil
	}
	_, err := c.configure(ctx, towers)
	if errors.Is(err, ErrDown) {
		return nil
	}
	return err
}

// Apply makes a tower show a state and returns when it took it. Errors:
// ErrDown, ErrSuperseded, ErrOlder, ErrExpired, ErrUnknownTower, *TowerError,
// or the end of ctx, which does not tell whether the tower took it.
func (h *Host) Apply(ctx context.Context, r ApplyRequest) (lamp.Observation, error) {
	c, err := h.running()
	if err != nil {
		return lamp.Observation{}, err
	}
	return c.apply(ctx, r)
}

// Read asks a tower what it shows. One that cannot tell is reported with the
// last state it took; errors.ErrUnsupported where it took none. Other errors
// as Apply.
func (h *Host) Read(ctx context.Context, tower string) (lamp.Observation, error) {
	c, err := h.running()
	if err != nil {
		return lamp.Observation{}, err
	}
	return c.read(ctx, tower)
}

// Test shows every light of a tower and sounds its buzzer for two seconds, or
// until an Apply comes; then the tower shows again what was applied. It is
// refused (ErrExpired) when the last Apply's NotAfter has passed. Other errors
// as Apply.
func (h *Host) Test(ctx context.Context, tower string) error {
	c, err := h.running()
	if err != nil {
		return err
	}
	return c.test(ctx, tower)
}

// Validate returns every mistake in a tower's settings. No tower is contacted.
func (h *Host) Validate(ctx context.Context, settings json.RawMessage) ([]Problem, error) {
	c, err := h.running()
	if err != nil {
		return nil, err
	}
	return c.Validate(ctx, settings)
}

// Describe tells what a tower with these settings can show. No tower is
// contacted.
func (h *Host) Describe(ctx context.Context, settings json.RawMessage) (lamp.Capabilities, error) {
	c, err := h.running()
	if err != nil {
		return lamp.Capabilities{}, err
	}
	return c.Describe(ctx, settings)
}

// Status tells how the notifier stands, for metrics and alerts.
func (h *Host) Status() Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.status
}

func (h *Host) running() (*child, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.child == nil {
		if h.status.LastError != nil {
			return nil, fmt.Errorf("notifier %s: %w: %w", h.config.Name, ErrDown, h.status.LastError)
		}
		return nil, fmt.Errorf("notifier %s: %w", h.config.Name, ErrDown)
	}
	return h.child, nil
}
