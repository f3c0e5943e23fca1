package receive

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestExamplesDecode compares what becomes of every example message with its
// golden file.
func TestExamplesDecode(t *testing.T) {
	files, err := filepath.Glob("testdata/messages/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if strings.Contains(name, "http-request") || strings.Contains(name, "hmac-request") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := snsConfig()
			switch {
			case strings.HasPrefix(name, "alertmanager"), strings.HasPrefix(name, "zabbix"):
				c = alertmanagerConfig(t)
			case strings.HasPrefix(name, "grafana"):
				c = Config{Name: "grafana", Grafana: &Grafana{HMAC: &HMAC{SecretFile: "not needed to explain"}}}
			}
			now := alarmTime
			if strings.Contains(name, "ses-") {
				now = mailTime
			}
			x, err := Explain(c, message(t, name+".json"), now)
			shown := map[string]any{"kind": x.Kind, "batch": x.Batch, "refusals": x.Refusals, "assumed": x.Assumed}
			if err != nil {
				shown = map[string]any{"error": err.Error()}
			}
			got, err := json.MarshalIndent(shown, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "golden", name+".golden.json")
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
