package datasource

import (
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// An empty answer about what AWS keeps no more says so: "nobody did it" would be
// another thing.
func TestWhatIsNoLongerKeptIsToldOf(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		const day = 24 * time.Hour
		for name, c := range map[string]struct {
			query string
			kept  time.Duration
		}{
			"events":  {`{"queryType":"cloudtrail","kind":"events"}`, 90 * day},
			"counts":  {`{"queryType":"cloudtrail","kind":"counts"}`, 90 * day},
			"history": {`{"queryType":"alarms","kind":"history"}`, 30 * day},
			"metrics": {`{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"` + awsfake.Web1Instance + `"}}`, 455 * day},
		} {
			for days, want := range map[time.Duration]bool{-2: false, 5: true} {
				from := at(30).Add(-c.kept - days*day)
				got := r.One(c.query, from, from.Add(day))
				if got.Error != nil || len(got.Frames) == 0 {
					t.Fatalf("%s: %v", name, got.Error)
				}
				if said := querytest.Notices(got.Frames[0]); strings.Contains(said, "There is no data before 2") != want {
					t.Errorf("%s, %d days before the end of what is kept: %q", name, days, said)
				}
			}
		}
	})
}
