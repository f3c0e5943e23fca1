package awsapi

import (
	"testing"
	"testing/synctest"
	"time"
)

// A search of which the start is known is asked for its tail. Where a new series
// bears the label of another, the tail cannot be laid over what was known: the
// answer is the tail alone, and says so; the next one is asked whole. One that is
// asked whole from the start is complete.
func TestASearchCutToItsTailSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		single := b.fake.answers["cloudwatch:GetMetricData"]
		twins := false
		b.fake.on("cloudwatch:GetMetricData", func(c call) (any, *awsError) {
			out, err := single(c)
			if err == nil && twins {
				all := out.(map[string]any)
				found := all["MetricDataResults"].([]any)
				all["MetricDataResults"] = append(found, found[0]) // another one with the same label
			}
			return out, err
		})
		search := MetricRequest{ID: "s", Expression: "SEARCH('{Test} m', 'Average', 60)", Label: "${PROP('Dim.X')}", Period: time.Minute}
		ask := func(series int, want time.Duration, partial bool) {
			t.Helper()
			answer, err := b.last(t.Context(), time.Hour, MetricOptions{}, search)
			if err != nil || answer.Results[0].Err != nil {
				t.Fatal(err, answer.Results)
			}
			r := answer.Results[0]
			if len(r.Series) != series {
				t.Fatalf("%d series, want %d", len(r.Series), series)
			}
			for _, s := range r.Series {
				if d := b.clock.now().Sub(s.Times[0]); d > time.Hour || (d == time.Hour) != (want == time.Hour) {
					t.Errorf("%s begins %s ago, want %s", s.Label, d, want)
				}
			}
			if r.Partial != partial {
				t.Errorf("an answer of %d series that begins %s ago: partial is %v", len(r.Series), b.clock.now().Sub(r.Series[0].Times[0]), r.Partial)
			}
		}
		ask(3, time.Hour, false)
		b.clock.add(5 * time.Minute)
		ask(3, time.Hour, false) // its tail, laid over what was known

		twins = true
		b.clock.add(5 * time.Minute)
		asked := len(b.asked)
		ask(4, 15*time.Minute, true)
		if n := len(b.asked) - asked; n != 1 {
			t.Errorf("the tail took %d calls", n)
		}
		b.clock.add(time.Minute)
		ask(4, time.Hour, false)

		search.Expression = "SEARCH('{Test} n', 'Average', 60)"
		ask(4, time.Hour, false)
		b.shared.Wait()
	})
}
