package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/config"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/notifier"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestBadConfigurations reads one bad file a mistake, and some with many, and
// compares what a user is told with its golden.
func TestBadConfigurations(t *testing.T) {
	t.Chdir("testdata/bad")
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(file, ".yaml"), func(t *testing.T) {
			_, _, err := Check(t.Context(), file, askDescriber)
			if err == nil {
				t.Fatal("it is taken for right")
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err2 := os.ReadFile(golden)
			if err2 != nil {
				t.Fatal(err2)
			}
			if d := cmp.Diff(string(want), err.Error()+"\n"); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestTheExampleIsRight reads the configuration that users start from. What it
// warns of is what they have to put in its place.
func TestTheExampleIsRight(t *testing.T) {
	data, err := os.ReadFile("../../provisioning/bridge/andon.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"cli-token", "alertmanager-token", "grafana-hmac", "grafana-token"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("long enough: "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.NewReplacer("/etc/andon/", dir+"/", "/var/lib/andon/", dir+"/").Replace(string(data))
	c, err := Parse("andon.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if ps := c.checkFiles(); len(ps) > 0 {
		t.Error(ps)
	}
	err = c.Warnings()
	if err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.Contains(err.Error(), `users[0].password_hash: the password is "change-me"`) {
		t.Errorf("warnings: %v", err)
	}
}

// describer answers as a notifier would.
type describer struct{}

func (describer) Validate(_ context.Context, settings json.RawMessage) ([]notifier.Problem, error) {
	if strings.Contains(string(settings), "NHV9") {
		return []notifier.Problem{{Path: "model", What: "unknown model NHV9", Allowed: "NHV4, NHV6"}}, nil
	}
	return nil, nil
}

func (describer) Describe(context.Context, json.RawMessage) (lamp.Capabilities, error) {
	return lamp.Capabilities{Units: []lamp.Unit{lamp.Red, lamp.Amber, lamp.Green}, Patterns: []lamp.Pattern{lamp.Off, lamp.Steady, lamp.Flash}, Buzzers: 5}, nil
}

// askDescriber stands for the bundled notifier; no other one can be started.
func askDescriber(ctx context.Context, n NotifierConfig, ask func(context.Context, Describer) error) error {
	if n.Path != "" {
		return errors.New("no such program")
	}
	return ask(ctx, describer{})
}

const asksTheNotifier = `notifiers: [{name: patlite}]
towers:
  - name: a
    notifier: patlite
    settings: {address: 192.0.2.1, model: NHV9}
    show: {critical: {red: flash}}
  - name: b
    notifier: patlite
    settings: {address: 192.0.2.2, model: NHV6}
    show:
      critical: {red: flash2, buzzer: 7, blue: steady}
    restore: 4s
`

func fileOf(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "andon.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCheckAsksTheNotifier(t *testing.T) {
	file := fileOf(t, asksTheNotifier)
	_, _, err := Check(t.Context(), file, askDescriber)
	want := `andon.yaml:5:43: towers[0].settings.model: unknown model NHV9; NHV4, NHV6
andon.yaml:11:23: towers[1].show.critical.red: model NHV6 has no pattern flash2; it has off, steady, flash
andon.yaml:11:39: towers[1].show.critical.buzzer: pattern 7; model NHV6 has buzzer patterns 1 to 5
andon.yaml:11:48: towers[1].show.critical.blue: model NHV6 has no blue light; it has red, amber, green
andon.yaml:12:14: towers[1].restore: model NHV6 cannot fall back by itself; remove it`
	if err == nil || strings.ReplaceAll(err.Error(), file, "andon.yaml") != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestCheckTellsWhatTowersCanShow: and a notifier that nobody can start is a
// mistake of its own, which hides none of the others.
func TestCheckTellsWhatTowersCanShow(t *testing.T) {
	right := strings.NewReplacer("NHV9", "NHV6", "flash2", "flash", "buzzer: 7, blue", "buzzer: 5, green", "    restore: 4s\n", "").Replace(asksTheNotifier)
	c, can, err := Check(t.Context(), fileOf(t, right), askDescriber)
	if err != nil || len(c.Towers) != 2 || len(can) != 2 || can["b"].Buzzers != 5 {
		t.Errorf("got %v of %v, %v", can, c, err)
	}
	_, _, err = Check(t.Context(), fileOf(t, "nonsense: 1\n"+right), func(context.Context, NotifierConfig, func(context.Context, Describer) error) error {
		return errors.New("it is not there")
	})
	if err == nil || !strings.Contains(err.Error(), ":1:1: nonsense: unknown field") || !strings.Contains(err.Error(), ":2:13: notifiers[0]: cannot be started: it is not there") {
		t.Errorf("got %v", err)
	}
	if _, _, err := Check(t.Context(), t.TempDir(), askDescriber); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a folder: %v", err)
	}
}

// TestLoadReadsNoSecrets: what a rule would do is explained to whom may not
// read the tokens.
func TestLoadReadsNoSecrets(t *testing.T) {
	file := fileOf(t, `listeners: [{address: "127.0.0.1:1", serve: [api], tls_server_config: {cert_file: /none/crt, key_file: /none/key}}]
users: [{name: cli, token_file: /none/token, role: admin}]
receivers: [{name: am, authorization: {token_file: /none/token}, alertmanager: {}}]
`)
	if _, err := Load(file); err != nil {
		t.Error(err)
	}
	_, _, err := Check(t.Context(), file, askDescriber)
	var wrong *config.FileError
	if !errors.As(err, &wrong) || len(wrong.Problems) != 4 {
		t.Errorf("check found %v", err)
	}
}
