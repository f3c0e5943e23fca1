package logs

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// Handler answers queries of this type.
func Handler() query.Handler { return query.ByPlace(decode, answer) }

type question = query.Question[Query]

func answer(ctx context.Context, a question) (data.Frames, error) {
	frames, err := ask(ctx, a)
	if err != nil {
		return nil, blame(a.Q, err)
	}
	asked := a.Q.Query
	if a.Q.Mode == Filter {
		asked = fmt.Sprintf("filter pattern %q", a.Q.Pattern)
		if a.Q.StreamPrefix != "" {
			asked += ", log streams " + a.Q.StreamPrefix + "*"
		}
	}
	query.Asked(frames[0], "%s\nof %s\nin %s", asked, strings.Join(a.Q.LogGroups, ", "), a.Where())
	return frames, nil
}

func ask(ctx context.Context, a question) (data.Frames, error) {
	if a.Q.Mode == Filter {
		lines, err := askFilter(ctx, a)
		if err != nil {
			return nil, err
		}
		return lineFrames(lines), nil
	}
	found, err := askInsights(ctx, a)
	if err != nil {
		return nil, err
	}
	frames, err := insightsFrames(a, found)
	if err != nil {
		return nil, err
	}
	m := query.Meta(frames[0])
	m.Stats = append(m.Stats, found.stats(a.Reader)...)
	if found.running {
		custom, _ := m.Custom.(query.Custom)
		custom.Running = true
		m.Custom = custom
	}
	return frames, nil
}

// aboutPattern matches what AWS says of a filter pattern that it cannot read:
// "Invalid filter pattern", "Invalid character(s) in term '…'".
var aboutPattern = regexp.MustCompile(`(?i)pattern|\bin term\b`)

// blame names the field of the query that AWS calls wrong.
func blame(q Query, err error) error {
	bad, is := errors.AsType[*awsapi.BadRequest](err)
	if !is {
		return err
	}
	_, malformed := errors.AsType[*cwltypes.MalformedQueryException](err)
	_, notFound := errors.AsType[*cwltypes.ResourceNotFoundException](err)
	switch {
	case malformed:
		return query.Wrong("query", "%s", bad.Message)
	case notFound:
		return query.Wrong("logGroups", "%s", bad.Message)
	case q.Mode == Filter && aboutPattern.MatchString(bad.Message):
		return query.Wrong("pattern", "%s", bad.Message)
	}
	return err
}
