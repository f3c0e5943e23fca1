package datasource

import (
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// The automatic period goes by the age of what is asked for, not by the length of
// the range alone: of an hour a month ago CloudWatch has no minutes any more.
func TestAutomaticPeriodOfThePast(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		q := `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"` + awsfake.Web1Instance + `"}}`
		const day = 24 * time.Hour
		for _, c := range []struct {
			ago    time.Duration
			period time.Duration
		}{
			{0, time.Minute},
			{14 * day, time.Minute},
			{16 * day, 5 * time.Minute},
			{62 * day, 5 * time.Minute},
			{64 * day, time.Hour},
			{400 * day, time.Hour},
			// From exactly 15 days ago (it is half an hour later), by clocks that differ.
			{15*day - 6*time.Hour - 30*time.Minute, time.Minute},
			{15*day - 6*time.Hour - 29*time.Minute, time.Minute},
		} {
			to := at(0).Add(-c.ago)
			got := r.One(q, to.Add(-6*time.Hour), to)
			querytest.AlertableAnswer(t, got)
			times := got.Frames[0].Fields[0]
			if times.Len() < 6 {
				t.Errorf("%s ago: %d points", c.ago, times.Len())
				continue
			}
			if step := times.At(1).(time.Time).Sub(times.At(0).(time.Time)); step != c.period {
				t.Errorf("%s ago: a point every %s, want %s", c.ago, step, c.period)
			}
			if interval := times.Config.Interval; interval != float64(c.period.Milliseconds()) {
				t.Errorf("%s ago: the field says %v ms", c.ago, interval)
			}
		}
	})
}
