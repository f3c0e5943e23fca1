package receive

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/config"
)

// check decodes and validates a configuration, and returns its mistakes.
func check(t *testing.T, yaml string) []string {
	t.Helper()
	var into struct {
		Receivers []Config `yaml:"receivers"`
	}
	_, problems := config.Decode("f.yml", strings.NewReader(yaml), &into)
	problems = append(problems, ValidateAll("receivers", into.Receivers, alert.DefaultSeverities)...)
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s: %s; %s", p.Path, p.What, p.Allowed))
	}
	return out
}

func TestGoodConfiguration(t *testing.T) {
	got := check(t, `
receivers:
  - name: alertmanager
    authorization: {token_file: /etc/andon/am-token}
    default: warning
    alertmanager: {}
  - name: certified
    authorization: {client_certificate: {names: [am.example.com]}}
    alertmanager: {}
  - {name: grafana, grafana: {hmac: {secret_file: /etc/andon/grafana-hmac, header: X-Signature, timestamp_header: X-Time, max_age: 1m}}}
  - {name: grafana-token, authorization: {token_file: /t}, grafana: {}}
  - name: mail
    default: record
    sns: {topics: ["arn:aws:sns:eu-west-1:123456789012:inbound-mail"], certificate_file: /x.pem, replay_window: 1d, confirm: auto, hosts: [amazonaws.eu]}
    authorization: {basic: {username: sns, password_file: /etc/andon/sns}}
    mail: {senders: ["*@monitor.example.jp", root@a.example], require: {dmarc: none}}
    extract:
      - {subject: '^\[(?P<state>障害|復旧)\] (?P<host>\S+) (?P<service>.+)$'}
      - {body: 'Host: (?P<host>\S+)'}
`)
	if len(got) != 0 {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}

func TestMistakes(t *testing.T) {
	const am = "alertmanager: {}, authorization: {token_file: /t}"
	const topic = `sns: {topics: ["arn:aws:sns:eu-west-1:123456789012:t"]}`
	for _, c := range []struct {
		yaml string
		want []string
	}{
		{`{` + am + `}`, []string{"[0].name: missing"}},
		{`{name: a/b, ` + am + `}`, []string{`[0].name: "a/b" cannot stand in a URL`}},
		{`{name: andon, ` + am + `}`, []string{`[0].name: "andon" is the name of the bridge's own alerts`}},
		{`{name: a, ` + am + `}, {name: a, ` + am + `}`, []string{`[1].name: "a" is the name of receivers[0] already`}},
		{`{name: a, default: urgent, ` + am + `}`, []string{`[0].default: "urgent" is not a severity; one of record, info, warning, critical, disaster`}},
		{`{name: a}`, []string{"[0]: it says nothing about the sender; exactly one of alertmanager, grafana, sns, sqs"}},
		{`{name: a, ` + am + `, ` + topic + `}`, []string{"[0].sns: alertmanager stands here too"}},
		{`{name: a, alertmanager: {}}`, []string{"[0].authorization: missing: anybody could send"}},
		{`{name: a, alertmanager: {}, authorization: {}}`, []string{"[0].authorization: 0 of them are set"}},
		{`{name: a, alertmanager: {}, authorization: {token_file: t, basic: {username: u, password_file: p}}}`, []string{"[0].authorization: 2 of them are set"}},
		{`{name: a, alertmanager: {}, authorization: {basic: {username: "a:b"}}}`, []string{"[0].authorization.basic.username: ", "[0].authorization.basic.password_file: missing"}},
		{`{name: a, alertmanager: {}, authorization: {client_certificate: {names: []}}}`, []string{"[0].authorization.client_certificate.names: missing"}},
		{`{name: a, ` + am + `, mail: {senders: [a@b.c]}}`, []string{"[0].mail: alertmanager brings no mails"}},
		{`{name: a, alertmanager: {reconcile: {}}, authorization: {token_file: t}}`, []string{"[0].alertmanager.reconcile: not supported yet"}},
		{`{name: a, sqs: {}, ` + topic + `}`, []string{"[0].sqs: sns stands here too"}},
		{`{name: a, smtp: {}, zabbix: {}, ` + topic + `}`, []string{"[0].smtp: ", "[0].zabbix: "}},
		{`{name: a, grafana: {}}`, []string{"[0].authorization: missing: anybody could send; token_file, basic or client_certificate, or grafana: {hmac: {secret_file: …}}"}},
		{`{name: a, grafana: {hmac: {}}}`, []string{"[0].grafana.hmac.secret_file: missing"}},
		{`{name: a, grafana: {hmac: {secret_file: s, header: "X Y", timestamp_header: "a:b", max_age: 2h}}}`, []string{
			`[0].grafana.hmac.header: "X Y" is not the name of a header`, `[0].grafana.hmac.timestamp_header: "a:b" is not the name of a header`,
			"[0].grafana.hmac.max_age: 2h is out of range; 10s to 1h",
		}},
		{`{name: a, grafana: {hmac: {secret_file: s, timestamp_header: x-grafana-alerting-signature}}}`, []string{`[0].grafana.hmac.timestamp_header: "x-grafana-alerting-signature" has the signature already`}},
		{`{name: a, grafana: {hmac: {secret_file: s, max_age: 1m}}}`, []string{"[0].grafana.hmac.max_age: without timestamp_header no request tells its age"}},
		{`{name: a, grafana: {hmac: {secret_file: s}}, mail: {senders: [a@b.c]}}`, []string{"[0].mail: grafana brings no mails"}},
		{`{name: a, grafana: {hmac: {secret: s}}}`, []string{"[0].grafana.hmac.secret: ", "[0].grafana.hmac.secret_file: missing"}},
		{`{name: a, sns: {}}`, []string{"[0].sns.topics: missing"}},
		{`{name: a, sns: {topics: [x], confirm: yes-please, hosts: [".evil"]}}`, []string{`[0].sns.topics[0]: "x" is not the ARN of a topic`, "[0].sns.confirm: ", "[0].sns.hosts[0]: "}},
		{`{name: a, ` + topic + `, mail: {}}`, []string{"[0].mail.senders: missing"}},
		{`{name: a, ` + topic + `, mail: {senders: [nobody, "a@b@c"], require: {dmarc: maybe}}}`, []string{`[0].mail.senders[0]: "nobody"`, "[0].mail.senders[1]: ", "[0].mail.require.dmarc: "}},
		{`{name: a, ` + topic + `, extract: [{subject: '(?P<x>.)'}]}`, []string{"[0].extract: it reads mails, and mail is missing"}},
		{`{name: a, ` + topic + `, mail: {senders: [a@b.c]}, extract: [{subject: '(.)'}, {}, {body: '(?P<receiver>.)'}, {subject: '('}]}`, []string{
			"[0].extract[3].subject: ", "[0].extract[0]: no named group", "[0].extract[1]: no named group", `[0].extract[2].body: write another`, "[0].extract[3]: no named group",
		}},
	} {
		got := check(t, "receivers: ["+c.yaml+"]")
		if len(got) != len(c.want) {
			t.Errorf("%s: got\n%s", c.yaml, strings.Join(got, "\n"))
			continue
		}
		for i, want := range c.want {
			want = strings.ReplaceAll(want, "write another", `every mail has the label "receiver" already`)
			if !strings.HasPrefix(got[i], "receivers"+want) {
				t.Errorf("%s:\n%s", c.yaml, cmp.Diff("receivers"+want, got[i]))
			}
		}
	}
}
