package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/internal/rig"
)

// step is one scene of the story: what is delivered, and what each tower must
// show for it. The story goes on only where every tower did so.
type step struct {
	title, gloss string
	// via says by which way the delivery comes.
	via way
	// what is delivered, in words.
	what string
	// deliver hands it over; nil where nothing is delivered.
	deliver func(context.Context, *stage) error
	// arrived reports whether the bridge has taken it, where no lamp tells.
	arrived func(context.Context, *stage) (bool, error)
	// opsRoom and hall are the states that the towers must show, in order;
	// none: the tower must not change.
	opsRoom, hall []string
}

// way is how something is delivered.
type way string

const (
	none         way = ""
	alertmanager way = "Alertmanager"
	mail         way = "mail by SES and SNS"
	api          way = "the bridge's API"
)

// What is wrong in the story.
var (
	diskFilling = rig.Alert{
		Labels:      map[string]string{"alertname": "DiskFilling", "severity": "warning", "host": "db01"},
		Annotations: map[string]string{"summary": "db01: /var is 85 % full"},
	}
	databaseDown = rig.Alert{
		Labels:      map[string]string{"alertname": "DatabaseDown", "severity": "critical", "host": "db02"},
		Annotations: map[string]string{"summary": "db02 does not answer"},
	}
	watchdog = rig.Alert{
		Labels:      map[string]string{"alertname": "Watchdog", "severity": "none"},
		Annotations: map[string]string{"summary": "This alert always fires: it shows that the path works."},
	}
)

const (
	ordinaryMail = "[連絡] web01 夜間バックアップが完了しました"
	failureMail  = "[障害] web01 決済サービス"
	recoveryMail = "[復旧] web01 決済サービス"
)

// story is what the demo tells.
var story = []step{
	{
		title: "All normal", gloss: "正常",
		what:    "the bridge has started",
		arrived: inContact,
		// What ops-room falls back to without the bridge has to be written to
		// it once, and can be seen for a moment.
		opsRoom: []string{"red=steady amber=steady green=steady", "green=steady"},
	},
	{
		title: "An ordinary mail lights nothing", gloss: "通常のメール（点灯しない）",
		via: mail, what: ordinaryMail,
		deliver: send(ordinaryMail, "夜間バックアップが正常に完了しました。"), arrived: onRecord(ordinaryMail),
	},
	{
		title: "A heartbeat lights nothing", gloss: "死活監視の信号（点灯しない）",
		via: alertmanager, what: "Watchdog",
		deliver: fire(watchdog), arrived: taken("alertmanager", 1),
	},
	{
		title: "A warning", gloss: "警告",
		via: alertmanager, what: "DiskFilling on db01",
		deliver: fire(diskFilling), arrived: taken("alertmanager", 2),
		opsRoom: []string{"amber=steady"},
	},
	{
		title: "A critical alert", gloss: "重大（赤点滅とブザー）",
		via: alertmanager, what: "DatabaseDown on db02",
		deliver: fire(databaseDown),
		opsRoom: []string{"red=flash amber=steady buzzer=1"},
		hall:    []string{"red=flash buzzer=1"},
	},
	{
		title: "A failure mail", gloss: "障害メール（ブザー）",
		via: mail, what: failureMail,
		deliver: send(failureMail, "決済サービスが応答していません。"),
		opsRoom: []string{"red=flash2 amber=steady blue=flash2 buzzer=3"},
		hall:    []string{"red=flash blue=flash buzzer=2"},
	},
	{
		title: "Sato acknowledges", gloss: "確認（ブザー停止、点灯は残る）",
		via: api, what: "acknowledge all: 対応します",
		deliver: acknowledge("対応します", 3),
		opsRoom: []string{"red=steady amber=steady blue=steady"},
		hall:    []string{"red=steady blue=steady"},
	},
	{
		title: "One is resolved", gloss: "一件解消",
		via: alertmanager, what: "DiskFilling on db01 resolved",
		deliver: resolve(diskFilling),
		opsRoom: []string{"red=steady blue=steady"},
	},
	{
		title: "The recovery mail", gloss: "復旧メール",
		via: mail, what: recoveryMail,
		deliver: send(recoveryMail, "決済サービスは復旧しました。"),
		opsRoom: []string{"red=steady"},
		hall:    []string{"red=steady"},
	},
	{
		title: "All normal again", gloss: "すべて正常",
		via: alertmanager, what: "DatabaseDown on db02 resolved",
		deliver: resolve(databaseDown), arrived: quiet,
		opsRoom: []string{"green=steady"},
		hall:    []string{"off"},
	},
}

func fire(a rig.Alert) func(context.Context, *stage) error {
	return func(ctx context.Context, s *stage) error { return s.alertmanager.Push(ctx, a) }
}

func resolve(a rig.Alert) func(context.Context, *stage) error {
	return func(ctx context.Context, s *stage) error {
		a.EndsAt = s.now()
		return s.alertmanager.Push(ctx, a)
	}
}

func send(subject, text string) func(context.Context, *stage) error {
	return func(ctx context.Context, s *stage) error { return s.mail(ctx, subject, text) }
}

// acknowledge takes every open alert, which must be so many.
func acknowledge(comment string, alerts int) func(context.Context, *stage) error {
	return func(ctx context.Context, s *stage) error {
		taken, err := s.bridge.Client.Acknowledge(ctx, client.Selection{All: true, Comment: comment})
		if err != nil {
			return fmt.Errorf("acknowledge: %w", err)
		}
		if len(taken) != alerts {
			return fmt.Errorf("acknowledge: %d alerts were open, not %d", len(taken), alerts)
		}
		return nil
	}
}

// onRecord: the history has an unmatched mail of this subject.
func onRecord(subject string) func(context.Context, *stage) (bool, error) {
	return func(ctx context.Context, s *stage) (bool, error) {
		entries, err := s.bridge.Client.History(ctx, client.HistoryQuery{Unmatched: true, Limit: 10})
		return slices.ContainsFunc(entries, func(e alert.Entry) bool { return e.Labels.Get("subject") == subject }), err
	}
}

// taken: the bridge has counted so many durable events of a receiver.
func taken(receiver string, events int) func(context.Context, *stage) (bool, error) {
	return func(ctx context.Context, s *stage) (bool, error) {
		n, err := s.received(ctx, receiver)
		return n >= events, err
	}
}

// inContact: the bridge has reached every tower, and nothing is open.
func inContact(ctx context.Context, s *stage) (bool, error) {
	ok, err := s.reached(ctx)
	if !ok || err != nil {
		return false, err
	}
	return quiet(ctx, s)
}

// quiet: nothing is open.
func quiet(ctx context.Context, s *stage) (bool, error) {
	status, err := s.bridge.Client.Status(ctx)
	return status.Open == 0, err
}
