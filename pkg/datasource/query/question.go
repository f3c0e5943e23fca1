package query

import (
	"context"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
)

// Question is a query on its way to its answer: as Grafana asks it, Q as its type
// reads it, and the places that it asks.
type Question[Q any] struct {
	Query
	Q        Q
	Sessions *awsapi.Sessions
	Places   []Place // each account and region once
	*Remarks

	several bool
}

// ByPlace makes a Handler of a type whose queries embed [Scope]; every query runs
// by itself, as with [Each]. What answer remarks is told in its first frame, or
// is the error of an alert rule's query.
func ByPlace[Q interface {
	Places(*awsapi.Sessions) ([]Place, error)
}](decode func(Query) (Q, error), answer func(context.Context, Question[Q]) (data.Frames, error)) Handler {
	return Each(func(ctx context.Context, s *awsapi.Sessions, raw Query) (data.Frames, error) {
		q, err := decode(raw)
		if err != nil {
			return nil, err
		}
		places, err := q.Places(s)
		if err != nil {
			return nil, err
		}
		a := Question[Q]{
			Query: raw, Q: q, Sessions: s, Places: Distinct(ctx, s, places), Remarks: &Remarks{},
			several: len(places) > 1,
		}
		frames, err := answer(ctx, a)
		if err != nil {
			return nil, err
		}
		if raw.Alert {
			if err := a.Whole(); err != nil {
				return nil, err
			}
		}
		a.Tell(frames[0], raw.Reader)
		return frames, nil
	})
}

// Several reports whether rows tell which place they are from: where the query
// names several, also where two of those are the same, so that labels do not
// depend on what is known of the accounts.
func (a Question[Q]) Several() bool { return a.several }

// Where names the places, for the query inspector.
func (a Question[Q]) Where() string {
	names := make([]string, len(a.Places))
	for i, p := range a.Places {
		names[i] = p.String()
	}
	return strings.Join(names, ", ")
}
