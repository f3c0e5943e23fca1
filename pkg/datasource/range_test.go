package datasource

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// What lies ahead is not asked for: a range that ends in a year takes the calls
// of one that ends with this minute, and gives its answer.
func TestTheFutureIsNotAskedFor(t *testing.T) {
	for name, q := range map[string]string{
		"metrics":    `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"` + awsfake.Web1Instance + `"}}`,
		"search":     `{"queryType":"metrics","expression":"` + searchCPU + `"}`,
		"logs":       `{"queryType":"logs","logGroups":["/var/log/secure"],"query":"stats count(*) as n by bin(5m)"}`,
		"filter":     `{"queryType":"logs","mode":"filter","logGroups":["/var/log/secure"],"pattern":"preauth"}`,
		"alarms":     `{"queryType":"alarms","kind":"history"}`,
		"cloudtrail": `{"queryType":"cloudtrail","attribute":"EventName","value":"StopInstances"}`,
		"counts":     `{"queryType":"cloudtrail","kind":"counts","attribute":"EventName","value":"StopInstances"}`,
		"config":     `{"queryType":"config","kind":"history","resourceType":"AWS::EC2::Instance","resourceId":"` + awsfake.GatewayInstance + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			var calls []map[awsfake.Call]int
			var times []int
			for _, to := range []time.Time{at(31), at(31).AddDate(1, 0, 0)} {
				inBubble(t, awsfake.Options{}, func(r *room) {
					got := r.Ask(querytest.Asking("A", q, at(-60), to))["A"]
					if got.Error != nil {
						r.Fatal(got.Error)
					}
					calls, times = append(calls, maps.Clone(r.aws.Counts().Calls)), append(times, got.Frames[0].Rows())
				})
			}
			if d := cmp.Diff(calls[0], calls[1]); d != "" || times[0] != times[1] || times[0] == 0 {
				t.Errorf("%d and %d rows; calls (-until now +for a year):\n%s", times[0], times[1], d)
			}
		})
	}
}
