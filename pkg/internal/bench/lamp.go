package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

const towerConfiguration = `notifiers: [{name: patlite}]
towers:
  - name: room
    notifier: patlite
    settings: {address: "%s", model: NHV6, protocol: http}
    show: {info: {white: steady}, warning: {amber: steady}, critical: {red: flash}, bridge_failed: {blue: steady}}
`

const (
	probes    = 60
	loadRate  = 500 // alerts a second
	loadBatch = 10
	slow      = 20 * time.Millisecond // a probe that takes longer is told of
)

// lampLatency changes the lamp once a second by a probe alert while other
// alerts keep coming, and measures from the start of the POST to the moment
// the tower has the command.
func lampLatency(ctx context.Context, b *bench) error {
	return inFolder(func(dir string) error {
		t, err := virtual.Start(virtual.Config{Model: "NHV6", HTTP: "127.0.0.1:0"})
		if err != nil {
			return err
		}
		defer t.Close()
		br, err := b.start(ctx, dir, fmt.Sprintf(towerConfiguration, t.HTTPAddr()))
		if err != nil {
			return err
		}
		if err := rig.Until(ctx, "the tower is driven", func() bool {
			towers, err := br.Client.Towers(ctx)
			return err == nil && len(towers) == 1 && towers[0].Contact == lamp.Seen
		}); err != nil {
			return err
		}
		load, stop := context.WithCancel(ctx)
		defer stop()
		var group sync.WaitGroup
		sent := 0
		p := newPoster(br, 4)
		group.Go(func() { sent = generate(load, p) })

		var took []time.Duration
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for i := range probes {
			status, red := "firing", true
			if i%2 == 1 {
				status, red = "resolved", false
			}
			start := time.Now()
			if err := p.post(ctx, bytes.ReplaceAll(body(1<<40, 1, status), []byte("Load"), []byte("Probe"))); err != nil {
				return err
			}
			wait, cancel := context.WithTimeout(ctx, 10*time.Second)
			err := t.Wait(wait, func(s lamp.State) bool { return (s.Of(lamp.Red) != lamp.Off) == red })
			cancel()
			if err != nil {
				return fmt.Errorf("probe %d: %w", i, err)
			}
			shown := t.History()
			took = append(took, shown[len(shown)-1].At.Sub(start))
			if took[i] > slow {
				b.printf("probe %d took %s", i, took[i].Round(10*time.Microsecond))
			}
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		stop()
		group.Wait()
		slices.Sort(took)
		b.printf("%d probes, %d alerts taken meanwhile: p50 %s, p99 %s, worst %s", len(took), sent,
			percentile(took, 0.5).Round(10*time.Microsecond), percentile(took, 0.99).Round(10*time.Microsecond), took[len(took)-1].Round(10*time.Microsecond))
		return br.Stop()
	})
}

// generate posts new alerts at the rate until the context ends, and returns
// how many were taken.
func generate(ctx context.Context, p *poster) int {
	ticker := time.NewTicker(time.Second * loadBatch / loadRate)
	defer ticker.Stop()
	sent := 0
	for {
		select {
		case <-ctx.Done():
			return sent
		case <-ticker.C:
			if p.post(ctx, body(sent, loadBatch, "firing")) == nil {
				sent += loadBatch
			}
		}
	}
}

// fill puts n alerts on the board.
func fill(ctx context.Context, br *rig.Bridge, n int) error {
	p := newPoster(br, 4)
	const size = 1000
	for first := 0; first < n; first += size {
		if err := p.post(ctx, body(first, size, "firing")); err != nil {
			return err
		}
	}
	return nil
}
