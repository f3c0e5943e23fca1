package alarms

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
)

// tableFrames is one row an alarm.
func tableFrames(alarms []alarm) data.Frames {
	n := len(alarms)
	text := func(of func(alarm) string) []string {
		out := make([]string, n)
		for i, a := range alarms {
			out[i] = of(a)
		}
		return out
	}
	var (
		since   = make([]*time.Time, n)
		updated = make([]*time.Time, n)
		actions = make([]bool, n)
	)
	for i, a := range alarms {
		since[i], updated[i], actions[i] = a.since, a.updated, a.actions
	}
	f := data.NewFrame("alarms",
		data.NewField("name", nil, text(func(a alarm) string { return a.name })),
		data.NewField("type", nil, text(func(a alarm) string { return a.kind })),
		colored(data.NewField("state", nil, text(func(a alarm) string { return a.state }))),
		data.NewField("reason", nil, text(func(a alarm) string { return a.reason })),
		data.NewField("since", nil, since),
		data.NewField("updated", nil, updated),
		data.NewField("namespace", nil, text(func(a alarm) string { return a.namespace })),
		data.NewField("metric", nil, text(func(a alarm) string { return a.metric })),
		data.NewField("dimensions", nil, text(func(a alarm) string { return a.dimensions })),
		data.NewField("threshold", nil, text(func(a alarm) string { return a.threshold })),
		data.NewField("actions enabled", nil, actions),
		data.NewField("suppressed by", nil, text(func(a alarm) string { return a.suppressedBy })),
		data.NewField("arn", nil, text(func(a alarm) string { return a.arn })),
		data.NewField("description", nil, text(func(a alarm) string { return a.description })),
		data.NewField("account", nil, text(func(a alarm) string { return a.Account })),
		data.NewField("region", nil, text(func(a alarm) string { return a.Region })),
	)
	query.Meta(f).PreferredVisualization = data.VisTypeTable
	return data.Frames{query.Typed(f, data.FrameTypeTable)}
}

// colored gives a state the colour that CloudWatch's console gives it.
func colored(f *data.Field) *data.Field {
	f.Config = &data.FieldConfig{Mappings: data.ValueMappings{data.ValueMapper{
		"ALARM":             {Color: "red", Index: 0},
		"INSUFFICIENT_DATA": {Color: "gray", Index: 1},
		"OK":                {Color: "green", Index: 2},
	}}}
	return f
}

// countFrames is one number a state and place. A state without alarms is a zero,
// so that an alert rule sees it return to normal.
func countFrames(q Query, s standing, several bool) data.Frames {
	type key struct {
		query.Place
		state string
	}
	counts := map[key]float64{}
	for _, a := range s.alarms {
		counts[key{a.Place, a.state}]++
	}
	var out data.Frames
	for _, at := range s.places {
		for _, state := range q.wantedStates() {
			labels := data.Labels{"state": state}
			if several {
				labels["account"], labels["region"] = at.Account, at.Region
			}
			field := data.NewField("alarms", labels, []float64{counts[key{at, state}]})
			legend := state
			if several {
				legend += " " + at.Account + " " + at.Region
			}
			field.Config = &data.FieldConfig{DisplayNameFromDS: legend}
			out = append(out, query.Typed(data.NewFrame("alarms", field), data.FrameTypeNumericMulti))
		}
	}
	return out
}
