package pluginhost

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// Every query type through the built program: rows, no rows, a mistake.
func TestQueryTypes(t *testing.T) {
	w := begin(t, anchor.Add(30*time.Minute))
	from, to := anchor.Add(-10*time.Minute), anchor.Add(5*time.Minute)
	for name, q := range map[string]struct {
		json   string
		alerts bool
	}{
		"metrics":                {`{"queryType":"metrics","namespace":"AWS/VPN","metricName":"TunnelState","dimensions":{"VpnId":"*","TunnelIpAddress":"*"},"statistic":"Minimum","period":"300"}`, true},
		"metrics-none":           {`{"queryType":"metrics","namespace":"AWS/VPN","metricName":"TunnelState","dimensions":{"VpnId":"vpn-none"}}`, true},
		"metrics-wrong":          {`{"queryType":"metrics","namespace":"AWS/VPN"}`, false},
		"alarms":                 {`{"queryType":"alarms","prefix":"vpn"}`, false},
		"alarms-counts":          {`{"queryType":"alarms","kind":"counts"}`, true},
		"alarms-counts-none":     {`{"queryType":"alarms","kind":"counts","prefix":"no-such"}`, true},
		"alarms-history":         {`{"queryType":"alarms","kind":"history"}`, false},
		"alarms-none":            {`{"queryType":"alarms","prefix":"no-such"}`, false},
		"alarms-wrong":           {`{"queryType":"alarms","states":["BAD"]}`, false},
		"alarms-annotations":     {`{"queryType":"alarms","kind":"annotations","names":["vpn-tunnel-1-down"]}`, false},
		"cloudtrail":             {`{"queryType":"cloudtrail","attribute":"EventName","value":"StopInstances"}`, false},
		"cloudtrail-counts":      {`{"queryType":"cloudtrail","kind":"counts","attribute":"EventName","value":"StopInstances"}`, true},
		"cloudtrail-annotations": {`{"queryType":"cloudtrail","kind":"annotations","attribute":"EventName","value":"StopInstances"}`, false},
		"cloudtrail-none":        {`{"queryType":"cloudtrail","attribute":"EventName","value":"NoSuchEvent"}`, false},
		"cloudtrail-wrong":       {`{"queryType":"cloudtrail","attribute":"Colour","value":"red"}`, false},
		"config":                 {`{"queryType":"config","resourceType":"AWS::EC2::Instance","includeDeleted":true}`, false},
		"config-counts":          {`{"queryType":"config","kind":"counts"}`, true},
		"config-compliance":      {`{"queryType":"config","kind":"compliance"}`, false},
		"config-query":           {`{"queryType":"config","kind":"query","expression":"SELECT resourceId, resourceType WHERE resourceType = 'AWS::EC2::Instance'"}`, false},
		"config-history":         {`{"queryType":"config","kind":"history","resourceType":"AWS::EC2::Instance","resourceId":"` + awsfake.GatewayInstance + `"}`, false},
		"config-history-wrong":   {`{"queryType":"config","kind":"history","resourceType":"AWS::EC2::Instance","resourceId":"i-0nothing"}`, false},
		"config-annotations":     {`{"queryType":"config","kind":"annotations","resourceType":"AWS::EC2::Instance","resourceId":"` + awsfake.GatewayInstance + `"}`, false},
		"config-none":            {`{"queryType":"config","resourceType":"AWS::S3::Nothing"}`, false},
		"config-wrong":           {`{"queryType":"config","kind":"history"}`, false},
		"logs":                   {`{"queryType":"logs","logGroups":["/var/log/secure"],"query":"fields @timestamp, @message | filter @message like /preauth/ | sort @timestamp desc | limit 3"}`, false},
		"logs-stats":             {`{"queryType":"logs","logGroups":["/var/log/secure"],"query":"stats count(*) as lines by bin(5m)"}`, true},
		"logs-filter":            {`{"queryType":"logs","mode":"filter","logGroups":["/var/log/secure"],"pattern":"preauth","limit":3}`, false},
		"logs-none":              {`{"queryType":"logs","mode":"filter","logGroups":["/var/log/secure"],"pattern":"NoSuchWord"}`, false},
		"logs-wrong":             {`{"queryType":"logs","query":"fields @message"}`, false},
		"no-such-type":           {`{"queryType":"weather"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.One(q.json, from, to)
			if q.alerts {
				querytest.AlertableAnswer(t, got)
			}
			if wrong := strings.HasSuffix(name, "wrong") || name == "no-such-type"; wrong != (got.Error != nil) {
				t.Errorf("error: %v", got.Error)
			} else if wrong && got.ErrorSource != backend.ErrorSourceDownstream {
				t.Errorf("a mistake of the query's author counts as %s", got.ErrorSource)
			}
			golden(t, name, got)
		})
	}
}

// The story: the tunnel's alarm fires; who did it, and what changed?
func TestTunnelAlarmToCulprit(t *testing.T) {
	w := begin(t, anchor.Add(time.Minute))
	alarm := rows(t, w.One(`{"queryType":"alarms","names":["`+awsfake.TunnelAlarm+`"]}`, anchor.Add(-time.Hour), anchor.Add(time.Minute)))
	if len(alarm) != 1 || alarm[0]["state"] != "ALARM" || alarm[0]["since"] != "2026-10-06T10:42:00Z" {
		t.Fatalf("alarms: %v", alarm)
	}
	fired, err := time.Parse(time.RFC3339, alarm[0]["since"])
	if err != nil {
		t.Fatal(err)
	}
	events := rows(t, w.One(`{"queryType":"cloudtrail","changes":true,"filters":[{"field":"eventName","value":"StopInstances"}]}`, fired.Add(-10*time.Minute), fired.Add(time.Minute)))
	if len(events) != 1 || events[0]["user"] != awsfake.Culprit || events[0]["address"] != awsfake.CulpritAddress || events[0]["resources"] != awsfake.GatewayInstance {
		t.Fatalf("events: %v", events)
	}
	history := rows(t, w.One(`{"queryType":"config","kind":"history","resourceType":"AWS::EC2::Instance","resourceId":"`+events[0]["resources"]+`"}`, fired.Add(-time.Hour), fired.Add(time.Minute)))
	if len(history) == 0 || history[0]["state"] != "stopped" {
		t.Fatalf("history: %v", history)
	}
	for _, word := range []string{"running", "stopped"} {
		found := false
		for _, v := range history[0] {
			found = found || strings.Contains(v, word) && strings.Contains(v, "state")
		}
		if !found {
			t.Errorf("the change does not say %q: %v", word, history[0])
		}
	}
}

// What is wrong with one query stays with it.
func TestNeighboursAreUnharmed(t *testing.T) {
	w := begin(t, anchor.Add(30*time.Minute))
	w.aws.Deny(awsfake.AdminKey, "cloudtrail:LookupEvents")
	from, to := anchor.Add(-10*time.Minute), anchor
	got := w.Ask(
		querytest.Asking("good", `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"`+awsfake.Web1Instance+`"}}`, from, to),
		querytest.Asking("denied", `{"queryType":"cloudtrail"}`, from, to),
		querytest.Asking("type", `{"queryType":"weather"}`, from, to),
		querytest.Asking("json", `{"queryType":"metrics",`, from, to),
		querytest.Asking("shape", `{"queryType":"metrics","namespace":[]}`, from, to),
		querytest.Asking("region", `{"queryType":"metrics","region":"mars-north-1","namespace":"AWS/EC2","metricName":"CPUUtilization"}`, from, to),
		querytest.Asking("decade", `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"`+awsfake.Web2Instance+`"},"period":"60"}`, from.AddDate(-10, 0, 0), to),
		querytest.Asking("also good", `{"queryType":"alarms","kind":"counts"}`, from, to),
	)
	for refID, want := range map[string]struct {
		status backend.Status
		text   string
	}{
		"denied": {403, "cloudtrail:LookupEvents"},
		"type":   {400, `queryType: "weather" is not known`},
		"json":   {400, "queryType"},
		"shape":  {400, "namespace: is a JSON array"},
		"region": {400, `there is no region "mars-north-1"`},
		"decade": {400, "at most 500000 can be answered"},
	} {
		r := got[refID]
		if r.Error == nil || r.Status != want.status || !strings.Contains(r.Error.Error(), want.text) {
			t.Errorf("%s: %d %v, want %d with %q", refID, r.Status, r.Error, want.status, want.text)
		}
		if r.ErrorSource != backend.ErrorSourceDownstream {
			t.Errorf("%s: source %s", refID, r.ErrorSource)
		}
	}
	for _, refID := range []string{"good", "also good"} {
		querytest.AlertableAnswer(t, got[refID])
		if got[refID].Frames[0].Rows() == 0 {
			t.Errorf("%s has no rows", refID)
		}
	}
}

// Settings that lead nowhere are told by every query and by the health check.
func TestBadSettings(t *testing.T) {
	w := begin(t, anchor)
	q := `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"i-1"}}`
	for name, c := range map[string]struct {
		json, secret, want string
		status             backend.Status
	}{
		"no credentials":  {`{"authType":"keys","defaultRegion":"ap-northeast-1"}`, "", "secureJsonData.accessKey: is empty", 400},
		"empty chain":     {`{"authType":"credentials","profile":"nobody","defaultRegion":"ap-northeast-1"}`, "", "nobody", 400},
		"no answer":       {`{"authType":"keys","defaultRegion":"ap-northeast-1","endpoint":"http://127.0.0.1:1"}`, "AKIA", "127.0.0.1:1 does not answer", 502},
		"no region":       {`{"authType":"keys"}`, "AKIA", "region: no region", 400},
		"not JSON at all": {`{`, "AKIA", "jsonData", 400},
	} {
		t.Run(name, func(t *testing.T) {
			w.settings.UID, w.settings.Updated = name, time.Now()
			w.settings.JSONData = []byte(c.json)
			w.settings.DecryptedSecureJSONData = map[string]string{"accessKey": c.secret, "secretKey": c.secret}
			got := w.One(q, anchor.Add(-time.Hour), anchor)
			if got.Error == nil || !strings.Contains(got.Error.Error(), c.want) || got.Status != c.status {
				t.Errorf("query: %d %v", got.Status, got.Error)
			}
			health, err := w.host.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: w.context()})
			if err != nil {
				t.Fatal(err)
			}
			if health.Status != backend.HealthStatusError {
				t.Errorf("health: %v %s", health.Status, health.Message)
			}
		})
	}
}

func TestHealthNamesWhatIsMissing(t *testing.T) {
	w := begin(t, anchor)
	check := func() *backend.CheckHealthResult {
		r, err := w.host.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: w.context()})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := check(); r.Status != backend.HealthStatusOk || !strings.HasPrefix(r.Message, "All ") {
		t.Errorf("everything allowed: %v %s", r.Status, r.Message)
	}
	w.aws.Deny(awsfake.AdminKey, "config:*", "cloudtrail:LookupEvents")
	if r := check(); r.Status != backend.HealthStatusOk || !strings.Contains(r.Message, "cloudtrail:LookupEvents") || !strings.Contains(r.Message, "config:") {
		t.Errorf("two denied: %v %s", r.Status, r.Message)
	}
	w.aws.Deny(awsfake.AdminKey, "cloudwatch:*", "logs:*", "config:*", "cloudtrail:*")
	if r := check(); r.Status != backend.HealthStatusError {
		t.Errorf("all denied: %v %s", r.Status, r.Message)
	}
}

func TestLists(t *testing.T) {
	w := begin(t, anchor)
	for path, want := range map[string]string{
		"regions?search=northeast-1": "ap-northeast-1",
		"accounts":                   "default",
		"namespaces":                 "AWS/VPN",
		"metrics?namespace=AWS/EC2":  "CPUUtilization",
		"dimension-keys?namespace=AWS/VPN&metric=TunnelState":                       "TunnelIpAddress",
		"dimension-values?namespace=AWS/VPN&metric=TunnelState&key=TunnelIpAddress": awsfake.Tunnel1,
		"log-groups?prefix=/var/log":                                                "/var/log/secure",
		"alarms?search=TUNNEL":                                                      awsfake.TunnelAlarm,
		"resource-types?search=ec2":                                                 "AWS::EC2::Instance",
		"rules?limit=1":                                                             "",
	} {
		name, _, _ := strings.Cut(path, "?")
		r, err := w.host.CallResource(t.Context(), &backend.CallResourceRequest{PluginContext: w.context(), Path: name, URL: path, Method: "GET"})
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Items []struct{ Value string }
			Next  string
		}
		if err := json.Unmarshal(r.Body, &page); err != nil || r.Status != 200 {
			t.Errorf("%s: %d %s", path, r.Status, r.Body)
			continue
		}
		found := want == "" && len(page.Items) == 1 && page.Next == "1"
		for _, i := range page.Items {
			found = found || want != "" && i.Value == want
		}
		if !found {
			t.Errorf("%s: no %q in %s", path, want, r.Body)
		}
	}
	for path, want := range map[string]int{"metrics": 400, "rules?limit=0": 400, "nothing": 404} {
		name, _, _ := strings.Cut(path, "?")
		r, err := w.host.CallResource(t.Context(), &backend.CallResourceRequest{PluginContext: w.context(), Path: name, URL: path, Method: "GET"})
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != want || !strings.Contains(string(r.Body), "message") {
			t.Errorf("%s: %d %s", path, r.Status, r.Body)
		}
	}
}
