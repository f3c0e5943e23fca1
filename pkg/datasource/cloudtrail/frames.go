package cloudtrail

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
)

// table has one row an event, newest first; the record is readable JSON.
func table(events []found) data.Frames {
	n := len(events)
	var (
		times     = make([]time.Time, n)
		name      = make([]string, n)
		source    = make([]string, n)
		user      = make([]string, n)
		address   = make([]string, n)
		resources = make([]string, n)
		resource  = make([]string, n)
		kind      = make([]string, n)
		code      = make([]string, n)
		message   = make([]string, n)
		readOnly  = make([]bool, n)
		region    = make([]string, n)
		account   = make([]string, n)
		id        = make([]string, n)
		whole     = make([]json.RawMessage, n)
	)
	for i, e := range events {
		times[i], name[i], source[i], user[i] = e.event.Time.UTC(), e.event.Name, e.event.Source, e.user()
		address[i], resources[i], code[i] = e.text("sourceIPAddress"), e.resources(), e.text("errorCode")
		message[i], readOnly[i], region[i] = e.text("errorMessage"), e.event.ReadOnly, e.Region
		account[i], id[i], whole[i] = e.Account, e.event.ID, readable(e.record)
		kind[i], resource[i] = e.resource()
	}
	f := data.NewFrame("events",
		data.NewField("time", nil, times),
		data.NewField("event", nil, name),
		data.NewField("user", nil, user),
		data.NewField("address", nil, address),
		data.NewField("resources", nil, resources),
		data.NewField("resource", nil, resource),
		data.NewField("resource type", nil, kind),
		data.NewField("source", nil, source),
		data.NewField("error", nil, code),
		data.NewField("error message", nil, message),
		data.NewField("read only", nil, readOnly),
		data.NewField("region", nil, region),
		data.NewField("account", nil, account),
		data.NewField("id", nil, id),
		data.NewField("record", nil, whole),
	)
	query.Meta(f).PreferredVisualization = data.VisTypeTable
	return data.Frames{query.Typed(f, data.FrameTypeTable)}
}

func readable(r record) json.RawMessage {
	if r.fields == nil {
		text, err := json.Marshal(r.event.Record)
		if err != nil {
			return json.RawMessage(`""`)
		}
		return text
	}
	return json.RawMessage(r.event.Record)
}

// annotations are the events as Grafana marks them in a graph.
func annotations(events []found) data.Frames {
	n := len(events)
	times, title, text, tags, id := make([]time.Time, n), make([]string, n), make([]string, n), make([]json.RawMessage, n), make([]string, n)
	for i, e := range events {
		times[i], title[i], id[i] = e.event.Time.UTC(), e.event.Name+" by "+e.user(), e.event.ID
		text[i] = e.resources()
		if from := e.text("sourceIPAddress"); from != "" {
			text[i] += " from " + from
		}
		all := []string{e.event.Source, e.Region}
		if code := e.text("errorCode"); code != "" {
			text[i] += ": " + code
			all = append(all, "error")
		}
		tags[i], _ = json.Marshal(all) // strings always marshal
	}
	return data.Frames{query.Typed(data.NewFrame("annotations",
		data.NewField("time", nil, times),
		data.NewField("title", nil, title),
		data.NewField("text", nil, text),
		data.NewField("tags", nil, tags),
		data.NewField("id", nil, id),
	), data.FrameTypeTable)}
}

// Bounds of one answer: series, and points of each.
const (
	maxGroups = 100
	maxSteps  = 11_000
)

// counts are events per interval, one series for each value of GroupBy. The
// time that has not been read yet has no points, so that "none" is not said of
// what nobody has looked at.
func counts(a question, events []found, complete time.Time) data.Frames {
	step := max(a.Interval.Truncate(time.Minute), time.Minute)
	most := time.Duration(maxSteps)
	if a.MaxDataPoints > 0 {
		most = min(most, time.Duration(a.MaxDataPoints))
	}
	for a.To.Sub(a.From)/step > most {
		step *= 2
	}
	start := complete.Truncate(step)
	if start.Before(complete) && complete.After(a.From) {
		start = start.Add(step) // the step that was read in part only
	}
	slots := 0
	if a.To.After(start) {
		slots = int((a.To.Sub(start) + step - 1) / step)
	}
	// Who has the most events is known before any series is made.
	total := map[string]int{}
	if a.Q.GroupBy == "" {
		total[""] = 0
	}
	key := func(e found) string {
		if a.Q.GroupBy == "" {
			return ""
		}
		return group(e.record, a.Q.GroupBy)
	}
	for _, e := range events {
		total[key(e)]++
	}
	keys := slices.Sorted(maps.Keys(total))
	slices.SortStableFunc(keys, func(x, y string) int { return total[y] - total[x] })
	left := max(0, len(keys)-maxGroups)
	keys = keys[:len(keys)-left]
	slices.Sort(keys)
	groups := make(map[string][]float64, len(keys))
	for _, k := range keys {
		groups[k] = make([]float64, slots)
	}
	for _, e := range events {
		row := groups[key(e)]
		if at := int(e.event.Time.Sub(start) / step); row != nil && !e.event.Time.Before(start) && at < slots {
			row[at]++
		}
	}
	var out data.Frames
	for _, key := range keys {
		var labels data.Labels
		if a.Q.GroupBy != "" {
			labels = data.Labels{a.Q.GroupBy: key}
		}
		times := make([]time.Time, slots)
		for i := range times {
			times[i] = start.Add(time.Duration(i) * step).UTC()
		}
		out = append(out, series(labels, times, groups[key]))
	}
	if len(out) == 0 {
		out = data.Frames{series(nil, nil, nil)}
	}
	if left > 0 {
		a.Cut("notice.values_cut", left, a.Q.GroupBy)
	}
	return out
}

func series(labels data.Labels, times []time.Time, values []float64) *data.Frame {
	if times == nil {
		times, values = []time.Time{}, []float64{}
	}
	return query.Typed(data.NewFrame("events",
		data.NewField("time", nil, times),
		data.NewField("events", labels, values),
	), data.FrameTypeTimeSeriesMulti)
}

// group is the value that an event is counted under.
func group(r record, field string) string {
	switch field {
	case "user":
		return r.user()
	case "outcome":
		switch code := r.text("errorCode"); code {
		case "":
			return "done"
		case "AccessDenied", "Client.UnauthorizedOperation", "UnauthorizedOperation":
			return "denied"
		default:
			return "failed"
		}
	}
	return r.text(field)
}
