package awsapi

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// FilterQuery asks for the events of one log group in from ≤ time < to.
type FilterQuery struct {
	Group        string   // name, or ARN of a group of a linked account
	Streams      []string // at most 100; not together with StreamPrefix
	StreamPrefix string
	Pattern      string        // filter pattern; empty: every event
	From, To     time.Time     // to the millisecond
	Limit        int           // events at most; 0: 1,000, up to 10,000
	Budget       time.Duration // 0: 25 s
}

// FilterAnswer is the events found, newest first.
type FilterAnswer struct {
	Events     []cwltypes.FilteredLogEvent
	Limited    bool // there are more than Limit: AWS scans oldest first, so newer ones are missing
	Incomplete bool // the budget ended before the range was scanned
	Usage      Usage
}

// FilterLogs asks for the pages of FilterLogEvents until the range is scanned,
// the limit is reached or the budget (0: 25 s) ends. A page may be empty and
// others follow.
func (c *Client) FilterLogs(ctx context.Context, q FilterQuery) (FilterAnswer, error) {
	if !q.From.Before(q.To) || q.Group == "" {
		return FilterAnswer{}, &BadRequest{Message: "a filter needs a log group and a range that is not empty"}
	}
	if q.Limit <= 0 {
		q.Limit = 1000
	}
	q.Limit = min(q.Limit, 10_000)
	outer := usageFrom(ctx)
	ctx, meter := WithUsage(ctx)
	defer func() { outer.add(meter.Usage()) }()
	budget, cancel := context.WithTimeout(ctx, cmp.Or(q.Budget, defaultBudget))
	defer cancel()
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupIdentifier: aws.String(q.Group), LogStreamNames: q.Streams,
		// EndTime is inclusive.
		StartTime: aws.Int64(q.From.UnixMilli()), EndTime: aws.Int64(q.To.Add(-1).UnixMilli()),
	}
	if q.StreamPrefix != "" {
		in.LogStreamNamePrefix = aws.String(q.StreamPrefix)
	}
	if q.Pattern != "" {
		in.FilterPattern = aws.String(q.Pattern)
	}
	var out FilterAnswer
	for {
		page, err := c.Logs().FilterLogEvents(budget, in)
		if err != nil {
			out.Incomplete = true
			if budget.Err() == nil || ctx.Err() != nil {
				out.Usage = meter.Usage()
				return out, err
			}
			break
		}
		out.Events = append(out.Events, page.Events...)
		if len(out.Events) > q.Limit {
			out.Events, out.Limited = out.Events[:q.Limit], true
			break
		}
		if aws.ToString(page.NextToken) == "" {
			break
		}
		in.NextToken = page.NextToken
	}
	slices.SortStableFunc(out.Events, func(a, b cwltypes.FilteredLogEvent) int {
		return cmp.Compare(aws.ToInt64(b.Timestamp), aws.ToInt64(a.Timestamp))
	})
	out.Usage = meter.Usage()
	return out, nil
}
