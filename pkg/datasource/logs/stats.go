package logs

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// maxSeries bounds the frames of one answer.
const maxSeries = 1000

// statsFrames gives the rows of stats as time series where they are grouped by
// time, else as numbers; the other columns that they are grouped by are labels.
// Where that cannot be, problem says why.
func statsFrames(s shape, r rows, told *query.Remarks) (frames data.Frames, problem text.Said) {
	at := -1
	var labels, values []int
	var left text.List
	for i, name := range r.columns {
		switch {
		case s.isGroup(name) && at < 0 && r.all(i, isTime):
			at = i
		case s.isGroup(name), slices.Contains(r.placed, i):
			labels = append(labels, i)
		case r.all(i, isNumber):
			values = append(values, i)
		default:
			left = append(left, name)
		}
	}
	if len(r.cells) == 0 {
		return empty(s.series()), nil
	}
	if len(values) == 0 {
		return nil, text.Of("notice.no_numbers")
	}
	if len(left) > 0 {
		told.Note(data.NoticeSeverityWarning, "notice.columns_left", left)
	}
	if at >= 0 {
		return r.series(at, labels, values, told)
	}
	return r.numbers(labels, values, told)
}

// empty is an answer without rows: the fields are there, so that the answer is
// "no data" and no error.
func empty(series bool) data.Frames {
	value := data.NewField("value", nil, []*float64{})
	if series {
		return data.Frames{query.Typed(data.NewFrame("", data.NewField("time", nil, []time.Time{}), value), data.FrameTypeTimeSeriesMulti)}
	}
	return data.Frames{query.Typed(data.NewFrame("", value), data.FrameTypeNumericMulti)}
}

func (r rows) labels(row int, columns []int) data.Labels {
	if len(columns) == 0 {
		return nil
	}
	out := data.Labels{}
	for _, c := range columns {
		out[r.columns[c]] = r.cell(row, c)
	}
	return out
}

// series is one frame a label set and value column.
func (r rows) series(at int, labels, values []int, told *query.Remarks) (data.Frames, text.Said) {
	type set struct {
		labels data.Labels
		rows   map[time.Time]int
	}
	sets := map[string]*set{}
	for i := range r.cells {
		t, err := parseTime(r.cell(i, at))
		if err != nil {
			continue // a group without a time
		}
		l := r.labels(i, labels)
		key := query.LabelText(l)
		if sets[key] == nil {
			sets[key] = &set{l, map[time.Time]int{}}
		}
		if _, twice := sets[key].rows[t]; twice {
			return nil, text.Of("notice.same_time", key)
		}
		sets[key].rows[t] = i
	}
	var out data.Frames
	for _, key := range slices.Sorted(maps.Keys(sets)) {
		one := sets[key]
		times := slices.SortedFunc(maps.Keys(one.rows), time.Time.Compare)
		for _, v := range values {
			points := make([]*float64, len(times))
			for i, t := range times {
				points[i] = number(r.cell(one.rows[t], v))
			}
			name := r.columns[v]
			out = append(out, query.Typed(data.NewFrame(name,
				data.NewField("time", nil, slices.Clone(times)), data.NewField(name, maps.Clone(one.labels), points),
			), data.FrameTypeTimeSeriesMulti))
		}
	}
	return bounded(out, told), nil
}

// numbers is one frame a row and value column, in the order of the rows.
func (r rows) numbers(labels, values []int, told *query.Remarks) (data.Frames, text.Said) {
	var out data.Frames
	seen := map[string]bool{}
	for i := range r.cells {
		l := r.labels(i, labels)
		key := query.LabelText(l)
		if seen[key] {
			return nil, text.Of("notice.same_labels", key)
		}
		seen[key] = true
		for _, v := range values {
			name := r.columns[v]
			out = append(out, query.Typed(data.NewFrame(name,
				data.NewField(name, maps.Clone(l), []*float64{number(r.cell(i, v))}),
			), data.FrameTypeNumericMulti))
		}
	}
	return bounded(out, told), nil
}

func bounded(frames data.Frames, told *query.Remarks) data.Frames {
	if len(frames) > maxSeries {
		told.Cut("notice.series_cut", maxSeries, len(frames))
		return frames[:maxSeries]
	}
	return frames
}

// all reports whether every cell of a column is of a kind, and at least one is
// not empty.
func (r rows) all(column int, is func(string) bool) bool {
	some := false
	for i := range r.cells {
		if cell := r.cell(i, column); cell != "" {
			if some = true; !is(cell) {
				return false
			}
		}
	}
	return some
}

func isTime(s string) bool { _, err := parseTime(s); return err == nil }

func isNumber(s string) bool { return number(s) != nil }

// number is a decimal number as Logs Insights writes it, or nil: what
// strconv takes besides (Inf, NaN, 0x1p4, 1_000) is text here.
func number(s string) *float64 {
	if s == "" || strings.Trim(s, "+-.0123456789eE") != "" {
		return nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return &v
}

// tableFrames is rows and columns, each column of the type that all its cells
// have.
func tableFrames(r rows) data.Frames {
	var fields []*data.Field
	for c, name := range r.columns {
		if name == "@ptr" {
			continue // of use to programs only
		}
		switch {
		case r.all(c, isTime):
			fields = append(fields, data.NewField(name, nil, column(r, c, func(s string) *time.Time {
				t, err := parseTime(s)
				if err != nil {
					return nil
				}
				return &t
			})))
		case r.all(c, isNumber):
			fields = append(fields, data.NewField(name, nil, column(r, c, number)))
		default:
			fields = append(fields, data.NewField(name, nil, column(r, c, func(s string) string { return s })))
		}
	}
	f := data.NewFrame("logs", fields...)
	query.Meta(f).PreferredVisualization = data.VisTypeTable
	return data.Frames{query.Typed(f, data.FrameTypeTable)}
}

func column[T any](r rows, c int, read func(string) T) []T {
	out := make([]T, len(r.cells))
	for i := range out {
		out[i] = read(r.cell(i, c))
	}
	return out
}
