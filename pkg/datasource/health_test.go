package datasource

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/text"
)

// A data source that names a bridge alone is not asked for AWS.
func TestWhoNamesAWS(t *testing.T) {
	for _, c := range []struct {
		json     string
		secret   string
		database string
		want     bool
	}{
		{`{}`, "", "", false},
		{`{"bridgeUrl":"http://h","tlsAuthWithCACert":true}`, "", "", false},
		{`{"authType":"","profile":"","accounts":[],"endpoints":{},"defaultRegion":null}`, "", "", false},
		{`{"authType":"default"}`, "", "", true},
		{`{"DefaultRegion":"ap-northeast-1"}`, "", "", true},
		{`{"assumeRoleARN":"arn:aws:iam::123456789012:role/x"}`, "", "", true},
		{`{"accounts":[{}]}`, "", "", true},
		{`{}`, "AKIA", "", true},
		{`{}`, "", "profile", true},
		{`not JSON`, "", "", true},
	} {
		s := backend.DataSourceInstanceSettings{JSONData: []byte(c.json), Database: c.database, DecryptedSecureJSONData: map[string]string{"accessKey": c.secret}}
		if got := namesAWS(s); got != c.want {
			t.Errorf("%s %q %q: %v", c.json, c.secret, c.database, got)
		}
	}
}

// A hint beside something that works is told, and leaves the data source healthy.
func TestReport(t *testing.T) {
	works := awsapi.Capability{Name: "metrics", OK: true}
	denied := awsapi.Capability{Name: "logs", MissingPermission: "logs:DescribeLogGroups"}
	denied.Say(&awsapi.Denied{Action: "logs:DescribeLogGroups", Err: errors.New("AccessDenied: no")}, text.Of("health.region"))
	bare := awsapi.Capability{Name: "bridge", OK: true}
	bare.Say(nil, text.Of("health.default_region"))
	down := awsapi.Capability{Name: "bridge"}
	down.Say(errors.New("no answer"), nil)
	for _, c := range []struct {
		all    []awsapi.Capability
		status backend.HealthStatus
		want   string
		ja     string
	}{
		{[]awsapi.Capability{works}, backend.HealthStatusOk, "The check passed.", "確認に成功しました。"},
		{[]awsapi.Capability{works, works}, backend.HealthStatusOk, "All 2 checks passed.", "2件の確認にすべて成功しました。"},
		{[]awsapi.Capability{bare}, backend.HealthStatusOk, "The check passed. But mind: bridge: choose a default region", "確認に成功しました。"},
		{[]awsapi.Capability{works, bare}, backend.HealthStatusOk, "All 2 checks passed. But mind: bridge: choose a default region", "2件の確認にすべて成功しました。"},
		{
			[]awsapi.Capability{works, denied, bare},
			backend.HealthStatusOk,
			"2 of 3 checks passed. Not available: logs: permission logs:DescribeLogGroups is missing (choose a region that exists, or name a new one in the account's regions). But mind: bridge: choose a default region",
			"3件中2件の確認に成功しました。",
		},
		{[]awsapi.Capability{down}, backend.HealthStatusError, "bridge: no answer", "使える機能がありません。"},
	} {
		r, err := report(c.all)
		if err != nil || r.Status != c.status || r.Message != c.want || !strings.Contains(string(r.JSONDetails), `"capabilities":[`) {
			t.Errorf("got %v %q, %v; expected %q", r.Status, r.Message, err, c.want)
		}
		var d details
		if err := json.Unmarshal(r.JSONDetails, &d); err != nil || d.Japanese.Message != c.ja || len(d.Japanese.Capabilities) != len(c.all) {
			t.Errorf("in Japanese: %v, %s", err, r.JSONDetails)
		}
	}
	ja := denied.In(text.Japanese)
	if ja.Error != "権限 logs:DescribeLogGroups がありません：AccessDenied: no" || !strings.HasPrefix(ja.Hint, "存在するリージョンを選ぶか") || ja.MissingPermission == "" {
		t.Errorf("%+v", ja)
	}
}
