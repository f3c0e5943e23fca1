package main

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestUsageMistakes: what can be seen to be wrong is refused with status 2
// before the bridge is asked.
func TestUsageMistakes(t *testing.T) {
	api := newFakeAPI(t, nil)
	for _, c := range []struct {
		args string
		says string
	}{
		{"chek", `unknown command "chek"; did you mean check?`},
		{"tower bogus", `unknown command "bogus"`},
		{"check a b", `one at a time: andon check takes no "b" besides "a"`},
		{"check --nonsense", "unknown flag: --nonsense\nSee andon check --help"},
		{"check .", "is a directory"},
		{"check nowhere.yaml", "nowhere.yaml: no such file"},
		{"check /dev/null/nowhere.yaml", "not a directory"},
		{"serve --config nowhere.yaml", "nowhere.yaml: no such file"},
		{"serve --log-format xml", `--log-format "xml": text or json`},
		{"explain --config nowhere.yaml x", "nowhere.yaml: no such file"},
		{"explain", "name a file with a message: what a sender posted, an SNS message, a mail (.eml); - reads standard input\nSee andon explain --help"},
		{"alerts host~db1", `"host~db1" is not a matcher`},
		{"alerts --url ftp://andon", "is not the URL of a bridge"},
		{"alerts --token-file nowhere", "read token: open nowhere"},
		{"history x", `unknown command "x"`},
		{"history --limit 0", "--limit 0: a number from 1 to 1000"},
		{"history --limit 5000", "--limit 5000: a number from 1 to 1000"},
		{"history --limit x", "invalid argument"},
		{"ack", "say which alerts"},
		{"ack --match host~db1", `"host~db1" is not a matcher`},
		{"reset", "say which alerts"},
		{"buzzer-stop a b", "one at a time"},
		{"send", "at least one --label"},
		{"send --label a", `--label "a": write NAME=VALUE`},
		{"send --label =a", `--label "=a": write NAME=VALUE`},
		{"send --label 1x=a", `--label "1x=a": a name is of letters, digits and _`},
		{"send --label a=1 --label a=2", "--label a: given twice"},
		{"send --label a=b --annotation b-c=d", `--annotation "b-c=d": a name is of letters`},
		{"send --label a=b --for soon", `--for "soon": write for example 30m`},
		{"send --label a=b --for 0s", `--for "0s": write for example 30m`},
		{"tower read", "name a tower, as `andon tower list` shows them\nSee andon tower read --help"},
		{"tower test", "name a tower, as `andon tower list` shows them\nSee andon tower test --help"},
		{"tower test a b", `one at a time: andon tower test takes no "b" besides "a"`},
		{"tower virtual --model NHV9", `unknown model "NHV9"`},
		{"tower virtual --http 127.0.0.1:99999", "invalid port"},
		{"version x", `unknown command "x"`},
	} {
		t.Run(c.args, func(t *testing.T) {
			status, out, errs := run(t, t.Context(), strings.Fields(c.args)...)
			if status != exitUsage || !strings.HasPrefix(errs, "andon: ") || !strings.Contains(errs, c.says) || out != "" {
				t.Errorf("status %d\n%s%s\nwant status 2 and %q", status, out, errs, c.says)
			}
			if asked := api.requests(); asked != nil {
				t.Errorf("the bridge was asked: %q", asked)
			}
		})
	}
}

// TestHelp: the first sentence names what andon takes, in the locale's language.
func TestHelp(t *testing.T) {
	senders := []string{"Alertmanager", "Grafana", "Amazon SNS", "SQS", "Zabbix", "andon send"}
	for _, c := range []struct{ all, messages, lang, mail, end string }{
		{"", "", "C.UTF-8", " mail ", "towers.\n"},
		{"", "", "", " mail ", "towers.\n"},
		{"", "", "ja_JP.UTF-8", "メール", "表示します。\n"},
		{"", "ja_JP.UTF-8", "en_US.UTF-8", "メール", "表示します。\n"},
		{"C", "ja_JP.UTF-8", "ja_JP.UTF-8", " mail ", "towers.\n"},
	} {
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LC_MESSAGES", c.messages)
		t.Setenv("LANG", c.lang)
		status, out, errs := run(t, t.Context(), "--help")
		about, _, _ := strings.Cut(out, "\n\n")
		for _, want := range append(senders, c.mail) {
			if !strings.Contains(about, want) {
				t.Errorf("%v: status %d, %s: %q is not in\n%s", c, status, errs, want, about)
			}
		}
		if !strings.HasSuffix(about+"\n", c.end) || !strings.Contains(out, "andon serve --config /etc/andon/andon.yaml") {
			t.Errorf("%v: got\n%s", c, out)
		}
	}
}

// TestAnswersOfTheBridge: how a refusal ends a command.
func TestAnswersOfTheBridge(t *testing.T) {
	const at = "POST /api/v1/buzzer-stop"
	for name, c := range map[string]struct {
		answer answer
		status int
		says   string
	}{
		"done":           {answer{200, `{}`}, exitDone, ""},
		"no credentials": {answer{401, `{"error":"log in: no credentials"}`}, exitFailed, "andon: log in: no credentials; give the token of a user: --token-file FILE, or ANDON_TOKEN_FILE=FILE in the environment\n"},
		"wrong token":    {answer{401, `{"error":"log in: wrong name, password or token"}`}, exitFailed, "--token-file FILE"},
		"wrong role":     {answer{403, `{"error":"suzuki has the role viewer; this needs the role operator"}`}, exitFailed, "andon: suzuki has the role viewer; this needs the role operator\n"},
		"no such tower":  {answer{404, `{"error":"there is no tower of that name"}`}, exitFailed, "there is no tower of that name"},
		"bad request":    {answer{400, `{"error":"tower: not a name"}`}, exitUsage, "tower: not a name"},
		"failed":         {answer{503, `{"error":"the journal is full"}`}, exitFailed, "the journal is full"},
	} {
		t.Run(name, func(t *testing.T) {
			api := newFakeAPI(t, map[string]answer{at: c.answer})
			status, _, errs := run(t, t.Context(), "buzzer-stop")
			if status != c.status || !strings.Contains(errs, c.says) || (c.says == "" && errs != "") {
				t.Errorf("status %d, %q; want status %d and %q", status, errs, c.status, c.says)
			}
			if asked := api.requests(); !slices.Equal(asked, []string{at}) {
				t.Errorf("the bridge was asked %q", asked)
			}
		})
	}
}

// TestVerbsThatMeetNothing: matchers that meet nothing are a failure, for what
// was meant has not happened; --all is not.
func TestVerbsThatMeetNothing(t *testing.T) {
	for _, c := range []struct {
		args    []string
		answer  string
		status  int
		says    string
		request string
	}{
		{[]string{"ack", "--match", `host="db1"`}, `[]`, exitFailed, `andon: no open alert with host="db1" is waiting for somebody to take it: nothing was done`, "POST /api/v1/ack"},
		{[]string{"ack", "--match", `host="db1"`}, `[{"identity":"a"}]`, exitDone, "", "POST /api/v1/ack"},
		{[]string{"ack", "--all"}, `[]`, exitDone, "", "POST /api/v1/ack"},
		{[]string{"ack", "a"}, `[{"identity":"a","error":"the alert is not open"}]`, exitFailed, "1 of 1", "POST /api/v1/ack"},
		{[]string{"reset", "--match", `host="db1"`, "--match", `a="b"`}, `[]`, exitFailed, `no open alert with host="db1", a="b" is waiting for a reset: nothing was done`, "POST /api/v1/reset"},
		{[]string{"reset", "--all"}, `[]`, exitDone, "", "POST /api/v1/reset"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			api := newFakeAPI(t, map[string]answer{c.request: {http.StatusOK, c.answer}})
			status, _, errs := run(t, t.Context(), c.args...)
			if status != c.status || !strings.Contains(errs, c.says) || (c.says == "" && errs != "") {
				t.Errorf("status %d, %q; want status %d and %q", status, errs, c.status, c.says)
			}
			if asked := api.requests(); !slices.Contains(asked, c.request) {
				t.Errorf("the bridge was asked %q", asked)
			}
		})
	}
}

func TestUnreachableBridge(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	status, _, errs := run(t, t.Context(), "tower", "list", "--url", url)
	if status != exitFailed || !strings.HasPrefix(errs, "andon: reach the bridge at "+url) {
		t.Errorf("status %d, %q", status, errs)
	}
}

func TestTheTokenIsSentAndNeverShown(t *testing.T) {
	newFakeAPI(t, map[string]answer{"GET /api/v1/towers": {401, `{"error":"log in: wrong name, password or token"}`}})
	t.Setenv("ANDON_TOKEN_FILE", file(t, "token", "s3cret-token\n"))
	status, out, errs := run(t, t.Context(), "tower", "list")
	if status != exitFailed || strings.Contains(out+errs, "s3cret") {
		t.Errorf("status %d, %q", status, out+errs)
	}
}

// TestPortsInUse: the command line is right, the machine is not; so 1.
func TestPortsInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	status, _, errs := run(t, t.Context(), "tower", "virtual", "--http", l.Addr().String())
	if status != exitFailed || !strings.Contains(errs, "in use") {
		t.Errorf("tower virtual: status %d, %q", status, errs)
	}
	dir := t.TempDir()
	config := file(t, "andon.yaml", "listeners: [{address: \""+l.Addr().String()+"\", serve: [receive]}]\njournal: {path: "+filepath.Join(dir, "andon.db")+"}\n")
	status, _, errs = run(t, t.Context(), "serve", "--config", config)
	if status != exitFailed || !strings.Contains(errs, "in use") {
		t.Errorf("serve: status %d, %q", status, errs)
	}
}

func TestTowerListKeepsItsColumnsNarrow(t *testing.T) {
	const reason = "dial tcp 192.0.2.1:80: connect: no route to host"
	newFakeAPI(t, map[string]answer{"GET /api/v1/towers": {200, `[
		{"name":"hall","desired":{"lights":{"red":"flash"}},"shown":{},"contact":"lost","reason":"` + reason + `"},
		{"name":"new","desired":{},"shown":{}},
		{"name":"ops-room","desired":{"lights":{"red":"flash"}},"shown":{"lights":{"red":"flash"}},"contact":"seen"}]`}})
	status, out, errs := run(t, t.Context(), "tower", "list")
	want := `TOWER     CONTACT  LAST  SHOULD SHOW  SHOWS
hall      lost     -     red=flash    unknown: ` + reason + `
new       not yet  -     off          unknown
ops-room  seen     -     red=flash    red=flash
`
	if status != exitDone || out != want {
		t.Errorf("status %d %s\n%s\nwant\n%s", status, errs, out, want)
	}
}

func TestReport(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{nil, 0, ""},
		{errors.New("no"), 1, "andon: no\n"},
		{usageError{errors.New("no")}, 2, "andon: no\n"},
		{usageError{os.ErrNotExist}, 2, "andon: file does not exist\n"},
	} {
		var b strings.Builder
		if status := report(&b, c.err); status != c.status || b.String() != c.text {
			t.Errorf("%v: status %d, %q", c.err, status, b.String())
		}
	}
}
