package logs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// rows are the rows of all places. Where several places were asked, each row
// tells its own in two more columns, which are labels.
type rows struct {
	columns []string
	cells   [][]string // one cell for every column, "" where a row lacks it
	placed  bool       // there are the columns account and region
}

func askInsights(ctx context.Context, s *awsapi.Sessions, q Query, raw query.Query, places []query.Place) (rows, remarks, error) {
	answers, err := query.Gather(ctx, s, places, func(ctx context.Context, c *awsapi.Client, _ query.Place) (awsapi.InsightsAnswer, error) {
		return c.RunInsights(ctx, awsapi.InsightsQuery{
			Groups: q.LogGroups, Query: q.Query, From: raw.From, To: raw.To, Limit: q.Limit, NoCache: q.NoCache,
		})
	})
	if err != nil {
		return rows{}, remarks{}, err
	}
	var (
		out              rows
		told             remarks
		partial, full    []string
		matched, scanned float64
		failed           []error
	)
	for _, g := range answers {
		if g.Err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", g.Place, g.Err))
			told.failed = append(told.failed, g.Place.String()+": "+g.Err.Error())
			continue
		}
		if g.Answer.Partial {
			partial = append(partial, g.Place.String())
		}
		if len(g.Answer.Rows) >= q.Limit {
			full = append(full, g.Place.String())
		}
		matched, scanned = matched+g.Answer.Statistics.RecordsMatched, scanned+g.Answer.Statistics.RecordsScanned
		out.add(g.Answer, placeOf(g), len(places) > 1)
	}
	if len(partial) > 0 {
		told.incomplete = fmt.Sprintf("The query had not ended in time and was stopped (%s): shown is what it had found. Choose a shorter time or fewer log groups.", strings.Join(partial, ", "))
	}
	if len(full) > 0 {
		told.notes = append(told.notes, fmt.Sprintf("%d rows, the limit, were found (%s): there may be more.", q.Limit, strings.Join(full, ", ")))
	}
	told.stats = []data.QueryStat{
		{FieldConfig: data.FieldConfig{DisplayName: "Records matched"}, Value: matched},
		{FieldConfig: data.FieldConfig{DisplayName: "Records scanned"}, Value: scanned},
	}
	if raw.Alert {
		// A rule must not take a part for the whole: what is missing would
		// look like a return to normal.
		if len(partial) > 0 {
			failed = append(failed, fmt.Errorf("%s: %w", told.incomplete, context.DeadlineExceeded))
		}
		if len(full) > 0 {
			failed = append(failed, backend.DownstreamErrorf("%s An alert rule needs them all: group by fewer values, or choose a shorter time.", told.notes[len(told.notes)-1]))
		}
		if len(failed) > 0 {
			return rows{}, remarks{}, errors.Join(failed...)
		}
	}
	return out, told, nil
}

func (r *rows) add(a awsapi.InsightsAnswer, at where, several bool) {
	columns, cells := a.Columns, a.Rows
	if several {
		r.placed = true
		columns = append(slices.Clone(columns), "account", "region")
	}
	index := make([]int, len(columns))
	for i, c := range columns {
		if index[i] = slices.Index(r.columns, c); index[i] < 0 {
			index[i] = len(r.columns)
			r.columns = append(r.columns, c)
		}
	}
	for _, row := range cells {
		if several {
			row = append(slices.Clone(row), at.account, at.region)
		}
		out := make([]string, len(r.columns))
		for i, cell := range row {
			out[index[i]] = cell
		}
		r.cells = append(r.cells, out)
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

// insightsFrames gives rows the form that suits them.
func insightsFrames(q Query, r rows, alert bool, told *remarks) (data.Frames, error) {
	if q.Format == Table {
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
	frames, problem := statsFrames(q.shape, r, told)
	if problem == "" {
		return frames, nil
	}
	if alert {
		return nil, query.Wrong("query", "cannot alert: %s", problem)
	}
	told.notes = append(told.notes, "Shown as a table, which cannot alert: "+problem+".")
	return tableFrames(r), nil
}
