package layers

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/andonhq/andon/pkg"

// layer is how high a package stands: it imports lower ones only. A package
// that is not listed fails the test: say where it belongs.
var layer = map[string]int{
	"alert": 0, "lamp": 0, "text": 0, "config": 0, "internal/loopback": 0,
	"mail": 1, "classify": 1, "board": 1, "access": 1, "api/client": 1, "awsapi": 1,
	"tower": 2, "journal": 2, "notifier": 2, "notifier/proto": 1, "patlite": 2, "patlite/virtual": 2, "internal/awsfake": 2,
	"datasource/query": 2,
	"receive":          3, "tower/drive": 3, "datasource": 3,
	"datasource/metrics": 3, "datasource/logs": 3, "datasource/alarms": 3, "datasource/cloudtrail": 3, "datasource/configservice": 3, "datasource/andon": 3,
	"bridge": 4,
	"api":    5, "web": 5,
	"cmd/andon": 6, "cmd/andon-notifier-patlite": 6, "cmd/andon-demo": 6, "cmd/andon-workbench": 6,
	module:            6,                            // gpx_andon
	"internal/bubble": 0, "datasource/querytest": 3, // for tests
	"internal/rig": 6, "internal/pluginhost": 6, "internal/e2e": 6, "internal/bench": 6, "internal/layers": 6, "internal/dashboards": 6, "internal/release": 6,
}

// same are imports within a layer that are meant.
var same = map[[2]string]bool{
	{"patlite/virtual", "patlite"}:                 true,
	{"cmd/andon-demo", "internal/rig"}:             true,
	{"internal/e2e", "internal/rig"}:               true,
	{"internal/bench", "internal/rig"}:             true,
	{"internal/pluginhost", "internal/rig"}:        true,
	{"internal/bench", "internal/pluginhost"}:      true,
	{"cmd/andon-workbench", "internal/pluginhost"}: true,
	{"cmd/andon-workbench", "internal/rig"}:        true,

	{"datasource", "datasource/metrics"}:       true,
	{"datasource", "datasource/logs"}:          true,
	{"datasource", "datasource/alarms"}:        true,
	{"datasource", "datasource/cloudtrail"}:    true,
	{"datasource", "datasource/configservice"}: true,
	{"datasource", "datasource/andon"}:         true,
}

// only says who alone may import a package.
var only = map[string][]string{
	"database/sql":                   {"journal"},
	module + "/patlite":              {"patlite/virtual", "cmd/andon-notifier-patlite"},
	module + "/internal/awsfake":     {"internal/bench", "datasource/querytest", "cmd/andon-workbench"},
	module + "/internal/bubble":      {},
	module + "/datasource/querytest": {},
	module + "/internal/rig":         {"cmd/andon-demo", "cmd/andon-workbench", "internal/e2e", "internal/bench", "internal/pluginhost"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	c := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"/...")
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func short(path string) string { return strings.TrimPrefix(path, module+"/") }

// TestImportsGoDown keeps the arrows of the design: a package imports lower
// layers only.
func TestImportsGoDown(t *testing.T) {
	all := packages(t)
	if len(all) < 20 {
		t.Fatalf("go list found %d packages only", len(all))
	}
	for _, p := range all {
		name := short(p.ImportPath)
		mine, known := layer[name]
		if !known {
			t.Errorf("package %s has no layer: add it to the table", name)
			continue
		}
		for _, i := range p.Imports {
			if allowed, limited := only[i]; limited && !contains(allowed, name) {
				t.Errorf("%s imports %s; only %v may", name, i, allowed)
			}
			if !strings.HasPrefix(i, module+"/") {
				continue
			}
			if theirs := layer[short(i)]; theirs >= mine && !same[[2]string{name, short(i)}] {
				t.Errorf("%s (layer %d) imports %s (layer %d)", name, mine, short(i), theirs)
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
