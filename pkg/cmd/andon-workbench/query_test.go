package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

var noon = time.Date(2026, 10, 6, 12, 0, 0, 0, time.UTC)

func TestParseRange(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		want     [2]string
		err      string
	}{
		{"now-1h", "now", [2]string{"2026-10-06T11:00:00Z", "2026-10-06T12:00:00Z"}, ""},
		{"now/d", "now/d", [2]string{"2026-10-06T00:00:00Z", "2026-10-06T23:59:59Z"}, ""},
		{"1791277200000", "1791280800000", [2]string{"2026-10-06T09:00:00Z", "2026-10-06T10:00:00Z"}, ""},
		{"yesterday", "now", [2]string{}, `from: "yesterday" is neither milliseconds`},
		{"now-1h", "", [2]string{}, `to: "" is neither milliseconds`},
	} {
		got, err := parseRange(tt.from, tt.to, noon)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s to %s: %v", tt.from, tt.to, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s to %s: %v", tt.from, tt.to, err)
			continue
		}
		if diff := cmp.Diff(tt.want, [2]string{got.From.UTC().Format(time.RFC3339), got.To.UTC().Format(time.RFC3339)}); diff != "" {
			t.Errorf("%s to %s (-want +got):\n%s", tt.from, tt.to, diff)
		}
	}
}

// The answer has each query's result; one error makes the whole 400, as in
// Grafana, and each data source is asked its own queries.
func TestQuery(t *testing.T) {
	b := begin(t)
	status, body := b.post("/api/ds/query", nil, `{"from":"now-1h","to":"now","queries":[
		{"refId":"A","queryType":"good","intervalMs":5000,"maxDataPoints":7},
		{"refId":"B","queryType":"bad"},
		{"refId":"C","queryType":"good","datasource":{"uid":"andon-board"},"timeRange":{"from":"now-2h","to":"now-1h"}}]}`)
	var got struct {
		Results map[string]struct {
			Status int
			Error  string
		}
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if status != http.StatusBadRequest || got.Results["A"].Status != 200 || got.Results["B"].Error != "this is bad" || got.Results["C"].Status != 200 {
		t.Errorf("%d %s", status, body)
	}
	asked := map[string]string{}
	for _, r := range b.plugin.queries {
		for _, q := range r.Queries {
			asked[q.RefID] = r.PluginContext.DataSourceInstanceSettings.UID
			switch q.RefID {
			case "A":
				if q.Interval != 5*time.Second || q.MaxDataPoints != 7 || !q.TimeRange.To.Equal(noon) {
					t.Errorf("A is asked as %+v", q)
				}
			case "B":
				if q.Interval != time.Second || q.MaxDataPoints != 100 {
					t.Errorf("B is asked as %+v", q)
				}
			case "C":
				if !q.TimeRange.To.Equal(noon.Add(-time.Hour)) {
					t.Errorf("C is asked of %v", q.TimeRange)
				}
			}
		}
	}
	if diff := cmp.Diff(map[string]string{"A": awsUID, "B": awsUID, "C": boardUID}, asked); diff != "" {
		t.Errorf("who is asked (-want +got):\n%s", diff)
	}
}

func TestQueryThatIsNone(t *testing.T) {
	b := begin(t)
	for body, want := range map[string]string{
		`{"from":"now-1h","to":"now","queries":[]}`: "no queries",
		`{`: "bad request data",
		`{"from":"then","to":"now","queries":[{}]}`:                                          "then",
		`{"from":"now-1h","to":"now","queries":[{},{}]}`:                                     "two queries are A",
		`{"from":"now-1h","to":"now","queries":[{"datasource":{"uid":"other"}}]}`:            `no data source`,
		`{"from":"now-1h","to":"now","queries":["` + strings.Repeat("x", bodyMost+1) + `"]}`: "more than",
	} {
		status, text := b.post("/api/ds/query", nil, body)
		if status < 400 || status >= 500 || !strings.Contains(text, want) {
			t.Errorf("%.60s: %d %s", body, status, text)
		}
	}
}

// An alert rule's query has no user, and says what it is.
func TestQueryOfAnAlertRule(t *testing.T) {
	b := begin(t)
	const body = `{"from":"now-1h","to":"now","queries":[{"queryType":"good"}]}`
	b.post("/api/ds/query", map[string]string{"FromAlert": "true", "X-Cache-Skip": "true"}, body)
	b.post("/api/ds/query", map[string]string{"X-Workbench-Role": "Viewer", "X-Workbench-Login": "sato"}, body)
	alert, panel := b.plugin.queries[0], b.plugin.queries[1]
	if alert.Headers[backend.FromAlertHeaderName] != "true" || alert.PluginContext.User != nil || alert.GetHTTPHeader("X-Cache-Skip") != "true" {
		t.Errorf("alert rule: %v %v", alert.Headers, alert.PluginContext.User)
	}
	if u := panel.PluginContext.User; u == nil || u.Login != "sato" || u.Role != "Viewer" || panel.Headers[backend.FromAlertHeaderName] != "" {
		t.Errorf("panel: %v %v", panel.Headers, u)
	}
}
