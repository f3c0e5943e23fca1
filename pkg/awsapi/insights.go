package awsapi

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// InsightsQuery is one query of Logs Insights over from ≤ time < to.
type InsightsQuery struct {
	Groups   []string // names, or ARNs of groups of linked accounts
	Query    string
	From, To time.Time              // to the second
	Limit    int                    // rows; 0: 1,000, up to 10,000
	Budget   time.Duration          // 0: 25 s
	Language cwltypes.QueryLanguage // empty: Logs Insights QL
}

// InsightsAnswer is the rows as they stand when the query or its budget ended.
type InsightsAnswer struct {
	Columns    []string   // in the order in which rows first show them
	Rows       [][]string // one cell for every column; "" where a row lacks it
	Statistics cwltypes.QueryStatistics
	Status     cwltypes.QueryStatus
	Partial    bool // the budget ended: the query was stopped in AWS
	Usage      Usage
}

const (
	defaultBudget    = 25 * time.Second
	insightsStopWait = 5 * time.Second
)

// RunInsights starts a query, waits for its end and gives its rows. A query whose
// caller goes, or whose budget (0: 25 s) ends, is stopped in AWS. That the
// region's queries are all in use is tried again until the budget ends.
func (c *Client) RunInsights(ctx context.Context, q InsightsQuery) (InsightsAnswer, error) {
	if !q.From.Before(q.To) || len(q.Groups) == 0 || q.Query == "" {
		return InsightsAnswer{}, &BadRequest{Message: "a query needs log groups, a text and a range that is not empty"}
	}
	if q.Limit <= 0 {
		q.Limit = 1000
	}
	outer := usageFrom(ctx)
	ctx, meter := WithUsage(ctx)
	defer func() { outer.add(meter.Usage()) }()
	budget, cancel := context.WithTimeout(ctx, cmp.Or(q.Budget, defaultBudget))
	defer cancel()

	in := &cloudwatchlogs.StartQueryInput{
		LogGroupIdentifiers: q.Groups, QueryString: aws.String(q.Query), QueryLanguage: q.Language,
		// EndTime is inclusive.
		StartTime: aws.Int64(q.From.Unix()), EndTime: aws.Int64(max(q.From.Unix(), q.To.Add(-1).Unix())),
		Limit: aws.Int32(int32(min(q.Limit, 10_000))),
	}
	out := InsightsAnswer{Status: cwltypes.QueryStatusScheduled}
	var id string
	for wait := 200 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		started, err := c.Logs().StartQuery(budget, in)
		if err == nil {
			id = aws.ToString(started.QueryId)
			break
		}
		var full *cwltypes.LimitExceededException
		if !errors.As(err, &full) || !sleep(budget, wait) {
			out.Usage = meter.Usage()
			return out, err
		}
	}
	ended := false
	defer func() {
		if ended {
			return
		}
		// The caller's context may be over; the query must be stopped all the same.
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), insightsStopWait)
		defer cancel()
		_, _ = c.Logs().StopQuery(stop, &cloudwatchlogs.StopQueryInput{QueryId: aws.String(id)})
	}()
	for wait := 100 * time.Millisecond; ; wait = min(wait*3/2, time.Second) {
		res, err := c.Logs().GetQueryResults(budget, &cloudwatchlogs.GetQueryResultsInput{QueryId: aws.String(id)})
		switch {
		case err == nil:
			out.Columns, out.Rows = insightsRows(res.Results)
			out.Status = res.Status
			if res.Statistics != nil {
				out.Statistics = *res.Statistics
			}
			ended = res.Status != cwltypes.QueryStatusScheduled && res.Status != cwltypes.QueryStatusRunning &&
				res.Status != cwltypes.QueryStatusUnknown
		case budget.Err() == nil || ctx.Err() != nil:
			out.Usage = meter.Usage()
			return out, err
		}
		if !ended && sleep(budget, wait) {
			continue
		}
		meter.Scanned(int64(out.Statistics.BytesScanned))
		out.Usage = meter.Usage()
		if !ended {
			out.Partial = true
			return out, ctx.Err()
		}
		if out.Status == cwltypes.QueryStatusComplete {
			return out, nil
		}
		return out, &BadRequest{Message: "the query ended as " + string(out.Status)}
	}
}

// sleep reports whether the time passed before the context ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func insightsRows(results [][]cwltypes.ResultField) (columns []string, rows [][]string) {
	for _, fields := range results {
		for _, f := range fields {
			if name := aws.ToString(f.Field); !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
		}
	}
	for _, fields := range results {
		row := make([]string, len(columns))
		for _, f := range fields {
			row[slices.Index(columns, aws.ToString(f.Field))] = aws.ToString(f.Value)
		}
		rows = append(rows, row)
	}
	return columns, rows
}
