package awsapi

import (
	"context"
	"fmt"
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
	NoCache      bool          // ask AWS for everything
}

// FilterAnswer is the events found, newest first. The events are shared: nobody
// may change them.
type FilterAnswer struct {
	Events     []cwltypes.FilteredLogEvent
	Limited    bool      // there are more than Limit
	Incomplete bool      // the budget ended before the range was scanned; the next call continues
	Until      time.Time // everything from here to the end of the range is in Events
	Usage      Usage
}

const (
	defaultFiltered = 1000
	maxFiltered     = 10_000
	maxStreams      = 100
	filterToken     = 23 * time.Hour // AWS's tokens end after 24
)

// newestFirstSince is the start of a range from which on FilterLogEvents can give
// the latest events first (API reference, startFromHead).
var newestFirstSince = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// filterTrail: agents send within minutes, or after an outage much later.
var filterTrail = &trailKind[cwltypes.FilteredLogEvent]{
	id: func(e cwltypes.FilteredLogEvent) string {
		return aws.ToString(e.LogStreamName) + "\x00" + aws.ToString(e.EventId)
	},
	at: func(e cwltypes.FilteredLogEvent) time.Time { return time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC() },
	size: func(e cwltypes.FilteredLogEvent) int64 {
		return int64(len(aws.ToString(e.Message))+2*len(aws.ToString(e.LogStreamName))) + 500
	},
	late:  5 * 60,
	tick:  10,
	holds: 15 * 60,
}

// FilterLogs answers from what was fetched before and asks FilterLogEvents for the
// rest until the range is scanned, the limit is reached or the budget ends: 5
// calls a second, of which many may find nothing. It asks for the newest first.
// Of what was before 2024 AWS gives only the oldest first: that is asked for as a
// whole, once what came later is read.
func (c *Client) FilterLogs(ctx context.Context, q FilterQuery) (FilterAnswer, error) {
	if err := q.check(); err != nil {
		return FilterAnswer{}, err
	}
	if !q.From.Before(newestFirstSince) || !newestFirstSince.Before(q.To) {
		return c.filterLogs(ctx, q)
	}
	began := time.Now()
	late, early := q, q
	late.From, early.To = newestFirstSince, newestFirstSince
	answer, err := c.filterLogs(ctx, late)
	if err != nil || answer.Limited || answer.Incomplete {
		return answer, err
	}
	if early.Limit -= len(answer.Events); early.Limit == 0 {
		answer.Limited = true // or so it may be
		return answer, nil
	}
	early.Budget = max(q.Budget-time.Since(began), time.Second)
	older, err := c.filterLogs(ctx, early)
	older.Events = slices.Concat(answer.Events, older.Events)
	older.Usage.Add(answer.Usage)
	return older, err
}

func (c *Client) filterLogs(ctx context.Context, q FilterQuery) (FilterAnswer, error) {
	found, took, err := metered(ctx, c, lookup[cwltypes.FilteredLogEvent]{
		action: "logs:FilterLogEvents",
		trail:  trailOf(c, filterTrail, digest(slices.Concat([]string{c.scope, "filter", q.Group, q.StreamPrefix, q.Pattern}, q.Streams)...)),
		from:   q.From, to: q.To, limit: q.Limit, budget: q.Budget, noCache: q.NoCache,
		variant:     fmt.Sprint(q.From.Before(newestFirstSince)),
		oldestFirst: q.From.Before(newestFirstSince),
		tokens:      int64(filterToken / time.Second),
		counts:      func(cwltypes.FilteredLogEvent) bool { return true },
		page: func(ctx context.Context, s span, token *string) ([]cwltypes.FilteredLogEvent, *string, error) {
			return c.filterPage(ctx, q, s, token)
		},
	})
	return FilterAnswer{Events: found.items, Incomplete: found.incomplete, Limited: found.limited, Until: found.until, Usage: took}, err
}

func (q *FilterQuery) check() error {
	switch {
	case q.Group == "":
		return &BadRequest{Message: "the log group is empty"}
	case !q.From.Before(q.To):
		return &BadRequest{Message: "the time range is empty: it ends before it begins"}
	case len(q.Streams) > 0 && q.StreamPrefix != "":
		return &BadRequest{Message: "log streams are chosen by name or by prefix, not both"}
	case len(q.Streams) > maxStreams:
		return &BadRequest{Message: fmt.Sprintf("%d log streams, CloudWatch Logs takes up to %d", len(q.Streams), maxStreams)}
	}
	q.Streams = sortedSet(q.Streams)
	if q.Limit <= 0 {
		q.Limit = defaultFiltered
	}
	q.Limit = min(q.Limit, maxFiltered)
	if q.Budget <= 0 {
		q.Budget = defaultBudget
	}
	return nil
}

func (c *Client) filterPage(ctx context.Context, q FilterQuery, s span, token *string) ([]cwltypes.FilteredLogEvent, *string, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupIdentifier: aws.String(q.Group), LogStreamNames: q.Streams,
		// EndTime is inclusive.
		StartTime: aws.Int64(s.from * 1000), EndTime: aws.Int64(s.to*1000 - 1),
		NextToken: token,
	}
	if !time.Unix(s.from, 0).Before(newestFirstSince) && !q.From.Before(newestFirstSince) {
		in.StartFromHead = aws.Bool(false)
	}
	if q.StreamPrefix != "" {
		in.LogStreamNamePrefix = aws.String(q.StreamPrefix)
	}
	if q.Pattern != "" {
		in.FilterPattern = aws.String(q.Pattern)
	}
	page, err := c.logs.FilterLogEvents(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	return page.Events, page.NextToken, nil
}
