package configservice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// Handler answers queries of this type.
func Handler() query.Handler { return query.Each(answer) }

// budget is how long one query may read. What it has by then is the answer; the
// pages stay in the cache, so that the next refresh gets further.
const budget = 24 * time.Second

func answer(ctx context.Context, s *awsapi.Sessions, raw query.Query) (data.Frames, error) {
	q, err := decode(raw)
	if err != nil {
		return nil, err
	}
	places, err := q.Places(s)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	a := asked{ctx: ctx, sessions: s, places: places, q: q, now: time.Now().UTC(), from: raw.From.UTC(), to: raw.To.UTC()}
	var (
		frames data.Frames
		t      told
	)
	switch q.Kind {
	case History, Annotations:
		frames, t, err = history(a)
	case Compliance:
		frames, t, err = complianceByRule(a)
	case ComplianceResources:
		frames, t, err = complianceByResource(a)
	case Counts:
		frames, t, err = counts(a)
	case Select:
		frames, t, err = advanced(a)
	default:
		frames, t, err = inventory(a)
	}
	if err != nil {
		return nil, err
	}
	if raw.Alert {
		// Rows that are missing would look like alerts that ended.
		if err := t.err(); err != nil {
			return nil, err
		}
	}
	t.tell(frames[0])
	return frames, nil
}

// asked is a query with where and when it asks.
type asked struct {
	ctx      context.Context //nolint:containedctx // lives as long as one query
	sessions *awsapi.Sessions
	places   []query.Place
	q        Query
	now      time.Time
	from, to time.Time
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
	account, region string
	x               T
}

// told is what the reader has to know beside the rows.
type told struct {
	text       string
	limit      int
	limited    []string // places
	incomplete []string // places with the reason
	failed     []string // places with the reason
	remarks    []string
	errs       []error
}

// everywhere asks all places and puts their rows one after the other.
func everywhere[T any](a asked, text string, ask func(context.Context, source) (found[T], error)) ([]row[T], told, error) {
	t := told{text: text, limit: a.q.Limit}
	answers, err := query.Gather(a.ctx, a.sessions, a.places, func(ctx context.Context, c *awsapi.Client, _ query.Place) (found[T], error) {
		return ask(ctx, source{c, a.q.NoCache})
	})
	if err != nil {
		return nil, t, err
	}
	var out []row[T]
	for _, g := range answers {
		if g.Err != nil {
			t.failed = append(t.failed, g.Place.String()+": "+g.Err.Error())
			t.errs = append(t.errs, fmt.Errorf("%s: %w", g.Place, g.Err))
			continue
		}
		if g.Answer.late != nil {
			t.incomplete = append(t.incomplete, g.Place.String()+": "+g.Answer.late.Error())
			t.errs = append(t.errs, fmt.Errorf("%s is not read to its end: %w", g.Place, g.Answer.late))
		}
		if g.Answer.limited {
			t.limited = append(t.limited, g.Place.String())
			t.errs = append(t.errs, backend.DownstreamErrorf("%s has more than the limit: an alert rule needs them all", g.Place))
		}
		for _, r := range g.Answer.remarks {
			t.remarks = append(t.remarks, g.Place.String()+": "+r)
		}
		for _, x := range g.Answer.rows {
			out = append(out, row[T]{g.AccountID, g.Region, x})
		}
	}
	return out, t, nil
}

func (t told) err() error { return errors.Join(t.errs...) }

func (t told) tell(f *data.Frame) {
	query.Asked(f, "%s", t.text)
	if len(t.incomplete) > 0 {
		query.Incomplete(f, "Not read to its end yet (%s). The next refresh continues.", strings.Join(t.incomplete, "; "))
	}
	if len(t.limited) > 0 {
		query.Notice(f, data.NoticeSeverityWarning, "There are more than the limit of %d (%s).", t.limit, strings.Join(t.limited, ", "))
	}
	for _, text := range t.failed {
		query.Notice(f, data.NoticeSeverityWarning, "Not read: %s", text)
	}
	for _, text := range t.remarks {
		query.Notice(f, data.NoticeSeverityInfo, "%s", text)
	}
}
