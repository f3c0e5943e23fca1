package awsapi

import (
	"sync"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestAlarmsAllPagesBothKinds(t *testing.T) {
	inBubble(t, awsfake.Options{FleetHosts: 50, FleetAlarms: 250}, func(t *testing.T, _ *awsfake.Fake, c *Client, _ *Shared) {
		a, err := c.Alarms(t.Context(), AlarmQuery{})
		if err != nil || len(a.Metric) < 250 || len(a.Composite) == 0 || a.Limited {
			t.Fatalf("%d metric, %d composite, limited %v: %v", len(a.Metric), len(a.Composite), a.Limited, err)
		}
		if cut, err := c.Alarms(t.Context(), AlarmQuery{Limit: 5}); err != nil || len(cut.Metric)+len(cut.Composite) != 5 || !cut.Limited {
			t.Errorf("limit 5: %d+%d, limited %v: %v", len(cut.Metric), len(cut.Composite), cut.Limited, err)
		}
	})
}

func TestAlarmsAreKeptForTenSeconds(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, FleetHosts: 50, FleetAlarms: 2000}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		f.SetDelay(30 * time.Millisecond)
		calls := func(want int, q AlarmQuery) {
			t.Helper()
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(func() {
					if a, err := c.Alarms(t.Context(), q); err != nil || len(a.Metric) == 0 {
						t.Errorf("%d alarms, %v", len(a.Metric), err)
					}
				})
			}
			wg.Wait()
			if got := f.Counts().Of("DescribeAlarms"); got != want {
				t.Errorf("%d calls, want %d", got, want)
			}
		}
		calls(21, AlarmQuery{}) // ten viewers, 2,009 alarms
		calls(21, AlarmQuery{})
		calls(22, AlarmQuery{Names: []string{awsfake.TunnelAlarm}})
		calls(22, AlarmQuery{Names: []string{awsfake.TunnelAlarm, awsfake.TunnelAlarm}})
		calls(43, AlarmQuery{NoCache: true})
		<-time.After(alarmsFor)
		calls(64, AlarmQuery{})
	})
}
