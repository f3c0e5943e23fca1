package awsfake

import (
	"fmt"
	"sync"
	"time"
)

// queryDesk holds the Logs Insights queries that were started.
type queryDesk struct {
	mu      sync.Mutex
	queries map[string]*logQuery
}

func (d *queryDesk) init() { d.queries = map[string]*logQuery{} }

type logQuery struct {
	account, region string
	started         time.Time
	from, to        time.Time
	groups          []*logGroup
	plan            *insights
	most            int
	cancelled       bool
	done            bool
	rows            []insightRow
	stats           queryStatistics
}

type startQueryIn struct {
	StartTime, EndTime                 int64
	QueryString, QueryLanguage         string
	LogGroupName                       string
	LogGroupNames, LogGroupIdentifiers []string
	Limit                              *int32
}

type startQueryOut struct {
	QueryID string `json:"queryId"`
}

const (
	maxRunning   = 100 // queries of an account and region at once
	maxLogGroups = 50
	queryRows    = 10000
	maxQueryRows = 100000
)

func (f *Fake) startQuery(c *call, in *startQueryIn) (*startQueryOut, error) {
	if in.QueryLanguage != "" && in.QueryLanguage != "CWLI" {
		return nil, errInvalid(Logs, "query language %s is not served", in.QueryLanguage)
	}
	if in.EndTime < in.StartTime {
		return nil, errInvalid(Logs, "End time should not be less than start time.")
	}
	names := append(append([]string{}, in.LogGroupNames...), in.LogGroupIdentifiers...)
	if in.LogGroupName != "" {
		names = append(names, in.LogGroupName)
	}
	if len(names) == 0 || len(names) > maxLogGroups {
		return nil, errInvalid(Logs, "1 to %d log groups are expected, not %d", maxLogGroups, len(names))
	}
	q := &logQuery{account: c.account, region: c.region, started: f.now(), most: limit(in.Limit, queryRows, maxQueryRows)}
	q.from, q.to = time.Unix(in.StartTime, 0).UTC(), time.Unix(in.EndTime, 0).UTC().Add(time.Second-time.Millisecond)
	for _, n := range names {
		g, err := f.realm(c).group(n)
		if err != nil {
			return nil, err
		}
		q.groups = append(q.groups, g)
	}
	var err error
	if q.plan, err = parseInsights(in.QueryString); err != nil {
		return nil, errf("MalformedQueryException", "%v", err)
	}
	if q.to.Before(f.opts.Anchor.Add(-worldAge)) {
		return nil, errf("MalformedQueryException", "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings")
	}
	f.queries.mu.Lock()
	defer f.queries.mu.Unlock()
	running := 0
	for _, o := range f.queries.queries {
		if s := f.status(o); o.account == c.account && o.region == c.region && (s == "Running" || s == "Scheduled") {
			running++
		}
	}
	if running >= maxRunning {
		return nil, errf("LimitExceededException", "Account maximum query concurrency limit of [%d] reached.", maxRunning)
	}
	id := fmt.Sprintf("%08d-0000-4000-8000-%012x", len(f.queries.queries)+1, mix(f.opts.Seed)>>16)
	f.queries.queries[id] = q
	return &startQueryOut{id}, nil
}

func (f *Fake) status(q *logQuery) string {
	switch age := f.now().Sub(q.started); {
	case q.cancelled:
		return "Cancelled"
	case age < f.opts.QueryTakes/4:
		return "Scheduled"
	case age < f.opts.QueryTakes:
		return "Running"
	}
	return "Complete"
}

type queryIn struct {
	QueryID   string `json:"queryId"`
	NextToken *string
	MaxItems  *int32
}

type resultField struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

type queryStatistics struct {
	RecordsMatched float64 `json:"recordsMatched"`
	RecordsScanned float64 `json:"recordsScanned"`
	BytesScanned   float64 `json:"bytesScanned"`
}

type queryResultsOut struct {
	Status        string          `json:"status"`
	QueryLanguage string          `json:"queryLanguage"`
	Results       [][]resultField `json:"results"`
	Statistics    queryStatistics `json:"statistics"`
	NextToken     *string         `json:"nextToken,omitempty"`
}

func (f *Fake) findQuery(c *call, id string) (*logQuery, error) {
	q := f.queries.queries[id]
	if q == nil || q.account != c.account || q.region != c.region {
		return nil, errf("ResourceNotFoundException", "Query with id '%s' does not exist", id)
	}
	return q, nil
}

func (f *Fake) getQueryResults(c *call, in *queryIn) (*queryResultsOut, error) {
	f.queries.mu.Lock()
	defer f.queries.mu.Unlock()
	q, err := f.findQuery(c, in.QueryID)
	if err != nil {
		return nil, err
	}
	out := &queryResultsOut{Status: f.status(q), QueryLanguage: "CWLI", Results: [][]resultField{}}
	if out.Status != "Complete" {
		return out, nil
	}
	if !q.done {
		f.run(c, q)
	}
	out.Statistics = q.stats
	rows, next, err := page(Logs, q.rows, limit(in.MaxItems, queryRows, queryRows), in.NextToken, request(c, in.QueryID))
	if err != nil {
		return nil, err
	}
	out.NextToken = next
	for _, r := range rows {
		out.Results = append(out.Results, r.fields())
	}
	return out, nil
}

// run evaluates a query over what was there when it was started.
func (f *Fake) run(c *call, q *logQuery) {
	to := q.to
	if to.After(q.started) {
		to = q.started
	}
	var rows []insightRow
	var bytes int64
	for _, g := range q.groups {
		for _, e := range g.events(q.from, to) {
			bytes += int64(len(e.message))
			rows = append(rows, newRow(c.account, g, e))
		}
	}
	q.stats = queryStatistics{RecordsScanned: float64(len(rows)), BytesScanned: float64(bytes)}
	q.rows, q.stats.RecordsMatched = q.plan.run(rows, q.most)
	q.done = true
	f.scanned(bytes)
}

type stopQueryOut struct {
	Success bool `json:"success"`
}

func (f *Fake) stopQuery(c *call, in *queryIn) (*stopQueryOut, error) {
	f.queries.mu.Lock()
	defer f.queries.mu.Unlock()
	q, err := f.findQuery(c, in.QueryID)
	if err != nil {
		return nil, err
	}
	if s := f.status(q); s == "Complete" || s == "Cancelled" {
		return nil, errInvalid(Logs, "Query has already ended with status %s", s)
	}
	q.cancelled = true
	return &stopQueryOut{true}, nil
}
