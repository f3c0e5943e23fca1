package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/receive"
)

const mailFor = 3 * time.Second

// mails reads mails and sorts them by 1,000 rules, the last of which matches.
func mails(ctx context.Context, b *bench) error {
	var rules strings.Builder
	for i := range 999 {
		fmt.Fprintf(&rules, "  - {name: r%d, match: ['receiver=\"mail\"', 'state=\"障害\"', 'host=~\"db%d-.*\"'], severity: critical, resolved_by: ['state=\"復旧\"'], equal: [host, service]}\n", i, i)
	}
	cfg, err := bridge.Parse("bench.yaml", []byte(`receivers:
  - name: mail
    sns: {topics: ["arn:aws:sns:ap-northeast-1:123456789012:mail"]}
    mail: {senders: ["*@monitor.example.jp"]}
    extract: [{subject: '^\[(?P<state>障害|復旧)\] (?P<host>\S+) (?P<service>.+)$'}, {body: '^重要度: (?P<level>\S+)$'}]
rules:
`+rules.String()+`  - {name: last, match: ['receiver="mail"', 'state="障害"'], severity: critical, resolved_by: ['state="復旧"'], equal: [host, service]}
`))
	if err != nil {
		return err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	decide := cfg.NewRules()
	now := time.Now()
	count := 0
	start := time.Now()
	for time.Since(start) < mailFor && ctx.Err() == nil {
		text, err := rig.ReceivedMail(rig.Mail{
			From: "monitor@monitor.example.jp", Subject: fmt.Sprintf("[障害] web%02d 決済サービス", count%100),
			Text: "ホスト: web01\n重要度: 高\n決済サービスが応答しません。\n" + strings.Repeat("ログ: connection refused\n", 20), At: now,
		})
		if err != nil {
			return err
		}
		x, err := receive.Explain(cfg.Receivers[0], []byte(text), now)
		if err != nil {
			return err
		}
		for _, e := range x.Batch.Events {
			if d := decide.Decide(e); d.Rule != "last" || d.Severity != alert.Severity("critical") {
				return fmt.Errorf("decided by rule %q: %s", d.Rule, d.Severity)
			}
			count++
		}
	}
	b.printf("%s mails/s on one core", thousands(float64(count)/time.Since(start).Seconds()))
	return ctx.Err()
}
