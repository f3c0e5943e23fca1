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
func Handler() query.Handler { return query.Each(answer) }

func answer(ctx context.Context, s *awsapi.Sessions, raw query.Query) (data.Frames, error) {
	q, err := decode(raw)
	if err != nil {
		return nil, err
	}
	places, err := q.Places(s)
	if err != nil {
		return nil, err
	}
	var (
		frames data.Frames
		told   remarks
	)
	if q.Mode == Filter {
		var lines []line
		if lines, told, err = askFilter(ctx, s, q, raw, places); err == nil {
			frames = lineFrames(lines)
		}
	} else {
		var found rows
		if found, told, err = askInsights(ctx, s, q, raw, places); err == nil {
			frames, err = insightsFrames(q, found, raw.Alert, &told)
		}
	}
	if err != nil {
		return nil, blame(q, err)
	}
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = p.String()
	}
	asked := q.Query
	if q.Mode == Filter {
		asked = "filter pattern " + fmt.Sprintf("%q", q.Pattern)
		if q.StreamPrefix != "" {
			asked += ", log streams " + q.StreamPrefix + "*"
		}
	}
	query.Asked(frames[0], "%s\nof %s\nin %s", asked, strings.Join(q.LogGroups, ", "), strings.Join(names, ", "))
	told.write(frames[0])
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

// where is an account, by its 12 digits where they are known, and a region.
type where struct{ account, region string }

func placeOf[T any](g query.Gathered[T]) where {
	if id := g.AccountID; id != "" && id != "unknown" {
		return where{id, g.Region}
	}
	if g.Account != "" {
		return where{g.Account, g.Region}
	}
	return where{"unknown", g.Region}
}

// remarks is what the reader has to know beside the rows.
type remarks struct {
	incomplete string   // why there would be more
	notes      []string // warnings
	failed     []string // place: error
	stats      []data.QueryStat
}

func (r remarks) write(f *data.Frame) {
	if r.incomplete != "" {
		query.Incomplete(f, "%s", r.incomplete)
	}
	for _, text := range r.notes {
		query.Notice(f, data.NoticeSeverityWarning, "%s", text)
	}
	for _, text := range r.failed {
		query.Notice(f, data.NoticeSeverityWarning, "Not read: %s", text)
	}
	m := query.Meta(f)
	m.Stats = append(m.Stats, r.stats...)
}
