package configservice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
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
	limited bool        // there are more than the limit
	late    error       // why it was not read to its end; nil when it was
	remarks []text.Text // for the reader
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
		limited text.List
		behind  text.List
		why     []error
	)
	for _, g := range answers {
		if g.Err != nil {
			continue
		}
		if g.Answer.late != nil {
			behind = append(behind, text.Of("notice.place", g.Place, g.Answer.late))
			why = append(why, fmt.Errorf("%s is not read to its end: %w", g.Place, g.Answer.late))
		}
		if g.Answer.limited {
			limited = append(limited, g.Place)
		}
		for _, remark := range g.Answer.remarks {
			a.Note(data.NoticeSeverityInfo, "notice.place", g.Place, remark)
		}
		for _, x := range g.Answer.rows {
			out = append(out, row[T]{g.Where(), x})
		}
	}
	if len(behind) > 0 {
		a.Unfinished(errors.Join(why...), "notice.config_read", behind)
	}
	if len(limited) > 0 {
		a.Cut("notice.rows_cut", a.Q.Limit, limited)
	}
	return out, nil
}
