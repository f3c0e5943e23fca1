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

// AlarmHistoryQuery asks for what happened to alarms in from ≤ time < to.
type AlarmHistoryQuery struct {
	From, To  time.Time                 // AWS keeps 30 days
	Types     []cwtypes.AlarmType       // empty: metric and composite alarms
	AlarmName string                    // empty: every alarm of the account
	ItemTypes []cwtypes.HistoryItemType // empty: state changes; several are sorted out here
	Limit     int                       // items at most, newest first; 0: 10,000
	Budget    time.Duration             // 0: 25 s
	NoCache   bool                      // ask AWS for everything
}

// AlarmHistoryAnswer is the items found, newest first. The items are shared:
// nobody may change them.
type AlarmHistoryAnswer struct {
	Items      []cwtypes.AlarmHistoryItem
	Limited    bool      // there are more than Limit
	Incomplete bool      // the budget ended; the next call continues
	Until      time.Time // everything from here to the end of the range is in Items
	Usage      Usage
}

const (
	maxHistory     = 10_000
	historyRecords = 100 // a page at most
)

// historyTrail: an item is listed within a minute, and never changes.
var historyTrail = &trailKind[cwtypes.AlarmHistoryItem]{
	id: func(i cwtypes.AlarmHistoryItem) string {
		return strings.Join([]string{
			aws.ToString(i.AlarmName), string(i.HistoryItemType), aws.ToTime(i.Timestamp).UTC().Format(time.RFC3339Nano),
			aws.ToString(i.AlarmContributorId), aws.ToString(i.HistorySummary), digest(aws.ToString(i.HistoryData)),
		}, "\x00")
	},
	at: func(i cwtypes.AlarmHistoryItem) time.Time { return aws.ToTime(i.Timestamp).UTC() },
	size: func(i cwtypes.AlarmHistoryItem) int64 {
		return int64(2*len(aws.ToString(i.AlarmName))+2*len(aws.ToString(i.HistorySummary))+len(aws.ToString(i.HistoryData))) + 600
	},
	late: 2 * 60,
	tick: 10,
}

// AlarmHistory answers from what was fetched before and asks DescribeAlarmHistory
// for the rest, newest first, for the whole account at once where no alarm is
// named: 3 calls a second of 100 items. When its budget ends it returns what it
// has as incomplete; the next call continues there. A refresh asks for the last
// minutes only.
func (c *Client) AlarmHistory(ctx context.Context, q AlarmHistoryQuery) (AlarmHistoryAnswer, error) {
	if err := q.check(); err != nil {
		return AlarmHistoryAnswer{}, err
	}
	// AWS sorts by one type of item or by none.
	var itemType cwtypes.HistoryItemType
	if len(q.ItemTypes) == 1 {
		itemType = q.ItemTypes[0]
	}
	found, took, err := metered(ctx, c, lookup[cwtypes.AlarmHistoryItem]{
		action: "cloudwatch:DescribeAlarmHistory",
		trail:  trailOf(c, historyTrail, digest(c.scope, "alarm history", q.AlarmName, fmt.Sprint(q.Types), string(itemType))),
		from:   q.From, to: q.To, limit: q.Limit, budget: q.Budget, noCache: q.NoCache,
		variant: fmt.Sprint(q.ItemTypes),
		counts:  func(i cwtypes.AlarmHistoryItem) bool { return slices.Contains(q.ItemTypes, i.HistoryItemType) },
		page: func(ctx context.Context, s span, token *string) ([]cwtypes.AlarmHistoryItem, *string, error) {
			return c.historyPage(ctx, q, itemType, s, token)
		},
	})
	return AlarmHistoryAnswer{Items: found.items, Incomplete: found.incomplete, Limited: found.limited, Until: found.until, Usage: took}, err
}

func (q *AlarmHistoryQuery) check() error {
	if !q.From.Before(q.To) {
		return &BadRequest{Message: "the time range is empty: it ends before it begins"}
	}
	if len(q.Types) == 0 {
		q.Types = []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}
	}
	if len(q.ItemTypes) == 0 {
		q.ItemTypes = []cwtypes.HistoryItemType{cwtypes.HistoryItemTypeStateUpdate}
	}
	q.Types, q.ItemTypes = sortedSet(q.Types), sortedSet(q.ItemTypes)
	if q.Limit <= 0 || q.Limit > maxHistory {
		q.Limit = maxHistory
	}
	if q.Budget <= 0 {
		q.Budget = defaultBudget
	}
	return nil
}

func (c *Client) historyPage(ctx context.Context, q AlarmHistoryQuery, itemType cwtypes.HistoryItemType, s span, token *string) ([]cwtypes.AlarmHistoryItem, *string, error) {
	in := &cloudwatch.DescribeAlarmHistoryInput{
		AlarmTypes: q.Types, HistoryItemType: itemType,
		StartDate: aws.Time(time.Unix(s.from, 0).UTC()), EndDate: aws.Time(time.Unix(s.to, 0).UTC()),
		ScanBy: cwtypes.ScanByTimestampDescending, MaxRecords: aws.Int32(historyRecords),
		NextToken: token,
	}
	if q.AlarmName != "" {
		in.AlarmName = aws.String(q.AlarmName)
	}
	page, err := c.cloudwatch.DescribeAlarmHistory(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	return page.AlarmHistoryItems, page.NextToken, nil
}
