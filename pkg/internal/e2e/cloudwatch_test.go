package e2e_test

import (
	"encoding/json"
	"testing"
	"time"
)

// alarm is what CloudWatch publishes when an alarm changes its state.
func alarm(state string, at time.Time) string {
	message, err := json.Marshal(map[string]any{
		"AlarmName": "cpu-high", "AlarmArn": "arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:cpu-high",
		"AWSAccountId": "123456789012", "Region": "Asia Pacific (Tokyo)", "NewStateValue": state, "NewStateReason": "Threshold Crossed",
		"StateChangeTime": at.UTC().Format("2006-01-02T15:04:05.000+0000"),
		"Trigger": map[string]any{
			"MetricName": "CPUUtilization", "Namespace": "AWS/EC2",
			"Dimensions": []map[string]string{{"name": "InstanceId", "value": "i-0123456789abcdef0"}},
		},
	})
	if err != nil {
		panic(err)
	}
	return string(message)
}

func TestCloudWatchAlarm(t *testing.T) {
	t.Parallel()
	w := begin(t)
	began := time.Now().Add(-10 * time.Minute)
	after := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }
	w.publish(alarm("INSUFFICIENT_DATA", after(0))) // no failure by itself
	w.OnBoard()

	w.publish(alarm("ALARM", after(1)))
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.publish(alarm("INSUFFICIENT_DATA", after(2)))
	w.OnBoard("cpu-high")
	if note := w.one("cpu-high").Note; note != "INSUFFICIENT_DATA" {
		t.Errorf("the board says %q of the alarm, expected INSUFFICIENT_DATA", note)
	}
	w.Stays(opsRoom, red)
	w.Stays(hall, redInHall)

	w.publish(alarm("OK", after(3)))
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
	w.publish(alarm("ALARM", after(1))) // delivered once more, late
	w.OnBoard()
	w.Stays(opsRoom, idle)
	w.Stays(hall, idle)
}
