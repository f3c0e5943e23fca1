package awsapi

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

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

// TestDataPointsKeepTheirQuota asks for more than a second's worth, of recent and
// of older data.
func TestDataPointsKeepTheirQuota(t *testing.T) {
	for name, tc := range map[string]struct {
		ago     time.Duration
		atLeast time.Duration
	}{
		"recent": {ago: 2 * time.Hour, atLeast: time.Second},
		"older":  {ago: 24 * time.Hour, atLeast: 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newMetricBench(t)
				type second struct {
					at     time.Time
					points int
				}
				var sent []second
				b.fake.on("cloudwatch:GetMetricData", func(c call) (any, *awsError) {
					span := c.in["EndTime"].(time.Time).Sub(c.in["StartTime"].(time.Time))
					sent = append(sent, second{time.Now(), len(c.in["MetricDataQueries"].([]any)) * int(span/time.Second)})
					return map[string]any{"MetricDataResults": []any{}}, nil
				})
				var reqs []MetricRequest
				for i := range 400 { // of 900 seconds: 360,000 points
					r := metric(fmt.Sprint("m", i), fmt.Sprint("n", i))
					r.Period = time.Second
					reqs = append(reqs, r)
				}
				from := b.clock.now().Add(-tc.ago)
				began := time.Now()
				a, err := b.client.MetricData(t.Context(), reqs, from, from.Add(15*time.Minute), MetricOptions{})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range a.Results {
					if r.Err != nil {
						t.Fatal(r.ID, r.Err)
					}
				}
				if d := time.Since(began); d < tc.atLeast || d > 2*tc.atLeast {
					t.Errorf("took %s, want about %s", d, tc.atLeast)
				}
				total := 0
				for _, s := range sent {
					total += s.points
					if s.points > 90_000 {
						t.Errorf("a call for %d points", s.points)
					}
				}
				if total != 360_000 {
					t.Errorf("asked for %d points", total)
				}
				b.shared.Wait()
			})
		})
	}
}
