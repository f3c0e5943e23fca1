package bridge

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const mailReceivers = `receivers:
  - {name: aws, sns: {topics: ["arn:aws:sns:ap-northeast-1:123456789012:alarms"]}}
  - name: mail
    sns: {topics: ["arn:aws:sns:ap-northeast-1:123456789012:mail"]}
    mail: {senders: ["*@monitor.example.jp"]}
    extract: [{subject: '(?P<host>a) (?P<service>b)'}]
  - name: other
    sns: {topics: ["arn:aws:sns:ap-northeast-1:123456789012:other"]}
    mail: {senders: ["*@monitor.example.jp"]}
    extract: [{body: '(?P<job>c)'}]
`

func twoTowers(one, other string) string {
	const entry = "  - {name: NAME, notifier: patlite, show: {critical: {red: flash}, bridge_failed: {red: steady}}, settings: {model: NHV6, address: ADDRESS}}\n"
	of := func(name, address string) string {
		return strings.NewReplacer("NAME", name, "ADDRESS", address).Replace(entry)
	}
	return "notifiers: [{name: patlite}]\ntowers:\n" + of("a", one) + of("b", other)
}

func TestWarnings(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	for _, c := range []struct{ name, text, want string }{
		{"nothing", mailReceivers, ""},
		{"no receivers", "severities: [record, high]", "1:1: receivers: nothing can send alerts but andon send; add one"},
		{"equal that a mail has", mailReceivers + `rules: [{name: a, match: ['receiver="mail"'], severity: info, equal: [host, service, from]}]`, ""},
		{
			"equal that no mail has", mailReceivers + `rules: [{name: a, match: ['receiver="mail"'], severity: info, equal: [host, hots]}]`,
			`11:77: rules[0].equal[1]: no receiver makes a label "hots" of a mail: failure and recovery would never meet; one of receiver, subject, from, to, host, service, or a group of that name in extract`,
		},
		{
			"equal that another receiver's mails have", mailReceivers + `rules: [{name: a, match: ['receiver="mail"'], severity: info, equal: [job]}]`,
			`11:71: rules[0].equal[0]: no receiver makes a label "job" of a mail: failure and recovery would never meet; one of receiver, subject, from, to, host, service, or a group of that name in extract`,
		},
		{"any receiver", mailReceivers + `rules: [{name: a, match: ['receiver=~"mail|other"'], severity: info, equal: [host, job]}]`, ""},
		{"equal that rules add", mailReceivers + `rules: [{name: s, continue: true, labels: {site: x}}, {name: a, severity: info, labels: {team: x}, equal: [site, team]}]`, ""},
		{
			"equal where no mails come", mailReceivers + `rules: [{name: a, match: ['receiver="aws"'], severity: info, equal: [host]}]`,
			"11:69: rules[0].equal: it pairs mails, and no receiver brings mails to this rule; remove it, or give a receiver that the rule matches a section mail",
		},
		{
			"no folder for the journal", strings.Replace("journal: {path: DIR/andon.db}\n", "DIR", missing, 1) + mailReceivers,
			"1:17: journal.path: the folder " + missing + " does not exist: the journal could not be opened; make it, owned by the user andon runs as: install -d -o andon -g andon -m 0700 " + missing,
		},
		{
			"the journal is a folder", "journal: {path: " + dir + "}\n" + mailReceivers,
			"1:17: journal.path: " + dir + " is a folder: the journal could not be opened; a file, such as " + filepath.Join(dir, "andon.db"),
		},
		{"nobody can send", `listeners: [{address: "127.0.0.1:9560", serve: [api]}]` + "\n" + mailReceivers, "1:12: listeners: none serves receive: nothing can be posted to receiver aws; add receive to the serve of one"},
		{
			"a rule below one that takes all", mailReceivers + `rules: [{name: a, match: ['host="x"'], severity: info}, {name: b, match: ['job="y"', 'host="x"'], severity: critical}, {name: c, match: ['job="y"'], severity: info}]`,
			`11:74: rules[1].match: rules[0] (a) takes all that it matches: it never decides; put it above, or remove it`,
		},
		{
			"curly quotes", mailReceivers + "rules: [{name: a, match: ['severity=“critical”'], severity: critical}]",
			`11:27: rules[0].match[0]: the value of severity has a curly quote in it, which no sender writes; write "straight" quotes`,
		},
		{"a tower with and without the port", mailReceivers + twoTowers("192.0.2.1", "192.0.2.1:80"), "14:129: towers[1].settings.address: towers[0] is at 192.0.2.1, this at 192.0.2.1:80: if that is one tower, the two switch each other's lights; one entry for each tower; match and show say what it shows"},
		{
			"a tower by two protocols", mailReceivers + twoTowers("tower1, protocol: http", "Tower1., protocol: pns"),
			"14:129: towers[1].settings.address: towers[0] is at tower1:80, this at tower1:10000: if that is one tower, the two switch each other's lights; one entry for each tower; match and show say what it shows",
		},
		{"towers behind one address", mailReceivers + twoTowers("127.0.0.1:28080", "127.0.0.1:28100"), ""},
		{"a rule below one that goes on", mailReceivers + `rules: [{name: a, match: ['host="x"'], continue: true, labels: {s: t}}, {name: b, match: ['host="x"'], severity: critical}]`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.text
			if !strings.Contains(text, "journal:") {
				text += "\njournal: {path: " + dir + "/andon.db}\n"
			}
			cfg, err := Parse("andon.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if err := cfg.Warnings(); err != nil {
				got = strings.ReplaceAll(err.Error(), "andon.yaml:", "")
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
