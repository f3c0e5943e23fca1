package configservice

import (
	"context"

	cfgtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
)

const failingField = "non-compliant resources"

// counts is the number of non-compliant resources of every rule, 0 where all
// comply or it applies to none, so that an alert rule has its rows. A rule that
// has not been evaluated has no number: that is not to say that all is well.
// Nothing in the labels changes with the compliance.
func counts(ctx context.Context, a question) (data.Frames, error) {
	rows, err := everywhere(ctx, a, func(ctx context.Context, s source) (found[verdict], error) {
		return counted(ctx, s, a.Q)
	})
	if err != nil {
		return nil, err
	}
	var (
		frames data.Frames
		places []query.Place
		sums   = map[query.Place]*float64{} // nil where no rule has a number
	)
	for _, r := range rows {
		value := r.x.number()
		frames = append(frames, number("by rule", r.x.rule, data.Labels{"rule": r.x.rule}, r.Place, value, a.Several()))
		sum, known := sums[r.Place]
		if !known {
			places = append(places, r.Place)
		}
		if value != nil {
			sum = new(deref(sum) + *value)
		}
		sums[r.Place] = sum
	}
	if a.Q.Totals {
		for _, p := range places {
			frames = append(frames, number("total", "total", data.Labels{}, p, sums[p], a.Several()))
		}
	}
	if len(frames) == 0 {
		f := data.NewFrame("by rule", data.NewField(failingField, nil, []*float64{}))
		frames = data.Frames{query.Typed(f, data.FrameTypeNumericMulti)}
	}
	for _, r := range rows {
		if r.x.atLeast {
			a.Note(data.NoticeSeverityInfo, "notice.failing_more", r.x.rule)
		}
	}
	return frames, nil
}

// number is the count of a rule, nil while there is nothing to count.
func (v verdict) number() *float64 {
	if v.compliance == cfgtypes.ComplianceTypeInsufficientData {
		return nil
	}
	return new(float64(v.failing))
}

// number is one value; where several places are asked its labels and its legend
// say where it is from.
func number(name, legend string, labels data.Labels, at query.Place, value *float64, several bool) *data.Frame {
	if several {
		labels["account"], labels["region"] = at.Account, at.Region
		legend += " " + at.Account + " " + at.Region
	}
	field := data.NewField(failingField, labels, []*float64{value})
	field.Config = &data.FieldConfig{DisplayNameFromDS: legend}
	return query.Typed(data.NewFrame(name, field), data.FrameTypeNumericMulti)
}
