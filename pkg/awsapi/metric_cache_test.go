package awsapi

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

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

// TestLatePointsAppear looks every half minute at metrics whose newest points come
// up to two minutes late and out of order, over awsfake's wire.
func TestLatePointsAppear(t *testing.T) {
	clock := newClock()
	f := awsfake.New(awsfake.Options{Now: clock.now, LatePoints: true})
	synctest.Test(t, func(t *testing.T) {
		sh, other := NewShared(SharedOptions{Now: clock.now}), NewShared(SharedOptions{Now: clock.now})
		kept, plain := client(t, open(t, f, keys(awsfake.AdminKey), sh)), client(t, open(t, f, keys(awsfake.AdminKey), other))
		late := 0
		for range 60 {
			clock.add(time.Minute)
			now := clock.now()
			cpu := tunnel("b")
			cpu.Dimensions = map[string]string{"VpnId": awsfake.VPN, "TunnelIpAddress": awsfake.Tunnel2}
			reqs := []MetricRequest{tunnel("a"), cpu}
			cached, err := kept.MetricData(t.Context(), reqs, now.Add(-time.Hour), now, MetricOptions{})
			if err != nil {
				t.Fatal(err)
			}
			fresh, err := plain.MetricData(t.Context(), reqs, now.Add(-time.Hour), now, MetricOptions{NoCache: true})
			if err != nil {
				t.Fatal(err)
			}
			if diff := differ(fresh.Results, cached.Results); diff != "" {
				t.Fatalf("-uncached +cached:\n%s", diff)
			}
			late += 60 - len(fresh.Results[0].Series[0].Values)
		}
		if late == 0 {
			t.Error("no point was late")
		}
		sh.Wait()
		other.Wait()
	})
}
