package pluginhost

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// savedDashboard is what these tests read of a committed dashboard.
type savedDashboard struct {
	UID        string `json:"uid"`
	Templating struct {
		List []struct {
			Name  string          `json:"name"`
			Type  string          `json:"type"`
			Query json.RawMessage `json:"query"`
		} `json:"list"`
	} `json:"templating"`
	Annotations struct {
		List []struct {
			Name   string         `json:"name"`
			Target map[string]any `json:"target"`
		} `json:"list"`
	} `json:"annotations"`
	Panels []savedPanel `json:"panels"`
}

type savedPanel struct {
	Type            string           `json:"type"`
	Title           string           `json:"title"`
	Targets         []map[string]any `json:"targets"`
	Transformations []struct {
		ID      string `json:"id"`
		Options struct {
			Include struct {
				Names []string `json:"names"`
			} `json:"include"`
		} `json:"options"`
	} `json:"transformations"`
}

func committedDashboards(t *testing.T) []savedDashboard {
	t.Helper()
	names, err := filepath.Glob("../../../provisioning/grafana/dashboards/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	var all []savedDashboard
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var d savedDashboard
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, d)
	}
	return all
}

// chosenValues are what a viewer has chosen; nil: all.
var chosenValues = map[string][]string{
	"account": {"default"}, "region": {awsfake.MainRegion}, "instance": nil, "vpn": nil, "state": {"ALARM", "INSUFFICIENT_DATA", "OK"},
	"search": {""}, "user": {".*"}, "event": {"*"}, "flow": {"/vpc/flow-logs"}, "secure": {"/var/log/secure"},
	"type": {"AWS::EC2::Instance"}, "resource": {awsfake.GatewayInstance}, "severity": {".*"},
}

var variableName = regexp.MustCompile(`\$\{?([a-z]+)\}?`)

// filled puts the values of variables into a query, as the front end does: an
// item of a list becomes as many as the variable has values.
func filled(t *testing.T, v any, found map[string][]string) any {
	t.Helper()
	value := func(s string) []string {
		m := variableName.FindStringSubmatch(s)
		if m == nil {
			return []string{s}
		}
		values, known := chosenValues[m[1]]
		if !known {
			t.Fatalf("nobody has chosen $%s", m[1])
		}
		if values == nil {
			values = found[m[1]]
		}
		var out []string
		for _, one := range values {
			out = append(out, strings.ReplaceAll(s, m[0], one))
		}
		return out
	}
	switch v := v.(type) {
	case string:
		return strings.Join(value(v), "")
	case []any:
		out := []any{}
		for _, one := range v {
			if s, ok := one.(string); ok {
				for _, s := range value(s) {
					out = append(out, s)
				}
				continue
			}
			out = append(out, filled(t, one, found))
		}
		return out
	case map[string]any:
		out := maps.Clone(v)
		for k := range out {
			if k != "datasource" {
				out[k] = filled(t, out[k], found)
			}
		}
		return out
	}
	return v
}

// frameTypes are the types that a panel can draw.
var frameTypes = map[string][]data.FrameType{
	"timeseries": {data.FrameTypeTimeSeriesMulti},
	"stat":       {data.FrameTypeNumericMulti, data.FrameTypeTimeSeriesMulti},
	"table":      {data.FrameTypeTable, data.FrameTypeNumericMulti},
	"logs":       {data.FrameTypeLogLines},
}

// Every panel, annotation and variable of the committed dashboards through the
// built plugin, with the built bridge behind it: no error, rows, the right frame type, the columns that the panel
// names.
func TestCommittedDashboards(t *testing.T) {
	r := enterRoom(t)
	w := r.world
	if _, err := r.bridge.Client.Send(t.Context(), client.Send{Labels: map[string]string{"alertname": "VpnTunnelDown", "severity": "critical"}}); err != nil {
		t.Fatal(err)
	}
	from, to := anchor.Add(-time.Hour), anchor.Add(time.Minute)
	for _, d := range committedDashboards(t) {
		t.Run(d.UID, func(t *testing.T) {
			w.T = t
			found := map[string][]string{}
			for _, v := range d.Templating.List {
				if v.Type == "query" {
					if found[v.Name] = w.values(v.Query, found, from, to); len(found[v.Name]) == 0 {
						t.Errorf("the variable %s has no values", v.Name)
					}
				}
			}
			for _, a := range d.Annotations.List {
				if got := w.asked(filled(t, a.Target, found), from, to); got.Error != nil || rowCount(got) == 0 {
					t.Errorf("annotation %s: %v, %d rows", a.Name, got.Error, rowCount(got))
				}
			}
			panels := 0
			for _, p := range d.Panels {
				if p.Type != "text" {
					w.draws(p, found, from, to)
					panels++
				}
			}
			if panels == 0 {
				t.Error("there is no panel")
			}
		})
	}
}

func (w *world) draws(p savedPanel, found map[string][]string, from, to time.Time) {
	w.Helper()
	if len(p.Targets) == 0 {
		w.Errorf("panel %q asks nothing", p.Title)
	}
	columns := map[string]bool{}
	for i, q := range p.Targets {
		got := w.asked(filled(w.T, q, found), from, to)
		if got.Error != nil || rowCount(got) == 0 {
			w.Errorf("panel %q, query %d: %v, %d rows", p.Title, i, got.Error, rowCount(got))
			continue
		}
		for _, f := range got.Frames {
			if f.Meta == nil || !slices.Contains(frameTypes[p.Type], f.Meta.Type) {
				w.Errorf("panel %q (%s) gets a frame that it cannot draw: %v", p.Title, p.Type, f.Meta)
			}
			for _, field := range f.Fields {
				columns[field.Name] = true
			}
		}
	}
	for _, tr := range p.Transformations {
		for _, name := range tr.Options.Include.Names {
			if !columns[name] {
				w.Errorf("panel %q shows a column %q that no answer has", p.Title, name)
			}
		}
	}
}

// asked answers one query.
func (w *world) asked(q any, from, to time.Time) backend.DataResponse {
	w.Helper()
	text, err := json.Marshal(q)
	if err != nil {
		w.Fatal(err)
	}
	if m, ok := q.(map[string]any); ok && m["queryType"] == "andon" { // the bridge's clock is the machine's
		from, to = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	return w.One(string(text), from, to)
}

func rowCount(r backend.DataResponse) int {
	n := 0
	for _, f := range r.Frames {
		n += f.Rows()
	}
	return n
}

// values are those of a variable.
func (w *world) values(saved json.RawMessage, found map[string][]string, from, to time.Time) []string {
	w.Helper()
	var v map[string]any
	if err := json.Unmarshal(saved, &v); err != nil {
		w.Fatal(err)
	}
	v = filled(w.T, v, found).(map[string]any)
	if v["source"] == "query" {
		got := w.asked(v["query"], from, to)
		if got.Error != nil {
			w.Fatal(got.Error)
		}
		var out []string
		for _, row := range rows(w.T, got) {
			out = append(out, row[fmt.Sprint(v["column"])])
		}
		return out
	}
	parameters := []string{}
	for _, name := range []string{"account", "region", "namespace", "metric", "key", "search"} {
		if s, ok := v[name].(string); ok {
			parameters = append(parameters, name+"="+s)
		}
	}
	name := fmt.Sprint(v["list"])
	r, err := w.host.CallResource(w.Context(), &backend.CallResourceRequest{PluginContext: w.context(), Path: name, URL: name + "?" + strings.Join(parameters, "&"), Method: "GET"})
	if err != nil {
		w.Fatal(err)
	}
	var page struct {
		Items []struct{ Value string }
	}
	if err := json.Unmarshal(r.Body, &page); err != nil || r.Status != 200 {
		w.Fatalf("list %s: %d %s", name, r.Status, r.Body)
	}
	var out []string
	for _, item := range page.Items {
		out = append(out, item.Value)
	}
	return out
}
