package alarms

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// alarm is a metric or composite alarm as the table shows it.
type alarm struct {
	query.Place
	name, kind, state, reason     string
	since, updated                *time.Time
	namespace, metric, dimensions string
	threshold                     string // what has to be for the alarm to fire
	actions                       bool
	suppressedBy                  string // of composite alarms: what keeps the actions from being done
	arn, description              string
}

func fromMetric(a cwtypes.MetricAlarm, at query.Place, l text.Lang) alarm {
	out := alarm{
		Place: at, name: aws.ToString(a.AlarmName), kind: "metric", state: string(a.StateValue), reason: aws.ToString(a.StateReason),
		since: since(a.StateTransitionedTimestamp, a.StateUpdatedTimestamp), updated: utc(a.StateUpdatedTimestamp),
		namespace: aws.ToString(a.Namespace), metric: aws.ToString(a.MetricName), dimensions: dimensionText(a.Dimensions),
		actions: aws.ToBool(a.ActionsEnabled), arn: aws.ToString(a.AlarmArn), description: aws.ToString(a.AlarmDescription),
	}
	statistic, period := string(a.Statistic), aws.ToInt32(a.Period)
	if p := aws.ToString(a.ExtendedStatistic); p != "" {
		statistic = p
	}
	if m := returned(a.Metrics, aws.ToString(a.ThresholdMetricId)); m != nil {
		if s := m.MetricStat; s != nil {
			statistic, period = aws.ToString(s.Stat), aws.ToInt32(s.Period)
			if s.Metric != nil {
				out.namespace, out.metric = aws.ToString(s.Metric.Namespace), aws.ToString(s.Metric.MetricName)
				out.dimensions = dimensionText(s.Metric.Dimensions)
			}
		} else {
			out.metric, period = aws.ToString(m.Expression), aws.ToInt32(m.Period)
			if period == 0 {
				period = firstPeriod(a.Metrics)
			}
		}
	}
	out.threshold = thresholdText(a, statistic, period, l)
	return out
}

// returned is the one metric of a metric math alarm that is compared.
func returned(metrics []cwtypes.MetricDataQuery, band string) *cwtypes.MetricDataQuery {
	for i, m := range metrics {
		// ReturnData is true where it is left out; the band of an anomaly
		// detection is returned too.
		if aws.ToString(m.Id) != band && (m.ReturnData == nil || *m.ReturnData) {
			return &metrics[i]
		}
	}
	return nil
}

func firstPeriod(metrics []cwtypes.MetricDataQuery) int32 {
	for _, m := range metrics {
		if m.MetricStat != nil {
			return aws.ToInt32(m.MetricStat.Period)
		}
	}
	return 0
}

func fromComposite(a cwtypes.CompositeAlarm, at query.Place) alarm {
	out := alarm{
		Place: at, name: aws.ToString(a.AlarmName), kind: "composite", state: string(a.StateValue), reason: aws.ToString(a.StateReason),
		since: since(a.StateTransitionedTimestamp, a.StateUpdatedTimestamp), updated: utc(a.StateUpdatedTimestamp),
		threshold: aws.ToString(a.AlarmRule),
		actions:   aws.ToBool(a.ActionsEnabled), arn: aws.ToString(a.AlarmArn), description: aws.ToString(a.AlarmDescription),
	}
	if a.ActionsSuppressedBy != "" {
		out.suppressedBy = aws.ToString(a.ActionsSuppressor)
		if reason := aws.ToString(a.ActionsSuppressedReason); reason != "" {
			out.suppressedBy = strings.TrimPrefix(out.suppressedBy+": "+reason, ": ")
		}
		if out.suppressedBy == "" {
			out.suppressedBy = string(a.ActionsSuppressedBy)
		}
	}
	return out
}

// since is when the state was entered. Alarms that have not changed since AWS
// began to keep that time have only the other.
func since(transitioned, updated *time.Time) *time.Time {
	if transitioned != nil {
		return utc(transitioned)
	}
	return utc(updated)
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

func dimensionText(all []cwtypes.Dimension) string {
	texts := make([]string, len(all))
	for i, d := range all {
		texts[i] = aws.ToString(d.Name) + "=" + aws.ToString(d.Value)
	}
	return strings.Join(texts, ", ")
}

var operators = map[cwtypes.ComparisonOperator]text.Key{
	cwtypes.ComparisonOperatorGreaterThanOrEqualToThreshold:            "≥",
	cwtypes.ComparisonOperatorGreaterThanThreshold:                     ">",
	cwtypes.ComparisonOperatorLessThanThreshold:                        "<",
	cwtypes.ComparisonOperatorLessThanOrEqualToThreshold:               "≤",
	cwtypes.ComparisonOperatorLessThanLowerOrGreaterThanUpperThreshold: "threshold.outside",
	cwtypes.ComparisonOperatorLessThanLowerThreshold:                   "threshold.below",
	cwtypes.ComparisonOperatorGreaterThanUpperThreshold:                "threshold.above",
}

// thresholdText is as "Average > 80 in 2 of 3 periods of 5m".
func thresholdText(a cwtypes.MetricAlarm, statistic string, period int32, l text.Lang) string {
	var parts []string
	if statistic != "" {
		parts = append(parts, statistic)
	}
	if op := operators[a.ComparisonOperator]; op != "" {
		parts = append(parts, l.T(op)) // a sign is no key, and stays
	}
	if a.Threshold != nil {
		parts = append(parts, strconv.FormatFloat(*a.Threshold, 'f', -1, 64))
	}
	limit := strings.Join(parts, " ")
	n, m := aws.ToInt32(a.EvaluationPeriods), aws.ToInt32(a.DatapointsToAlarm)
	if len(parts) == 0 || n == 0 {
		return limit
	}
	each := ""
	if period > 0 {
		each = l.T("threshold.each", periodText(time.Duration(period)*time.Second, l))
	}
	switch {
	case m > 0 && m < n:
		return l.T("threshold.some", limit, m, n, each)
	case n > 1:
		return l.T("threshold.periods", limit, n, each)
	}
	return l.T("threshold.period", limit, each)
}

// periodText is a duration without the units that are zero: 5m, 1h30m, 10s; 5分.
func periodText(d time.Duration, l text.Lang) string {
	if l != text.English {
		return l.Duration(d)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
