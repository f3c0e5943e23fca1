package awsfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

type describeAlarmHistoryIn struct {
	AlarmName, HistoryItemType, ScanBy string
	AlarmTypes                         []string
	StartDate, EndDate                 *time.Time
	MaxRecords                         *int32
	NextToken                          *string
}

type historyItem struct {
	AlarmName       string
	AlarmType       string
	Timestamp       time.Time
	HistoryItemType string
	HistorySummary  string
	HistoryData     string
}

type describeAlarmHistoryOut struct {
	AlarmHistoryItems []historyItem
	NextToken         *string `json:"NextToken,omitempty"`
}

// historyKept is how long alarm history can be read.
const historyKept = 30 * 24 * time.Hour

// describeAlarmHistory serves the history of one alarm, or without a name that
// of all alarms of the types asked for, as state changes and as the actions
// they led to.
func (f *Fake) describeAlarmHistory(c *call, in *describeAlarmHistoryIn) (*describeAlarmHistoryOut, error) {
	now := f.now()
	from, to := instant(in.StartDate, now.Add(-historyKept)), instant(in.EndDate, now)
	if to.Before(from) {
		return nil, errInvalid(CloudWatch, "StartDate must be before EndDate")
	}
	types := in.AlarmTypes
	if len(types) == 0 {
		types = []string{"MetricAlarm"}
	}
	r := f.realm(c)
	items := []historyItem{}
	for _, a := range r.alarms {
		if in.AlarmName != "" && a.name != in.AlarmName || in.AlarmName == "" && !slices.Contains(types, a.alarmType()) {
			continue
		}
		for i, t := range f.timeline(r, a, now) {
			if t.at.Before(from) || t.at.After(to) {
				continue
			}
			for _, x := range a.history(i, t) {
				if in.HistoryItemType == "" || in.HistoryItemType == x.HistoryItemType {
					items = append(items, x)
				}
			}
		}
	}
	slices.SortStableFunc(items, func(a, b historyItem) int {
		if in.ScanBy == "TimestampAscending" {
			return a.Timestamp.Compare(b.Timestamp)
		}
		return b.Timestamp.Compare(a.Timestamp)
	})
	got, next, err := page(CloudWatch, items, limit(in.MaxRecords, alarmsPage, alarmsPage), in.NextToken,
		request(c, in.AlarmName, in.HistoryItemType, in.ScanBy, in.AlarmTypes, from.Unix()))
	if err != nil {
		return nil, err
	}
	return &describeAlarmHistoryOut{got, next}, nil
}

// history words the i-th transition: the alarm's creation, or a state change
// and the notification that followed.
func (a *alarm) history(i int, t transition) []historyItem {
	item := func(kind, summary string, data any) historyItem {
		b, _ := json.Marshal(data)
		return historyItem{a.name, a.alarmType(), t.at, kind, summary, string(b)}
	}
	if i == 0 {
		return []historyItem{item("ConfigurationUpdate", fmt.Sprintf("Alarm %q created", a.name), map[string]any{"version": "1.0", "type": "Create"})}
	}
	state := func(value, reason, data string) map[string]any {
		x := map[string]any{"stateValue": value, "stateReason": reason}
		if data != "" {
			x["stateReasonData"] = json.RawMessage(data)
		}
		return x
	}
	out := []historyItem{item("StateUpdate", fmt.Sprintf("Alarm updated from %s to %s", t.old, t.state), map[string]any{
		"version": "1.0", "oldState": state(t.old, "", ""), "newState": state(t.state, t.reason, t.data),
	})}
	if t.state != stateInsufficient && len(a.actions) > 0 {
		out = append(out, item("Action", "Successfully executed action "+a.actions[0], map[string]any{
			"actionState": "Succeeded", "notificationResource": a.actions[0], "stateUpdateTimestamp": t.at.UnixMilli(),
		}))
	}
	return out
}
