package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/notifier"
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
	starts  *prometheus.CounterVec
	// configuring is held during Configure, which waits for loops and
	// notifiers. Both come for mu, so mu is never held while they are waited for.
	configuring sync.Mutex
	ctx         context.Context // of Run: what is started lives as long

	mu    sync.Mutex
	hosts map[string]*host
	loops map[string]*loop
	can   map[string]lamp.Capabilities
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
	l.configuring.Lock()
	l.ctx = ctx
	err := l.configure(ctx, c, can)
	l.configuring.Unlock()
	if err != nil {
		l.stop()
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

// stop ends what was started and waits for it.
func (l *Lamps) stop() {
	l.mu.Lock()
	for _, t := range l.loops {
		t.stop()
	}
	for _, h := range l.hosts {
		h.stop()
	}
	l.mu.Unlock()
	l.running.Wait()
}

// Configure starts, changes and stops notifiers and loops. What it cannot do
// for one of them does not keep the others from what they are to do.
func (l *Lamps) Configure(ctx context.Context, c *Config, can map[string]lamp.Capabilities) error {
	l.configuring.Lock()
	defer l.configuring.Unlock()
	if l.ctx == nil || l.ctx.Err() != nil {
		return errors.New("the towers are not being driven: the bridge starts or stops")
	}
	return l.configure(ctx, c, can)
}

// configure does Configure's work; l.configuring is held.
func (l *Lamps) configure(ctx context.Context, c *Config, can map[string]lamp.Capabilities) error {
	l.mu.Lock()
	l.can = can
	l.mu.Unlock()
	var errs []error
	l.endLoops(ctx, c)
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
	l.mu.Lock()
	for name, h := range l.hosts {
		if !wanted[name] {
			h.stop()
			delete(l.hosts, name)
		}
	}
	l.mu.Unlock()
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

// host starts a notifier or gives the running one its towers; l.configuring is
// held.
func (l *Lamps) host(ctx context.Context, n NotifierConfig, towers []notifier.Tower) error {
	path, sum, err := l.resolve(n)
	if err != nil {
		return fmt.Errorf("notifier %s: %w", n.Name, err)
	}
	if h, err := l.hostOf(n.Name); err == nil {
		if h.path == path && h.sha256 == sum {
			return h.Configure(ctx, towers)
		}
		h.stop()
	}
	h := &host{path: path, sha256: sum}
	h.Host, err = notifier.NewHost(notifier.Config{
		Name: n.Name, Path: path, SHA256: sum, Logger: l.log,
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
	l.mu.Lock()
	l.hosts[n.Name] = h
	l.mu.Unlock()
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
