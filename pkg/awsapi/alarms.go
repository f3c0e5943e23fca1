package awsapi

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// AlarmQuery asks for alarms as they are now.
type AlarmQuery struct {
	Names   []string            // exact names; empty: all. With Prefix, only those that have it
	Prefix  string              // of the name
	Types   []cwtypes.AlarmType // empty: metric and composite alarms
	State   cwtypes.StateValue  // empty: any
	Limit   int                 // alarms at most; 0: 10,000
	NoCache bool                // ask AWS, whatever is kept
}

// AlarmsAnswer is the alarms found, each kind in the order of AWS (by name).
type AlarmsAnswer struct {
	Metric    []cwtypes.MetricAlarm
	Composite []cwtypes.CompositeAlarm
	Limited   bool // there are more than Limit
	Usage     Usage
}

const (
	maxAlarms      = 10_000
	alarmNamesCall = 100 // DescribeAlarms takes so many names, and answers so many a page
)

// alarmsFor is how long a list of alarms is believed: viewers of one room share
// it, and a change shows at the next refresh.
const alarmsFor = 10 * time.Second

// Alarms asks for all pages of DescribeAlarms. What was answered within the last
// 10 s is answered again without NoCache. The alarms are shared: nobody may
// change them.
func (c *Client) Alarms(ctx context.Context, q AlarmQuery) (AlarmsAnswer, error) {
	if len(q.Types) == 0 {
		// Without types AWS leaves composite alarms out.
		q.Types = []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}
	}
	q.Types = sortedSet(q.Types)
	if q.Limit <= 0 || q.Limit > maxAlarms {
		q.Limit = maxAlarms
	}
	outer := usageFrom(ctx)
	ctx, meter := WithUsage(ctx)
	name := "alarms\x00" + digest(slices.Concat([]string{q.Prefix, string(q.State), fmt.Sprint(q.Types, q.Limit)}, sortedSet(q.Names))...)
	answer, err := cached(ctx, c, name, alarmsFor, q.NoCache, func(ctx context.Context) (AlarmsAnswer, error) {
		return c.describeAlarms(ctx, q)
	})
	answer.Usage = meter.Usage()
	outer.add(answer.Usage)
	return answer, err
}

func (c *Client) describeAlarms(ctx context.Context, q AlarmQuery) (AlarmsAnswer, error) {
	in := cloudwatch.DescribeAlarmsInput{AlarmTypes: q.Types, StateValue: q.State, MaxRecords: aws.Int32(alarmNamesCall)}
	var calls []cloudwatch.DescribeAlarmsInput
	for names := range slices.Chunk(withPrefix(q.Names, q.Prefix), alarmNamesCall) {
		// AWS refuses names and a prefix in one call.
		one := in
		one.AlarmNames = names
		calls = append(calls, one)
	}
	if len(q.Names) == 0 {
		if q.Prefix != "" {
			in.AlarmNamePrefix = aws.String(q.Prefix)
		}
		calls = append(calls, in)
	}
	var out AlarmsAnswer
	for _, call := range calls {
		for more := true; more; {
			page, err := c.cloudwatch.DescribeAlarms(ctx, &call)
			if err != nil {
				return AlarmsAnswer{}, err
			}
			out.Metric = append(out.Metric, page.MetricAlarms...)
			out.Composite = append(out.Composite, page.CompositeAlarms...)
			call.NextToken = page.NextToken
			more = aws.ToString(page.NextToken) != ""
			if len(out.Metric)+len(out.Composite) > q.Limit {
				out.Limited, more = true, false
			}
		}
		if out.Limited {
			break
		}
	}
	if out.Limited {
		out.Metric = out.Metric[:min(len(out.Metric), q.Limit)]
		out.Composite = out.Composite[:min(len(out.Composite), q.Limit-len(out.Metric))]
	}
	return out, nil
}

// sortedSet is a sorted copy without repetitions.
func sortedSet[S ~string](in []S) []S {
	return slices.Compact(slices.Sorted(slices.Values(in)))
}

func withPrefix(names []string, prefix string) []string {
	return sortedSet(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasPrefix(n, prefix) }))
}
