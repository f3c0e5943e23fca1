package classify

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/config"
)

// rulesOf reads a configuration as it stands in a file.
func rulesOf(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string,
) *Rules {
	t.Helper()
	var file struct {
		Severities alert.Severities                  `yaml:"severities"`
		Rules      []Rule                            `yaml:"rules"`
		Heartbeats []Heartbeat                       `yaml:"heartbeats"`
		Sequences  map[alert.Severity]alert.Sequence `yaml:"sequences"`
		EndsBelow  alert.Severity                    `yaml:"expiry_ends_below"`
		Defaults   map[string]alert.Severity         `yaml:"defaults"`
	}
	doc, problems := config.Decode("andon.yaml", strings.NewReader(text), &file)
	severities := file.Severities
	if len(severities) == 0 {
		severities = alert.DefaultSeverities
	}
	problems = append(problems, ValidateRules("rules", file.Rules, severities)...)
	problems = append(problems, ValidateHeartbeats("heartbeats", file.Heartbeats, severities)...)
	problems = append(problems, ValidateSequences("sequences", file.Sequences, severities)...)
	if err := doc.Locate(problems); err != nil {
		t.Fatalf("%v", err)
	}
	return New(Config{
		Severities: file.Severities, Rules: file.Rules, Heartbeats: file.Heartbeats, Sequences: file.Sequences,
		ExpiryEndsBelow: file.EndsBelow, Defaults: file.Defaults,
	})
}

const example = `
rules:
  - {name: site, match: ['host=~"tk-.*"'], labels: {site: tokyo, host_class: ""}, continue: true}
  - {name: vpn, match: ['alertname="VpnTunnelDown"'], severity: disaster, sequence: M}
  - {name: tokyo, match: ['site="tokyo"', 'alertname="Disk"'], severity: critical}
  - {name: insufficient, match: ['alertname="Strict"', 'state="INSUFFICIENT_DATA"'], severity: warning}
  - {name: relaxed, match: ['alertname="Relaxed"'], severity: warning, resolved_by: ['state="INSUFFICIENT_DATA"']}
  - {name: mail-ng, match: ['receiver="mail"', 'state="障害"'], severity: critical, resolved_by: ['state="復旧"'], equal: [host, service], expire: 8h}
  - {name: mail-broad, match: ['receiver="mail"', 'system="billing"'], severity: warning, resolved_by: ['subject=~".*OK.*"'], equal: [system], expire: 2h, end_on_acknowledge: true}
  - {name: mail-single, match: ['receiver="mail"', 'kind="notice"'], severity: info}
heartbeats: [{match: ['alertname="Watchdog"'], missing_after: 3m, severity: critical}, {match: ['subject="nightly backup done"'], missing_after: 1d, severity: warning}]
sequences: {critical: A}
defaults: {zabbix: info, strict-mail: warning}
`

func TestDecide(t *testing.T) {
	rules := rulesOf(t, example)
	type labels = map[string]string
	firing := func(receiver string, ls labels) alert.Event {
		return alert.Event{Identity: "id", Receiver: receiver, Status: alert.Firing, Labels: alert.LabelsOf(ls)}
	}
	mail := func(receiver string, ls labels) alert.Event {
		return alert.Event{Receiver: receiver, Status: alert.Message, Labels: alert.LabelsOf(ls), MessageID: "<1@x>"}
	}
	with := func(e alert.Event, change func(*alert.Event)) alert.Event {
		change(&e)
		return e
	}
	for _, c := range []struct {
		name string
		e    alert.Event
		want string // identity status rule severity sequence and what else is set
	}{
		{"no rule", firing("am", labels{"alertname": "X"}), "id firing - warning auto ends"},
		{"no labels", firing("am", nil), "id firing - warning auto ends"},
		{"receiver's default", firing("zabbix", nil), "id firing - info auto ends"},
		{"the event's own default", with(firing("zabbix", nil), func(e *alert.Event) { e.Default = "critical" }), "id firing - critical A"},
		{"a default that is no severity", with(firing("zabbix", nil), func(e *alert.Event) { e.Default = "High" }), "id firing - info auto ends"},
		{"first match", firing("am", labels{"alertname": "VpnTunnelDown", "site": "tokyo"}), "id firing vpn disaster M"},
		{"added label decides later", firing("am", labels{"alertname": "Disk", "host": "tk-1"}), "id firing tokyo critical A"},
		{"without the added label", firing("am", labels{"alertname": "Disk", "host": "os-1"}), "id firing - warning auto ends"},
		{"resolved", with(firing("am", labels{"alertname": "VpnTunnelDown"}), func(e *alert.Event) { e.Status = alert.Resolved }), "id resolved vpn disaster M"},
		{"heartbeat", firing("am", labels{"alertname": "Watchdog"}), "id firing - record  heartbeat=1"},
		{"heartbeat by mail", mail("mail", labels{"subject": "nightly backup done"}), "mail/mail/<1@x> firing - record  single heartbeat=2"},
		{"heartbeat resolved", with(firing("am", labels{"alertname": "Watchdog"}), func(e *alert.Event) { e.Status = alert.Resolved }), "id resolved - warning auto ends"},

		{"insufficient data", with(firing("aws", labels{"alertname": "CPU", "state": "INSUFFICIENT_DATA"}), func(e *alert.Event) { e.Status = alert.Note }), "id note - warning auto ends"},
		{"insufficient data, a rule that does not name the state", with(firing("aws", labels{"alertname": "VpnTunnelDown", "state": "INSUFFICIENT_DATA"}), func(e *alert.Event) { e.Status = alert.Note }), "id note vpn disaster M"},
		{"insufficient data as an alert", with(firing("aws", labels{"alertname": "Strict", "state": "INSUFFICIENT_DATA"}), func(e *alert.Event) { e.Status = alert.Note }), "id firing insufficient warning auto ends"},
		{"insufficient data as a recovery", with(firing("aws", labels{"alertname": "Relaxed", "state": "INSUFFICIENT_DATA"}), func(e *alert.Event) { e.Status = alert.Note }), "id resolved relaxed warning auto ends"},

		{"ordinary mail", mail("mail", labels{"subject": "hello"}), "mail/mail/<1@x> firing - record auto ends single"},
		{"receiver of mail with a default", mail("strict-mail", nil), "mail/strict-mail/<1@x> firing - warning auto ends single"},
		{"failure mail", mail("mail", labels{"state": "障害", "host": "db1", "service": "MySQL"}), `rule/mail-ng{host="db1",service="MySQL"} firing mail-ng critical A expire=8h0m0s`},
		{"recovery mail", mail("mail", labels{"state": "復旧", "host": "db1", "service": "MySQL"}), `rule/mail-ng{host="db1",service="MySQL"} resolved mail-ng critical A expire=8h0m0s`},
		{"recovery mail by another receiver", mail("stranger", labels{"state": "復旧", "host": "db1", "service": "MySQL"}), "mail/stranger/<1@x> firing - record auto ends single"},
		{"an equal label is missing", mail("mail", labels{"state": "障害", "host": "db1"}), "mail/mail/<1@x> firing mail-ng critical A expire=8h0m0s single"},
		{"the recovery's equal label is missing", mail("mail", labels{"state": "復旧", "host": "db1"}), "mail/mail/<1@x> resolved mail-ng critical A expire=8h0m0s single"},
		{"values are quoted", mail("mail", labels{"state": "障害", "host": `a",service="b`, "service": "c"}), `rule/mail-ng{host="a\",service=\"b",service="c"} firing mail-ng critical A expire=8h0m0s`},
		{"broad match, failure", mail("mail", labels{"system": "billing", "subject": "batch NG"}), `rule/mail-broad{system="billing"} firing mail-broad warning auto expire=2h0m0s ends endOnAck`},
		{"broad match, the recovery is read first", mail("mail", labels{"system": "billing", "subject": "batch OK"}), `rule/mail-broad{system="billing"} resolved mail-broad warning auto expire=2h0m0s ends endOnAck`},
		{"other matchers hold for the recovery too", mail("mail", labels{"system": "hr", "subject": "batch OK"}), "mail/mail/<1@x> firing - record auto ends single"},
		{"a rule that pairs nothing", mail("mail", labels{"kind": "notice"}), "mail/mail/<1@x> firing mail-single info auto ends single"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := brief(rules.Decide(c.e)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func brief(d alert.Decision) string {
	rule := d.Rule
	if rule == "" {
		rule = "-"
	}
	s := fmt.Sprintf("%s %s %s %s %s", d.Identity, d.Status, rule, d.Severity, d.Sequence)
	if d.Expire != 0 {
		s += " expire=" + d.Expire.String()
	}
	if d.ExpireEnds {
		s += " ends"
	}
	if d.EndOnAck {
		s += " endOnAck"
	}
	if d.Single {
		s += " single"
	}
	if d.Heartbeat != 0 {
		s += fmt.Sprintf(" heartbeat=%d", d.Heartbeat)
	}
	return s
}

func TestLabelsAreAdded(t *testing.T) {
	rules := rulesOf(t, example)
	sent := alert.LabelsOf(map[string]string{"alertname": "Disk", "host": "tk-1", "host_class": "db", "receiver": "forged"})
	d := rules.Decide(alert.Event{Identity: "id", Receiver: "am", Status: alert.Firing, Labels: sent})
	if got, want := d.Labels.String(), `{alertname="Disk", host="tk-1", receiver="am", site="tokyo"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := sent.Get("receiver"); got != "forged" {
		t.Errorf("the event was changed: %s", got)
	}
}

func TestRanksAndExpiry(t *testing.T) {
	rules := rulesOf(t, "rules:\n  - {name: a, match: ['sev!=\"\"', 'sev=\"high\"'], severity: high}\n  - {name: b, match: ['sev=\"low\"'], severity: low, sequence: R}\nseverities: [record, low, mid, high]\nexpiry_ends_below: mid\nsequences: {low: M, high: A}\n")
	for sev, want := range map[string]string{
		"high": "id firing a high A rank=3", "low": "id firing b low R ends rank=1", "": "id firing - low M ends rank=1",
	} {
		d := rules.Decide(alert.Event{Identity: "id", Receiver: "am", Status: alert.Firing, Labels: alert.LabelsOf(map[string]string{"sev": sev})})
		if got := fmt.Sprintf("%s rank=%d", brief(d), d.Rank); got != want {
			t.Errorf("%q: %s, want %s", sev, got, want)
		}
	}
	for _, c := range []struct {
		severities       alert.Severities
		fallback, stales alert.Severity
	}{
		{alert.DefaultSeverities, "warning", "critical"},
		{alert.Severities{"record", "low", "high"}, "low", "high"},
		{alert.Severities{"record"}, "record", "record"},
	} {
		if f, s := Fallback(c.severities), DefaultExpiryEndsBelow(c.severities); f != c.fallback || s != c.stales {
			t.Errorf("%v: %s, %s", c.severities, f, s)
		}
	}
}

func TestExplain(t *testing.T) {
	rules := rulesOf(t, example)
	_, steps := rules.Explain(alert.Event{
		Receiver: "mail", Status: alert.Message, MessageID: "<1@x>",
		Labels: alert.LabelsOf(map[string]string{"host": "tk-1", "state": "復旧", "service": "MySQL"}),
	})
	want := []Step{
		{Rule: "site", Outcome: Continued},
		{Rule: "vpn", Outcome: Missed, Failed: `alertname="VpnTunnelDown"`},
		{Rule: "tokyo", Outcome: Missed, Failed: `alertname="Disk"`},
		{Rule: "insufficient", Outcome: Missed, Failed: `alertname="Strict"`},
		{Rule: "relaxed", Outcome: Missed, Failed: `alertname="Relaxed"`},
		{Rule: "mail-ng", Outcome: Recovered},
	}
	if d := cmp.Diff(want, steps); d != "" {
		t.Errorf("steps (-want +got):\n%s", d)
	}
	_, steps = rules.Explain(alert.Event{Identity: "id", Receiver: "am", Status: alert.Firing, Labels: alert.LabelsOf(map[string]string{"alertname": "Disk", "site": "osaka"})})
	if got, want := steps[2], (Step{Rule: "tokyo", Outcome: Missed, Failed: `site="tokyo"`, Value: "osaka"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	_, steps = rules.Explain(alert.Event{Identity: "id", Receiver: "am", Status: alert.Firing, Labels: alert.LabelsOf(map[string]string{"alertname": "VpnTunnelDown"})})
	if last := steps[len(steps)-1]; last.Outcome != Decided || last.Rule != "vpn" {
		t.Errorf("decided by %+v", last)
	}
}

func TestExplainDecidesAsDecide(t *testing.T) {
	rules := rulesOf(t, example)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"alertname", "host", "site", "state", "service", "system", "subject", "kind", "receiver", "unknown label", "日本"})
		value := rapid.SampledFrom([]string{"", "VpnTunnelDown", "Disk", "tk-1", "tokyo", "障害", "復旧", "INSUFFICIENT_DATA", "Relaxed", "Strict", "billing", "OK", "notice", "Watchdog", "\xff"})
		e := alert.Event{
			Receiver: rapid.SampledFrom([]string{"mail", "am", "zabbix", ""}).Draw(t, "receiver"), MessageID: "<1@x>",
			Status: rapid.SampledFrom([]alert.Status{alert.Firing, alert.Resolved, alert.Message, alert.Note}).Draw(t, "status"),
			Labels: alert.LabelsOf(rapid.MapOfN(name, value, 0, 8).Draw(t, "labels")),
		}
		if e.Status != alert.Message {
			e.Identity = "id"
		}
		want := rules.Decide(e)
		got, steps := rules.Explain(e)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("Decide - Explain +:\n%s", d)
		}
		switch {
		case want.Status == alert.Message, want.Identity == "", !rules.Severities().Has(want.Severity):
			t.Fatalf("undecided: %+v", want)
		case want.Heartbeat != 0:
			if len(steps) != 0 || want.Heartbeat > len(rules.Heartbeats()) {
				t.Fatalf("heartbeat %d, %v", want.Heartbeat, steps)
			}
			return
		}
		for i, s := range steps {
			decides := s.Outcome == Decided || s.Outcome == Recovered
			if decides != (i == len(steps)-1 && want.Rule != "") || (decides && s.Rule != want.Rule) {
				t.Fatalf("%+v decides as step %d of %v", want, i, steps)
			}
			if (s.Outcome == Missed) != (s.Failed != "") {
				t.Fatalf("%+v", s)
			}
		}
	})
}

// BenchmarkDecide is a mail against a thousand rules, of which the last knows
// it.
func BenchmarkDecide(b *testing.B) {
	var text strings.Builder
	text.WriteString("rules:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  - {name: r%d, match: ['receiver=\"mail\"', 'host=~\"app-%d-.*\"', 'state=~\"障害|NG\"'], severity: critical, resolved_by: ['state=~\"復旧|OK\"'], equal: [host, service], expire: %s}\n", i, i, config.Duration(8*time.Hour))
	}
	rules := rulesOf(b, text.String())
	e := alert.Event{
		Receiver: "mail", Status: alert.Message, MessageID: "<20261006.1042@monitor.example.jp>",
		Labels: alert.LabelsOf(map[string]string{"subject": "[障害] app-999-1 MySQL 応答なし", "from": "zabbix@monitor.example.jp", "state": "障害", "host": "app-999-1", "service": "MySQL", "to": "alert@example.jp"}),
	}
	if d := rules.Decide(e); d.Rule != "r999" {
		b.Fatalf("decided by %q", d.Rule)
	}
	b.ReportAllocs()
	for b.Loop() {
		rules.Decide(e)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
}
