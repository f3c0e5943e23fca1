package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"reflect"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/api"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/receive"
)

func serveCommand() *cobra.Command {
	var file, format string
	var shadow bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the bridge",
		Long: `serve runs the bridge until it gets SIGTERM or Ctrl-C. SIGHUP, or POST
/-/reload, reads the configuration again: a file with mistakes changes nothing,
and what is open stays open. Listeners and the journal's path change at the
next start.

With --shadow everything works but the lamps: no notifier is started; what
would have been lit is logged, served at /api/v1/shadow, and printed at the end.
A rehearsal has a journal of its own beside the real one, with ".shadow" added to
its name, empty at first: what is rehearsed never counts when the lamps are
driven. Delete it to begin anew.

If the journal cannot be opened, serve runs all the same: the towers show
bridge_failed, senders are answered 503 and keep what they have, and the log
says how to restore.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			var handler slog.Handler
			switch format {
			case "text":
				handler = slog.NewTextHandler(os.Stderr, nil)
			case "json":
				handler = slog.NewJSONHandler(os.Stderr, nil)
			default:
				return usageError{fmt.Errorf("--log-format %q: text or json", format)}
			}
			cfg, can, err := loadFor(c.Context(), file, shadow)
			if err != nil {
				return err
			}
			d := &daemon{file: file, log: slog.New(handler)}
			if shadow {
				d.shadow = bridge.NewShadow(d.log)
			}
			err = d.serve(c.Context(), cfg, can)
			if shadow {
				fmt.Fprint(c.OutOrStdout(), d.shadow)
			}
			return err
		},
	}
	c.Flags().StringVar(&file, "config", defaultConfig, "configuration `file`")
	c.Flags().StringVar(&format, "log-format", "text", "text or json")
	c.Flags().BoolVar(&shadow, "shadow", false, "light no lamp; report what would have lit")
	return c
}

// daemon is one run of serve.
type daemon struct {
	file   string
	log    *slog.Logger
	shadow *bridge.Shadow

	config  *bridge.Config
	bridge  *bridge.Bridge
	lamps   *bridge.Lamps
	queues  *bridge.Queues
	server  *api.Server
	metrics *prometheus.Registry
	receive *receive.Metrics
	senders *receive.Server // in force
	reloads *prometheus.GaugeVec
	mu      sync.Mutex // one reload at a time
}

// loadFor reads the configuration. A rehearsal keeps what it does to itself.
func loadFor(ctx context.Context, file string, shadow bool) (*bridge.Config, map[string]lamp.Capabilities, error) {
	cfg, can, err := checkConfig(ctx, file)
	if err == nil && shadow {
		cfg.Journal.Path += ".shadow"
	}
	return cfg, can, err
}

// gcPercent trades a little CPU for memory: the board is live data, and the
// default would let the heap grow to twice its size.
const gcPercent = 50

func (d *daemon) serve(ctx context.Context, cfg *bridge.Config, can map[string]lamp.Capabilities) (err error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	d.config = cfg
	d.metrics = prometheus.NewRegistry()
	d.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	d.receive = receive.NewMetrics(d.metrics)
	d.reloads = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "andon_config_last_reload_successful", Help: "1 where the last reading of the configuration went well.",
	}, nil)
	d.metrics.MustRegister(d.reloads)
	d.reloads.WithLabelValues().Set(1)

	j, contents, openErr := journal.Open(ctx, cfg.Journal.Path)
	if openErr != nil {
		d.log.Error("the journal cannot be opened: nothing is taken, towers show bridge_failed", "error", openErr)
	} else {
		defer func() { err = errors.Join(err, j.Close()) }()
	}
	if d.shadow != nil {
		d.log.Info("shadow mode: no lamp is lit, and a journal of its own is used", "journal", cfg.Journal.Path)
	}
	d.bridge = bridge.New(bridge.Options{
		Config: cfg, Log: d.log, Metrics: d.metrics, Journal: j, Contents: contents, JournalErr: openErr,
	})
	d.lamps = bridge.NewLamps(d.bridge, resolveNotifier, d.shadow, d.metrics, d.log)
	d.queues = bridge.NewQueues(d.bridge, d.receive, d.log)
	d.server = api.New(api.Deps{
		Bridge: d.bridge, Lamps: d.lamps, Shadow: d.shadow, Metrics: d.metrics, Log: d.log,
		Reload: d.reload, Version: version, Config: d.file, Started: time.Now(),
	})
	d.server.SetWeb(newWeb(d))
	take, err := d.prepare(cfg)
	if err != nil {
		return usageError{err}
	}
	take()
	listeners, err := listen(cfg.Listeners)
	if err != nil {
		return err
	}
	return d.run(ctx, cfg, can, listeners)
}

// prepare opens users and receivers; take puts them in the place of those
// before.
func (d *daemon) prepare(cfg *bridge.Config) (take func(), err error) {
	users, err := access.NewUsers(cfg.Users)
	if err != nil {
		return nil, err
	}
	receivers, err := receive.NewServer(cfg.Receivers, receive.Deps{
		Sink: d.bridge, Now: time.Now, Logger: d.log, Metrics: d.receive, Before: d.senders,
	})
	if err != nil {
		return nil, err
	}
	queues, err := d.queues.Open(cfg)
	if err != nil {
		return nil, err
	}
	return func() {
		d.senders = receivers
		d.server.Use(users, receivers)
		d.queues.Use(queues)
	}, nil
}

// reload reads the configuration again. Where it has mistakes, nothing
// changes.
func (d *daemon) reload(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.takeOver(ctx)
	var partly towersError
	switch {
	case errors.As(err, &partly):
		d.reloads.WithLabelValues().Set(0)
		d.log.Error("configuration reloaded, but not all towers are driven by it", "error", err)
		return err
	case err != nil:
		d.reloads.WithLabelValues().Set(0)
		d.log.Error("configuration not reloaded: it stays as it was", "error", err)
		return err
	}
	d.reloads.WithLabelValues().Set(1)
	d.log.Info("configuration reloaded", "file", d.file)
	return nil
}

func (d *daemon) takeOver(ctx context.Context) error {
	cfg, can, err := loadFor(ctx, d.file, d.shadow != nil)
	if err != nil {
		return err
	}
	take, err := d.prepare(cfg)
	if err != nil {
		return err
	}
	if cfg.Journal != d.config.Journal || !sameListeners(cfg.Listeners, d.config.Listeners) {
		d.log.Warn("listeners and the journal's path change at the next start only")
	}
	// From here on it is all of it, though the caller hang up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reloadWithin)
	defer cancel()
	if err := d.bridge.Reload(ctx, cfg); err != nil {
		return err
	}
	take()
	if err := d.lamps.Configure(ctx, cfg, can); err != nil {
		return towersError{err}
	}
	return nil
}

// reloadWithin is longer than the writer may take for it.
const reloadWithin = time.Minute

// towersError tells what of a configuration that is in force could not be done.
type towersError struct{ error }

func (e towersError) Unwrap() error { return e.error }

func (e towersError) Error() string { return "the configuration is in force, but " + e.error.Error() }

func sameListeners(a, b []access.Listener) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Address != b[i].Address || !reflect.DeepEqual(a[i].Serve, b[i].Serve) || !reflect.DeepEqual(a[i].TLS.Value, b[i].TLS.Value) {
			return false
		}
	}
	return true
}

// listening is one open listener.
type listening struct {
	config access.Listener
	net    net.Listener
}

// listen opens all listeners, or none.
func listen(listeners []access.Listener) ([]listening, error) {
	var open []listening
	for _, l := range listeners {
		t, err := l.TLSConfig()
		var n net.Listener
		if err == nil {
			n, err = net.Listen("tcp", l.Address)
		}
		if err != nil {
			for _, o := range open {
				err = errors.Join(err, o.net.Close())
			}
			return nil, fmt.Errorf("listen on %s: %w", l.Address, err)
		}
		if t != nil {
			n = tls.NewListener(n, t)
		}
		open = append(open, listening{l, n})
	}
	return open, nil
}

// Limits of connections.
const (
	headerTimeout = 5 * time.Second
	idleTimeout   = 2 * time.Minute
	stopWithin    = 5 * time.Second
)

// run keeps everything going until the context ends, then stops it in order:
// first no new requests and messages, then the writer, then the lamps.
func (d *daemon) run(ctx context.Context, cfg *bridge.Config, can map[string]lamp.Capabilities, listeners []listening) error {
	var bridgeDone, lampsDone, queuesDone, httpDone sync.WaitGroup
	bridgeCtx, stopBridge := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBridge()
	lampsCtx, stopLamps := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLamps()
	failed := make(chan error, len(listeners)+1)

	bridgeDone.Go(func() { d.bridge.Run(bridgeCtx) })
	lampsDone.Go(func() {
		if err := d.lamps.Run(lampsCtx, cfg, can); err != nil {
			failed <- fmt.Errorf("start towers: %w", err)
		}
	})
	queuesCtx, stopQueues := context.WithCancel(context.WithoutCancel(ctx))
	defer stopQueues()
	queuesDone.Go(func() { d.queues.Run(queuesCtx) })
	requests, cancelRequests := context.WithCancel(context.WithoutCancel(ctx))
	defer cancelRequests()
	var servers []*http.Server
	for _, l := range listeners {
		s := &http.Server{
			Handler: d.server.Handler(l.config), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout,
			ErrorLog:    slog.NewLogLogger(d.log.Handler(), slog.LevelDebug),
			BaseContext: func(net.Listener) context.Context { return requests },
		}
		servers = append(servers, s)
		d.log.Info("listening", "address", l.net.Addr().String(), "serve", l.config.Serve, "tls", l.config.TLS.Set())
		httpDone.Go(func() {
			if err := s.Serve(l.net); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serve on %s: %w", l.config.Address, err)
			}
		})
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	d.log.Info("andon is up", "version", version, "open", len(d.bridge.Alerts(nil)), "shadow", d.shadow != nil)

	var err error
	for running := true; running; {
		select {
		case <-ctx.Done():
			running = false
		case err = <-failed:
			running = false
		case <-hangup:
			_ = d.reload(ctx) // it has been logged
		}
	}
	d.log.Info("stopping")
	stopQueues()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	time.AfterFunc(time.Second, cancelRequests) // streams end only so
	for _, s := range servers {
		if stopErr := s.Shutdown(stop); stopErr != nil {
			err = errors.Join(err, s.Close())
		}
	}
	httpDone.Wait()
	queuesDone.Wait()
	stopBridge()
	bridgeDone.Wait()
	stopLamps()
	lampsDone.Wait()
	return err
}
