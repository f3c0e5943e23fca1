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

// A SEARCH of a far shorter period than the query's is one call all the same, and
// within the limit of what CloudWatch gives a second.
func TestSearchOfALongRange(t *testing.T) {
	for _, c := range []struct {
		search string
		query  time.Duration
		days   int
	}{{"300", time.Hour, 30}, {"300", time.Hour, 60}, {"60", time.Hour, 14}, {"60", time.Hour, 2}} {
		synctest.Test(t, func(t *testing.T) {
			clock := newClock()
			f := awsfake.New(awsfake.Options{Now: clock.now})
			sh := NewShared(SharedOptions{Now: clock.now})
			req := MetricRequest{
				ID: "a", Expression: "SEARCH('{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', 'Average', " + c.search + ")",
				Label: "${PROP('Dim.InstanceId')}", Period: c.query,
			}
			began, now := time.Now(), clock.now()
			a, err := client(t, open(t, f, keys(awsfake.AdminKey), sh)).MetricData(t.Context(), []MetricRequest{req}, now.Add(-time.Duration(c.days)*24*time.Hour), now, MetricOptions{})
			if err != nil || a.Results[0].Err != nil || len(a.Results[0].Series) == 0 {
				t.Fatal(err, a.Results)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%s over %d days: %d calls in %s", c.search, c.days, f.Counts().Of("GetMetricData"), took)
			}
			sh.Wait()
		})
	}
}
