package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/loopback"
	"github.com/andonhq/andon/pkg/internal/pluginhost"
)

// run serves until ctx ends. What it started ends with it.
func run(ctx context.Context, o options) (err error) {
	anchor, now, err := o.clock(time.Now())
	if err != nil {
		return err
	}
	site, err := newSite(o.root, o.dashboards)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	fake := awsfake.New(awsfake.Options{Anchor: anchor, Now: now, QueryTakes: o.queriesTake})
	aws, awsEnded, err := listenAndServe(ctx, "127.0.0.1:0", fake.Serve)
	if err != nil {
		return err
	}
	defer func() { stop(); err = errors.Join(err, <-awsEnded) }()

	bridgeURL, token, err := o.knownBridge()
	if err != nil {
		return err
	}
	if o.bridge {
		bridge, err := startBridge(ctx, o.root)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, bridge.stop()) }()
		bridgeURL, token = bridge.URL, grafanaToken
	}

	program := o.plugin
	if program == "" {
		program = filepath.Join(o.root, "bin", "gpx_andon")
	}
	plugin, err := startPlugin(program, o.verbose)
	if err != nil {
		return err
	}
	defer plugin.Close()

	h := &host{plugin: plugin, sources: newSources("http://"+aws, bridgeURL, token), site: site, anchor: anchor, now: now, fixed: o.anchor != ""}
	page, pageEnded, err := listenAndServe(ctx, o.listen, h.serve)
	if err != nil {
		return fmt.Errorf("%w; --listen names another address", err)
	}
	fmt.Printf("workbench http://%s (Ctrl-C ends it; the plugin is process %d, the fake AWS is http://%s)\n", page, plugin.PID(), aws)
	err = <-pageEnded
	return err
}

// knownBridge is the bridge that the command line names, with its token.
func (o options) knownBridge() (url, token string, err error) {
	switch {
	case o.board == "":
		return "", "", nil
	case o.bridge:
		return "", "", errors.New("--bridge starts a bridge and --board names one: give one of them")
	}
	text, err := os.ReadFile(o.boardToken)
	if err != nil {
		return "", "", fmt.Errorf("--board-token-file: %w", err)
	}
	return o.board, strings.TrimSpace(string(text)), nil
}

// startPlugin starts the back end with an environment that names no
// credentials: what it asks is the fake AWS.
func startPlugin(program string, verbose bool) (*pluginhost.Host, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(program); err != nil {
		return nil, fmt.Errorf("there is no %s: build it with go build -o bin/gpx_andon ./pkg, or name it with --plugin", program)
	}
	var log *slog.Logger
	if verbose {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return pluginhost.Start(program, []string{"HOME=/nonexistent", "AWS_EC2_METADATA_DISABLED=true"}, log)
}

// listenAndServe listens on a loopback address and has serve answer there. What
// serve returned comes on ended.
func listenAndServe(ctx context.Context, address string, serve func(context.Context, net.Listener) error) (at string, ended <-chan error, err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("listen: %w", err)
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return "", nil, errors.Join(fmt.Errorf("%s is not a loopback address", l.Addr()), l.Close())
	}
	done := make(chan error, 1)
	go func() { done <- serve(ctx, l) }()
	return l.Addr().String(), done, nil
}

// serve answers the page until ctx ends.
func (h *host) serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{
		Handler: guard(h.routes()), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		// A browser keeps connections open: what is under way has been cancelled.
		ended <- s.Close()
	}()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the page: %w", err)
	}
	return <-ended
}

// guard answers only who came by a loopback name, so that no page of another
// site can reach the workbench, by its own name either.
func guard(next http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			name = r.Host
		}
		if !loopback.Is(name) {
			http.Error(w, "the workbench answers on loopback only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	}))
}
