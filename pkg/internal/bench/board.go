package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/receive"
)

const (
	changes = 1000
	settle  = time.Minute // in which the runtime gives memory back
)

// changeCost measures one change after the other with a real journal, on
// boards of growing size.
func changeCost(ctx context.Context, b *bench) error {
	for _, size := range []int{100, 10_000, 100_000} {
		if err := inFolder(func(dir string) error { return b.changeOnce(ctx, dir, size) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) changeOnce(ctx context.Context, dir string, size int) error {
	cfg, err := bridge.Parse("bench.yaml", []byte(fmt.Sprintf(towerConfiguration, "127.0.0.1:9")))
	if err != nil {
		return err
	}
	j, contents, err := journal.Open(ctx, filepath.Join(dir, "andon.db"))
	if err != nil {
		return err
	}
	defer j.Close()
	br := bridge.New(bridge.Options{
		Config: cfg, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Journal: j, Contents: contents,
	})
	running, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		br.Run(running)
		close(done)
	}()
	defer func() {
		stop()
		<-done
	}()
	event := func(i int, status alert.Status) alert.Event {
		return alert.Event{
			Identity: alert.Identity("am/" + strconv.Itoa(i)), Receiver: "am", Status: status, Order: alert.ByArrival,
			Labels: alert.LabelsOf(map[string]string{"alertname": "Load", "instance": "host-" + strconv.Itoa(i), "job": "load", "severity": "warning"}),
		}
	}
	for first := 0; first < size; first += 1000 {
		var events []alert.Event
		for i := first; i < min(first+1000, size); i++ {
			events = append(events, event(i, alert.Firing))
		}
		if err := br.Submit(ctx, receive.Batch{Receiver: "am", Events: events}); err != nil {
			return err
		}
	}
	var took []time.Duration
	for i := range changes {
		status := alert.Firing
		if i%2 == 1 {
			status = alert.Resolved
		}
		start := time.Now()
		if err := br.Submit(ctx, receive.Batch{Receiver: "am", Events: []alert.Event{event(1<<30, status)}}); err != nil {
			return err
		}
		br.Tower("room").Desired(time.Now())
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.printf("%7s alerts on the board: p50 %s, p99 %s a change, its commit included", thousands(float64(size)),
		percentile(took, 0.5).Round(time.Microsecond), percentile(took, 0.99).Round(time.Microsecond))
	return nil
}

// fullBoard measures memory with 100,000 alerts, and a start with them.
func fullBoard(ctx context.Context, b *bench) error {
	return inFolder(func(dir string) error {
		br, err := b.start(ctx, dir, "")
		if err != nil {
			return err
		}
		const size = 100_000
		start := time.Now()
		if err := fill(ctx, br, size); err != nil {
			return err
		}
		b.printf("%d alerts taken in %s in batches of 1,000", size, time.Since(start).Round(10*time.Millisecond))
		if err := b.memory(ctx, br, "after taking them"); err != nil {
			return err
		}
		select {
		case <-time.After(settle):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := b.memory(ctx, br, "a minute later"); err != nil {
			return err
		}
		br.Kill()
		start = time.Now()
		if err := br.Start(ctx); err != nil {
			return err
		}
		if err := rig.Until(ctx, "the bridge is ready", func() bool { return rig.Answers(ctx, br.URL+"/-/ready") }); err != nil {
			return err
		}
		b.printf("started after kill -9, ready in %s", time.Since(start).Round(10*time.Millisecond))
		status, err := br.Client.Status(ctx)
		if err != nil {
			return err
		}
		if status.Open != size {
			return fmt.Errorf("%d alerts are open after the start, not %d", status.Open, size)
		}
		if err := b.memory(ctx, br, "after the start"); err != nil {
			return err
		}
		return br.Stop()
	})
}

func (b *bench) memory(ctx context.Context, br *rig.Bridge, when string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, br.URL+"/metrics", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	figures := map[string]float64{}
	for _, line := range strings.Split(string(text), "\n") {
		if name, value, ok := strings.Cut(line, " "); ok {
			figures[name], _ = strconv.ParseFloat(value, 64)
		}
	}
	b.printf("memory %s: %.0f MB resident, %.0f MB of it live heap", when,
		figures["process_resident_memory_bytes"]/1e6, figures["go_memstats_heap_alloc_bytes"]/1e6)
	return nil
}
