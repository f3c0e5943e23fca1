package cloudtrail

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// Handler answers queries of this type.
func Handler() query.Handler { return query.ByPlace(decode, answer) }

type question = query.Question[Query]

// found is an event with where it was found.
type found struct {
	record
	query.Place
}

func answer(ctx context.Context, a question) (data.Frames, error) {
	events, complete, err := look(ctx, a)
	if err != nil {
		return nil, err
	}
	var frames data.Frames
	switch a.Q.Kind {
	case Counts:
		frames = counts(a, events, complete)
	case Annotations:
		frames = annotations(events)
	default:
		frames = table(events)
	}
	query.Asked(frames[0], "%s", a.Q)
	return frames, nil
}

// look gives the events of all places, newest first. From complete on every
// place was read.
func look(ctx context.Context, a question) (events []found, complete time.Time, err error) {
	answers, err := query.Gather(ctx, a, func(ctx context.Context, c *awsapi.Client) (awsapi.EventAnswer, error) {
		return c.LookupEvents(ctx, awsapi.EventQuery{
			From: a.From, To: a.To, Attribute: a.Q.Attribute, Value: a.Q.Value, Limit: a.Q.Limit, NoCache: a.Q.NoCache,
		})
	})
	if err != nil {
		return nil, complete, err
	}
	a.Gone(a.From, a.Sessions.Now(), awsapi.EventRetention)
	var behind, limited text.List
	complete = a.From
	for _, g := range answers {
		if g.Err != nil {
			continue
		}
		if g.Answer.Incomplete {
			behind = append(behind, g.Place)
		}
		if g.Answer.Limited {
			limited = append(limited, g.Place)
		}
		if g.Answer.Until.After(complete) {
			complete = g.Answer.Until
		}
		for _, e := range g.Answer.Events {
			if f := (found{open(e), g.Where()}); a.Q.keeps(f.record) {
				events = append(events, f)
			}
		}
	}
	since := complete.UTC()
	if len(behind) > 0 {
		a.Unfinished(nil, "notice.trail_read", since, behind)
	}
	if len(limited) > 0 {
		a.Cut("notice.trail_cut", limited, since)
	}
	slices.SortFunc(events, func(x, y found) int {
		if c := y.event.Time.Compare(x.event.Time); c != 0 {
			return c
		}
		return strings.Compare(x.event.ID, y.event.ID)
	})
	return events, complete, nil
}
