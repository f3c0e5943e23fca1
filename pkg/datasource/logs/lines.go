package logs

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
)

// line is one log event.
type line struct {
	time               time.Time
	body, severity, id string
	labels             map[string]string
}

func newLine(at time.Time, body, id string, labels map[string]string) line {
	return line{at, body, severity(labels, body), id, labels}
}

func unixMilli(ms *int64) time.Time {
	if ms == nil {
		return time.UnixMilli(0).UTC()
	}
	return time.UnixMilli(*ms).UTC()
}

func newestFirst(lines []line) {
	slices.SortStableFunc(lines, func(a, b line) int { return b.time.Compare(a.time) })
}

// lines reads rows as log events; ok is false where they are something else.
func (r rows) lines(at, message int) (out []line, ok bool) {
	if at < 0 || message < 0 {
		return nil, false
	}
	for i := range r.cells {
		t, err := parseTime(r.cell(i, at))
		if err != nil {
			return nil, false
		}
		labels, id := map[string]string{}, ""
		for k, name := range r.columns {
			switch cell := r.cell(i, k); {
			case k == at || k == message || cell == "":
			case name == "@ptr":
				id = cell
			default:
				labels[name] = cell
			}
		}
		out = append(out, newLine(t, r.cell(i, message), id, labels))
	}
	return out, true
}

// lineFrames is the one frame of log lines, in the order given.
func lineFrames(lines []line) data.Frames {
	n := len(lines)
	var (
		times    = make([]time.Time, n)
		bodies   = make([]string, n)
		levels   = make([]string, n)
		ids      = make([]string, n)
		labels   = make([]json.RawMessage, n)
		anyLevel bool
		seen     = make(map[string]int, n)
	)
	for i, l := range lines {
		times[i], bodies[i], levels[i] = l.time, l.body, l.severity
		anyLevel = anyLevel || l.severity != ""
		labels[i], _ = json.Marshal(l.labels) // a map of strings always marshals
		ids[i] = l.id
		if ids[i] == "" {
			h := fnv.New64a()
			fmt.Fprintf(h, "%d\x00%s\x00%s", l.time.UnixNano(), l.body, labels[i])
			ids[i] = fmt.Sprintf("%016x", h.Sum64())
		}
		// Lines that are the same are told apart by their number.
		if seen[ids[i]]++; seen[ids[i]] > 1 {
			ids[i] = fmt.Sprintf("%s-%d", ids[i], seen[ids[i]])
		}
	}
	fields := []*data.Field{data.NewField("timestamp", nil, times), data.NewField("body", nil, bodies)}
	if anyLevel {
		fields = append(fields, data.NewField("severity", nil, levels))
	}
	fields = append(fields, data.NewField("id", nil, ids), data.NewField("labels", nil, labels))
	f := data.NewFrame("logs", fields...)
	query.Meta(f).PreferredVisualization = data.VisTypeLogs
	return data.Frames{query.Typed(f, data.FrameTypeLogLines)}
}

// timeFormat is how Logs Insights writes @timestamp and bin(), in UTC.
const timeFormat = "2006-01-02 15:04:05.000"

func parseTime(s string) (time.Time, error) { return time.Parse(timeFormat, strings.TrimSpace(s)) }
