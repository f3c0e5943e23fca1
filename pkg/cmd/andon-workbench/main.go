// Command andon-workbench serves Andon's Grafana plugin without a Grafana, for
// who develops it and for its browser tests: the built front end in a page of
// its own, the real gpx_andon behind it, and a fake AWS behind that. Everything
// is on loopback; nothing is shipped.
//
// It answers the few addresses of Grafana that a data source's front end asks
// for. It is no Grafana: one user whose role the page chooses, one data source
// kept in memory, no alerting, no login.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

const usage = `andon-workbench shows the data source's front end in a browser, without a Grafana:
dist/ as Grafana loads it, the real gpx_andon, a fake AWS. Loopback only.

  npm ci && npm run build && npm run workbench:build   what the page needs, once and after each change
  go build -o bin/gpx_andon ./pkg                      what it talks to
  andon-workbench                                      in the project's folder

The fake AWS tells a story: a VPN tunnel's alarm fires because somebody stopped
an instance 37 seconds before. It fired 20 minutes ago, or at --anchor.

`

// options are the command line.
type options struct {
	listen, root, plugin string
	anchor, dashboards   string
	after, queriesTake   time.Duration
	bridge, verbose      bool
	board, boardToken    string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	var o options
	flags := flag.NewFlagSet("andon-workbench", flag.ContinueOnError)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:3210", "loopback `address` of the page; port 0: any free one")
	flags.StringVar(&o.root, "root", ".", "the project's `folder`, with dist, workbench/out, provisioning and node_modules")
	flags.StringVar(&o.plugin, "plugin", "", "the back end's `program` (default: bin/gpx_andon of the project)")
	flags.StringVar(&o.dashboards, "dashboards", "", "`folder` of the dashboards (default: provisioning/grafana/dashboards of the project)")
	flags.StringVar(&o.anchor, "anchor", "", "`time` at which the story's alarm fires, as 2026-10-06T10:42:00Z; clock and pictures are then the same each time")
	flags.DurationVar(&o.after, "after", 20*time.Minute, "`time` that has gone by since the alarm fired")
	flags.DurationVar(&o.queriesTake, "queries-take", 200*time.Millisecond, "`time` that a query of Logs Insights takes")
	flags.BoolVar(&o.bridge, "bridge", false, "start a bridge with a tower and some alerts, too, for queries of type andon")
	flags.StringVar(&o.board, "board", "", "`URL` of a bridge that runs already, instead of --bridge")
	flags.StringVar(&o.boardToken, "board-token-file", "", "`file` with the token of a user of that bridge")
	flags.BoolVar(&o.verbose, "verbose", false, "print what the plugin logs")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	switch err := flags.Parse(os.Args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		os.Exit(2)
	case flags.NArg() > 0:
		fmt.Fprintf(os.Stderr, "andon-workbench: unknown argument %q; see --help\n", flags.Arg(0))
		os.Exit(2)
	}
	if err := run(withParent(ctx), o); err != nil {
		fmt.Fprintln(os.Stderr, "andon-workbench:", err)
		os.Exit(1)
	}
}

// withParent ends with the process that started this one, so that no workbench
// is left behind by a test or a shell that is gone.
func withParent(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	parent := os.Getppid()
	go func() {
		look := time.NewTicker(time.Second)
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-look.C:
				if os.Getppid() != parent {
					cancel(errors.New("who started it is gone"))
					return
				}
			}
		}
	}()
	return ctx
}

// clock is the world's: the machine's, or one that starts at a fixed moment and
// runs with it.
func (o options) clock(present time.Time) (anchor time.Time, now func() time.Time, err error) {
	if o.after < 0 {
		return time.Time{}, nil, fmt.Errorf("--after %s: the story cannot begin in the future", o.after)
	}
	if o.anchor == "" {
		return present.Add(-o.after).Truncate(time.Minute), time.Now, nil
	}
	if anchor, err = time.Parse(time.RFC3339, o.anchor); err != nil {
		return time.Time{}, nil, fmt.Errorf("--anchor %q: not a time such as %s", o.anchor, awsfake.DefaultAnchor.Format(time.RFC3339))
	}
	behind := present.Sub(anchor.Add(o.after))
	return anchor, func() time.Time { return time.Now().Add(-behind) }, nil
}
