package awsapi

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func bubble(t *testing.T, o awsfake.Options, fn func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := awsfake.New(o)
		sh := NewShared(SharedOptions{})
		s := open(t, f, keys(awsfake.AdminKey), sh)
		defer s.Close()
		fn(t, f, client(t, s), sh)
		sh.Wait()
	})
	goleak.VerifyNone(t)
}

func TestAlarmHistoryWholeAndNewestFirst(t *testing.T) {
	bubble(t, awsfake.Options{FleetHosts: 50, FleetAlarms: 200}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		q := AlarmHistoryQuery{From: f.Anchor().Add(-24 * time.Hour), To: f.Anchor()}
		all, err := c.AlarmHistory(t.Context(), q)
		if err != nil || len(all.Items) == 0 || all.Limited || all.Incomplete {
			t.Fatalf("%d items, limited %v, incomplete %v: %v", len(all.Items), all.Limited, all.Incomplete, err)
		}
		if !slices.IsSortedFunc(all.Items, func(a, b cwtypes.AlarmHistoryItem) int { return b.Timestamp.Compare(*a.Timestamp) }) {
			t.Error("not newest first")
		}
		if want := max(1, (len(all.Items)+99)/100); f.Counts().Of("DescribeAlarmHistory") != want {
			t.Errorf("%d calls for %d items", f.Counts().Of("DescribeAlarmHistory"), len(all.Items))
		}
		q.Limit = 1
		if one, err := c.AlarmHistory(t.Context(), q); err != nil || len(one.Items) != 1 || !one.Limited {
			t.Errorf("limit 1: %d items, limited %v: %v", len(one.Items), one.Limited, err)
		}
	})
}

func TestAlarmsAllPagesBothKinds(t *testing.T) {
	bubble(t, awsfake.Options{FleetHosts: 50, FleetAlarms: 250}, func(t *testing.T, _ *awsfake.Fake, c *Client, _ *Shared) {
		a, err := c.Alarms(t.Context(), AlarmQuery{})
		if err != nil || len(a.Metric) < 250 || len(a.Composite) == 0 || a.Limited {
			t.Fatalf("%d metric, %d composite, limited %v: %v", len(a.Metric), len(a.Composite), a.Limited, err)
		}
		if cut, err := c.Alarms(t.Context(), AlarmQuery{Limit: 5}); err != nil || len(cut.Metric)+len(cut.Composite) != 5 || !cut.Limited {
			t.Errorf("limit 5: %d+%d, limited %v: %v", len(cut.Metric), len(cut.Composite), cut.Limited, err)
		}
	})
}

func TestRunInsightsEndsStopsAndCancels(t *testing.T) {
	for name, tc := range map[string]struct {
		takes, budget, cancel time.Duration
		stops                 int
		partial, fails        bool
	}{
		"ends":    {takes: 2 * time.Second},
		"budget":  {takes: time.Hour, budget: 5 * time.Second, stops: 1, partial: true},
		"cancels": {takes: time.Hour, cancel: 3 * time.Second, stops: 1, fails: true, partial: true},
	} {
		t.Run(name, func(t *testing.T) {
			// Time in a bubble begins with the year 2000.
			now := func() time.Time {
				return awsfake.DefaultAnchor.Add(time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)))
			}
			bubble(t, awsfake.Options{Now: now, QueryTakes: tc.takes}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tc.cancel > 0 {
					ctx, cancel = context.WithTimeout(ctx, tc.cancel)
					defer cancel()
				}
				a, err := c.RunInsights(ctx, InsightsQuery{
					Groups: []string{"/var/log/secure"}, Query: "fields @timestamp, @message | limit 5",
					From: f.Anchor().Add(-time.Hour), To: f.Anchor(), Budget: tc.budget,
				})
				if (err != nil) != tc.fails || f.Counts().Of("StopQuery") != tc.stops {
					t.Errorf("%d stops, error %v", f.Counts().Of("StopQuery"), err)
				}
				if !tc.fails && a.Partial != tc.partial || tc.stops == 0 && len(a.Rows) != 5 {
					t.Errorf("%d rows, partial %v", len(a.Rows), a.Partial)
				}
			})
		})
	}
}

func TestFilterLogsNewestFirst(t *testing.T) {
	bubble(t, awsfake.Options{}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		q := FilterQuery{Group: "/var/log/secure", Pattern: "invalid", From: f.Anchor().Add(-time.Hour), To: f.Anchor()}
		a, err := c.FilterLogs(t.Context(), q)
		if err != nil || len(a.Events) < 2 || a.Limited || a.Incomplete {
			t.Fatalf("%d events, limited %v, incomplete %v: %v", len(a.Events), a.Limited, a.Incomplete, err)
		}
		if *a.Events[0].Timestamp < *a.Events[1].Timestamp {
			t.Error("not newest first")
		}
		q.Limit = 1
		if one, err := c.FilterLogs(t.Context(), q); err != nil || len(one.Events) != 1 || !one.Limited {
			t.Errorf("limit 1: %d events, limited %v: %v", len(one.Events), one.Limited, err)
		}
	})
}
