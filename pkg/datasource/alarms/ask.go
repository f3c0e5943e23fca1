package alarms

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// standing is the alarms as they are, and the places that answered.
type standing struct {
	alarms []alarm // sorted
	places []where // in the order of the query
}

// askAlarms asks every place for all alarms that AWS can select, and keeps those
// that the rest of the query wants.
func askAlarms(ctx context.Context, s *awsapi.Sessions, q Query, places []query.Place) (standing, remarks, error) {
	answers, err := query.Gather(ctx, s, places, func(ctx context.Context, c *awsapi.Client, _ query.Place) (awsapi.AlarmsAnswer, error) {
		return q.alarms(ctx, c)
	})
	if err != nil {
		return standing{}, remarks{}, err
	}
	var (
		out     standing
		told    remarks
		missing = slices.Clone(q.Names)
	)
	for _, g := range answers {
		if g.Err != nil {
			told.failed = append(told.failed, fmt.Errorf("%s: %w", g.Place, g.Err))
			missing = nil // nobody knows
			continue
		}
		if g.Answer.Limited {
			told.limited = append(told.limited, fmt.Sprintf("%s has more than %d such alarms: not all are read. Narrow by prefix or state.", g.Place, maxRows))
		}
		at := placeOf(g)
		out.places = append(out.places, at)
		for _, a := range g.Answer.Metric {
			out.add(q, fromMetric(a, at))
			missing = without(missing, a.AlarmName)
		}
		for _, a := range g.Answer.Composite {
			out.add(q, fromComposite(a, at))
			missing = without(missing, a.AlarmName)
		}
	}
	if len(q.States) == 0 && len(q.Types) == 0 && q.Prefix == "" {
		told.missing = missing
	}
	slices.SortStableFunc(out.alarms, byUrgency)
	if n := len(out.alarms); q.Kind == Table && n > q.Limit {
		out.alarms = out.alarms[:q.Limit]
		told.limited = append(told.limited, fmt.Sprintf("%d of %d alarms are shown, those in ALARM first.", q.Limit, n))
	}
	return out, told, nil
}

// alarms asks one place. Where it has too many, each state is asked for by
// itself, so that no alarm in ALARM is missed for the sake of one that is OK.
func (q Query) alarms(ctx context.Context, c *awsapi.Client) (awsapi.AlarmsAnswer, error) {
	ask := awsapi.AlarmQuery{Names: q.Names, Prefix: q.Prefix, Types: q.alarmTypes(), NoCache: q.NoCache}
	wanted := q.wantedStates()
	if len(wanted) == 1 {
		ask.State = cwtypes.StateValue(wanted[0])
	}
	all, err := c.Alarms(ctx, ask)
	if err != nil || !all.Limited || len(wanted) == 1 {
		return all, err
	}
	all = awsapi.AlarmsAnswer{}
	for _, state := range wanted {
		ask.State = cwtypes.StateValue(state)
		some, err := c.Alarms(ctx, ask)
		if err != nil {
			return awsapi.AlarmsAnswer{}, err
		}
		all.Metric, all.Composite = append(all.Metric, some.Metric...), append(all.Composite, some.Composite...)
		all.Limited = all.Limited || some.Limited
	}
	return all, nil
}

func (s *standing) add(q Query, a alarm) {
	if q.keepsState(a.state) && q.keepsText(a.name, a.reason, a.namespace, a.metric, a.dimensions, a.threshold, a.description, a.arn) {
		s.alarms = append(s.alarms, a)
	}
}

func without(names []string, name *string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return name != nil && n == *name })
}

// byUrgency is ALARM first, then INSUFFICIENT_DATA, then OK; within a state the
// newest first.
func byUrgency(a, b alarm) int {
	return cmp.Or(
		cmp.Compare(slices.Index(states, a.state), slices.Index(states, b.state)),
		moment(b.since).Compare(moment(a.since)),
		strings.Compare(a.name, b.name), strings.Compare(a.region, b.region), strings.Compare(a.account, b.account),
	)
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
