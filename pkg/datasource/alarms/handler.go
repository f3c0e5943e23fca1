package alarms

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
)

// Handler answers queries of this type.
func Handler() query.Handler { return query.ByPlace(decode, answer) }

type question = query.Question[Query]

func answer(ctx context.Context, a question) (data.Frames, error) {
	frames, err := ask(ctx, a)
	if err != nil {
		return nil, err
	}
	query.Asked(frames[0], "%s\nin %s", a.Q, a.Where())
	return frames, nil
}

func ask(ctx context.Context, a question) (data.Frames, error) {
	if a.Q.Kind == History || a.Q.Kind == Annotations {
		changes, err := askHistory(ctx, a)
		if err != nil {
			return nil, err
		}
		return historyFrames(a.Q, changes), nil
	}
	found, err := askAlarms(ctx, a)
	if err != nil {
		return nil, err
	}
	if a.Q.Kind == Counts {
		return countFrames(a.Q, found, a.Several()), nil
	}
	return tableFrames(found.alarms), nil
}
