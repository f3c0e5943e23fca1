package andon

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// Handler answers queries of this type from a bridge. It needs no AWS: the
// sessions may be nil.
func Handler(b *Bridge) query.Handler {
	return query.Each(func(ctx context.Context, _ *awsapi.Sessions, raw query.Query) (data.Frames, error) {
		return b.answer(ctx, raw)
	})
}

func (b *Bridge) answer(ctx context.Context, raw query.Query) (data.Frames, error) {
	q, err := decode(raw)
	if err != nil {
		return nil, err
	}
	if b.unable != nil {
		return nil, b.unable
	}
	ask := map[string]func(context.Context, Query, query.Query) (data.Frames, error){
		Alerts: b.alerts, Towers: b.towers, History: b.history, Annotations: b.history, Counts: b.counts,
	}[q.Kind]
	frames, err := ask(ctx, q, raw)
	if err != nil {
		return nil, b.failed(err)
	}
	query.Asked(frames[0], "%s\nof the bridge at %s", q, b.host)
	return frames, nil
}

// counts is one number a severity and state. Where there are no alerts it is a
// zero, so that an alert rule sees it return to normal.
func (b *Bridge) counts(ctx context.Context, q Query, _ query.Query) (data.Frames, error) {
	counts, err := b.api.Counts(ctx, q.Matchers...)
	if err != nil {
		return nil, err
	}
	frames := make(data.Frames, len(counts))
	for i, c := range counts {
		field := data.NewField("alerts", data.Labels{"severity": string(c.Severity), "state": string(c.Phase)}, []float64{float64(c.Alerts)})
		field.Config = &data.FieldConfig{DisplayNameFromDS: string(c.Severity) + ", " + string(c.Phase)}
		frames[i] = query.Typed(data.NewFrame("alerts", field), data.FrameTypeNumericMulti)
	}
	if len(frames) == 0 { // a configuration with no severity but record
		frames = data.Frames{query.Typed(data.NewFrame("alerts", data.NewField("alerts", nil, []float64{})), data.FrameTypeNumericMulti)}
	}
	return frames, nil
}
