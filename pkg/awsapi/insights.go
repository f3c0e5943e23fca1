package awsapi

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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

	// RunsOn is how long the query runs on in AWS once the budget of its last caller
	// has ended, for whoever asks it again. 0: it is stopped at once.
	RunsOn time.Duration
	// Follow says that the caller asks again within seconds, of the very same range,
	// for as long as the query is running: it runs on until then. Again are his
	// further questions. Who breaks one off may come back, too.
	Follow, Again bool
}

// InsightsAnswer is the rows as they stand when the query or its budget ended. The
// rows are shared: nobody may change them.
type InsightsAnswer struct {
	Columns    []string   // in the order in which rows first show them
	Rows       [][]string // one cell for every column; "" where a row lacks it
	Statistics cwltypes.QueryStatistics
	Status     cwltypes.QueryStatus
	Partial    bool          // the budget ended before the query
	Running    bool          // it is partial, and the query runs on for whoever asks it again
	Took       time.Duration // since the query was begun
	From, To   time.Time     // the range that AWS was asked for: an earlier one where a query was taken up again
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
// ask the same at the same time share it. Where the budget (0: 25 s) ends first,
// the rows it has by then are returned as partial; whether the query then runs on
// for the next caller, the query says. The next caller finds it, too, where his
// range has moved on with the clock. A query that nobody wants any more is stopped
// in AWS, and so is one that has run for longer than the data source lets it. That
// the region's queries are all in use is waited for within the budget; then the
// error is Throttled. Where the range ended some minutes ago the answer is kept
// for some minutes.
func (c *Client) RunInsights(ctx context.Context, q InsightsQuery) (InsightsAnswer, error) {
	if err := q.check(); err != nil {
		return InsightsAnswer{}, err
	}
	if err := context.Cause(ctx); err != nil {
		return InsightsAnswer{}, err
	}
	if v, ok := c.shared.cache.timed(q.key(c.scope), c.shared.now()); ok && !q.NoCache {
		answer, hit := v.(InsightsAnswer), Usage{CacheHits: 1}
		usageFrom(ctx).add(hit)
		answer.Usage = hit
		return answer, nil
	}
	q.Budget = beforeDeadline(ctx, q.Budget)
	r, usage := c.shared.insights.join(ctx, c, q)
	answer, err := c.shared.insights.wait(ctx, c, r, q)
	usage.Add(r.meter.take())
	usageFrom(ctx).add(usage)
	answer.Usage = usage
	return answer, err
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

// question is what a query asks, but for its range.
func (q *InsightsQuery) question(scope string) string {
	return digest(slices.Concat([]string{scope, q.Query, string(q.Language), strconv.Itoa(q.Limit)}, q.Groups)...)
}

// key is where the answer is kept.
func (q *InsightsQuery) key(scope string) string {
	return fmt.Sprint("insights\x00", q.question(scope), "\x00", q.From.Unix(), "\x00", q.end())
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
