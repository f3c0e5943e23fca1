package andon

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/lamp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write the golden files anew")

var moment = time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)

const token = "bridge-t0ken"

// fake answers as a bridge does, with what it is given.
type fake struct {
	*testing.T
	url        string
	bridge     *Bridge
	alerts     []client.Alert
	towers     []client.Tower
	counts     []client.Count
	entries    []alert.Entry // the newest first
	outcome    client.Outcome
	person     string           // of the last acknowledgement
	taken      client.Selection // its body
	path       string           // and its path
	answer     http.HandlerFunc // instead of all that
	parameters url.Values       // of the resource's address
	accepts    string           // the browser's languages
	pages      []client.HistoryQuery
}

func serve(t *testing.T, change func(*fake)) *fake {
	t.Helper()
	f := &fake{T: t}
	if change != nil {
		change(f)
	}
	server := httptest.NewServer(http.HandlerFunc(f.serve))
	f.url = server.URL
	f.open(`{"bridgeUrl":"` + server.URL + `/","boardUrl":"https://andon.example.jp"}`)
	t.Cleanup(func() {
		f.bridge.Close()
		server.Close()
	})
	return f
}

func (f *fake) open(jsonData string) {
	f.bridge = Open([]byte(jsonData), map[string]string{"bridgeToken": " " + token + "\n"})
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+token {
		f.Errorf("%s without the token", r.URL)
	}
	if f.answer != nil {
		f.answer(w, r)
		return
	}
	var out any
	switch r.URL.Path {
	case "/api/v1/status":
		out = client.Status{Version: "test"}
	case "/api/v1/alerts":
		limit := len(f.alerts)
		if err := json.Unmarshal([]byte(r.URL.Query().Get("limit")), &limit); err != nil {
			f.Error(err)
		}
		out = f.alerts[:min(limit, len(f.alerts))]
	case "/api/v1/counts":
		out = f.counts
	case "/api/v1/towers":
		out = f.towers
	case "/api/v1/history":
		out = f.page(r)
	default:
		f.person, f.path = r.Header.Get("X-Andon-On-Behalf-Of"), r.URL.EscapedPath()
		if err := json.NewDecoder(r.Body).Decode(&f.taken); err != nil {
			f.Error(err)
		}
		out = []client.Outcome{f.outcome}
	}
	if err := json.NewEncoder(w).Encode(out); err != nil {
		f.Error(err)
	}
}

// page is the part of the entries that a call asks for.
func (f *fake) page(r *http.Request) []alert.Entry {
	v := r.URL.Query()
	var q client.HistoryQuery
	for name, into := range map[string]any{"limit": &q.Limit, "before": &q.Before} {
		if text := v.Get(name); text != "" {
			if err := json.Unmarshal([]byte(text), into); err != nil {
				f.Error(err)
			}
		}
	}
	for name, into := range map[string]*time.Time{"from": &q.From, "to": &q.To} {
		if err := into.UnmarshalText([]byte(v.Get(name))); err != nil {
			f.Errorf("%s: %v", name, err)
		}
	}
	f.pages = append(f.pages, q)
	out := []alert.Entry{}
	for _, e := range f.entries {
		if (q.Before == 0 || e.Change < q.Before) && !e.At.Before(q.From) && !e.At.After(q.To) && len(out) < q.Limit {
			out = append(out, e)
		}
	}
	return out
}

// ask asks one query, an hour around the moment.
func (f *fake) ask(body string, rule bool) backend.DataResponse {
	f.Helper()
	q := query.Query{RefID: "A", JSON: json.RawMessage(body), From: moment.Add(-time.Hour), To: moment.Add(time.Hour), Alert: rule}
	return Handler(f.bridge).Query(f.Context(), nil, []query.Query{q})["A"]
}

func (f *fake) frames(body string) data.Frames {
	f.Helper()
	r := f.ask(body, false)
	if r.Error != nil {
		f.Fatalf("%s: %v", body, r.Error)
	}
	return r.Frames
}

// golden compares frames with testdata/NAME.json; the address of the fake is left
// out.
func (f *fake) golden(name string, frames data.Frames) {
	f.Helper()
	var got bytes.Buffer
	for _, frame := range frames {
		raw, err := data.FrameToJSON(frame, data.IncludeAll)
		if err != nil {
			f.Fatal(err)
		}
		if err := json.Indent(&got, bytes.ReplaceAll(raw, []byte(f.url[len("http://"):]), []byte("BRIDGE")), "", "  "); err != nil {
			f.Fatal(err)
		}
		got.WriteByte('\n')
	}
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			f.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		f.Errorf("%s (-want +got):\n%s", path, d)
	}
}

func someAlerts() []client.Alert {
	labels := alert.LabelsOf(map[string]string{"alertname": "VpnTunnelDown", "site": "tokyo"})
	return []client.Alert{
		{Name: "VpnTunnelDown", Phase: alert.Unacknowledged, Alert: &alert.Alert{
			Identity: "grafana/c6ea", Receiver: "grafana", Labels: labels, Severity: "disaster", Rule: "vpn", Abnormal: true, Sequence: alert.SequenceM,
			Annotations: alert.LabelsOf(map[string]string{"summary": "トンネルが\n停止"}), Link: "https://grafana.example.com/alerting/x",
			OpenedAt: moment, StartsAt: moment.Add(-time.Minute),
		}},
		{Name: "Backup/Failed", Phase: alert.Acknowledged, Alert: &alert.Alert{
			Identity: "am/70d1", Receiver: "am", Severity: "gravest", Sequence: alert.SequenceAuto, Link: "javascript:alert(1)",
			Annotations: alert.LabelsOf(map[string]string{"description": "no space"}),
			OpenedAt:    moment.Add(-time.Hour), StartsAt: moment, Ack: &alert.Ack{By: "sato (by grafana)", At: moment.Add(time.Minute), Comment: "on it"},
		}},
	}
}

func someTowers() []client.Tower {
	lit := func(text string) lamp.State {
		s, err := lamp.Parse(text)
		if err != nil {
			panic(err)
		}
		return s
	}
	three := []lamp.Unit{lamp.Red, lamp.Amber, lamp.Green}
	return []client.Tower{
		{Name: "ops-room", Units: three, Desired: lit("red=flash buzzer=1"), Shown: lit("red=flash buzzer=1"), Contact: lamp.Seen, LastContact: moment},
		{Name: "hall", Units: lamp.Units, Desired: lit("red=flash"), Shown: lit("green=steady"), Contact: lamp.Cleared, LastContact: moment},
		{Name: "site-2", Units: three, Desired: lit("red=flash buzzer=2"), Shown: lit("green=steady"), Contact: lamp.Lost, LastContact: moment.Add(-time.Hour), Reason: "dial: no route to host"},
		{Name: "new", Desired: lit("green=steady")},
	}
}
