// Command bench measures the bridge and prints the figures: what it takes a
// second, how fast a lamp follows, what a change costs on a full board, memory,
// start-up, mails. It judges nothing. Arguments name the sections to run;
// none: all.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/internal/rig"
)

// section is one group of figures.
type section struct {
	name, about string
	run         func(context.Context, *bench) error
}

var sections = []section{
	{"intake", "alerts a second accepted durably (real fsync), the senders on the same machine", intake},
	{"lamp", "from the webhook to the command on the tower's socket, under 500 alerts a second", lampLatency},
	{"change", "one change with more and more alerts on the board", changeCost},
	{"board", "memory and start-up with 100,000 alerts", fullBoard},
	{"mail", "mails a second read and classified against 1,000 rules, one core", mails},
	{"sqs", "alarms that the bridge takes from a queue (real fsync, an SQS on the same machine)", outOfAQueue},
	{"memory", "gpx_andon with its caches full, as its own process", fullCaches},
	{"datasource", "Grafana's queries answered from an AWS of 30 ms a call; in brackets what is aimed at", dataSource},
}

// bench is one run.
type bench struct {
	bin rig.Binaries
}

func (b *bench) printf(format string, args ...any) { fmt.Printf("  "+format+"\n", args...) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, names []string) error {
	bin, err := rig.Find()
	if err != nil {
		return err
	}
	var known []string
	for _, s := range sections {
		known = append(known, s.name)
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return fmt.Errorf("no section %q; there are %s", n, strings.Join(known, ", "))
		}
	}
	fmt.Printf("andon bench, %s, %s, %d CPUs\n", time.Now().UTC().Format("2006-01-02 15:04 UTC"), runtime.Version(), runtime.NumCPU())
	b := &bench{bin: bin}
	for _, s := range sections {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		fmt.Printf("\n%s: %s\n", s.name, s.about)
		if err := s.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// inFolder runs something in a folder of its own.
func inFolder(f func(dir string) error) error {
	dir, err := os.MkdirTemp("", "andon-bench-")
	if err != nil {
		return err
	}
	return errors.Join(f(dir), os.RemoveAll(dir))
}

// percentile returns a percentile of sorted durations.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}
