package cloudtrail

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// Handler answers queries of this type.
func Handler() query.Handler { return query.Each(answer) }

// found is an event with where it was found.
type found struct {
	record
	region, account string
}

// looked is what all places together gave.
type looked struct {
	events     []found
	incomplete []string // places whose history is not read to its end yet
	limited    []string // places with more events than the limit
	failed     []string
	complete   time.Time // everything from here on was read, everywhere
}

func answer(ctx context.Context, s *awsapi.Sessions, raw query.Query) (data.Frames, error) {
	q, err := decode(raw)
	if err != nil {
		return nil, err
	}
	places, err := q.Places(s)
	if err != nil {
		return nil, err
	}
	l, err := look(ctx, s, q, raw, places)
	if err != nil {
		return nil, err
	}
	if raw.Alert {
		if err := l.whole(); err != nil {
			return nil, err
		}
	}
	var frames data.Frames
	switch q.Kind {
	case Counts:
		frames = counts(q, l.events, raw, l.complete)
	case Annotations:
		frames = annotations(l.events)
	default:
		frames = table(l.events)
	}
	l.tell(frames[0], q)
	return frames, nil
}

func look(ctx context.Context, s *awsapi.Sessions, q Query, raw query.Query, places []query.Place) (looked, error) {
	answers, err := query.Gather(ctx, s, places, func(ctx context.Context, c *awsapi.Client, _ query.Place) (awsapi.EventAnswer, error) {
		return c.LookupEvents(ctx, awsapi.EventQuery{
			From: raw.From, To: raw.To, Attribute: q.Attribute, Value: q.Value, Limit: q.Limit, NoCache: q.NoCache,
		})
	})
	if err != nil {
		return looked{}, err
	}
	out := looked{complete: raw.From}
	for _, a := range answers {
		if a.Err != nil {
			out.failed = append(out.failed, a.Place.String()+": "+a.Err.Error())
			continue
		}
		if a.Answer.Incomplete {
			out.incomplete = append(out.incomplete, a.Place.String())
		}
		if a.Answer.Limited {
			out.limited = append(out.limited, a.Place.String())
		}
		if a.Answer.Until.After(out.complete) {
			out.complete = a.Answer.Until
		}
		for _, e := range a.Answer.Events {
			if f := (found{open(e), a.Region, a.AccountID}); q.keeps(f.record) {
				out.events = append(out.events, f)
			}
		}
	}
	slices.SortFunc(out.events, func(a, b found) int {
		if c := b.event.Time.Compare(a.event.Time); c != 0 {
			return c
		}
		return strings.Compare(a.event.ID, b.event.ID)
	})
	return out, nil
}

// whole is the error of an alert rule's query that was not answered in full: a
// count that is too small would read as "all is well".
func (l looked) whole() error {
	switch {
	case len(l.failed) > 0:
		return backend.DownstreamErrorf("not read: %s", strings.Join(l.failed, "; "))
	case len(l.incomplete) > 0:
		return backend.DownstreamErrorf("the event history of %s is not read to its end yet: the next evaluation continues; an attribute or a shorter range reads faster", strings.Join(l.incomplete, ", "))
	case len(l.limited) > 0:
		return backend.DownstreamErrorf("%s has more events than the limit: choose an attribute or a shorter range", strings.Join(l.limited, ", "))
	}
	return nil
}

// tell writes what the reader has to know beside the rows.
func (l looked) tell(f *data.Frame, q Query) {
	text := "event history"
	if q.Attribute != "" {
		text += " where " + q.Attribute + " = " + q.Value
	}
	query.Asked(f, "%s, %d further conditions", text, len(q.Filters)+b2i(q.Search != "")+b2i(q.Changes)+b2i(q.Errors))
	since := l.complete.UTC().Format(time.RFC3339)
	if len(l.incomplete) > 0 {
		query.Incomplete(f, "Read back to %s so far (%s): CloudTrail answers 2 calls a second. The next refresh continues.", since, strings.Join(l.incomplete, ", "))
	}
	if len(l.limited) > 0 {
		query.Notice(f, data.NoticeSeverityWarning, "There are more events than the limit (%s): shown are the newest, back to %s. Narrow the time or choose an attribute.", strings.Join(l.limited, ", "), since)
	}
	for _, text := range l.failed {
		query.Notice(f, data.NoticeSeverityError, "Not read: %s", text)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
