package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/rig"
)

const (
	queueMessages = 1000
	queueSingles  = 100
	queueTopic    = "arn:aws:sns:" + awsfake.MainRegion + ":" + awsfake.MainAccount + ":alarms"
)

// queueConfiguration is a bridge with one receiver that pulls.
const queueConfiguration = `listeners: [{address: "{{address}}", serve: [api, metrics]}]
users: [{name: bench, token_file: "{{dir}}/operator-token", role: admin}]
journal: {path: "{{dir}}/andon.db"}
receivers:
  - name: aws
    sqs: {queue_url: "%s", topics: ["%s"], endpoint: "http://%s", access_key_file: "{{dir}}/access-key", secret_key_file: "{{dir}}/secret-key"}
`

// outOfAQueue measures what the bridge takes from a queue: as fast as it can, and
// how fast one message follows.
func outOfAQueue(ctx context.Context, b *bench) error {
	for _, d := range []time.Duration{0, latency} {
		if err := inFolder(func(dir string) error { return b.pulled(ctx, dir, d) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) pulled(ctx context.Context, dir string, delay time.Duration) (err error) {
	fake := awsfake.New(awsfake.Options{Now: time.Now})
	fake.SetDelay(delay)
	address, stop, err := serve(ctx, fake)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	for file, text := range map[string]string{"access-key": awsfake.AdminKey, "secret-key": token} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			return err
		}
	}
	messages, err := alarmMessages(dir, queueMessages+queueSingles)
	if err != nil {
		return err
	}
	br, err := rig.NewBridge(b.bin, dir, fmt.Sprintf(queueConfiguration, awsfake.AlertQueueURL, queueTopic, address))
	if err != nil {
		return err
	}
	if err := br.Start(ctx); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			br.Kill()
		}
	}()
	q := queueRun{br, fake, 0}

	// A first message, so that what happens once is over.
	if _, err := q.send(ctx, messages[:1]); err != nil {
		return err
	}
	var single []time.Duration
	for _, m := range messages[1:queueSingles] {
		took, err := q.send(ctx, []string{m})
		if err != nil {
			return err
		}
		single = append(single, took...)
	}
	began := time.Now()
	burst, err := q.send(ctx, messages[queueSingles:])
	if err != nil {
		return err
	}
	onBoard := time.Since(began)
	if err := rig.Until(ctx, "the queue is empty", func() bool { return fake.Queued() == 0 }); err != nil {
		return err
	}
	elapsed := time.Since(began)
	slices.Sort(single)
	b.printf("calls of %s: %s messages at once: %s/s until all are on the board, %s/s until all are deleted; message to board p50 %s, p95 %s, worst %s", delay,
		thousands(queueMessages), thousands(queueMessages/onBoard.Seconds()), thousands(queueMessages/elapsed.Seconds()),
		milliseconds(percentile(burst, 0.5)), milliseconds(percentile(burst, 0.95)), milliseconds(percentile(burst, 1)))
	b.printf("  %d messages, each sent when the one before was on the board: message to board p50 %s, p95 %s, worst %s", len(single),
		milliseconds(percentile(single, 0.5)), milliseconds(percentile(single, 0.95)), milliseconds(percentile(single, 1)))
	return br.Stop()
}

// queueRun is a bridge before a queue, with what is on its board.
type queueRun struct {
	*rig.Bridge
	aws  *awsfake.Fake
	open int
}

// send puts messages into the queue and returns how long each took, in order,
// until one alert more was on the board. The board is asked how many it has: of
// messages that come together it does not matter which is which.
func (q *queueRun) send(ctx context.Context, messages []string) ([]time.Duration, error) {
	// Longer than a message stays hidden whose answer was lost on the way.
	ctx, cancel := context.WithTimeoutCause(ctx, 2*time.Minute, errors.New("not within two minutes"))
	defer cancel()
	began := time.Now()
	for _, m := range messages {
		q.aws.Send(m)
	}
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	var took []time.Duration
	for len(took) < len(messages) {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d messages on the board: %w", len(took), len(messages), context.Cause(ctx))
		case <-ticker.C:
		}
		s, err := q.Client.Status(ctx)
		if err != nil {
			return nil, fmt.Errorf("%d of %d messages on the board: %w", len(took), len(messages), err)
		}
		for ; q.open < s.Open; q.open++ {
			took = append(took, time.Since(began))
		}
	}
	return took, nil
}

// alarmMessages are notifications of n alarms, each another one. They are made
// beforehand, so that making them is not measured.
func alarmMessages(dir string, n int) ([]string, error) {
	sns, err := rig.NewSNS(queueTopic, filepath.Join(dir, "sns.pem"))
	if err != nil {
		return nil, err
	}
	out := make([]string, n)
	for i := range out {
		name, at := fmt.Sprintf("cpu-high-%04d", i), time.Now()
		text, err := json.Marshal(map[string]any{
			"AlarmName": name, "AlarmDescription": "CPU of the web server is high. Runbook: https://wiki.example.jp/cpu", "AWSAccountId": awsfake.MainAccount,
			"AlarmArn": "arn:aws:cloudwatch:" + awsfake.MainRegion + ":" + awsfake.MainAccount + ":alarm:" + name, "Region": "Asia Pacific (Tokyo)",
			"NewStateValue": "ALARM", "OldStateValue": "OK", "StateChangeTime": at.UTC().Format("2006-01-02T15:04:05.000+0000"),
			"NewStateReason": "Threshold Crossed: 2 out of the last 2 datapoints [93.4 (06/10/26 14:15:00), 91.8 (06/10/26 14:10:00)] were greater than the threshold (80.0).",
			"Trigger": map[string]any{
				"MetricName": "CPUUtilization", "Namespace": "AWS/EC2", "StatisticType": "Statistic", "Statistic": "AVERAGE", "Period": 300, "EvaluationPeriods": 2,
				"Dimensions": []map[string]string{{"name": "InstanceId", "value": fmt.Sprintf("i-%017x", i)}}, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 80.0,
			},
		})
		if err != nil {
			return nil, err
		}
		body, err := sns.Notification(fmt.Sprintf("ALARM: %q in Asia Pacific (Tokyo)", name), string(text), at)
		if err != nil {
			return nil, err
		}
		out[i] = string(body)
	}
	return out, nil
}
