package bridge

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/notifier"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestBadConfigurations reads one bad file a mistake and compares what a user
// is told with its golden.
func TestBadConfigurations(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(filepath.Base(file), data)
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

// TestTheExampleIsRight reads the configuration that users start from.
func TestTheExampleIsRight(t *testing.T) {
	data, err := os.ReadFile("../../provisioning/bridge/andon.yaml")
	if err != nil {
		t.Fatal(err)
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("/etc/andon/cli-token", token, "/etc/andon/alertmanager-token", token).Replace(string(data))
	if _, err := Parse("andon.yaml", []byte(text)); err != nil {
		t.Error(err)
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

func TestCheckTowersAsksTheNotifier(t *testing.T) {
	c, err := Parse("andon.yaml", []byte(`notifiers: [{name: patlite}]
towers:
  - name: a
    notifier: patlite
    settings: {address: 192.0.2.1, model: NHV9}
    show: {critical: {red: flash}}
  - name: b
    notifier: patlite
    settings: {address: 192.0.2.1, model: NHV6}
    show:
      critical: {red: flash2, buzzer: 7, blue: steady}
    restore: 4s
`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.CheckTowers(t.Context(), func(ctx context.Context, n NotifierConfig, ask func(context.Context, Describer) error) error {
		return ask(ctx, describer{})
	})
	want := `andon.yaml:5:43: towers[0].settings.model: unknown model NHV9; NHV4, NHV6
andon.yaml:11:23: towers[1].show.critical.red: model NHV6 has no pattern flash2; it has off, steady, flash
andon.yaml:11:39: towers[1].show.critical.buzzer: pattern 7; model NHV6 has buzzer patterns 1 to 5
andon.yaml:11:48: towers[1].show.critical.blue: model NHV6 has no blue light; it has red, amber, green
andon.yaml:12:14: towers[1].restore: model NHV6 cannot fall back by itself; remove it`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
