package awsfake

import (
	"slices"
	"strings"
	"time"
)

var cloudwatchOperations = map[string]handler{
	"GetMetricData": on((*Fake).getMetricData), "ListMetrics": on((*Fake).listMetrics), "DescribeAlarms": on((*Fake).describeAlarms),
	"DescribeAlarmHistory": on((*Fake).describeAlarmHistory), "DescribeAlarmsForMetric": on((*Fake).describeAlarmsForMetric),
}

type metricShape struct {
	Namespace  string      `json:"Namespace,omitempty"`
	MetricName string      `json:"MetricName,omitempty"`
	Dimensions []dimension `json:"Dimensions"`
}

type dimensionFilter struct {
	Name  string
	Value *string
}

type listMetricsIn struct {
	Dimensions            []dimensionFilter
	MetricName, Namespace string
	NextToken             *string
	RecentlyActive        string
	IncludeLinkedAccounts bool
	OwningAccount         string
}

type listMetricsOut struct {
	Metrics        []metricShape
	OwningAccounts []string `json:"OwningAccounts,omitempty"`
	NextToken      *string  `json:"NextToken,omitempty"`
}

const (
	listMetricsPage = 500
	// listedFor is how long a metric without new data is listed.
	listedFor = 14 * 24 * time.Hour
	// activeFor is RecentlyActive=PT3H, with the 50 minutes it may be late.
	activeFor = 3*time.Hour + 50*time.Minute
)

// linked says whether the caller may read another account's metrics: the main
// account is the monitoring account of the second.
func linked(caller, owner string) bool {
	return caller == owner || caller == MainAccount && owner == SecondAccount
}

func (f *Fake) listMetrics(c *call, in *listMetricsIn) (*listMetricsOut, error) {
	if in.RecentlyActive != "" && in.RecentlyActive != "PT3H" {
		return nil, errInvalid(CloudWatch, "The parameter RecentlyActive must be PT3H.")
	}
	from := []string{c.account}
	if in.IncludeLinkedAccounts && c.account == MainAccount {
		from = append(from, SecondAccount)
	}
	age := listedFor
	if in.RecentlyActive != "" {
		age = activeFor
	}
	var found []*metric
	for _, account := range from {
		if in.OwningAccount != "" && in.OwningAccount != account {
			continue
		}
		for _, m := range f.world.realm(account, c.region).metrics {
			if m.matches(in) && m.activeSince(f.now().Add(-age)) {
				found = append(found, m)
			}
		}
	}
	got, next, err := page(CloudWatch, found, listMetricsPage, in.NextToken, request(c, in.Namespace, in.MetricName, len(in.Dimensions)))
	if err != nil {
		return nil, err
	}
	out := &listMetricsOut{Metrics: []metricShape{}, NextToken: next}
	for _, m := range got {
		out.Metrics = append(out.Metrics, metricShape{m.namespace, m.name, m.dims})
		if in.IncludeLinkedAccounts {
			out.OwningAccounts = append(out.OwningAccounts, m.account)
		}
	}
	return out, nil
}

func (m *metric) matches(in *listMetricsIn) bool {
	if in.Namespace != "" && in.Namespace != m.namespace || in.MetricName != "" && in.MetricName != m.name {
		return false
	}
	for _, d := range in.Dimensions {
		v, has := m.dim(d.Name)
		if !has || d.Value != nil && *d.Value != v {
			return false
		}
	}
	return true
}

func (m *metric) activeSince(t time.Time) bool { return m.gone.IsZero() || m.gone.After(t) }

// metricAlarm and compositeAlarm are the shapes of DescribeAlarms.
type metricAlarm struct {
	alarmCommon
	MetricName         string      `json:"MetricName"`
	Namespace          string      `json:"Namespace"`
	Statistic          string      `json:"Statistic"`
	Dimensions         []dimension `json:"Dimensions"`
	Period             int64       `json:"Period"`
	EvaluationPeriods  int         `json:"EvaluationPeriods"`
	DatapointsToAlarm  int         `json:"DatapointsToAlarm"`
	Threshold          float64     `json:"Threshold"`
	ComparisonOperator string      `json:"ComparisonOperator"`
	TreatMissingData   string      `json:"TreatMissingData,omitempty"`
}

type compositeAlarm struct {
	alarmCommon
	AlarmRule string `json:"AlarmRule"`
}

type alarmCommon struct {
	AlarmName                          string
	AlarmArn                           string
	AlarmDescription                   string
	ActionsEnabled                     bool
	AlarmActions                       []string
	OKActions                          []string
	InsufficientDataActions            []string
	AlarmConfigurationUpdatedTimestamp time.Time
	StateValue                         string
	StateReason                        string
	StateReasonData                    string
	StateUpdatedTimestamp              time.Time
	StateTransitionedTimestamp         time.Time
}

type describeAlarmsIn struct {
	AlarmNames, AlarmTypes                  []string
	AlarmNamePrefix, ActionPrefix           string
	StateValue                              string
	ChildrenOfAlarmName, ParentsOfAlarmName string
	MaxRecords                              *int32
	NextToken                               *string
}

type describeAlarmsOut struct {
	MetricAlarms    []metricAlarm    `json:"MetricAlarms"`
	CompositeAlarms []compositeAlarm `json:"CompositeAlarms"`
	NextToken       *string          `json:"NextToken,omitempty"`
}

const alarmsPage = 100

func (f *Fake) describeAlarms(c *call, in *describeAlarmsIn) (*describeAlarmsOut, error) {
	if len(in.AlarmNames) > 0 && in.AlarmNamePrefix != "" {
		return nil, errInvalid(CloudWatch, "AlarmNamePrefix and AlarmNames are mutually exclusive")
	}
	types := in.AlarmTypes
	if len(types) == 0 {
		types = []string{"MetricAlarm"} // as the service does
	}
	r, now := f.realm(c), f.now()
	family, err := r.family(in.ChildrenOfAlarmName, in.ParentsOfAlarmName)
	if err != nil {
		return nil, err
	}
	var found []*alarm
	for _, a := range r.alarms {
		switch {
		case a.created.After(now), !slices.Contains(types, a.alarmType()),
			family != nil && !slices.Contains(family, a.name),
			len(in.AlarmNames) > 0 && !slices.Contains(in.AlarmNames, a.name),
			!strings.HasPrefix(a.name, in.AlarmNamePrefix),
			in.ActionPrefix != "" && !slices.ContainsFunc(a.actions, func(s string) bool { return strings.HasPrefix(s, in.ActionPrefix) }):
			continue
		}
		if t := f.timeline(r, a, now); in.StateValue == "" || len(t) > 0 && t[len(t)-1].state == in.StateValue {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b *alarm) int { return strings.Compare(a.name, b.name) })
	got, next, err := page(CloudWatch, found, limit(in.MaxRecords, alarmsPage, alarmsPage), in.NextToken,
		request(c, in.AlarmNames, in.AlarmTypes, in.AlarmNamePrefix, in.StateValue))
	if err != nil {
		return nil, err
	}
	out := &describeAlarmsOut{MetricAlarms: []metricAlarm{}, CompositeAlarms: []compositeAlarm{}, NextToken: next}
	for _, a := range got {
		if a.rule != "" {
			out.CompositeAlarms = append(out.CompositeAlarms, compositeAlarm{f.common(r, a, now), a.rule})
		} else {
			out.MetricAlarms = append(out.MetricAlarms, f.metricAlarm(r, a, now))
		}
	}
	return out, nil
}

// family returns the names that ChildrenOf or ParentsOf asks for; nil: no such filter.
func (r *realm) family(parent, child string) ([]string, error) {
	if parent == "" && child == "" {
		return nil, nil
	}
	names := []string{}
	if parent != "" {
		a := r.byName[parent]
		if a == nil {
			return nil, errf("ResourceNotFound", "alarm %s does not exist", parent)
		}
		if a.rule != "" {
			_, names, _ = parseRule(a.rule)
		}
		return names, nil
	}
	for _, a := range r.alarms {
		if a.rule == "" {
			continue
		}
		if _, children, _ := parseRule(a.rule); slices.Contains(children, child) {
			names = append(names, a.name)
		}
	}
	return names, nil
}

func (a *alarm) alarmType() string {
	if a.rule != "" {
		return "CompositeAlarm"
	}
	return "MetricAlarm"
}

func (f *Fake) common(r *realm, a *alarm, now time.Time) alarmCommon {
	x := alarmCommon{
		AlarmName: a.name, AlarmArn: r.arn("cloudwatch", "alarm:"+a.name), AlarmDescription: a.description, ActionsEnabled: true,
		AlarmActions: a.actions, OKActions: a.actions, InsufficientDataActions: []string{}, AlarmConfigurationUpdatedTimestamp: a.created,
		StateValue: stateInsufficient,
	}
	if t := f.timeline(r, a, now); len(t) > 0 {
		last := t[len(t)-1]
		x.StateValue, x.StateReason, x.StateReasonData = last.state, last.reason, last.data
		x.StateUpdatedTimestamp, x.StateTransitionedTimestamp = last.at, last.at
	}
	return x
}

func (f *Fake) metricAlarm(r *realm, a *alarm, now time.Time) metricAlarm {
	return metricAlarm{
		alarmCommon: f.common(r, a, now), MetricName: a.metric.name, Namespace: a.metric.namespace, Statistic: a.stat, Dimensions: a.metric.dims,
		Period: a.period, EvaluationPeriods: a.periods, DatapointsToAlarm: a.toAlarm, Threshold: a.threshold, ComparisonOperator: a.op, TreatMissingData: a.missing,
	}
}

type describeAlarmsForMetricIn struct {
	MetricName, Namespace, Statistic, ExtendedStatistic string
	Dimensions                                          []dimension
	Period                                              int64
}

type describeAlarmsForMetricOut struct{ MetricAlarms []metricAlarm }

func (f *Fake) describeAlarmsForMetric(c *call, in *describeAlarmsForMetricIn) (*describeAlarmsForMetricOut, error) {
	if in.MetricName == "" || in.Namespace == "" {
		return nil, errInvalid(CloudWatch, "MetricName and Namespace are required")
	}
	out := &describeAlarmsForMetricOut{MetricAlarms: []metricAlarm{}}
	r, now, key := f.realm(c), f.now(), metricKey(in.Namespace, in.MetricName, in.Dimensions)
	for _, a := range r.alarms {
		if a.metric == nil || a.created.After(now) || a.metric.key() != key || in.Statistic != "" && in.Statistic != a.stat || in.Period != 0 && in.Period != a.period {
			continue
		}
		out.MetricAlarms = append(out.MetricAlarms, f.metricAlarm(r, a, now))
	}
	return out, nil
}
