package pluginhost

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// ruleFile is what these tests read of Grafana's file format for alert rules.
type ruleFile struct {
	Groups []struct {
		Rules []rule `yaml:"rules"`
	} `yaml:"groups"`
}

type rule struct {
	UID       string `yaml:"uid"`
	Condition string `yaml:"condition"`
	Data      []struct {
		RefID    string `yaml:"refId"`
		Source   string `yaml:"datasourceUid"`
		Relative struct {
			From, To int // seconds before now
		} `yaml:"relativeTimeRange"`
		Model map[string]any `yaml:"model"`
	} `yaml:"data"`
}

func committedRules(t *testing.T) []rule {
	t.Helper()
	files, err := filepath.Glob("../../../provisioning/grafana/alerting/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of alert rules: %v", err)
	}
	var all []rule
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var f ruleFile
		if err := yaml.Unmarshal(text, &f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, g := range f.Groups {
			all = append(all, g.Rules...)
		}
	}
	return all
}

// Every committed rule is asked through the built plugin a minute after the
// tunnel went down, as Grafana's alerting asks: it answers rows that may alert,
// and what it says of that minute is the truth.
func TestCommittedAlertRules(t *testing.T) {
	now := anchor.Add(2 * time.Minute)
	w := begin(t, now)
	firing := map[string][]string{}
	for _, r := range committedRules(t) {
		firing[r.UID] = w.evaluate(r, now)
	}
	want := map[string][]string{
		"andon-cpu-high":        nil,
		"andon-vpn-tunnel-down": {"TunnelIpAddress=" + awsfake.Tunnel1 + ", VpnId=" + awsfake.VPN},
		"andon-config-non-compliant": {
			"rule=ec2-stopped-instance", // the gateway
			"rule=encrypted-volumes",
			"rule=restricted-ssh",
		},
	}
	if diff := cmp.Diff(want, firing); diff != "" {
		t.Errorf("what fires (-want +got):\n%s", diff)
	}
}

// evaluate asks a rule's query, reduces each series to its last value and
// compares it, as the rule's expressions say. It returns the labels of what
// fires.
func (w *world) evaluate(r rule, now time.Time) []string {
	w.Helper()
	if len(r.Data) != 3 || r.Data[1].Model["type"] != "reduce" || r.Data[2].Model["type"] != "threshold" || r.Data[2].RefID != r.Condition {
		w.Fatalf("rule %s is not a query, its reduction and a threshold", r.UID)
	}
	d := r.Data[0]
	model, err := json.Marshal(d.Model)
	if err != nil {
		w.Fatal(err)
	}
	before := func(seconds int) time.Time { return now.Add(-time.Duration(seconds) * time.Second) }
	got := w.AskForRule(querytest.Asking(d.RefID, string(model), before(d.Relative.From), before(d.Relative.To)))[d.RefID]
	querytest.AlertableAnswer(w.T, got)
	evaluator := r.Data[2].Model["conditions"].([]any)[0].(map[string]any)["evaluator"].(map[string]any)
	limit := float64(evaluator["params"].([]any)[0].(int))
	var firing []string
	rows := 0
	for _, f := range got.Frames {
		value := f.Fields[len(f.Fields)-1]
		rows += value.Len()
		last := value.Len() - 1
		for ; last >= 0; last-- {
			if _, ok := value.ConcreteAt(last); ok {
				break
			}
		}
		if last < 0 {
			continue
		}
		v, err := value.FloatAt(last)
		if err != nil {
			w.Fatal(err)
		}
		if evaluator["type"] == "gt" && v > limit || evaluator["type"] == "lt" && v < limit {
			firing = append(firing, value.Labels.String())
		}
	}
	if rows == 0 {
		w.Errorf("rule %s got no row", r.UID)
	}
	return firing
}
