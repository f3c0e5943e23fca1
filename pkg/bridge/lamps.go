package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/notifier"
	"github.com/andonhq/andon/pkg/tower"
	"github.com/andonhq/andon/pkg/tower/drive"
)

// Lamps runs the notifiers and the loops of the towers, and keeps both in
// line with the configuration.
type Lamps struct {
	bridge  *Bridge
	log     *slog.Logger
	resolve func(NotifierConfig) (path, sha256 string, err error)
	shadow  *Shadow

	running sync.WaitGroup
	mu      sync.Mutex
	ctx     context.Context // of Run: what is started lives as long
	hosts   map[string]*host
	loops   map[string]*loop
	can     map[string]lamp.Capabilities
	starts  *prometheus.CounterVec
}

// host is one running notifier.
type host struct {
	*notifier.Host
	path, sha256 string
	stop         context.CancelFunc
	mu           sync.Mutex
	downs        []time.Time // of the last crashing
}

// loop is one running tower loop.
type loop struct {
	*drive.Loop
	notifier string
	restore  time.Duration
	stop     context.CancelFunc
	ended    chan struct{}
}

// NewLamps makes the runtime of the towers. resolve finds the executable of a
// notifier; with a shadow no notifier is started and no lamp lit.
func NewLamps(b *Bridge, resolve func(NotifierConfig) (path, sha256 string, err error), shadow *Shadow, metrics prometheus.Registerer, log *slog.Logger) *Lamps {
	l := &Lamps{
		bridge: b, log: log, resolve: resolve, shadow: shadow, hosts: map[string]*host{}, loops: map[string]*loop{},
		starts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "andon_notifier_restarts_total", Help: "Times that a notifier was started again.",
		}, []string{"notifier"}),
	}
	metrics.MustRegister(l.starts)
	return l
}

// Crashing is what makes a notifier's crashes an alert.
const (
	crashes      = 3
	crashWindow  = 5 * time.Minute
	downTooLong  = 10 * time.Second
	watchEvery   = 2 * time.Second
	restoreEvery = time.Second
)

// Run keeps what Configure starts alive until the context ends, and waits for
// all of it.
func (l *Lamps) Run(ctx context.Context, c *Config, can map[string]lamp.Capabilities) error {
	l.mu.Lock()
	l.ctx = ctx
	l.mu.Unlock()
	if err := l.Configure(ctx, c, can); err != nil {
		return err
	}
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			l.running.Wait()
			return nil
		case now := <-ticker.C:
			l.watch(now)
		}
	}
}

// Configure starts, changes and stops notifiers and loops.
func (l *Lamps) Configure(ctx context.Context, c *Config, can map[string]lamp.Capabilities) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.can = can
	var errs []error
	wanted := map[string]bool{}
	for _, n := range c.Notifiers {
		towers := towersOf(c, n.Name)
		if l.shadow != nil || len(towers) == 0 {
			continue
		}
		wanted[n.Name] = true
		if err := l.host(ctx, n, towers); err != nil {
			errs = append(errs, err)
		}
	}
	for name, h := range l.hosts {
		if !wanted[name] {
			h.stop()
			delete(l.hosts, name)
		}
	}
	l.configureLoops(c)
	return errors.Join(errs...)
}

func towersOf(c *Config, name string) []notifier.Tower {
	var towers []notifier.Tower
	for i, t := range c.Towers {
		if t.Notifier == name {
			towers = append(towers, notifier.Tower{
				Name: t.Name, Settings: t.SettingsJSON(), Restore: time.Duration(t.Restore), Fallback: c.Plans[i].BridgeFailed,
			})
		}
	}
	return towers
}

// host starts a notifier or gives the running one its towers; l.mu is held.
func (l *Lamps) host(ctx context.Context, n NotifierConfig, towers []notifier.Tower) error {
	path, sum, err := l.resolve(n)
	if err != nil {
		return fmt.Errorf("notifier %s: %w", n.Name, err)
	}
	if h := l.hosts[n.Name]; h != nil {
		if h.path == path && h.sha256 == sum {
			return h.Configure(ctx, towers)
		}
		h.stop()
	}
	h := &host{path: path, sha256: sum}
	h.Host, err = notifier.NewHost(notifier.Config{
		Name: n.Name, Path: path, SHA256: sum, Logger: l.log.With("notifier", n.Name),
		Events: notifier.Events{
			OnUp: func(start int) {
				if start > 1 {
					l.starts.WithLabelValues(n.Name).Inc()
				}
				l.eachLoop(func(_ string, t *loop) {
					if t.notifier == n.Name {
						t.Up()
					}
				})
			},
			OnDown: func(error) {
				h.mu.Lock()
				h.downs = append(h.downs[max(0, len(h.downs)-crashes+1):], time.Now())
				h.mu.Unlock()
			},
			OnObservation: func(o lamp.Observation) {
				l.eachLoop(func(name string, t *loop) {
					if name == o.Tower {
						t.Observe(o)
					}
				})
			},
		},
	})
	if err != nil {
		return err
	}
	if err := h.Configure(ctx, towers); err != nil {
		return err
	}
	var own context.Context
	own, h.stop = context.WithCancel(l.ctx)
	l.hosts[n.Name] = h
	l.starts.WithLabelValues(n.Name).Add(0)
	l.running.Go(func() {
		if err := h.Run(own); err != nil && own.Err() == nil {
			l.log.Error("notifier given up", "notifier", n.Name, "error", err)
		}
	})
	return nil
}

func (l *Lamps) eachLoop(f func(string, *loop)) {
	l.mu.Lock()
	loops := maps.Clone(l.loops)
	l.mu.Unlock()
	for name, t := range loops {
		f(name, t)
	}
}

// configureLoops starts and stops loops; l.mu is held.
func (l *Lamps) configureLoops(c *Config) {
	for name, t := range l.loops {
		if i := slices.IndexFunc(c.Towers, func(x tower.Config) bool { return x.Name == name }); i < 0 ||
			c.Towers[i].Notifier != t.notifier || time.Duration(c.Towers[i].Restore) != t.restore {
			t.stop()
			<-t.ended
			delete(l.loops, name)
		}
	}
	for _, cfg := range c.Towers {
		if t := l.loops[cfg.Name]; t != nil {
			t.Up() // its settings may be others now
			l.bridge.Attach(cfg.Name, t.Loop)
			continue
		}
		board := l.bridge.Tower(cfg.Name)
		if board == nil {
			continue
		}
		every := drive.Intervals{}
		if cfg.Restore > 0 {
			every.Refresh = restoreEvery
		}
		t := &loop{notifier: cfg.Notifier, restore: time.Duration(cfg.Restore), ended: make(chan struct{})}
		t.Loop = drive.New(cfg.Name, l.lamp(cfg.Notifier), board, every, l.log)
		var own context.Context
		own, t.stop = context.WithCancel(l.ctx)
		l.loops[cfg.Name] = t
		l.bridge.Attach(cfg.Name, t.Loop)
		l.running.Go(func() {
			defer close(t.ended)
			t.Run(own)
		})
	}
}

func (l *Lamps) lamp(notifier string) drive.Lamp {
	if l.shadow != nil {
		return l.shadow
	}
	return &hostLamp{lamps: l, notifier: notifier}
}

// hostLamp reaches towers through whatever host runs their notifier now.
type hostLamp struct {
	lamps    *Lamps
	notifier string
}

func (h *hostLamp) Apply(ctx context.Context, name string, generation uint64, notAfter time.Time, s lamp.State) (lamp.Observation, error) {
	run, err := h.lamps.hostOf(h.notifier)
	if err != nil {
		return lamp.Observation{}, err
	}
	return run.Apply(ctx, notifier.ApplyRequest{Tower: name, Generation: generation, NotAfter: notAfter, State: s})
}

func (l *Lamps) hostOf(name string) (*host, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.hosts[name]; h != nil {
		return h, nil
	}
	return nil, fmt.Errorf("notifier %s: %w", name, notifier.ErrDown)
}

// watch raises an alert for a notifier that keeps crashing or stays down.
func (l *Lamps) watch(now time.Time) {
	l.mu.Lock()
	hosts := maps.Clone(l.hosts)
	l.mu.Unlock()
	for name, h := range hosts {
		s := h.Status()
		h.mu.Lock()
		often := len(h.downs) >= crashes && now.Sub(h.downs[0]) < crashWindow
		h.mu.Unlock()
		c := condition{
			active: often || (!s.Up && now.Sub(s.Since) > downTooLong),
			labels: map[string]string{"alertname": NotifierDown, "notifier": name},
			annotations: map[string]string{
				"summary": fmt.Sprintf("notifier %s keeps ending: its towers may not show the truth", name),
			},
		}
		if s.LastError != nil {
			c.annotations["error"] = s.LastError.Error()
		}
		l.bridge.setCondition(selfIdentity(NotifierDown, name), c)
	}
}

// ErrShadow tells that no lamp is connected.
var ErrShadow = errors.New("the bridge runs in shadow mode: no lamp is connected")

// Read asks a tower what it shows.
func (l *Lamps) Read(ctx context.Context, name string) (lamp.Observation, error) {
	h, err := l.of(name)
	if err != nil {
		return lamp.Observation{}, err
	}
	return h.Read(ctx, name)
}

// Test shows every light of a tower for a moment; then it shows the board
// again.
func (l *Lamps) Test(ctx context.Context, name string) error {
	h, err := l.of(name)
	if err != nil {
		return err
	}
	testing := func(on bool) {
		l.eachLoop(func(n string, t *loop) {
			if n != name {
				return
			}
			t.Testing(on)
			if !on {
				t.Up()
			}
		})
	}
	testing(true)
	defer testing(false)
	return h.Test(ctx, name)
}

// ErrNoTower tells that there is no tower of that name.
var ErrNoTower = errors.New("there is no tower of that name")

func (l *Lamps) of(name string) (*host, error) {
	if l.shadow != nil {
		return nil, ErrShadow
	}
	l.mu.Lock()
	t := l.loops[name]
	l.mu.Unlock()
	if t == nil {
		return nil, ErrNoTower
	}
	return l.hostOf(t.notifier)
}

// Capabilities is what a tower can show, as its notifier said when the
// configuration was read.
func (l *Lamps) Capabilities(name string) (lamp.Capabilities, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	can, ok := l.can[name]
	return can, ok
}
