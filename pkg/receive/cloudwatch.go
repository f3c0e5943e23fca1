package receive

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// cloudWatchAlarm is what CloudWatch sends to SNS when an alarm changes its
// state (CloudWatch User Guide, "Notifying users on alarm changes"). Only what
// is used stands here; nothing but name and state is required.
type cloudWatchAlarm struct {
	AlarmName, AlarmDescription, AlarmArn, AWSAccountId, Region string
	NewStateValue, NewStateReason, OldStateValue                string
	StateChangeTime                                             string
	AlarmRule, ActionsSuppressedBy, ActionsSuppressedReason     string
	AlarmTags                                                   json.RawMessage
	Trigger                                                     json.RawMessage
}

type cloudWatchTrigger struct {
	cloudWatchMetric
	Metrics []struct {
		MetricStat *struct{ Metric cloudWatchMetric }
	}
}

type cloudWatchMetric struct {
	MetricName, Namespace string
	Dimensions            []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
}

// cloudWatch decodes an alarm. Its labels: alertname, state, region, account,
// alarm_type (metric or composite), namespace, metric, the dimensions under
// their own names (dimension_NAME where one of the others has that name), and
// tag_NAME for each tag. With metric math, namespace, metric and dimensions are those
// that all of its metrics share.
func (d snsDecoder) cloudWatch(e *envelope, now time.Time) outcome {
	var a cloudWatchAlarm
	if err := lenient(json.Unmarshal([]byte(e.Message), &a)); err != nil {
		return d.unusable(e, now, Refusal{Reason: ReasonFormat, Detail: "the alarm cannot be read: " + err.Error(), Authenticated: true}, e.readable())
	}
	status, known := map[string]alert.Status{
		"ALARM": alert.Firing, "OK": alert.Resolved, "INSUFFICIENT_DATA": alert.Note,
	}[a.NewStateValue]
	if !known {
		return d.unusable(e, now, Refusal{Reason: ReasonFormat, Detail: "the alarm has a state that is unknown: " + quoted(a.NewStateValue), Authenticated: true}, e.readable())
	}
	changed := cloudWatchTime(a.StateChangeTime)
	if changed.IsZero() {
		changed = e.at
	}
	region, account := a.location()
	ev := alert.Event{
		Identity: alert.Identity(a.AlarmArn), Receiver: d.name, Status: status, Order: alert.ByTime,
		Labels: a.labels(region, account), At: changed.UTC(), Server: e.at.UTC(), MessageID: e.MessageID,
		Link: a.link(region), Original: e.readable(),
		Annotations: alert.LabelsOf(map[string]string{
			"description": a.AlarmDescription, "reason": a.NewStateReason, "previous_state": a.OldStateValue,
			"rule": a.AlarmRule, "suppressed_by": a.ActionsSuppressedBy, "suppressed_reason": a.ActionsSuppressedReason,
		}),
	}
	if a.AlarmArn == "" { // very old messages
		ev.Identity = alert.Identity(strings.Join([]string{"cloudwatch", account, a.Region, a.AlarmName}, "/"))
	}
	if status == alert.Firing {
		ev.StartsAt = ev.At
	}
	return outcome{batch: Batch{Receiver: d.name, Events: []alert.Event{ev}}}
}

// lenient forgives a field of another type than expected: encoding/json
// leaves it out and reads the rest.
func lenient(err error) error {
	var other *json.UnmarshalTypeError
	if errors.As(err, &other) {
		return nil
	}
	return err
}

// location returns region and account from the ARN,
// arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:NAME; the message's own Region
// is a display name.
func (a *cloudWatchAlarm) location() (region, account string) {
	parts := strings.SplitN(a.AlarmArn, ":", 7)
	if len(parts) == 7 && parts[2] == "cloudwatch" {
		return parts[3], parts[4]
	}
	return "", a.AWSAccountId
}

func (a *cloudWatchAlarm) labels(region, account string) alert.Labels {
	labels := map[string]string{
		"alertname": a.AlarmName, "state": a.NewStateValue, "region": region, "account": account, "alarm_type": "metric",
	}
	if a.AlarmRule != "" {
		labels["alarm_type"] = "composite"
	}
	var t cloudWatchTrigger
	// A shape of the trigger that is new must not lose the alarm.
	if len(a.Trigger) > 0 && lenient(json.Unmarshal(a.Trigger, &t)) == nil {
		metrics := []cloudWatchMetric{t.cloudWatchMetric}
		if t.MetricName == "" {
			metrics = nil
			for _, m := range t.Metrics {
				if m.MetricStat != nil {
					metrics = append(metrics, m.MetricStat.Metric)
				}
			}
		}
		addMetrics(labels, metrics)
	}
	for name, value := range a.tags() {
		labels["tag_"+name] = value
	}
	return alert.LabelsOf(labels)
}

// addMetrics adds what all metrics share.
func addMetrics(labels map[string]string, metrics []cloudWatchMetric) {
	var shared map[[2]string]int
	for _, m := range metrics {
		if shared == nil {
			shared = map[[2]string]int{}
		}
		shared[[2]string{"namespace", m.Namespace}]++
		shared[[2]string{"metric", m.MetricName}]++
		for _, d := range m.Dimensions {
			shared[[2]string{" " + d.Name, d.Value}]++
		}
	}
	own := map[string]bool{"receiver": true, "namespace": true, "metric": true}
	for name := range labels {
		own[name] = true
	}
	for pair, n := range shared {
		name, dimension := strings.CutPrefix(pair[0], " ")
		if n != len(metrics) || name == "" {
			continue
		}
		if dimension && (own[name] || strings.HasPrefix(name, "tag_")) {
			name = "dimension_" + name
		}
		labels[name] = pair[1]
	}
}

// tags reads AlarmTags, an object or a list of keys and values.
func (a *cloudWatchAlarm) tags() map[string]string {
	var object map[string]string
	if len(a.AlarmTags) == 0 || json.Unmarshal(a.AlarmTags, &object) == nil {
		return object
	}
	var list []struct{ Key, Value string }
	if json.Unmarshal(a.AlarmTags, &list) != nil {
		return nil
	}
	object = map[string]string{}
	for _, t := range list {
		if t.Key != "" {
			object[t.Key] = t.Value
		}
	}
	return object
}

// link leads to the alarm in the console, in the partitions whose console is
// known.
func (a *cloudWatchAlarm) link(region string) string {
	host := ""
	switch {
	case region == "":
		return ""
	case strings.HasPrefix(a.AlarmArn, "arn:aws:"):
		host = region + ".console.aws.amazon.com"
	case strings.HasPrefix(a.AlarmArn, "arn:aws-cn:"):
		host = region + ".console.amazonaws.cn"
	default:
		return ""
	}
	return "https://" + host + "/cloudwatch/home?region=" + url.QueryEscape(region) + "#alarmsV2:alarm/" + url.PathEscape(a.AlarmName)
}

// cloudWatchTime reads 2026-10-06T14:20:31.658+0000; zero where it cannot.
func cloudWatchTime(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05.999-0700", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}
