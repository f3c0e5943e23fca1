package awsapi

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// Whenever what was made of an answer is found, the answer would be the same,
// and nobody would have to be asked for it: whatever others asked in between.
func TestMadeAsLongAsItStands(t *testing.T) {
	found := 0
	rapid.Check(t, func(rt *rapid.T) {
		late := rapid.SliceOfN(rapid.IntRange(-1, 400), 40, 40).Draw(rt, "seconds late, -1 never")
		period := time.Duration(rapid.SampledFrom([]int{60, 300}).Draw(rt, "period")) * time.Second
		length := time.Duration(rapid.IntRange(1, 200).Draw(rt, "length")) * time.Minute
		back := time.Duration(rapid.IntRange(-20, 30).Draw(rt, "back")) * time.Minute
		moves := rapid.Bool().Draw(rt, "the range moves with time")
		synctest.Test(t, func(t *testing.T) {
			b := newMetricBench(t)
			b.late = func(_ string, at time.Time) time.Duration {
				return time.Duration(late[int(at.Unix()/60)%len(late)]) * time.Second
			}
			start := b.clock.now()
			s := open(t, b.fake, keys("AKIAONE"), b.shared)
			panel := []MetricRequest{metric("a", "one"), metric("b", "two")}
			panel[0].Period, panel[1].Period = period, period
			ask := func(reqs []MetricRequest, at time.Time, opts MetricOptions) MetricAnswer {
				to := at.Truncate(time.Minute).Add(time.Minute)
				a, err := s.MetricData(t.Context(), "", "", reqs, to.Add(-length), to, opts)
				if err != nil {
					t.Fatal(err)
				}
				b.shared.Wait() // for what nobody waits for
				return a
			}
			for range 30 {
				b.clock.add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "seconds")) * time.Second)
				at := start
				if moves {
					at = b.clock.now()
				}
				at = at.Add(-back)
				switch rapid.IntRange(0, 9).Draw(rt, "who asks") {
				case 0:
					ask(panel[:1], at, MetricOptions{NoCache: true})
				case 1:
					ask(panel[1:], at, MetricOptions{NoCachedEmpty: true})
				case 2:
					ask([]MetricRequest{metric("c", "three")}, at, MetricOptions{})
				default:
					// The name tells the range, which may move with the minute.
					name := at.Truncate(time.Minute).String()
					kept, ok := s.Made(t.Context(), "", "", name)
					asked := b.billed()
					a := ask(panel, at, MetricOptions{})
					if ok {
						found++
						if diff := differ(a.Results, kept.([]MetricResult)); diff != "" {
							t.Fatalf("-answer +kept:\n%s", diff)
						}
						if n := b.billed() - asked; n > 0 {
							t.Fatalf("kept, but %d metrics had to be asked for", n)
						}
					}
					s.KeepMade(t.Context(), "", "", name, a.Results, 1000, a.Standing)
				}
			}
			b.shared.Wait()
		})
	})
	if found == 0 {
		t.Error("nothing was ever found")
	}
}

// What belongs to another identity is not found, nor what does not stand.
func TestMadeForOneIdentity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		one, two := open(t, b.fake, keys("AKIAONE"), b.shared), open(t, b.fake, keys("AKIATWO"), b.shared)
		now := b.clock.now()
		ask := func(s *Sessions, opts MetricOptions, r MetricRequest) MetricAnswer {
			a, err := s.MetricData(t.Context(), "", "", []MetricRequest{r}, now.Add(-time.Hour), now, opts)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		known := b.fake.count("sts:GetCallerIdentity")
		if _, ok := one.Made(t.Context(), "", "", "name"); ok || b.fake.count("sts:GetCallerIdentity") > known {
			t.Error("a look into the cache asked who the caller is")
		}
		one.KeepMade(t.Context(), "", "", "name", 1, 1, ask(one, MetricOptions{}, metric("a", "x")).Standing)
		ask(two, MetricOptions{}, metric("a", "x"))
		if _, ok := one.Made(t.Context(), "", "", "name"); !ok {
			t.Error("its owner does not find it")
		}
		if _, ok := two.Made(t.Context(), "", "", "name"); ok {
			t.Error("found by another identity")
		}
		for name, a := range map[string]MetricAnswer{
			"past the cache":        ask(one, MetricOptions{NoCache: true}, metric("a", "x")),
			"for an alert rule":     ask(one, MetricOptions{NoCachedEmpty: true}, metric("a", "x")),
			"kept by its range":     ask(one, MetricOptions{}, MetricRequest{ID: "a", Expression: "SELECT AVG(x) FROM y", Period: time.Minute}),
			"with a mistake within": ask(one, MetricOptions{}, MetricRequest{ID: "a", Period: time.Minute}),
		} {
			if one.KeepMade(t.Context(), "", "", name, 1, 1, a.Standing); a.Standing != (Standing{}) {
				t.Errorf("%s: stands", name)
			}
			if _, ok := one.Made(t.Context(), "", "", name); ok {
				t.Errorf("%s: kept", name)
			}
		}
		b.shared.Wait()
	})
}
