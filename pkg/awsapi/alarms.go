package awsapi

import (
	"context"
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

// Alarms asks for all pages of DescribeAlarms. Nothing is kept: the answer is as
// fresh as AWS's.
func (c *Client) Alarms(ctx context.Context, q AlarmQuery) (AlarmsAnswer, error) {
	outer := usageFrom(ctx)
	ctx, meter := WithUsage(ctx)
	defer func() { outer.add(meter.Usage()) }()
	if len(q.Types) == 0 {
		// Without types AWS leaves composite alarms out.
		q.Types = []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}
	}
	if q.Limit <= 0 || q.Limit > maxAlarms {
		q.Limit = maxAlarms
	}
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
			page, err := c.CloudWatch().DescribeAlarms(ctx, &call)
			if err != nil {
				out.Usage = meter.Usage()
				return out, err
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
	out.Usage = meter.Usage()
	return out, nil
}

func withPrefix(names []string, prefix string) []string {
	var out []string
	for _, n := range names {
		if strings.HasPrefix(n, prefix) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// AlarmHistoryQuery asks for what happened to alarms in from ≤ time < to.
type AlarmHistoryQuery struct {
	From, To  time.Time
	Types     []cwtypes.AlarmType       // empty: metric and composite alarms
	AlarmName string                    // empty: every alarm of the account
	ItemTypes []cwtypes.HistoryItemType // empty: state changes; several are sorted out here
	Limit     int                       // items at most, newest first; 0: 10,000
	NoCache   bool                      // ask AWS for everything
}

// AlarmHistoryAnswer is the items found, newest first.
type AlarmHistoryAnswer struct {
	Items      []cwtypes.AlarmHistoryItem
	Limited    bool // there are more than Limit
	Incomplete bool // not all of the range was asked for
	Usage      Usage
}

const (
	maxHistory     = 10_000
	historyRecords = 100 // a page at most
)

// AlarmHistory asks for the pages of DescribeAlarmHistory, for the whole account
// at once where no alarm is named: 3 calls a second of 100 items.
func (c *Client) AlarmHistory(ctx context.Context, q AlarmHistoryQuery) (AlarmHistoryAnswer, error) {
	if !q.From.Before(q.To) {
		return AlarmHistoryAnswer{}, &BadRequest{Message: "the range is empty"}
	}
	outer := usageFrom(ctx)
	ctx, meter := WithUsage(ctx)
	defer func() { outer.add(meter.Usage()) }()
	if len(q.Types) == 0 {
		q.Types = []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}
	}
	if len(q.ItemTypes) == 0 {
		q.ItemTypes = []cwtypes.HistoryItemType{cwtypes.HistoryItemTypeStateUpdate}
	}
	if q.Limit <= 0 || q.Limit > maxHistory {
		q.Limit = maxHistory
	}
	in := &cloudwatch.DescribeAlarmHistoryInput{
		AlarmTypes: q.Types, StartDate: aws.Time(q.From), EndDate: aws.Time(q.To),
		ScanBy: cwtypes.ScanByTimestampDescending, MaxRecords: aws.Int32(historyRecords),
	}
	if q.AlarmName != "" {
		in.AlarmName = aws.String(q.AlarmName)
	}
	if len(q.ItemTypes) == 1 {
		in.HistoryItemType = q.ItemTypes[0]
	}
	var out AlarmHistoryAnswer
	for {
		page, err := c.CloudWatch().DescribeAlarmHistory(ctx, in)
		if err != nil {
			out.Incomplete, out.Usage = true, meter.Usage()
			return out, err
		}
		for _, item := range page.AlarmHistoryItems {
			at := aws.ToTime(item.Timestamp)
			if slices.Contains(q.ItemTypes, item.HistoryItemType) && !at.Before(q.From) && at.Before(q.To) {
				out.Items = append(out.Items, item)
			}
		}
		if len(out.Items) > q.Limit {
			out.Items, out.Limited = out.Items[:q.Limit], true
			break
		}
		if aws.ToString(page.NextToken) == "" {
			break
		}
		in.NextToken = page.NextToken
	}
	out.Usage = meter.Usage()
	return out, nil
}
