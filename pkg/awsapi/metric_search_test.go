package awsapi

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// A SEARCH has a period of its own. What it has found is read once, whether the
// query's is shorter or longer.
func TestSearchWithAPeriodOfItsOwnIsReadOnce(t *testing.T) {
	for name, c := range map[string]struct {
		search string
		query  time.Duration
		step   time.Duration
	}{
		"longer":  {"300", time.Minute, 5 * time.Minute},
		"shorter": {"60", 5 * time.Minute, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			f := awsfake.New(awsfake.Options{Now: clock.now})
			synctest.Test(t, func(t *testing.T) {
				sh := NewShared(SharedOptions{Now: clock.now})
				kept := client(t, open(t, f, keys(awsfake.AdminKey), sh))
				req := MetricRequest{
					ID: "a", Expression: "SEARCH('{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', 'Average', " + c.search + ")",
					Label: "${PROP('Dim.InstanceId')}", Period: c.query,
				}
				first, fetched := 0, 0
				for range 40 {
					clock.add(time.Minute)
					now := clock.now()
					a, err := kept.MetricData(t.Context(), []MetricRequest{req}, now.Add(-6*time.Hour), now, MetricOptions{})
					if err != nil || a.Results[0].Err != nil {
						t.Fatal(err, a.Results[0].Err)
					}
					s := a.Results[0].Series[0]
					if step := s.Times[1].Sub(s.Times[0]); step != c.step {
						t.Fatalf("a point every %s, want %s", step, c.step)
					}
					if fetched += a.Usage.PointsFetched; first == 0 {
						first = fetched
					}
				}
				// Each minute the open periods are asked for: eleven minutes of ones, or three
				// of fives and what begins.
				if open := 40 * 6 * int(15*time.Minute/c.step+1); fetched > first+open {
					t.Errorf("%d points at first, %d in all, want at most %d", first, fetched, first+open)
				}
				sh.Wait()
			})
		})
	}
}

func TestSearchPeriod(t *testing.T) {
	for expression, want := range map[string]int64{
		"SEARCH('{a,b} c', 'Average', 300)":               300,
		"REMOVE_EMPTY( SEARCH('{a,b} c' , 'p9, 9', 60 ))": 60,
		"SEARCH('{a,b} c', 'Average')":                    0,
		"SEARCH('{a,b} c', 'Average', 7)":                 0,
		"SEARCH('{a,b} c', 'Average', m1)":                0,
		"m1 + m2":                                         0,
	} {
		if got := searchPeriod(expression); got != want {
			t.Errorf("%s: %d, want %d", expression, got, want)
		}
	}
}
