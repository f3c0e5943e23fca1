package awsapi

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestPanelsShareCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		b.fake.before = func(call) { <-time.After(30 * time.Millisecond) }
		// 20 panels of 5 metrics, 6 in flight, as a browser does.
		refresh := func() {
			gate := make(chan struct{}, 6)
			var wg sync.WaitGroup
			for panel := range 20 {
				gate <- struct{}{}
				wg.Go(func() {
					defer func() { <-gate }()
					var reqs []MetricRequest
					for m := range 5 {
						reqs = append(reqs, metric(fmt.Sprint("m", m), fmt.Sprintf("p%d-%d", panel, m)))
					}
					answer, err := b.last(t.Context(), 3*time.Hour, MetricOptions{}, reqs...)
					if err != nil {
						t.Error(err)
						return
					}
					for i, r := range answer.Results {
						if diff := differ([]MetricSeries{b.want(reqs[i].Metric, 3*time.Hour)}, r.Series); diff != "" {
							t.Errorf("panel %d (-want +got):\n%s", panel, diff)
						}
					}
				})
			}
			wg.Wait()
		}
		// Six panels in flight make four rounds of twenty: no answer comes sooner than
		// the call it waits for, so four calls one after the other are the least.
		began := time.Now()
		refresh()
		if d := time.Since(began); d > 4*(30*time.Millisecond+mergeWindow) {
			t.Errorf("first load took %s", d)
		}
		firstCalls := b.fake.count("cloudwatch:GetMetricData")
		if firstCalls > 4 {
			t.Errorf("first load took %d calls, want at most 4", firstCalls)
		}
		for range 10 {
			b.clock.add(30 * time.Second)
			refresh()
		}
		if got := b.billed(); got != 600 {
			t.Errorf("billed %d metrics, want 600: each one once a minute", got)
		}
		if got := b.fake.count("cloudwatch:GetMetricData"); got > 12 {
			t.Errorf("%d calls, want at most 12", got)
		}
		b.shared.Wait()
	})
}

func TestTenViewersAreAsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		for range 4 {
			var wg sync.WaitGroup
			for viewer := range 10 {
				wg.Go(func() {
					now := b.clock.now().Add(time.Duration(viewer) * time.Second)
					if _, err := b.client.MetricData(t.Context(), []MetricRequest{metric("a", "cpu")}, now.Add(-time.Hour), now, MetricOptions{}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			b.clock.add(time.Minute)
		}
		if got := b.billed(); got != 4 {
			t.Errorf("billed %d metrics, want 4", got)
		}
		b.shared.Wait()
	})
}
