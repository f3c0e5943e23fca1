package awsapi

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/internal/bubble"
)

// metricBench is a client on a metric world with a clock that the test sets.
type metricBench struct {
	*metricWorld
	fake   *fakeAWS
	clock  *clock
	shared *Shared
	client *Client
}

func newMetricBench(t *testing.T) *metricBench {
	b := &metricBench{fake: newFakeAWS(), clock: newClock()}
	b.metricWorld = newMetricWorld(b.fake, b.clock.now)
	b.shared = NewShared(SharedOptions{Now: b.clock.now})
	b.client = client(t, open(t, b.fake, keys("AKIAONE"), b.shared))
	return b
}

func (b *metricBench) last(ctx context.Context, d time.Duration, opts MetricOptions, reqs ...MetricRequest) (MetricAnswer, error) {
	now := b.clock.now()
	return b.client.MetricData(ctx, reqs, now.Add(-d), now, opts)
}

func (b *metricBench) want(name string, d time.Duration) MetricSeries {
	now := b.clock.now()
	s := MetricSeries{Label: name}
	for at := now.Add(-d).Truncate(time.Minute); at.Before(now); at = at.Add(time.Minute) {
		if delay := b.late(name, at); delay >= 0 && !now.Before(at.Add(time.Minute+delay)) {
			s.Times, s.Values = append(s.Times, at), append(s.Values, worldValue(name, at))
		}
	}
	return s
}

func TestARefreshAsksForTheTailOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		first := b.clock.now()
		for i := range 11 {
			answer, err := b.last(t.Context(), 3*time.Hour, MetricOptions{}, metric("a", "cpu"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := differ([]MetricSeries{b.want("cpu", 3*time.Hour)}, answer.Results[0].Series); diff != "" {
				t.Fatalf("refresh %d (-want +got):\n%s", i, diff)
			}
			b.clock.add(30 * time.Second)
		}
		if got := b.billed(); got != 6 {
			t.Errorf("11 views in 5 minutes billed %d metrics, want 6: one a minute", got)
		}
		for at, n := range b.reads["cpu"] {
			if at < first.Unix()-600 && n > 1 {
				t.Errorf("the closed point at %s was read %d times", time.Unix(at, 0).UTC(), n)
			}
		}
		b.shared.Wait()
	})
}

// TestALongerRangeOfWhatIsShownIsAskedTogether has panels come one after the other
// within the time that the first waits for the rest.
func TestALongerRangeOfWhatIsShownIsAskedTogether(t *testing.T) {
	const panels = 20
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		show := func(d time.Duration) (calls int) {
			before := b.fake.count("cloudwatch:GetMetricData")
			var wg sync.WaitGroup
			for i := range panels {
				bubble.Pass(mergeWindow / (2 * panels))
				wg.Go(func() {
					name := fmt.Sprint("m", i)
					answer, err := b.last(t.Context(), d, MetricOptions{}, metric("a", name))
					if err != nil {
						t.Error(err)
						return
					}
					if diff := differ([]MetricSeries{b.want(name, d)}, answer.Results[0].Series); diff != "" {
						t.Errorf("%s (-want +got):\n%s", name, diff)
					}
				})
			}
			wg.Wait()
			return b.fake.count("cloudwatch:GetMetricData") - before
		}
		for _, hours := range []time.Duration{1, 3, 6} {
			if got := show(hours * time.Hour); got != 1 {
				t.Errorf("%d panels over %d hours took %d calls, want 1", panels, hours, got)
			}
			b.clock.add(10 * time.Second)
		}
		b.shared.Wait()
	})
}

func TestAFailingQueryDoesNotFailItsNeighbours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		b.bad = "broken"
		var wg sync.WaitGroup
		for i := range 9 {
			wg.Go(func() {
				name := fmt.Sprint("m", i)
				if i == 4 {
					name = "broken"
				}
				answer, err := b.last(t.Context(), time.Hour, MetricOptions{}, metric("a", name), MetricRequest{ID: "b", Metric: "x"})
				if err != nil {
					t.Error(err)
					return
				}
				var bad *BadRequest
				if got := answer.Results[0].Err; (name == "broken") != errors.As(got, &bad) {
					t.Errorf("%s: %v", name, got)
				}
				if !errors.As(answer.Results[1].Err, &bad) {
					t.Errorf("a query without namespace: %v", answer.Results[1].Err)
				}
			})
		}
		wg.Wait()
		b.shared.Wait()
	})
}

func TestExpressions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		a, second := metric("a", "cpu"), metric("b", "net")
		a.Hidden, second.Hidden = true, true
		sum := MetricRequest{ID: "sum", Expression: "a + b", Period: time.Minute}
		search := MetricRequest{ID: "s", Expression: "SEARCH('{Test} m', 'Average', 60)", Label: "${PROP('Dim.X')}", Period: time.Minute}
		for i := range 3 {
			answer, err := b.last(t.Context(), time.Hour, MetricOptions{}, a, second, sum, search)
			if err != nil {
				t.Fatal(err)
			}
			want := b.want("cpu", time.Hour)
			want.Label = "sum"
			for k, at := range want.Times {
				want.Values[k] += worldValue("net", at)
			}
			if diff := differ([]MetricSeries{want}, answer.Results[0].Series); diff != "" {
				t.Fatalf("sum %d (-want +got):\n%s", i, diff)
			}
			found := []MetricSeries{b.want("found/a", time.Hour), b.want("found/b", time.Hour), b.want("found/c", time.Hour)}
			if diff := differ(found, answer.Results[1].Series); diff != "" {
				t.Fatalf("search %d (-want +got):\n%s", i, diff)
			}
			b.clock.add(10 * time.Minute)
		}
		loop, err := b.last(t.Context(), time.Hour, MetricOptions{},
			MetricRequest{ID: "x", Expression: "y*2", Period: time.Minute}, MetricRequest{ID: "y", Expression: "x*2", Period: time.Minute})
		var bad *BadRequest
		if err != nil || !errors.As(loop.Results[0].Err, &bad) {
			t.Errorf("expressions in a circle: %v %v", err, loop.Results)
		}
		b.shared.Wait()
	})
}

// TestCachedAndUncachedAreEqual looks at metrics with late points and outages
// through any sequence of ranges and times, with and without cache.
func TestACancelledQueryLeavesNothingRunning(t *testing.T) {
	defer goleak.VerifyNone(t)
	b := newMetricBench(t)
	started := make(chan struct{}, 10)
	b.fake.before = func(c call) {
		if c.action == "cloudwatch:GetMetricData" {
			started <- struct{}{}
			<-c.req.Context().Done()
		}
	}
	stay, go1 := context.WithCancel(t.Context())
	leave, go2 := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, ctx := range []context.Context{stay, leave} {
		wg.Go(func() {
			if _, err := b.last(ctx, time.Hour, MetricOptions{}, metric("a", "x")); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		})
	}
	<-started
	go2()
	go1()
	wg.Wait()
	b.shared.Wait()
}

// differ is cmp.Diff, which is slow, only where something differs.
func differ(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got)
}

// TestNobodyReadsWhatAnotherMay fetches as one identity and asks as others.
