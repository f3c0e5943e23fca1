package awsapi

import (
	"context"
	"fmt"
	"slices"
	"time"

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
	NoCache  bool                   // run it again, whatever is kept
}

// InsightsAnswer is the rows as they stand when the query or its budget ended. The
// rows are shared: nobody may change them.
type InsightsAnswer struct {
	Columns    []string   // in the order in which rows first show them
	Rows       [][]string // one cell for every column; "" where a row lacks it
	Statistics cwltypes.QueryStatistics
	Status     cwltypes.QueryStatus
	Partial    bool // the budget ended: the query was stopped in AWS
	Usage      Usage
}

const (
	defaultBudget     = 25 * time.Second
	defaultRows       = 1000
	maxInsightsRows   = 10_000
	maxInsightsGroups = 50

	// What has arrived in a log group by then is all there is, but for agents that
	// were cut off; so the answer is not kept for long.
	insightsSettles = 10 * time.Minute
	insightsFor     = 5 * time.Minute
)

// RunInsights starts a query, waits for its end and gives its rows. Callers who
// ask the same at the same time share it. A query whose last caller goes, or whose
// budget (0: 25 s) ends, is stopped in AWS; the rows it had by then are returned
// as partial. That the region's queries are all in use is waited for within
// the budget; then the error is Throttled. Where the range ended some minutes
// ago the answer is kept for some minutes.
func (c *Client) RunInsights(ctx context.Context, q InsightsQuery) (InsightsAnswer, error) {
	if err := q.check(); err != nil {
		return InsightsAnswer{}, err
	}
	outer := usageFrom(ctx)
	ctx, meter := WithUsage(ctx)
	finish := func(answer InsightsAnswer, err error) (InsightsAnswer, error) {
		answer.Usage = meter.Usage()
		outer.add(answer.Usage)
		return answer, err
	}
	key := "insights\x00" + digest(slices.Concat([]string{
		c.scope, q.Query, string(q.Language), fmt.Sprint(q.From.Unix(), q.end(), q.Limit),
	}, q.Groups)...)
	if v, ok := c.shared.cache.timed(key, c.shared.now()); ok && !q.NoCache {
		meter.add(Usage{CacheHits: 1})
		return finish(v.(InsightsAnswer), nil)
	}
	flight := key + fmt.Sprint("\x00", q.Budget, q.NoCache)
	q.Budget = beforeDeadline(ctx, q.Budget)
	v, joined, err := c.shared.flights.do(ctx, flight, func(ctx context.Context) (any, error) {
		// The flight before this one may have landed since the look above.
		if v, ok := c.shared.cache.timed(key, c.shared.now()); ok && !q.NoCache {
			usageFrom(ctx).add(Usage{CacheHits: 1})
			return v, nil
		}
		answer, err := c.runQuery(ctx, q)
		if err == nil && !answer.Partial && q.To.Before(c.shared.now().Add(-insightsSettles)) {
			c.shared.cache.put(key, timed{val: answer, expires: c.shared.now().Add(insightsFor)}, answer.cost())
		}
		return answer, err
	})
	if joined {
		meter.add(Usage{Joined: 1})
	}
	answer, _ := v.(InsightsAnswer)
	return finish(answer, err)
}

func (q *InsightsQuery) check() error {
	switch {
	case len(q.Groups) == 0:
		return &BadRequest{Message: "the query names no log group"}
	case len(q.Groups) > maxInsightsGroups:
		return &BadRequest{Message: fmt.Sprintf("%d log groups, Logs Insights takes up to %d", len(q.Groups), maxInsightsGroups)}
	case q.Query == "":
		return &BadRequest{Message: "the query is empty"}
	case !q.From.Before(q.To):
		return &BadRequest{Message: "the time range is empty: it ends before it begins"}
	}
	q.Groups = sortedSet(q.Groups)
	if q.Limit <= 0 {
		q.Limit = defaultRows
	}
	q.Limit = min(q.Limit, maxInsightsRows)
	if q.Budget <= 0 {
		q.Budget = defaultBudget
	}
	return nil
}

// end is the last second of the range: AWS includes it.
func (q *InsightsQuery) end() int64 { return max(q.From.Unix(), q.To.Add(-1).Unix()) }

func (a InsightsAnswer) cost() int64 {
	n := int64(0)
	for _, row := range a.Rows {
		n += 24
		for _, cell := range row {
			n += int64(len(cell)) + 16
		}
	}
	return n
}
