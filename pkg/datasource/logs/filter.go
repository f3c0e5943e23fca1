package logs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// groupsAtOnce bounds the log groups of one place that are read at the same
// time: FilterLogEvents takes 5 calls a second anyway.
const groupsAtOnce = 5

// scan is the events of one log group.
type scan struct {
	group  string
	answer awsapi.FilterAnswer
	err    error
}

func askFilter(ctx context.Context, s *awsapi.Sessions, q Query, raw query.Query, places []query.Place) ([]line, remarks, error) {
	answers, err := query.Gather(ctx, s, places, func(ctx context.Context, c *awsapi.Client, _ query.Place) ([]scan, error) {
		return q.scan(ctx, c, raw)
	})
	if err != nil {
		return nil, remarks{}, err
	}
	var (
		out  []line
		told remarks
		slow []string
	)
	for _, g := range answers {
		if g.Err != nil {
			told.failed = append(told.failed, g.Place.String()+": "+g.Err.Error())
			continue
		}
		at := placeOf(g)
		for _, one := range g.Answer {
			name := one.group + " in " + g.Place.String()
			if one.err != nil {
				told.failed = append(told.failed, g.Place.String()+": "+one.err.Error())
			} else if one.answer.Incomplete {
				slow = append(slow, fmt.Sprintf("%s back to %s", name, one.answer.Until.UTC().Format(time.RFC3339)))
			}
			if one.answer.Limited {
				told.notes = append(told.notes, fmt.Sprintf("%s has more than %d such events: shown are the newest, back to %s.", name, q.Limit, one.answer.Until.UTC().Format(time.RFC3339)))
			}
			for _, e := range one.answer.Events {
				labels := map[string]string{"logGroup": one.group, "logStream": aws.ToString(e.LogStreamName)}
				if len(places) > 1 {
					labels["account"], labels["region"] = at.account, at.region
				}
				out = append(out, newLine(unixMilli(e.Timestamp), aws.ToString(e.Message), aws.ToString(e.EventId), labels))
			}
		}
	}
	if len(slow) > 0 {
		told.incomplete = "Searched so far: " + strings.Join(slow, ", ") + ". The next refresh continues."
	}
	newestFirst(out)
	if len(out) > q.Limit {
		told.notes = append(told.notes, fmt.Sprintf("The newest %d of %d events are shown.", q.Limit, len(out)))
		out = out[:q.Limit]
	}
	return out, told, nil
}

// scan reads the log groups of one place. It fails when all of them do.
func (q Query) scan(ctx context.Context, c *awsapi.Client, raw query.Query) ([]scan, error) {
	var (
		out   = make([]scan, len(q.LogGroups))
		slots = make(chan struct{}, groupsAtOnce)
		wait  sync.WaitGroup
	)
	for i, name := range q.LogGroups {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			defer query.RecoverError(&out[i].err)
			a, err := c.FilterLogs(ctx, awsapi.FilterQuery{
				Group: name, StreamPrefix: q.StreamPrefix, Pattern: q.Pattern,
				From: raw.From, To: raw.To, Limit: q.Limit, NoCache: q.NoCache,
			})
			if err != nil {
				err = fmt.Errorf("%s: %w", name, blame(q, err))
			}
			out[i] = scan{name, a, err}
		})
	}
	wait.Wait()
	var failed []error
	for _, one := range out {
		if one.err != nil {
			failed = append(failed, one.err)
		}
	}
	if len(failed) == len(out) {
		return nil, errors.Join(failed...)
	}
	return out, nil
}
