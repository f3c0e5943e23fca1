package awsapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// inBrowser shows panels as a browser does, which has six requests under way.
func inBrowser(panels int, show func(panel int)) {
	gate := make(chan struct{}, 6)
	var wg sync.WaitGroup
	for panel := range panels {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			show(panel)
		})
	}
	wg.Wait()
}

func TestPanelsShareCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		b.fake.before = func(call) { <-time.After(30 * time.Millisecond) }
		// 20 panels of 5 metrics.
		refresh := func() {
			inBrowser(20, func(panel int) {
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

// Panels of several periods, sums and searches among them, go on together too.
func TestMixedPanelsShareCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		b.fake.before = func(call) { <-time.After(30 * time.Millisecond) }
		refresh := func() {
			inBrowser(12, func(panel int) {
				one, two := metric("a", fmt.Sprint("x", panel)), metric("b", fmt.Sprint("y", panel))
				if panel%3 == 1 {
					one.Period, two.Period = 5*time.Minute, 5*time.Minute
				}
				reqs := []MetricRequest{one, two}
				if panel%3 == 2 {
					reqs = append(reqs, MetricRequest{ID: "sum", Expression: "a + b", Period: time.Minute})
				}
				answer, err := b.last(t.Context(), 3*time.Hour, MetricOptions{}, reqs...)
				if err != nil || len(answer.Results) != len(reqs) {
					t.Error(err)
					return
				}
				for _, r := range answer.Results {
					if r.Err != nil || len(r.Series) != 1 || len(r.Series[0].Values) < 30 {
						t.Errorf("panel %d, %s: %v", panel, r.ID, r)
					}
				}
			})
			b.shared.Wait()
		}
		refresh()
		for i := range 5 {
			b.clock.add(time.Minute)
			before := b.fake.count("cloudwatch:GetMetricData")
			refresh()
			// What is open of long periods is closed of short ones: two calls.
			if got := b.fake.count("cloudwatch:GetMetricData") - before; got > 2 {
				t.Errorf("refresh %d took %d calls, want at most 2", i, got)
			}
		}
	})
}

// Who leaves is not told what he no longer sees: another who waits is, so that
// the answers together tell what AWS bills.
func TestWhatALeaverBeganIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		began, answer := make(chan struct{}), make(chan struct{})
		b.fake.before = func(c call) {
			if c.action == "cloudwatch:GetMetricData" {
				close(began)
				<-answer
			}
		}
		leaving, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := b.last(leaving, time.Hour, MetricOptions{}, metric("a", "cpu")); !errors.Is(err, context.Canceled) {
				t.Errorf("the leaver got %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			answer, err := b.last(t.Context(), time.Hour, MetricOptions{}, metric("a", "cpu"))
			if u := answer.Usage; err != nil || u.MetricsBilled != 1 || u.Calls["cloudwatch:GetMetricData"] != 1 || u.PointsFetched == 0 {
				t.Errorf("who stayed is told %+v, %v", u, err)
			}
		})
		<-began
		leave()
		synctest.Wait()
		close(answer)
		wg.Wait()
		if b.billed() != 1 {
			t.Errorf("billed %d", b.billed())
		}
		b.shared.Wait()
	})
}
