package receive

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/config"
)

func TestFilesOfReceivers(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"good": "a token that is long", "empty": "\n", "placeholder": "change-me", "short": "hunter2"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var into struct {
		Receivers []Config `yaml:"receivers"`
	}
	_, ps := config.Decode("f.yml", strings.NewReader(`
receivers:
  - {name: a, authorization: {token_file: good}, alertmanager: {}}
  - {name: b, authorization: {token_file: none}, alertmanager: {}}
  - {name: c, authorization: {basic: {username: u, password_file: empty}}, alertmanager: {}}
  - {name: d, authorization: {client_certificate: {names: [x]}}, alertmanager: {}}
  - {name: e, sns: {topics: [], certificate_file: good}}
  - {name: f, sns: {topics: [], certificate_file: none}}
  - {name: g, authorization: {token_file: placeholder}, alertmanager: {}}
  - {name: h, authorization: {basic: {username: u, password_file: short}}, alertmanager: {}}
  - {name: i, grafana: {hmac: {secret_file: none, timestamp_header: X-Time}}}
  - {name: j, grafana: {hmac: {secret_file: placeholder}}}
`), &into)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	said := func(ps config.Problems) []string {
		var out []string
		for _, p := range ps {
			out = append(out, p.Path+": "+p.What)
		}
		return out
	}
	if d := cmp.Diff([]string{
		"receivers[1].authorization.token_file: read the secret: open none: no such file or directory",
		"receivers[2].authorization.basic.password_file: read the secret: empty is empty",
		"receivers[4].sns.certificate_file: good: no certificate in PEM form",
		"receivers[5].sns.certificate_file: open none: no such file or directory",
		"receivers[8].grafana.hmac.secret_file: read the secret: open none: no such file or directory",
	}, said(CheckFiles("receivers", into.Receivers))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{
		`receivers[6].authorization.token_file: placeholder holds the placeholder "change-me"`,
		"receivers[7].authorization.basic.password_file: short holds 7 characters, which can be guessed",
		`receivers[9].grafana.hmac.secret_file: placeholder holds the placeholder "change-me"`,
		"receivers[9].grafana.hmac: who records a request can send it again: the signature tells no time",
	}, said(Warnings("receivers", into.Receivers))); d != "" {
		t.Error(d)
	}
	if !into.Receivers[0].SendsSecrets() || into.Receivers[3].SendsSecrets() || into.Receivers[4].SendsSecrets() || into.Receivers[8].SendsSecrets() {
		t.Error("who sends secrets is not known")
	}
	if _, err := os.Stat(filepath.Join(".", "none")); err == nil {
		t.Error("a file was made")
	}
}

func TestMailLabels(t *testing.T) {
	var into struct {
		Receivers []Config `yaml:"receivers"`
	}
	_, ps := config.Decode("f.yml", strings.NewReader(`
receivers:
  - {name: a, sns: {}}
  - {name: b, sns: {}, mail: {senders: [x]}, extract: [{subject: '(?P<host>x)(y)'}, {body: '(?P<service>z)'}]}
`), &into)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	if got := into.Receivers[0].MailLabels(); got != nil {
		t.Errorf("without mail: %v", got)
	}
	if d := cmp.Diff([]string{"receiver", "subject", "from", "to", "host", "service"}, into.Receivers[1].MailLabels()); d != "" {
		t.Error(d)
	}
}
