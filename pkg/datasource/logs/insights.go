package logs

import (
	"context"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// rows are the rows of all places. Where several places were asked, each row
// tells its own in two more columns, which are labels.
type rows struct {
	columns []string
	cells   [][]string    // one cell for every column, "" where a row lacks it
	from    []query.Place // of each row
	placed  []int         // the two more columns

	matched, scanned float64 // records, by AWS's count
	running          bool    // there are more to come for who asks again
}

const (
	// followed is how soon a follower sees what there is so far.
	followed = 3 * time.Second
	// runsOn is how long a query runs on for those who come back with their next
	// refresh or evaluation.
	runsOn = 5 * time.Minute
	// sameRange is how far the range of an answer may lie back without a word.
	sameRange = 5 * time.Second
)

// follows reports whether the asker asks again at once. An alert rule never does.
func follows(a question) bool { return a.Q.Follow && !a.Alert }

func insightsQuery(a question) awsapi.InsightsQuery {
	q := awsapi.InsightsQuery{
		Groups: a.Q.LogGroups, Query: a.Q.Query, From: a.From, To: a.To, Limit: a.Q.Limit, NoCache: a.Q.NoCache, RunsOn: runsOn,
	}
	if follows(a) {
		q.Budget, q.Follow, q.Again = followed, true, a.Q.Again
	}
	return q
}

func askInsights(ctx context.Context, a question) (rows, error) {
	asked := insightsQuery(a)
	answers, err := query.Gather(ctx, a, func(ctx context.Context, c *awsapi.Client) (awsapi.InsightsAnswer, error) {
		return c.RunInsights(ctx, asked)
	})
	if err != nil {
		return rows{}, err
	}
	var (
		out  rows
		full text.List
		late unfinished
	)
	for _, g := range answers {
		if g.Err != nil {
			continue
		}
		late.add(g.Answer, g.Place)
		if len(g.Answer.Rows) >= a.Q.Limit {
			full = append(full, g.Place)
		}
		if !g.Answer.Running && g.Answer.To.Add(sameRange).Before(a.To) {
			a.Note(data.NoticeSeverityInfo, "notice.insights_earlier", g.Answer.From.UTC(), g.Answer.To.UTC())
		}
		out.add(g.Answer, g.Where())
	}
	if a.Several() {
		out.place()
	}
	out.running = late.tell(a)
	if len(full) > 0 {
		a.Cut("notice.insights_full", a.Q.Limit, full)
	}
	return out, nil
}

// unfinished is where queries run on, and where they were stopped.
type unfinished struct {
	running, stopped text.List
	ran, over        time.Duration // the longest of each
	records          float64
}

func (u *unfinished) add(a awsapi.InsightsAnswer, at query.Place) {
	switch {
	case a.Running:
		u.running = append(u.running, at)
		u.ran, u.records = max(u.ran, a.Took), u.records+a.Statistics.RecordsScanned
	case a.Partial:
		u.stopped = append(u.stopped, at)
		u.over = max(u.over, a.Took)
	}
}

// tell remarks on them. It reports whether a follower shall ask again.
func (u *unfinished) tell(a question) (running bool) {
	part := func(key text.Key, args ...any) {
		a.Unfinished(&text.Failure{Text: text.Of(key, args...), Err: context.DeadlineExceeded}, key, args...)
	}
	if len(u.stopped) > 0 {
		part("notice.insights_stopped", u.over, u.stopped)
	}
	if len(u.running) == 0 {
		return false
	}
	far := text.Of("notice.insights_running", u.ran, int(u.records), u.running)
	if follows(a) {
		a.Note(data.NoticeSeverityInfo, far.Key, far.Args...)
		return true
	}
	goesOn := text.Key("notice.insights_goes_on")
	if a.Alert {
		goesOn = "notice.insights_rule"
	}
	part(goesOn, far)
	return false
}

func (r *rows) add(a awsapi.InsightsAnswer, at query.Place) {
	r.matched, r.scanned = r.matched+a.Statistics.RecordsMatched, r.scanned+a.Statistics.RecordsScanned
	index := make([]int, len(a.Columns))
	for i, c := range a.Columns {
		if index[i] = slices.Index(r.columns, c); index[i] < 0 {
			index[i] = len(r.columns)
			r.columns = append(r.columns, c)
		}
	}
	for _, row := range a.Rows {
		out := make([]string, len(r.columns))
		for i, cell := range row {
			out[index[i]] = cell
		}
		r.cells, r.from = append(r.cells, out), append(r.from, at)
	}
}

// place adds the columns that tell each row's place.
func (r *rows) place() {
	account, region := query.PlaceNames(func(name string) bool { return slices.Contains(r.columns, name) })
	n := len(r.columns)
	r.columns, r.placed = append(r.columns, account, region), []int{n, n + 1}
	for i, row := range r.cells {
		whole := make([]string, n, n+2)
		copy(whole, row)
		r.cells[i] = append(whole, r.from[i].Account, r.from[i].Region)
	}
}

// cell is a row's value in a column. Rows of earlier places are shorter than the
// columns of later ones.
func (r rows) cell(row, column int) string {
	if column < 0 || column >= len(r.cells[row]) {
		return ""
	}
	return r.cells[row][column]
}

// stats are what the query inspector shows.
func (r rows) stats(l text.Lang) []data.QueryStat {
	return []data.QueryStat{query.Stat(l, "stat.matched", "", r.matched), query.Stat(l, "stat.records", "", r.scanned)}
}

// insightsFrames gives rows the form that suits them.
func insightsFrames(a question, r rows) (data.Frames, error) {
	q := a.Q
	if q.Format == Table {
		if r.running && len(r.columns) == 0 {
			// Grafana's transformations drop a frame without fields, and its notice.
			for _, g := range q.shape.by {
				r.columns = append(r.columns, g.column)
			}
		}
		return tableFrames(r), nil
	}
	if !q.shape.stats {
		at, message := slices.Index(r.columns, "@timestamp"), slices.Index(r.columns, "@message")
		if len(r.cells) == 0 {
			return lineFrames(nil), nil
		}
		if lines, ok := r.lines(at, message); ok {
			return lineFrames(lines), nil
		}
		return tableFrames(r), nil
	}
	frames, problem := statsFrames(q.shape, r, a.Remarks)
	if problem == nil {
		return frames, nil
	}
	if a.Alert {
		return nil, query.Wrong("query", "cannot alert: %s", problem)
	}
	a.Note(data.NoticeSeverityWarning, "notice.no_stats", problem)
	return tableFrames(r), nil
}
