package datasource

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/bubble"
)

// inBubble is a room whose time is that of a synctest bubble: waiting costs
// nothing.
func inBubble(t *testing.T, o awsfake.Options, test func(*room)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Now = querytest.Clock()
		test(open(t, keys, o))
	})
}

// Throttled for longer than anybody waits: that query says so, its neighbour is
// answered.
func TestThrottledForAMinute(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		r.aws.FailNext("LookupEvents", -1, awsfake.ErrThrottled(awsfake.CloudTrail))
		started := time.Now()
		got := r.Ask(
			querytest.Asking("A", `{"queryType":"cloudtrail"}`, at(-10), at(5)),
			querytest.Asking("B", `{"queryType":"alarms","kind":"counts"}`, at(-10), at(5)),
		)
		if took := time.Since(started); took > 30*time.Second {
			r.Errorf("the answer took %s", took)
		}
		if a := got["A"]; a.Error == nil && len(a.Frames[0].Meta.Notices) == 0 {
			r.Errorf("nothing says that the events are missing: %+v", a)
		} else if a.Error != nil && (a.Status != backend.StatusTooManyRequests || !strings.Contains(a.Error.Error(), "throttled")) {
			r.Errorf("events: %d %v", a.Status, a.Error)
		}
		querytest.AlertableAnswer(r.T, got["B"])
	})
}

// readers are what 32 panels look for: a week's events, most of several pages.
func readers() []string {
	var out []string
	for attribute, values := range map[string][]string{
		"EventName":    {"DescribeInstances", "DescribeAlarms", "AssumeRole", "DescribeDBInstances", "PutObject", "UpdateInstanceInformation", "ListBuckets", "CreateSnapshot", "StopInstances", "StartInstances"},
		"EventSource":  {"ec2.amazonaws.com", "monitoring.amazonaws.com", "sts.amazonaws.com", "rds.amazonaws.com", "s3.amazonaws.com", "ssm.amazonaws.com"},
		"Username":     {"monitor", "deploy", "web-1", "backup", awsfake.Rescuer, awsfake.Culprit, "nobody"},
		"ResourceType": {"AWS::S3::Bucket", "AWS::EC2::Instance", "AWS::EC2::Volume", "AWS::RDS::DBInstance"},
		"ResourceName": {"shop-artifacts", awsfake.Web1Instance, awsfake.GatewayInstance},
		"ReadOnly":     {"true", "false"},
	} {
		for _, v := range values {
			out = append(out, fmt.Sprintf(`{"queryType":"cloudtrail","limit":4000,"attribute":%q,"value":%q}`, attribute, v))
		}
	}
	return out
}

// 32 queries at once, again and again for two minutes: CloudTrail is never asked
// more than twice a second, each answers within its time with what it has, the
// next refresh continues, and in the end everything has been read.
func TestThirtyTwoReadersOfTheHistory(t *testing.T) {
	inBubble(t, awsfake.Options{Throttle: true}, func(r *room) {
		first := time.Now()
		all := readers()
		if len(all) != 32 {
			r.Fatalf("%d readers", len(all))
		}
		var rounds []int // answers that are incomplete, by round
		for time.Since(first) < 2*time.Minute {
			var queries []backend.DataQuery
			for i, q := range all {
				queries = append(queries, querytest.Asking(fmt.Sprintf("Q%d", i), q, at(-7*24*60), at(0)))
			}
			started, incomplete := time.Now(), 0
			for refID, a := range r.Ask(queries...) {
				if a.Error != nil {
					r.Errorf("%s: %v", refID, a.Error)
					continue
				}
				if a.Frames[0].Meta.Custom.(query.Custom).Incomplete {
					incomplete++
				}
			}
			rounds = append(rounds, incomplete)
			if took := time.Since(started); took > 26*time.Second {
				r.Errorf("an answer took %s", took)
			}
			bubble.Pass(5 * time.Second) // until the dashboard's refresh
		}
		c := r.aws.Counts()
		if c.Throttled > 0 {
			r.Errorf("AWS refused %d calls for their rate", c.Throttled)
		}
		if n, most := c.Of("LookupEvents"), int(2*time.Since(first).Seconds())+2; n < 100 || n > most {
			r.Errorf("%d calls in %s", n, time.Since(first))
		}
		if rounds[0] == 0 || rounds[len(rounds)-1] != 0 {
			r.Errorf("incomplete answers by round: %v; some at first, none in the end", rounds)
		}
	})
}

// Who goes away leaves nothing behind: the query is stopped in AWS.
func TestCancelledQueryIsStopped(t *testing.T) {
	inBubble(t, awsfake.Options{QueryTakes: time.Hour}, func(r *room) {
		ctx, cancel := context.WithCancel(r.Context())
		done := make(chan backend.Responses, 1)
		go func() {
			out, _ := r.ds.QueryData(ctx, &backend.QueryDataRequest{Queries: []backend.DataQuery{
				querytest.Asking("A", `{"queryType":"logs","logGroups":["/var/log/secure"],"query":"fields @message"}`, at(-60), at(0)),
			}})
			done <- out.Responses
		}()
		synctest.Wait() // it waits for the query's end
		if n := r.aws.Counts().Of("StartQuery"); n != 1 {
			r.Errorf("%d queries began", n)
		}
		cancel()
		if a := (<-done)["A"]; a.Error == nil {
			r.Error("the cancelled query has no error")
		}
		r.ds.Dispose()
		r.shared.Wait()
		if n := r.aws.Counts().Of("StopQuery"); n != 1 {
			r.Errorf("StopQuery was called %d times", n)
		}
	})
}

// A search that CloudWatch cut is shown, but no alert rule goes by it: what is
// missing would read as well again.
func TestSearchBeyondCloudWatchsLimit(t *testing.T) {
	inBubble(t, awsfake.Options{FleetHosts: 600}, func(r *room) {
		for name, search := range map[string]string{
			"search":     `"expression":"SEARCH('{CWAgent,host} MetricName=\"mem_used_percent\"', 'Average', 300)"`,
			"arithmetic": `"expression":"SEARCH('{CWAgent,host} MetricName=\"mem_used_percent\"', 'Average', 300) / 100"`,
		} {
			q := querytest.Asking("A", `{"queryType":"metrics","period":"300",`+search+`}`, at(-30), at(0))
			shown := r.Ask(q)["A"]
			querytest.AlertableAnswer(r.T, shown)
			if len(shown.Frames) != 500 || !strings.Contains(querytest.Notices(shown.Frames[0]), "MaxMetricsExceeded") {
				r.Errorf("%s: %d series, notices %q", name, len(shown.Frames), querytest.Notices(shown.Frames[0]))
			}
			a := r.AskForRule(q)["A"]
			if a.Error == nil || a.ErrorSource != backend.ErrorSourceDownstream || !strings.Contains(a.Error.Error(), "An alert rule needs them all") {
				r.Errorf("%s: a rule got %d frames, %v", name, len(a.Frames), a.Error)
			}
		}
	})
}

// More series than anybody can read are refused before they cost anything.
func TestHundredThousandSeries(t *testing.T) {
	inBubble(t, awsfake.Options{FleetHosts: 50_000}, func(r *room) {
		got := r.Ask(
			querytest.Asking("A", `{"queryType":"metrics","namespace":"CWAgent","metricName":"mem_used_percent","dimensions":{"host":"*"},"matchExact":false}`, at(-60), at(0)),
			querytest.Asking("B", `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"`+awsfake.Web1Instance+`"}}`, at(-60), at(0)),
		)
		if a := got["A"]; a.Error == nil || a.Status != 400 || !strings.Contains(a.Error.Error(), "up to 2000 can be asked at once") {
			r.Errorf("%d %v", a.Status, a.Error)
		}
		querytest.AlertableAnswer(r.T, got["B"])
		if n := r.aws.Counts().MetricsBilled; n != 1 {
			r.Errorf("%d metrics were billed", n)
		}
	})
}
