package awsapi

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

// bench is a client on a metric world with a clock that the test sets.
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
		refresh()
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

func TestCallsKeepTheLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		var reqs []MetricRequest
		for i := range 1203 {
			reqs = append(reqs, metric(fmt.Sprint("m", i), fmt.Sprint("n", i)))
		}
		reqs = append(reqs,
			MetricRequest{ID: "s1", Expression: "SELECT AVG(x) FROM y", Period: time.Minute},
			MetricRequest{ID: "s2", Expression: "select SUM(x) FROM y", Period: time.Minute},
		)
		b.fake.on("cloudwatch:GetMetricData", func(c call) (any, *awsError) {
			queries := c.in["MetricDataQueries"].([]any)
			span := c.in["EndTime"].(time.Time).Sub(c.in["StartTime"].(time.Time))
			sql := 0
			for _, q := range queries {
				if e, _ := q.(map[string]any)["Expression"].(string); isSQL(e) {
					sql++
				}
			}
			if len(queries) > 500 || sql > 1 || len(queries)*int(span/time.Minute) > 100_800 {
				t.Errorf("a call with %d queries, %d of SQL, over %s", len(queries), sql, span)
			}
			return map[string]any{"MetricDataResults": []any{}}, nil
		})
		answer, err := b.last(t.Context(), 24*time.Hour, MetricOptions{}, reqs...)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range answer.Results {
			if r.Err != nil {
				t.Fatal(r.ID, r.Err)
			}
		}
		if _, err := b.last(t.Context(), 10*365*24*time.Hour, MetricOptions{}, metric("a", "x")); err != nil {
			t.Fatal(err)
		}
		long, err := b.last(t.Context(), 10*365*24*time.Hour, MetricOptions{}, metric("a", "x"))
		var bad *BadRequest
		if err != nil || !errors.As(long.Results[0].Err, &bad) {
			t.Errorf("ten years of minutes: %v, %v", err, long.Results)
		}
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
func TestCachedAndUncachedAreEqual(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		late := rapid.SliceOfN(rapid.IntRange(-1, 6), 40, 40).Draw(rt, "minutes late, -1 never")
		synctest.Test(t, func(t *testing.T) {
			b := newMetricBench(t)
			b.late = func(name string, at time.Time) time.Duration {
				if name == "dense" {
					return 0
				}
				return time.Duration(late[int(at.Unix()/60)%len(late)]) * time.Minute
			}
			other := NewShared(SharedOptions{Now: b.clock.now})
			plain := client(t, open(t, b.fake, keys("AKIAONE"), other))
			for range 8 {
				// Readings are a tick apart at least: within one the cache is trusted.
				b.clock.add(time.Duration(rapid.IntRange(60, 3000).Draw(rt, "seconds")) * time.Second)
				back := time.Duration(rapid.IntRange(0, 120).Draw(rt, "back")) * time.Minute
				length := time.Duration(rapid.IntRange(1, 300).Draw(rt, "length")) * time.Minute
				to := b.clock.now().Add(-back)
				reqs := []MetricRequest{metric("a", "dense"), metric("b", "sparse")}
				cached, err := b.client.MetricData(t.Context(), reqs, to.Add(-length), to, MetricOptions{})
				if err != nil {
					t.Fatal(err)
				}
				fresh, err := plain.MetricData(t.Context(), reqs, to.Add(-length), to, MetricOptions{NoCache: true})
				if err != nil {
					t.Fatal(err)
				}
				if diff := differ(fresh.Results, cached.Results); diff != "" {
					t.Fatalf("-uncached +cached:\n%s", diff)
				}
			}
			other.Wait()
			b.shared.Wait()
		})
	})
}

func TestWhatAnOutageLeftAppearsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		hole := anchor.Add(-60 * time.Minute)
		filled := anchor.Add(21 * time.Minute)
		b.late = func(_ string, at time.Time) time.Duration {
			if !at.Before(hole) && at.Before(hole.Add(15*time.Minute)) {
				return filled.Sub(at.Add(time.Minute))
			}
			return 0
		}
		points := func(opts MetricOptions) int {
			a, err := b.client.MetricData(t.Context(), []MetricRequest{metric("a", "agent")}, hole, hole.Add(15*time.Minute), opts)
			if err != nil {
				t.Fatal(err)
			}
			return len(a.Results[0].Series[0].Values)
		}
		seen := []int{points(MetricOptions{})}
		asked := b.billed()
		for range 8 {
			b.clock.add(10 * time.Minute)
			seen = append(seen, points(MetricOptions{}))
		}
		if want := []int{0, 0, 0, 0, 0, 0, 0, 0, 15}; !slices.Equal(seen, want) {
			t.Errorf("points seen every 10 minutes: %v, want %v", seen, want)
		}
		if got := b.billed() - asked; got != 2 {
			t.Errorf("asked %d more times, want 2: after 15 minutes and an hour later", got)
		}
		b.shared.Wait()
	})
}

func TestAnAlertNeverBelievesACachedEmptyBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		b.late = func(string, time.Time) time.Duration { return -1 }
		for range 3 {
			if _, err := b.last(t.Context(), time.Hour, MetricOptions{NoCachedEmpty: true}, metric("a", "x")); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.billed(); got != 3 {
			t.Errorf("asked %d times, want 3", got)
		}
		b.shared.Wait()
	})
}

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
func TestNobodyReadsWhatAnotherMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		allowed := b.fake.answers["cloudwatch:GetMetricData"]
		b.fake.on("cloudwatch:GetMetricData", func(c call) (any, *awsError) {
			if c.key != "AKIAONE" {
				return nil, &awsError{403, "AccessDenied", "User: arn:aws:iam::123456789012:user/" + c.key + " is not authorized to perform: cloudwatch:GetMetricData because no identity-based policy allows the cloudwatch:GetMetricData action"}
			}
			return allowed(c)
		})
		if _, err := b.last(t.Context(), time.Hour, MetricOptions{}, metric("a", "cpu")); err != nil {
			t.Fatal(err)
		}
		weak := client(t, open(t, b.fake, keys("AKIATWO"), b.shared))
		now := b.clock.now()
		answer, err := weak.MetricData(t.Context(), []MetricRequest{metric("a", "cpu")}, now.Add(-time.Hour), now, MetricOptions{})
		var denied *Denied
		if err != nil || !errors.As(answer.Results[0].Err, &denied) || denied.Action != "cloudwatch:GetMetricData" {
			t.Errorf("the other identity got %v, %v", answer.Results, err)
		}
		same := client(t, open(t, b.fake, keys("AKIAONE"), b.shared))
		before := b.billed()
		if _, err := same.MetricData(t.Context(), []MetricRequest{metric("a", "cpu")}, now.Add(-time.Hour), now, MetricOptions{}); err != nil || b.billed() != before {
			t.Errorf("the same identity in another data source: %v, %d more asked", err, b.billed()-before)
		}
		b.shared.Wait()
	})
}
