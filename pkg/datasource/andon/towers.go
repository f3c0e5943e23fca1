package andon

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/lamp"
)

// States of a tower.
const (
	reachable = "reachable"
	lost      = "lost"
	unknown   = "unknown" // not heard of yet
)

// towers is one row a tower. A unit that the tower does not have is empty, and
// so is what a tower shows that does not answer: nobody knows it.
func (b *Bridge) towers(ctx context.Context, q Query, _ query.Query) (data.Frames, error) {
	all, err := b.api.Towers(ctx)
	if err != nil {
		return nil, err
	}
	towers := slices.DeleteFunc(all, func(t client.Tower) bool {
		return !q.match.Match(alert.LabelsOf(map[string]string{"tower": t.Name}))
	})
	n := len(towers)
	var (
		seen = make([]*time.Time, n)
		same = make([]*bool, n)
	)
	for i, t := range towers {
		if !t.LastContact.IsZero() {
			seen[i] = &t.LastContact
		}
		if state(t) == reachable {
			equal := t.Shown.Equal(t.Desired)
			same[i] = &equal
		}
	}
	fields := []*data.Field{
		data.NewField("tower", nil, column(towers, func(t client.Tower) string { return t.Name })),
		colored("state", column(towers, state), data.ValueMapper{
			reachable: {Color: "green", Index: 0}, lost: {Color: "red", Index: 1}, unknown: {Color: "gray", Index: 2},
		}),
	}
	for _, u := range lamp.Units {
		fields = append(fields, unitField(string(u), u, towers, func(t client.Tower) (lamp.State, bool) { return t.Shown, state(t) == reachable }))
	}
	fields = append(fields, buzzerField("buzzer", towers, func(t client.Tower) (lamp.State, bool) { return t.Shown, state(t) == reachable }))
	for _, u := range lamp.Units {
		fields = append(fields, unitField(string(u)+" desired", u, towers, func(t client.Tower) (lamp.State, bool) { return t.Desired, true }))
	}
	fields = append(fields,
		buzzerField("buzzer desired", towers, func(t client.Tower) (lamp.State, bool) { return t.Desired, true }),
		data.NewField("as desired", nil, same),
		data.NewField("last seen", nil, seen),
		data.NewField("reason", nil, column(towers, func(t client.Tower) string { return t.Reason })),
	)
	return data.Frames{table("towers", fields...)}, nil
}

func state(t client.Tower) string {
	switch t.Contact {
	case "":
		return unknown
	case lamp.Lost:
		return lost
	}
	return reachable
}

// colors of the units, in Grafana's palette.
var colors = map[lamp.Unit]string{lamp.Red: "red", lamp.Amber: "orange", lamp.Green: "green", lamp.Blue: "blue", lamp.White: "#f0f0f0"}

// unitField is one unit's pattern on each tower that has it.
func unitField(name string, u lamp.Unit, towers []client.Tower, of func(client.Tower) (lamp.State, bool)) *data.Field {
	values := make([]*string, len(towers))
	for i, t := range towers {
		s, known := of(t)
		pattern := string(s.Of(u))
		if known && (slices.Contains(t.Units, u) || len(t.Units) == 0 && pattern != string(lamp.Off)) {
			values[i] = &pattern
		}
	}
	shown := data.ValueMapper{}
	for i, p := range lamp.Patterns {
		color := colors[u]
		if p == lamp.Off {
			color = "transparent"
		}
		shown[string(p)] = data.ValueMappingResult{Color: color, Index: i}
	}
	return colored(name, values, shown)
}

// buzzerField is the number of each tower's buzzer pattern, or off.
func buzzerField(name string, towers []client.Tower, of func(client.Tower) (lamp.State, bool)) *data.Field {
	values := make([]*string, len(towers))
	for i, t := range towers {
		if s, known := of(t); known {
			text := string(lamp.Off)
			if s.Buzzer != 0 {
				text = strconv.Itoa(s.Buzzer)
			}
			values[i] = &text
		}
	}
	return data.NewField(name, nil, values)
}
