package alarms

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// standing is the alarms as they are, and the places that answered.
type standing struct {
	alarms []alarm       // sorted
	places []query.Place // in the order of the query
}

// askAlarms asks every place for all alarms that AWS can select, and keeps those
// that the rest of the query wants.
func askAlarms(ctx context.Context, a question) (standing, error) {
	q := a.Q
	answers, err := query.Gather(ctx, a, q.alarms)
	if err != nil {
		return standing{}, err
	}
	var out standing
	missing, unknown := slices.Clone(q.Names), len(q.States) > 0 || len(q.Types) > 0 || q.Prefix != ""
	for _, g := range answers {
		if g.Err != nil {
			unknown = true
			continue
		}
		if g.Answer.Limited {
			a.Cut("notice.alarms_read", g.Place, maxRows)
		}
		at := g.Where()
		out.places = append(out.places, at)
		for _, x := range g.Answer.Metric {
			out.add(q, fromMetric(x, at, a.Reader))
			missing = without(missing, x.AlarmName)
		}
		for _, x := range g.Answer.Composite {
			out.add(q, fromComposite(x, at))
			missing = without(missing, x.AlarmName)
		}
	}
	slices.SortStableFunc(out.alarms, byUrgency)
	if n := len(out.alarms); q.Kind == Table && n > q.Limit {
		out.alarms = out.alarms[:q.Limit]
		a.Cut("notice.alarms_cut", q.Limit, n)
	}
	if len(missing) > 0 && !unknown {
		names := strings.Join(missing, ", ")
		a.Missing(data.NoticeSeverityWarning, query.Wrong("names", "there is no alarm %s: a rule on it would be silent for ever", names),
			"notice.no_alarm", names)
	}
	return out, nil
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
		strings.Compare(a.name, b.name), strings.Compare(a.Region, b.Region), strings.Compare(a.Account, b.Account),
	)
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
