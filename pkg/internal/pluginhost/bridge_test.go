package pluginhost

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"go.yaml.in/yaml/v3"

	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

const (
	grafanaToken = "grafana-bridge-token"
	readerToken  = "reader-bridge-token"
)

// room is the built plugin beside the built bridge, which drives one virtual
// tower and misses another.
type room struct {
	*world
	bridge *rig.Bridge
	tower  *virtual.Tower
	up     bool
}

func enterRoom(t *testing.T) *room {
	t.Helper()
	r := &room{world: begin(t, anchor.Add(30*time.Minute))}
	bin, err := rig.Find()
	r.must(err)
	dir := t.TempDir()
	for name, token := range map[string]string{"grafana": grafanaToken, "reader": readerToken} {
		r.must(os.WriteFile(filepath.Join(dir, name), []byte(token+"\n"), 0o600))
	}
	here, err := rig.FreeAddress()
	r.must(err)
	nobody, err := rig.FreeAddress()
	r.must(err)
	r.tower, err = virtual.Start(virtual.Config{Model: "NHV6", HTTP: here, Log: slog.New(slog.DiscardHandler)})
	r.must(err)
	t.Cleanup(func() { r.must(r.tower.Close()) })
	text, err := os.ReadFile("testdata/andon.yaml")
	r.must(err)
	r.bridge, err = rig.NewBridge(bin, dir, strings.NewReplacer("{{ops-room}}", here, "{{site-2}}", nobody).Replace(string(text)))
	r.must(err)
	r.must(r.bridge.Start(t.Context()))
	r.up = true
	t.Cleanup(func() {
		if r.up {
			r.bridge.Kill()
		}
	})
	r.set("both", fmt.Sprintf(`,"bridgeUrl":%q`, r.bridge.URL), grafanaToken)
	r.until("both towers are known", func() bool {
		towers, err := r.bridge.Client.Towers(t.Context())
		r.must(err)
		contact := map[string]lamp.Contact{}
		for _, tower := range towers {
			contact[tower.Name] = tower.Contact
		}
		return contact["ops-room"] != "" && contact["ops-room"] != lamp.Lost && contact["site-2"] == lamp.Lost
	})
	return r
}

func (r *room) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *room) until(what string, condition func() bool) {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
	defer cancel()
	r.must(rig.Until(ctx, what, condition))
}

// set gives the data source other settings: those of AWS with more jsonData.
func (r *room) set(name, more, token string) {
	aws := strings.TrimSuffix(string(r.settings.JSONData), "}")
	if i := strings.Index(aws, `,"bridgeUrl"`); i >= 0 {
		aws = aws[:i]
	}
	r.settings.UID, r.settings.Updated = name, time.Now()
	r.settings.JSONData = []byte(aws + more + "}")
	r.settings.DecryptedSecureJSONData["bridgeToken"] = token
}

func (r *room) query(rule bool, bodies map[string]string) backend.Responses {
	r.Helper()
	q := &backend.QueryDataRequest{PluginContext: r.context(), Headers: map[string]string{backend.FromAlertHeaderName: fmt.Sprint(rule)}}
	for ref, body := range bodies {
		var head struct {
			QueryType string `json:"queryType"`
		}
		r.must(json.Unmarshal([]byte(body), &head))
		q.Queries = append(q.Queries, backend.DataQuery{
			RefID: ref, QueryType: head.QueryType, JSON: []byte(body), Interval: time.Minute, MaxDataPoints: 100,
			TimeRange: backend.TimeRange{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour)},
		})
	}
	out, err := r.host.QueryData(r.Context(), q)
	r.must(err)
	return out.Responses
}

func (r *room) andon(kind string) backend.DataResponse {
	r.Helper()
	return r.query(false, map[string]string{"A": `{"queryType":"andon",` + kind + `}`})["A"]
}

var (
	aTime = regexp.MustCompile(`"20\d\d-\d\d-\d\dT[^"]*"`)
	// Why a tower does not answer is told in the system's words.
	aReason = regexp.MustCompile(`"reason": "[^"]+"`)
)

// golden compares an answer with a file: its type, its columns in order, and its
// rows, without times and addresses.
func (r *room) golden(name string, got backend.DataResponse) {
	r.Helper()
	r.must(got.Error)
	var b strings.Builder
	for _, f := range got.Frames {
		var columns []string
		for _, field := range f.Fields {
			columns = append(columns, strings.TrimSpace(field.Name+" "+field.Labels.String()))
		}
		fmt.Fprintf(&b, "%s: %s\n", f.Meta.Type, strings.Join(columns, ", "))
	}
	for _, row := range rows(r.T, got) {
		text, err := json.MarshalIndent(row, "", "  ")
		r.must(err)
		fmt.Fprintf(&b, "%s\n", text)
	}
	text := strings.ReplaceAll(b.String(), strings.TrimPrefix(r.bridge.URL, "http://"), "BRIDGE")
	text = aReason.ReplaceAllString(aTime.ReplaceAllString(text, `"TIME"`), `"reason": "WHY"`)
	path := filepath.Join("testdata", name+".golden")
	if flag.Lookup("update").Value.String() == "true" {
		r.must(os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	r.must(err)
	if diff := cmp.Diff(string(want), text); diff != "" {
		r.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// post acknowledges as a user of Grafana; nil is nobody.
func (r *room) post(user *backend.User, identity string) (int, string) {
	r.Helper()
	body, err := json.Marshal(map[string]string{"identity": identity, "comment": "on it"})
	r.must(err)
	c := r.context()
	c.User = user
	out, err := r.host.CallResource(r.Context(), &backend.CallResourceRequest{PluginContext: c, Path: "andon/ack", URL: "andon/ack", Method: http.MethodPost, Body: body})
	r.must(err)
	if strings.Contains(string(out.Body), grafanaToken) || strings.Contains(string(out.Body), readerToken) {
		r.Errorf("the answer holds a token: %s", out.Body)
	}
	return out.Status, string(out.Body)
}

func user(login, role string) *backend.User { return &backend.User{Login: login, Role: role} }

func TestTheBoardInGrafana(t *testing.T) {
	r := enterRoom(t)
	var critical string
	for _, labels := range []map[string]string{
		{"alertname": "SlowDisk", "severity": "warning", "site": "tokyo"},
		{"alertname": "VpnTunnelDown", "severity": "critical", "site": "tokyo"},
	} {
		sent, err := r.bridge.Client.Send(t.Context(), client.Send{Labels: labels, Annotations: map[string]string{"summary": labels["alertname"] + " in tokyo"}})
		r.must(err)
		critical = string(sent.Identity)
	}
	r.until("the tower is red and flashes", func() bool { return r.tower.State().Of(lamp.Red) == lamp.Flash })
	r.until("the bridge knows what the tower shows", func() bool {
		towers, err := r.bridge.Client.Towers(t.Context())
		r.must(err)
		return towers[0].Shown.Equal(towers[0].Desired)
	})
	r.golden("andon-alerts", r.andon(`"matchers":["site=\"tokyo\""]`))
	for language, want := range map[string]string{
		"en": "notice warning: The 1 most severe alerts are shown; there are more.\n",
		"ja": "notice warning: 重大度の高い順に1件のアラートを表示しています。ほかにもあります。\n",
	} {
		if got := told(r.andon(fmt.Sprintf(`"limit":1,"language":%q`, language))); got != want {
			t.Errorf("%s: %q", language, got)
		}
	}
	r.golden("andon-towers", r.andon(`"kind":"towers"`))
	counts := r.query(true, map[string]string{"A": `{"queryType":"andon","kind":"counts","matchers":["site=\"tokyo\""]}`})["A"]
	r.golden("andon-counts", counts)
	for _, f := range counts.Frames {
		if f.Meta.Type != data.FrameTypeNumericMulti || len(f.Fields) != 1 || f.Rows() != 1 {
			t.Errorf("%v cannot alert", f.Fields[0].Labels)
		}
	}

	for name, c := range map[string]struct {
		user *backend.User
		says string
	}{"nobody": {nil, "nobody is logged in"}, "a viewer": {user("tanaka", "Viewer"), "needs Editor or Admin"}} {
		if status, body := r.post(c.user, critical); status != http.StatusForbidden || !strings.Contains(body, c.says) {
			t.Errorf("%s acknowledges: %d %s", name, status, body)
		}
	}
	if status, body := r.post(user("suzuki", "Editor"), critical); status != http.StatusOK {
		t.Fatalf("an editor acknowledges: %d %s", status, body)
	}
	r.until("the tower is red and steady", func() bool { return r.tower.State().Of(lamp.Red) == lamp.Steady })
	if status, body := r.post(user("suzuki", "Admin"), "send/none"); status != http.StatusConflict {
		t.Errorf("what is not open is acknowledged: %d %s", status, body)
	}
	r.golden("andon-history", r.andon(`"kind":"history","matchers":["site=\"tokyo\""]`))
	if got := rows(t, r.andon(`"matchers":["alertname=\"VpnTunnelDown\""]`)); len(got) != 1 || got[0]["acknowledged by"] != "suzuki (by grafana)" || got[0]["comment"] != "on it" {
		t.Errorf("acknowledged: %v", got)
	}

	// A token that may not name others takes nothing in a wrong name.
	r.set("reader", fmt.Sprintf(`,"bridgeUrl":%q`, r.bridge.URL), readerToken)
	if status, body := r.post(user("suzuki", "Editor"), critical); status != http.StatusForbidden || !strings.Contains(body, "on_behalf_of") {
		t.Errorf("by a reader's token: %d %s", status, body)
	}
	if got := r.andon(`"kind":"towers"`); got.Error != nil {
		t.Errorf("a reader reads: %v", got.Error)
	}
}

// What is wrong with the bridge stays with its queries; the settings and the
// address are named.
func TestBridgeTrouble(t *testing.T) {
	r := enterRoom(t)
	host := strings.TrimPrefix(r.bridge.URL, "http://")
	metrics := `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"*"}}`
	check := func(name string, status backend.Status, parts ...string) {
		t.Helper()
		got := r.query(false, map[string]string{"board": `{"queryType":"andon"}`, "towers": `{"queryType":"andon","kind":"towers"}`, "aws": metrics})
		for _, ref := range []string{"board", "towers"} {
			if got[ref].Status != status || (got[ref].Error != nil) != (status != backend.StatusOK) {
				t.Errorf("%s: %s: %d %v", name, ref, got[ref].Status, got[ref].Error)
				continue
			}
			for _, part := range parts {
				if !strings.Contains(got[ref].Error.Error(), part) {
					t.Errorf("%s: %s: %v, without %q", name, ref, got[ref].Error, part)
				}
			}
		}
		if got["aws"].Error != nil {
			t.Errorf("%s: the neighbour failed: %v", name, got["aws"].Error)
		}
	}
	healthy := func(name string, status backend.HealthStatus, says string) {
		t.Helper()
		h, err := r.host.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: r.context()})
		r.must(err)
		if h.Status != status || !strings.Contains(h.Message, says) {
			t.Errorf("%s: health %s: %s", name, h.Status, h.Message)
		}
	}
	check("all is well", backend.StatusOK)
	healthy("all is well", backend.HealthStatusOk, "checks passed.")

	r.set("no bridge", "", "")
	check("no bridge", backend.StatusBadRequest, "bridgeUrl: is not set", "jsonData.bridgeUrl", "secureJsonData.bridgeToken")
	r.set("no URL", `,"bridgeUrl":"andon"`, "")
	check("no URL", backend.StatusBadRequest, "bridgeUrl: is not the URL of a bridge")
	r.set("wrong token", fmt.Sprintf(`,"bridgeUrl":%q`, r.bridge.URL), "guessed")
	check("wrong token", backend.StatusUnauthorized, host, "does not know the token (secureJsonData.bridgeToken)")
	healthy("wrong token", backend.HealthStatusOk, "Not available: bridge: the bridge at "+host+" does not know the token")

	// A data source of the bridge alone.
	settings := r.settings
	r.settings.UID, r.settings.Updated = "bridge only", time.Now()
	r.settings.JSONData = fmt.Appendf(nil, `{"bridgeUrl":%q}`, r.bridge.URL)
	r.settings.DecryptedSecureJSONData = map[string]string{"bridgeToken": grafanaToken}
	healthy("the bridge alone", backend.HealthStatusOk, "The check passed.")
	if got := r.andon(`"kind":"counts"`); got.Error != nil {
		t.Errorf("the bridge alone: %v", got.Error)
	}
	for _, got := range r.query(false, map[string]string{"A": `{"queryType":"alarms"}`, "B": `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization"}`}) {
		if got.Error == nil || got.Status != backend.StatusBadRequest || !strings.Contains(got.Error.Error(), "knows Andon's board alone") {
			t.Errorf("AWS asked of the bridge alone: %v %v", got.Status, got.Error)
		}
	}
	r.settings.UID, r.settings.JSONData = "wrong AWS", fmt.Appendf(nil, `{"bridgeUrl":%q,"defaultRegion":"?"}`, r.bridge.URL)
	if got := r.andon(`"kind":"counts"`); got.Error != nil {
		t.Errorf("with wrong settings of AWS: %v", got.Error)
	}
	healthy("wrong AWS", backend.HealthStatusError, "defaultRegion")

	r.settings = settings
	r.set("down", fmt.Sprintf(`,"bridgeUrl":%q`, r.bridge.URL), grafanaToken)
	r.bridge.Kill()
	r.up = false
	check("down", backend.StatusBadGateway, host, "connection refused")
	if got := r.andon(`"language":"ja"`); got.Error == nil || !strings.HasPrefix(got.Error.Error(), "ブリッジ "+host+" から応答がありません：") {
		t.Errorf("in Japanese: %v", got.Error)
	}
	healthy("down", backend.HealthStatusOk, "Not available: bridge: no answer from the bridge at "+host)
	if status, body := r.post(user("suzuki", "Editor"), "send/1"); status != http.StatusBadGateway || !strings.Contains(body, host) {
		t.Errorf("acknowledge: %d %s", status, body)
	}
}

// The committed data source of the board, with the address and the token of a
// real bridge in place of its own, is healthy and answers.
func TestCommittedBoard(t *testing.T) {
	r := enterRoom(t)
	text, err := os.ReadFile("../../../provisioning/grafana/datasources/board.yaml")
	r.must(err)
	var file struct {
		DataSources []struct {
			Type   string            `yaml:"type"`
			JSON   map[string]any    `yaml:"jsonData"`
			Secure map[string]string `yaml:"secureJsonData"`
		} `yaml:"datasources"`
	}
	r.must(yaml.Unmarshal(text, &file))
	d := file.DataSources[0]
	if len(file.DataSources) != 1 || d.Type != r.settings.Type || d.JSON["bridgeUrl"] != client.DefaultURL || d.Secure["bridgeToken"] == "" {
		t.Fatalf("the file has %+v", file)
	}
	d.JSON["bridgeUrl"], d.Secure["bridgeToken"] = r.bridge.URL, grafanaToken
	r.settings.UID, r.settings.Updated, r.settings.DecryptedSecureJSONData = "board", time.Now(), d.Secure
	r.settings.JSONData, err = json.Marshal(d.JSON)
	r.must(err)
	h, err := r.host.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: r.context()})
	r.must(err)
	if h.Status != backend.HealthStatusOk || h.Message != "The check passed." {
		t.Errorf("health %s: %s", h.Status, h.Message)
	}
	if got := r.andon(`"kind":"towers"`); got.Error != nil || got.Frames[0].Rows() != 2 {
		t.Errorf("towers: %v", got.Error)
	}
}
