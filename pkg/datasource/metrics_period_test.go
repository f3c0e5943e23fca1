package datasource

import (
	"strings"
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

// A period that is too short for data of that age gives none there, and the answer
// says from when on there is any.
func TestPeriodThatIsNotKept(t *testing.T) {
	r := enter(t, keys)
	const day = 24 * time.Hour
	metric := func(period string) string {
		return `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"` + awsfake.Web1Instance + `"},"period":"` + period + `"}`
	}
	search := func(period string) string {
		return `{"queryType":"metrics","expression":"SEARCH('{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', 'Average', ` + period + `)","period":"60"}`
	}
	for name, c := range map[string]struct {
		query     string
		ago, span time.Duration
		want      string
	}{
		"the last 15 days by the minute":    {metric("60"), 0, 15 * day, ""},
		"16 days":                           {metric("60"), 0, 16 * day, "There is no data before 2026-09-21 11:12:00 UTC: CloudWatch keeps points of a period of 1 min for 15 d. "},
		"wholly older":                      {metric("60"), 20 * day, day, "There is no data before 2026-09-16 11:12:00 UTC: "},
		"two months by five minutes":        {metric("300"), 0, 60 * day, ""},
		"ten weeks by five minutes":         {metric("5m"), 60 * day, 10 * day, "There is no data before 2026-08-04 11:12:00 UTC: CloudWatch keeps points of a period of 5 min for 63 d. "},
		"the last three hours by 10 s":      {metric("10"), 0, 3 * time.Hour, ""},
		"six hours by 10 s":                 {metric("10"), 0, 6 * time.Hour, "There is no data before 2026-10-06 08:12:00 UTC: CloudWatch keeps points of a period of 10 s for 3 h. "},
		"automatic":                         {metric("auto"), 60 * day, 10 * day, ""},
		"a search with a period of an hour": {search("3600"), 60 * day, 10 * day, ""},
		"a search by the minute":            {search("60"), 20 * day, day, "There is no data before 2026-09-16 11:12:00 UTC: "},
	} {
		to := at(30).Add(-c.ago)
		got := r.One(c.query, to.Add(-c.span), to)
		if got.Error != nil {
			t.Fatalf("%s: %v", name, got.Error)
		}
		var said string
		for _, n := range got.Frames[0].Meta.Notices {
			said += n.Text
		}
		if c.want == "" && said != "" || !strings.HasPrefix(said, c.want) {
			t.Errorf("%s: %q", name, said)
		}
	}
}
