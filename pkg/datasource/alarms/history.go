package alarms

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// change is one state change of an alarm, which may be deleted since.
type change struct {
	query.Place
	time             time.Time
	alarm, kind      string
	from, to, reason string
}

// historyKept is how long AWS keeps the history of alarms (DescribeAlarmHistory).
const historyKept = 30 * 24 * time.Hour

// askHistory asks every place for the changes of all its alarms at once; a
// single name is the one condition that AWS can select by.
func askHistory(ctx context.Context, a question) ([]change, error) {
	q := a.Q
	ask := awsapi.AlarmHistoryQuery{From: a.From, To: a.To, Types: q.alarmTypes(), NoCache: q.NoCache}
	if len(q.Names) == 1 {
		ask.AlarmName = q.Names[0]
	}
	if len(q.Names) < 2 && len(q.States) == 0 && len(q.words) == 0 && q.Prefix == "" {
		ask.Limit = q.Limit // nothing is sorted out afterwards
	}
	answers, err := query.Gather(ctx, a, func(ctx context.Context, c *awsapi.Client) (awsapi.AlarmHistoryAnswer, error) {
		return c.AlarmHistory(ctx, ask)
	})
	if err != nil {
		return nil, err
	}
	a.Gone(a.From, a.Sessions.Now(), historyKept)
	var (
		out    []change
		behind text.List // places that were not read to the end, and how far they were
		more   bool
	)
	for _, g := range answers {
		if g.Err == nil && g.Answer.Incomplete {
			behind = append(behind, text.Of("notice.until", g.Place, g.Answer.Until.UTC()))
		}
		if g.Answer.Limited && ask.Limit == 0 {
			a.Cut("notice.changes_read", g.Place, maxRows)
		}
		more = more || g.Answer.Limited && ask.Limit > 0
		at := g.Where()
		for _, item := range g.Answer.Items {
			if c := read(item, at); q.keepsChange(c) {
				out = append(out, c)
			}
		}
	}
	if len(behind) > 0 {
		a.Unfinished(nil, "notice.read_so_far", behind)
	}
	slices.SortStableFunc(out, func(a, b change) int {
		return cmp.Or(b.time.Compare(a.time), strings.Compare(a.alarm, b.alarm), strings.Compare(a.Region, b.Region), strings.Compare(a.Account, b.Account))
	})
	if more || len(out) > q.Limit {
		out = out[:min(len(out), q.Limit)]
		a.Cut("notice.changes_cut", len(out))
	}
	return out, nil
}

func (q Query) keepsChange(c change) bool {
	return (len(q.Names) == 0 || slices.Contains(q.Names, c.alarm)) && strings.HasPrefix(c.alarm, q.Prefix) &&
		q.keepsState(c.to) && q.keepsText(c.alarm, c.reason)
}

// read takes the states from the item's data, or where that is not the JSON it
// is documented to be, from its summary.
func read(item cwtypes.AlarmHistoryItem, at query.Place) change {
	out := change{Place: at, time: aws.ToTime(item.Timestamp).UTC(), alarm: aws.ToString(item.AlarmName), kind: "metric"}
	if item.AlarmType == cwtypes.AlarmTypeCompositeAlarm {
		out.kind = "composite"
	}
	type state struct {
		StateValue  string `json:"stateValue"`
		StateReason string `json:"stateReason"`
	}
	var detail struct {
		OldState state `json:"oldState"`
		NewState state `json:"newState"`
	}
	summary := aws.ToString(item.HistorySummary)
	if json.Unmarshal([]byte(aws.ToString(item.HistoryData)), &detail) != nil || detail.NewState.StateValue == "" {
		words := strings.Fields(strings.TrimPrefix(summary, "Alarm updated from "))
		if len(words) == 3 && words[1] == "to" {
			detail.OldState.StateValue, detail.NewState.StateValue = words[0], words[2]
		}
		detail.NewState.StateReason = summary
	}
	out.from, out.to, out.reason = detail.OldState.StateValue, detail.NewState.StateValue, detail.NewState.StateReason
	return out
}

// historyFrames is one row a change. The table carries what annotations need as
// well, out of sight.
func historyFrames(q Query, changes []change) data.Frames {
	n := len(changes)
	column := func(of func(change) string) []string {
		out := make([]string, n)
		for i, c := range changes {
			out[i] = of(c)
		}
		return out
	}
	times, tags := make([]time.Time, n), make([]json.RawMessage, n)
	for i, c := range changes {
		times[i] = c.time
		tags[i], _ = json.Marshal([]string{c.to, c.kind, c.Region}) // strings always marshal
	}
	marks := []*data.Field{
		data.NewField("title", nil, column(func(c change) string { return c.to + ": " + c.alarm })),
		data.NewField("text", nil, column(func(c change) string { return c.reason })),
		data.NewField("tags", nil, tags),
	}
	when := data.NewField("time", nil, times)
	if q.Kind == Annotations {
		return data.Frames{query.Typed(data.NewFrame("annotations", append([]*data.Field{when}, marks...)...), data.FrameTypeTable)}
	}
	for _, f := range marks {
		f.Config = &data.FieldConfig{Custom: map[string]any{"hidden": true, "hideFrom": map[string]bool{"viz": true, "legend": true, "tooltip": true}}}
	}
	f := data.NewFrame("history", append([]*data.Field{
		when,
		data.NewField("alarm", nil, column(func(c change) string { return c.alarm })),
		data.NewField("type", nil, column(func(c change) string { return c.kind })),
		colored(data.NewField("from", nil, column(func(c change) string { return c.from }))),
		colored(data.NewField("to", nil, column(func(c change) string { return c.to }))),
		data.NewField("reason", nil, column(func(c change) string { return c.reason })),
		data.NewField("region", nil, column(func(c change) string { return c.Region })),
		data.NewField("account", nil, column(func(c change) string { return c.Account })),
	}, marks...)...)
	query.Meta(f).PreferredVisualization = data.VisTypeTable
	return data.Frames{query.Typed(f, data.FrameTypeTable)}
}
