package awsapi

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"golang.org/x/sync/semaphore"

	"github.com/andonhq/andon/pkg/text"
)

// How a query is watched: results are asked for 5 times a second in the whole
// region.
const (
	firstPoll    = 100 * time.Millisecond
	longestPoll  = time.Second
	startAgain   = 500 * time.Millisecond
	stopPatience = 30 * time.Second
)

// gates bound how many Logs Insights queries run at once in an account and
// region. Who finds a gate full waits in the order of arrival.
type gates struct {
	size int64

	mu sync.Mutex
	m  map[limitKey]*semaphore.Weighted
}

func newGates(size int) *gates {
	return &gates{size: int64(size), m: map[limitKey]*semaphore.Weighted{}}
}

// enter waits for a place. The caller gives it back by leave.
func (g *gates) enter(ctx context.Context, account, region string) (leave func(), err error) {
	key := limitKey{account: account, region: region, action: "logs:StartQuery"}
	g.mu.Lock()
	gate := g.m[key]
	if gate == nil {
		gate = semaphore.NewWeighted(g.size)
		g.m[key] = gate
	}
	g.mu.Unlock()
	if err := gate.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	return func() { gate.Release(1) }, nil
}

var errQueriesFull = text.Fail("fault.queries_full")

// runQuery runs one query within its budget. Whatever happens, a query that was
// started and has not ended is stopped.
func (c *Client) runQuery(ctx context.Context, q InsightsQuery) (InsightsAnswer, error) {
	limited, cancel := context.WithTimeout(ctx, q.Budget)
	defer cancel()
	leave, err := c.shared.queries.enter(limited, c.account, c.region)
	if err != nil {
		if ctx.Err() != nil {
			return InsightsAnswer{}, context.Cause(ctx)
		}
		return InsightsAnswer{}, &Throttled{Action: "logs:StartQuery", Err: errQueriesFull}
	}
	running := ""
	defer func() { c.stopQuery(ctx, running, leave) }()
	if running, err = c.startQuery(limited, q); err != nil {
		if limited.Err() != nil && ctx.Err() == nil && usageFrom(ctx).Usage().Throttled > 0 {
			err = &Throttled{Action: "logs:StartQuery", Err: errAllRefused}
		}
		return InsightsAnswer{}, err
	}
	answer, ended, err := c.watchQuery(limited, running)
	if ended {
		running = ""
	}
	usageFrom(ctx).Scanned(int64(answer.Statistics.BytesScanned))
	var slow *Throttled
	switch {
	case ended || err == nil:
		return answer, err
	case ctx.Err() != nil:
		return answer, context.Cause(ctx)
	case errors.As(err, &slow) && !refusedHere(err), slow == nil && limited.Err() == nil:
		return answer, err
	}
	answer.Partial = true
	answer.Status = cmp.Or(answer.Status, cwltypes.QueryStatusScheduled)
	return answer, nil
}

// startQuery tries until the query is started or the budget has ended.
func (c *Client) startQuery(ctx context.Context, q InsightsQuery) (string, error) {
	in := &cloudwatchlogs.StartQueryInput{
		LogGroupIdentifiers: q.Groups, QueryString: aws.String(q.Query), QueryLanguage: q.Language,
		StartTime: aws.Int64(q.From.Unix()), EndTime: aws.Int64(q.end()),
		Limit: aws.Int32(int32(q.Limit)),
	}
	var refused error
	for {
		started, err := c.logs.StartQuery(ctx, in)
		if err == nil {
			return aws.ToString(started.QueryId), nil
		}
		var slow *Throttled
		if !errors.As(err, &slow) {
			return "", cmp.Or(refused, err)
		}
		if refused == nil || !refusedHere(err) {
			refused = err
		}
		// Others use the account's queries too; one of them ends.
		if refusedHere(err) || !sleep(ctx, startAgain) {
			return "", refused
		}
	}
}

// watchQuery asks for the results until the query has ended. Without an error, or
// with that of the context, the answer is as it stands.
func (c *Client) watchQuery(ctx context.Context, id string) (answer InsightsAnswer, ended bool, err error) {
	for wait := firstPoll; ; wait = min(wait*3/2, longestPoll) {
		res, err := c.logs.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: aws.String(id)})
		var slow *Throttled
		switch {
		case err == nil:
			answer.Columns, answer.Rows = insightsRows(res.Results)
			answer.Status = res.Status
			if res.Statistics != nil {
				answer.Statistics = *res.Statistics
			}
		case !errors.As(err, &slow) || refusedHere(err):
			return answer, false, err
		}
		switch answer.Status {
		case "", cwltypes.QueryStatusScheduled, cwltypes.QueryStatusRunning, cwltypes.QueryStatusUnknown:
		case cwltypes.QueryStatusComplete:
			return answer, true, nil
		default:
			err := text.Fail("fault.query_ended", string(answer.Status))
			return answer, true, &BadRequest{Message: err.Error(), Err: err}
		}
		if !sleep(ctx, wait) {
			if answer.Status == "" && slow != nil {
				return answer, false, slow
			}
			return answer, false, context.Cause(ctx)
		}
	}
}

// stopQuery stops a query, if there is one, and then gives up its place: it uses
// AWS's until it is stopped. Nobody waits for it but the owner of the flights.
func (c *Client) stopQuery(ctx context.Context, id string, leave func()) {
	if id == "" {
		leave()
		return
	}
	// The caller's context may be over; the query must be stopped all the same.
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
	c.shared.flights.running.spawn(func() {
		defer leave()
		defer cancel()
		// An error says that it has ended by itself, or that AWS does not answer:
		// then its own limit, an hour, ends it.
		_, _ = c.logs.StopQuery(stop, &cloudwatchlogs.StopQueryInput{QueryId: aws.String(id)})
	})
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
