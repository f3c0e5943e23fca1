package alarms

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/andonhq/andon/pkg/datasource/query"
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

func fromMetric(a cwtypes.MetricAlarm, at query.Place) alarm {
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
	out.threshold = thresholdText(a, statistic, period)
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

var operators = map[cwtypes.ComparisonOperator]string{
	cwtypes.ComparisonOperatorGreaterThanOrEqualToThreshold:            "≥",
	cwtypes.ComparisonOperatorGreaterThanThreshold:                     ">",
	cwtypes.ComparisonOperatorLessThanThreshold:                        "<",
	cwtypes.ComparisonOperatorLessThanOrEqualToThreshold:               "≤",
	cwtypes.ComparisonOperatorLessThanLowerOrGreaterThanUpperThreshold: "outside the band",
	cwtypes.ComparisonOperatorLessThanLowerThreshold:                   "below the band",
	cwtypes.ComparisonOperatorGreaterThanUpperThreshold:                "above the band",
}

// thresholdText is as "Average > 80 in 2 of 3 periods of 5m".
func thresholdText(a cwtypes.MetricAlarm, statistic string, period int32) string {
	var parts []string
	if statistic != "" {
		parts = append(parts, statistic)
	}
	if op := operators[a.ComparisonOperator]; op != "" {
		parts = append(parts, op)
	}
	if a.Threshold != nil {
		parts = append(parts, strconv.FormatFloat(*a.Threshold, 'f', -1, 64))
	}
	n := aws.ToInt32(a.EvaluationPeriods)
	if len(parts) == 0 || n == 0 {
		return strings.Join(parts, " ")
	}
	if m := aws.ToInt32(a.DatapointsToAlarm); m > 0 && m < n {
		parts = append(parts, fmt.Sprintf("in %d of %d periods", m, n))
	} else if n > 1 {
		parts = append(parts, fmt.Sprintf("in %d periods", n))
	} else {
		parts = append(parts, "in 1 period")
	}
	if period > 0 {
		parts = append(parts, "of "+periodText(time.Duration(period)*time.Second))
	}
	return strings.Join(parts, " ")
}

// periodText is a duration without the units that are zero: 5m, 1h30m, 10s.
func periodText(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
