package configservice

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
)

const failingField = "non-compliant resources"

// counts is the number of non-compliant resources of every rule, 0 where all
// comply, so that an alert rule has its rows. Nothing in the labels changes with
// the compliance.
func counts(ctx context.Context, a question) (data.Frames, error) {
	rows, err := everywhere(ctx, a, func(ctx context.Context, s source) (found[verdict], error) {
		return counted(ctx, s, a.Q)
	})
	if err != nil {
		return nil, err
	}
	var (
		frames data.Frames
		sums   data.Frames
		index  = map[query.Place]*float64{}
	)
	several := a.Several()
	for _, r := range rows {
		value := float64(r.x.failing)
		frames = append(frames, number("by rule", r.x.rule, data.Labels{"rule": r.x.rule, "account": r.Account, "region": r.Region}, value, several))
		if index[r.Place] == nil {
			f := number("total", "total", data.Labels{"account": r.Account, "region": r.Region}, 0, several)
			index[r.Place] = f.Fields[0].At(0).(*float64)
			sums = append(sums, f)
		}
		*index[r.Place] += value
	}
	if a.Q.Totals {
		frames = append(frames, sums...)
	}
	if len(frames) == 0 {
		f := data.NewFrame("by rule", data.NewField(failingField, nil, []*float64{}))
		frames = data.Frames{query.Typed(f, data.FrameTypeNumericMulti)}
	}
	for _, r := range rows {
		if r.x.atLeast {
			a.Note(data.NoticeSeverityInfo, "%s has more non-compliant resources than were counted.", r.x.rule)
		}
	}
	return frames, nil
}

// number is one value; its legend says where it is from when several places are
// asked.
func number(name, legend string, labels data.Labels, value float64, several bool) *data.Frame {
	field := data.NewField(failingField, labels, []*float64{&value})
	if several {
		legend += " " + labels["account"] + " " + labels["region"]
	}
	field.Config = &data.FieldConfig{DisplayNameFromDS: legend}
	return query.Typed(data.NewFrame(name, field), data.FrameTypeNumericMulti)
}
