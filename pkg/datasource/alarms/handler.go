package alarms

import (
	"context"
	"errors"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
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
	switch q.Kind {
	case History, Annotations:
		var changes []change
		if changes, told, err = askHistory(ctx, s, q, raw, places); err == nil {
			frames = historyFrames(q, changes)
		}
	default:
		var found standing
		if found, told, err = askAlarms(ctx, s, q, places); err == nil && q.Kind == Counts {
			frames = countFrames(q, found, len(places) > 1)
		} else if err == nil {
			frames = tableFrames(q, found.alarms)
		}
	}
	if err == nil && raw.Alert && len(told.failed) > 0 {
		// A rule must not take a part for the whole: the places that are
		// missing would look like a return to normal.
		err = errors.Join(told.failed...)
	}
	if err == nil && raw.Alert && len(told.missing) > 0 {
		err = query.Wrong("names", "there is no alarm %s: a rule on it would be silent for ever", strings.Join(told.missing, ", "))
	}
	if err == nil && raw.Alert && len(told.limited) > 0 {
		err = backend.DownstreamErrorf("%s", strings.Join(told.limited, " "))
	}
	if err != nil {
		return nil, err
	}
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = p.String()
	}
	query.Asked(frames[0], "%s\nin %s", q, strings.Join(names, ", "))
	told.write(frames[0])
	return frames, nil
}

// where is the place of an alarm or a change, as AWS names it.
type where struct{ account, region string }

// placeOf names the account by its 12 digits, or where nobody may ask for them
// by its name in the settings.
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
	limited    []string // why there is more than is shown
	incomplete []string // places that were not read to the end, and how far they were
	failed     []error  // place: error
	missing    []string // alarms that were named and do not exist
}

func (r remarks) write(f *data.Frame) {
	if len(r.incomplete) > 0 {
		query.Incomplete(f, "Read so far: %s. The next refresh continues.", strings.Join(r.incomplete, ", "))
	}
	for _, text := range r.limited {
		query.Notice(f, data.NoticeSeverityWarning, "%s", text)
	}
	for _, err := range r.failed {
		query.Notice(f, data.NoticeSeverityWarning, "Not read: %v", err)
	}
	if len(r.missing) > 0 {
		query.Notice(f, data.NoticeSeverityWarning, "There is no alarm named %s", strings.Join(r.missing, ", "))
	}
}
