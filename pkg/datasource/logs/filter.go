package logs

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
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

func askFilter(ctx context.Context, a question) ([]line, error) {
	answers, err := query.Gather(ctx, a, func(ctx context.Context, c *awsapi.Client) ([]scan, error) { return a.Q.scan(ctx, c, a.Query) })
	if err != nil {
		return nil, err
	}
	var (
		out    []line
		behind text.List
	)
	for _, g := range answers {
		if g.Err != nil {
			continue
		}
		at := g.Where()
		for _, one := range g.Answer {
			name := text.Of("notice.group", one.group, g.Place)
			if one.err != nil {
				a.Unread(g.Place, one.err)
			} else if one.answer.Incomplete {
				behind = append(behind, text.Of("notice.until", name, one.answer.Until.UTC()))
			}
			if one.answer.Limited {
				a.Cut("notice.lines_cut", name, a.Q.Limit, one.answer.Until.UTC())
			}
			for _, e := range one.answer.Events {
				labels := map[string]string{"logGroup": one.group, "logStream": aws.ToString(e.LogStreamName)}
				if a.Several() {
					labels["account"], labels["region"] = at.Account, at.Region
				}
				out = append(out, newLine(unixMilli(e.Timestamp), aws.ToString(e.Message), aws.ToString(e.EventId), labels))
			}
		}
	}
	if len(behind) > 0 {
		a.Unfinished(nil, "notice.searched_so_far", behind)
	}
	newestFirst(out)
	if len(out) > a.Q.Limit {
		a.Cut("notice.newest_lines", a.Q.Limit, len(out))
		out = out[:a.Q.Limit]
	}
	return out, nil
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
