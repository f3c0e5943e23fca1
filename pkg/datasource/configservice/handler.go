package configservice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// Handler answers queries of this type.
func Handler() query.Handler { return query.ByPlace(decode, answer) }

type question = query.Question[Query]

// budget is how long one query may read. What it has by then is the answer; the
// pages stay in the cache, so that the next refresh gets further.
const budget = 24 * time.Second

func answer(ctx context.Context, a question) (data.Frames, error) {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	ask := map[string]func(context.Context, question) (data.Frames, error){
		Inventory: inventory, History: history, Annotations: history, Compliance: complianceByRule,
		ComplianceResources: complianceByResource, Counts: counts, Select: advanced,
	}[a.Q.Kind]
	frames, err := ask(ctx, a)
	if err != nil {
		return nil, err
	}
	query.Asked(frames[0], "%s", a.Q)
	return frames, nil
}

// found is what one place gave.
type found[T any] struct {
	rows    []T
	limited bool     // there are more than the limit
	late    error    // why it was not read to its end; nil when it was
	remarks []string // for the reader
}

// row is one row with where it is from.
type row[T any] struct {
	query.Place
	x T
}

// everywhere asks all places and puts their rows one after the other.
func everywhere[T any](ctx context.Context, a question, ask func(context.Context, source) (found[T], error)) ([]row[T], error) {
	answers, err := query.Gather(ctx, a, func(ctx context.Context, c *awsapi.Client) (found[T], error) {
		return ask(ctx, source{c, a.Q.NoCache})
	})
	if err != nil {
		return nil, err
	}
	var (
		out     []row[T]
		limited []string
		behind  []string
		why     []error
	)
	for _, g := range answers {
		if g.Err != nil {
			continue
		}
		if g.Answer.late != nil {
			behind = append(behind, fmt.Sprintf("%s: %v", g.Place, g.Answer.late))
			why = append(why, fmt.Errorf("%s is not read to its end: %w", g.Place, g.Answer.late))
		}
		if g.Answer.limited {
			limited = append(limited, g.Place.String())
		}
		for _, text := range g.Answer.remarks {
			a.Note(data.NoticeSeverityInfo, "%s: %s", g.Place, text)
		}
		for _, x := range g.Answer.rows {
			out = append(out, row[T]{g.Where(), x})
		}
	}
	if len(behind) > 0 {
		a.Unfinished(errors.Join(why...), "Not read to its end yet (%s). The next refresh continues.", strings.Join(behind, "; "))
	}
	if len(limited) > 0 {
		a.Cut("There are more than the limit of %d (%s).", a.Q.Limit, strings.Join(limited, ", "))
	}
	return out, nil
}
