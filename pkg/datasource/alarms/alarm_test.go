package alarms

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

func stat(id, name, stat string, period int32) cwtypes.MetricDataQuery {
	return cwtypes.MetricDataQuery{Id: aws.String(id), MetricStat: &cwtypes.MetricStat{
		Metric: &cwtypes.Metric{Namespace: aws.String("AWS/EC2"), MetricName: aws.String(name), Dimensions: []cwtypes.Dimension{{Name: aws.String("InstanceId"), Value: aws.String("i-1")}}},
		Stat:   aws.String(stat), Period: aws.Int32(period),
	}}
}

func hidden(q cwtypes.MetricDataQuery) cwtypes.MetricDataQuery {
	q.ReturnData = aws.Bool(false)
	return q
}

func TestWhatAnAlarmWatches(t *testing.T) {
	for name, tt := range map[string]struct {
		alarm                         cwtypes.MetricAlarm
		metric, dimensions, threshold string
	}{
		"percentile": {
			cwtypes.MetricAlarm{MetricName: aws.String("Latency"), ExtendedStatistic: aws.String("p99.9"), Period: aws.Int32(10), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(0.25), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanOrEqualToThreshold},
			"Latency", "", "p99.9 ≥ 0.25 in 1 period of 10s",
		},
		"expression": {
			cwtypes.MetricAlarm{
				Metrics:           []cwtypes.MetricDataQuery{{Id: aws.String("e"), Expression: aws.String("a/b")}, hidden(stat("a", "A", "Sum", 300)), hidden(stat("b", "B", "Sum", 300))},
				EvaluationPeriods: aws.Int32(3), DatapointsToAlarm: aws.Int32(2), Threshold: aws.Float64(1e10), ComparisonOperator: cwtypes.ComparisonOperatorLessThanOrEqualToThreshold,
			},
			"a/b", "", "≤ 10000000000 in 2 of 3 periods of 5m",
		},
		"anomaly": {
			cwtypes.MetricAlarm{
				Metrics:           []cwtypes.MetricDataQuery{{Id: aws.String("ad"), Expression: aws.String("ANOMALY_DETECTION_BAND(m, 2)"), ReturnData: aws.Bool(true)}, stat("m", "CPUUtilization", "Average", 3600)},
				ThresholdMetricId: aws.String("ad"), EvaluationPeriods: aws.Int32(2), DatapointsToAlarm: aws.Int32(2), ComparisonOperator: cwtypes.ComparisonOperatorLessThanLowerOrGreaterThanUpperThreshold,
			},
			"CPUUtilization", "InstanceId=i-1", "Average outside the band in 2 periods of 1h",
		},
		"nothing told": {alarm: cwtypes.MetricAlarm{}},
	} {
		a := fromMetric(tt.alarm, query.Place{}, text.English)
		if d := cmp.Diff([]string{tt.metric, tt.dimensions, tt.threshold}, []string{a.metric, a.dimensions, a.threshold}); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestThresholdsInJapanese(t *testing.T) {
	of := func(periods, points, period int32, op cwtypes.ComparisonOperator, threshold *float64) string {
		return fromMetric(cwtypes.MetricAlarm{
			MetricName: aws.String("CPUUtilization"), Statistic: cwtypes.StatisticAverage, Period: aws.Int32(period),
			EvaluationPeriods: aws.Int32(periods), DatapointsToAlarm: aws.Int32(points), ComparisonOperator: op, Threshold: threshold,
		}, query.Place{}, text.Japanese).threshold
	}
	for got, want := range map[string]string{
		of(3, 2, 300, cwtypes.ComparisonOperatorGreaterThanThreshold, aws.Float64(80)): "Average > 80（5分ごとに3回中2回）",
		of(2, 2, 60, cwtypes.ComparisonOperatorLessThanThreshold, aws.Float64(1)):      "Average < 1（1分ごとに連続2回）",
		of(1, 1, 0, cwtypes.ComparisonOperatorLessThanLowerThreshold, nil):             "Average バンドより下（1回）",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestSinceIsTheTransition(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	transitioned, updated := time.Date(2026, 10, 6, 19, 42, 0, 0, tokyo), time.Date(2026, 10, 6, 20, 0, 0, 0, tokyo)
	a := fromMetric(cwtypes.MetricAlarm{StateTransitionedTimestamp: &transitioned, StateUpdatedTimestamp: &updated}, query.Place{}, text.English)
	if !a.since.Equal(transitioned) || !a.updated.Equal(updated) || a.since.Location() != time.UTC {
		t.Errorf("since %v, updated %v", a.since, a.updated)
	}
	b := fromComposite(cwtypes.CompositeAlarm{StateUpdatedTimestamp: &updated}, query.Place{})
	if !b.since.Equal(updated) {
		t.Errorf("without a transition: since %v", b.since)
	}
	if c := fromComposite(cwtypes.CompositeAlarm{}, query.Place{}); c.since != nil || c.updated != nil {
		t.Errorf("without times: %v, %v", c.since, c.updated)
	}
}

func TestSuppressed(t *testing.T) {
	for want, a := range map[string]cwtypes.CompositeAlarm{
		"":                         {ActionsSuppressor: aws.String("maintenance")},
		"maintenance":              {ActionsSuppressor: aws.String("maintenance"), ActionsSuppressedBy: cwtypes.ActionsSuppressedByAlarm},
		"maintenance: in ALARM":    {ActionsSuppressor: aws.String("maintenance"), ActionsSuppressedBy: cwtypes.ActionsSuppressedByAlarm, ActionsSuppressedReason: aws.String("in ALARM")},
		"WaitPeriod":               {ActionsSuppressedBy: cwtypes.ActionsSuppressedByWaitPeriod},
		"waits for the suppressor": {ActionsSuppressedBy: cwtypes.ActionsSuppressedByWaitPeriod, ActionsSuppressedReason: aws.String("waits for the suppressor")},
	} {
		if got := fromComposite(a, query.Place{}).suppressedBy; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestReadHistory(t *testing.T) {
	for name, tt := range map[string]struct{ data, summary, from, to, reason string }{
		"as documented": {`{"oldState":{"stateValue":"OK"},"newState":{"stateValue":"ALARM","stateReason":"too hot"}}`, "Alarm updated from OK to ALARM", "OK", "ALARM", "too hot"},
		"no JSON":       {"", "Alarm updated from OK to INSUFFICIENT_DATA", "OK", "INSUFFICIENT_DATA", "Alarm updated from OK to INSUFFICIENT_DATA"},
		"other JSON":    {"[1]", "changed", "", "", "changed"},
	} {
		c := read(cwtypes.AlarmHistoryItem{HistoryData: aws.String(tt.data), HistorySummary: aws.String(tt.summary)}, query.Place{})
		if d := cmp.Diff([]string{tt.from, tt.to, tt.reason}, []string{c.from, c.to, c.reason}); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}
