package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	right := "journal: {path: " + dir + "/andon.db}\nusers: [{name: cli, token_file: " + dir + "/token, role: admin}]\nreceivers: [{name: aws, sns: {topics: [\"arn:aws:sns:ap-northeast-1:123456789012:t\"]}}]\n"
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("a token that is long enough"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text   string
		flags  []string
		status int
		out    string // where FILE stands for the file
		errs   string
	}{
		"right": {right, nil, 0, "FILE is right: 1 receiver, 0 rules, 0 towers\n", ""},
		"every mistake, each on a line that begins with the file": {
			strings.Replace(right, dir+"/token", dir+"/none", 1) + "nonsense: 1\nseverities: 7\n", nil, 2, "",
			"FILE:2:33: users[0].token_file: open " + dir + "/none: no such file or directory; a readable file with one line (make a token: head -c 24 /dev/urandom | base64)\n" +
				"FILE:4:1: nonsense: unknown field; one of FIELDS\nFILE:5:13: severities: \"7\" cannot stand here; write a list: [a, b]\nandon: FILE: 3 mistakes\n",
		},
		"one mistake":          {right + "severities: 7\n", nil, 2, "", "FILE:4:13: severities: \"7\" cannot stand here; write a list: [a, b]\nandon: FILE: 1 mistake\n"},
		"a warning":            {strings.Replace(right, dir+"/andon.db", dir+"/none/andon.db", 1), nil, 0, "warnings:\nFILE:1:17: journal.path: the folder " + dir + "/none does not exist: the journal could not be opened; make it, owned by the user andon runs as: install -d -o andon -g andon -m 0700 " + dir + "/none\nFILE is right: 1 receiver, 0 rules, 0 towers\n", ""},
		"strict":               {right, []string{"--strict"}, 0, "FILE is right: 1 receiver, 0 rules, 0 towers\n", ""},
		"strict and a warning": {"journal: {path: " + dir + "/andon.db}\n", []string{"--strict"}, 2, "warnings:\nFILE:1:1: receivers: nothing can send alerts but andon send; add one\n", "andon: FILE: 1 warning, which --strict does not allow\n"},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t, "andon.yaml", c.text)
			status, out, errs := run(t, t.Context(), append([]string{"check", path}, c.flags...)...)
			fields := "listeners, users, journal, severities, receivers, rules, notifiers, towers, heartbeats, sequences, expiry_ends_below"
			shown := strings.NewReplacer(path, "FILE", fields, "FIELDS")
			if out, errs = shown.Replace(out), shown.Replace(errs); status != c.status || out != c.out || errs != c.errs {
				t.Errorf("status %d\n%s%s\nwant status %d\n%s%s", status, out, errs, c.status, c.out, c.errs)
			}
		})
	}
}

// TestCheckWithoutTheBundledNotifier: that it cannot be asked is told beside
// the other mistakes.
func TestCheckWithoutTheBundledNotifier(t *testing.T) {
	path := file(t, "andon.yaml", "nonsense: 1\nnotifiers: [{name: patlite}]\ntowers: [{name: a, notifier: patlite, settings: {}, show: {critical: {red: flash}}}]\n")
	status, _, errs := run(t, t.Context(), "check", path)
	if status != exitUsage || !strings.Contains(errs, ":1:1: nonsense: ") || !strings.Contains(errs, ":2:13: notifiers[0]: cannot be started: this andon was built without the bundled notifier patlite") {
		t.Errorf("status %d\n%s", status, errs)
	}
}

func TestExplain(t *testing.T) {
	config := file(t, "andon.yaml", `receivers:
  - {name: am, authorization: {token_file: /none}, alertmanager: {}}
  - name: mail
    sns: {topics: ["arn:aws:sns:ap-northeast-1:123456789012:t"]}
    mail: {senders: ["*@monitor.example.jp"]}
rules: [{name: all, match: ['receiver="am"'], severity: critical}]
`)
	mail := "From: %s\r\nMessage-ID: <1@x>\r\nSubject: x\r\n\r\nbody\r\n"
	for name, c := range map[string]struct {
		receiver, text string
		status         int
		says           []string
		not            string
	}{
		"a webhook":                    {"am", `{"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"X"},"startsAt":"2026-10-06T10:42:00Z"}]}`, 0, []string{"Alertmanager webhook, taken by receiver am", "all: yes, it decides"}, "none.yaml"},
		"a mail":                       {"mail", strings.Replace(mail, "%s", "a@monitor.example.jp", 1), 0, []string{"mail, taken by receiver mail", "assumed: DMARC PASS"}, "refused"},
		"a stranger's mail, told once": {"mail", strings.Replace(mail, "%s", "a@example.org", 1), 0, []string{"refused (sender): recorded only: mail from \"a@example.org\""}, "kept on record only"},
		"a mail for Alertmanager":      {"am", strings.Replace(mail, "%s", "a@b", 1), 2, []string{"is no Alertmanager body, which receiver am takes: it is no JSON. If it is a mail: use --receiver mail"}, "expected an object"},
		"another version":              {"am", `{"version":"3","alerts":[]}`, 2, []string{"is not what receiver am takes", `got "3"`}, "If it is a mail"},
		"nothing":                      {"am", "", 2, []string{"is empty"}, "If it is a mail"},
		"no such receiver":             {"none", "x", 2, []string{`there is no receiver "none": --receiver am, mail`}, "If it is a mail"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := run(t, t.Context(), "explain", "--config", config, "--receiver", c.receiver, file(t, "message", c.text))
			for _, s := range c.says {
				if !strings.Contains(out+errs, s) {
					t.Errorf("it does not say %q", s)
				}
			}
			if status != c.status || strings.Contains(out+errs, c.not) {
				t.Errorf("status %d, want %d; it must not say %q", status, c.status, c.not)
			}
			if t.Failed() {
				t.Logf("%s%s", out, errs)
			}
		})
	}
}
