package awsapi

import (
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
	unwantedPoll = 5 * time.Second // while nobody waits
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

// enter waits for a place, which it says by waits. The caller gives it back by
// leave.
func (g *gates) enter(ctx context.Context, account, region string, waits func()) (leave func(), err error) {
	key := limitKey{account: account, region: region, action: "logs:StartQuery"}
	g.mu.Lock()
	gate := g.m[key]
	if gate == nil {
		gate = semaphore.NewWeighted(g.size)
		g.m[key] = gate
	}
	g.mu.Unlock()
	if !gate.TryAcquire(1) {
		waits()
		if err := gate.Acquire(ctx, 1); err != nil {
			return nil, err
		}
	}
	return func() { gate.Release(1) }, nil
}

// run has AWS run a query to its end. Whatever happens, a query that was started
// and has not ended is stopped.
func (s *insightsRuns) run(ctx context.Context, c *Client, r *insightsRun) (InsightsAnswer, error) {
	leave, err := c.shared.queries.enter(ctx, c.account, c.region, func() { s.enters(r, queued) })
	if err != nil {
		return InsightsAnswer{}, context.Cause(ctx) // nobody waits any more
	}
	id := ""
	defer func() { c.stopQuery(ctx, id, leave) }()
	s.enters(r, starting)
	if id, err = s.start(ctx, c, r); err != nil {
		return InsightsAnswer{}, err
	}
	s.enters(r, running)
	answer, ended, err := s.watch(ctx, c, r, id)
	if ended {
		id = ""
	}
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		answer.Partial = true // it is stopped: it has run for too long
		return answer, nil
	}
	return answer, err
}

// start tries until the query is started.
func (s *insightsRuns) start(ctx context.Context, c *Client, r *insightsRun) (string, error) {
	q := r.query
	in := &cloudwatchlogs.StartQueryInput{
		LogGroupIdentifiers: q.Groups, QueryString: aws.String(q.Query), QueryLanguage: q.Language,
		StartTime: aws.Int64(q.From.Unix()), EndTime: aws.Int64(q.end()),
		Limit: aws.Int32(int32(q.Limit)),
	}
	for {
		started, err := c.logs.StartQuery(ctx, in)
		if err == nil {
			return aws.ToString(started.QueryId), nil
		}
		slow, is := errors.AsType[*Throttled](err)
		if !is {
			return "", err
		}
		// Others use the account's queries too; one of them ends.
		s.stands(r, c.shared.now(), InsightsAnswer{}, slow)
		if !sleep(ctx, startAgain) {
			return "", slow
		}
	}
}

// watch asks for the results until the query has ended.
func (s *insightsRuns) watch(ctx context.Context, c *Client, r *insightsRun, id string) (answer InsightsAnswer, ended bool, err error) {
	for wait := firstPoll; ; wait = min(wait*3/2, longestPoll) {
		res, err := c.logs.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: aws.String(id)})
		if slow, is := errors.AsType[*Throttled](err); is {
			s.stands(r, c.shared.now(), answer, slow)
		} else if err != nil {
			return s.standingOf(r), false, err
		} else {
			answer = InsightsAnswer{Status: res.Status}
			answer.Columns, answer.Rows = insightsRows(res.Results)
			if res.Statistics != nil {
				answer.Statistics = *res.Statistics
			}
			s.stands(r, c.shared.now(), answer, nil)
		}
		switch answer = s.standingOf(r); answer.Status {
		case "", cwltypes.QueryStatusScheduled, cwltypes.QueryStatusRunning, cwltypes.QueryStatusUnknown:
		case cwltypes.QueryStatusComplete:
			return answer, true, nil
		default:
			err := text.Fail("fault.query_ended", string(answer.Status))
			return answer, true, &BadRequest{Message: err.Error(), Err: err}
		}
		if !s.pause(ctx, r, wait) {
			return answer, false, context.Cause(ctx)
		}
	}
}

// standingOf is the answer as it stands.
func (s *insightsRuns) standingOf(r *insightsRun) InsightsAnswer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.answer
}

// pause is the time until AWS is asked again: longer while nobody waits, and over
// as soon as somebody does.
func (s *insightsRuns) pause(ctx context.Context, r *insightsRun, wait time.Duration) bool {
	if !s.wanted(r) {
		wait = unwantedPoll
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-r.wake:
	case <-t.C:
	}
	return true
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
