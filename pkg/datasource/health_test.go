package datasource

import (
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/awsapi"
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
	denied := awsapi.Capability{Name: "logs", MissingPermission: "logs:DescribeLogGroups", Hint: "allow it"}
	bare := awsapi.Capability{Name: "bridge", OK: true, Hint: "the token goes in the clear"}
	down := awsapi.Capability{Name: "bridge", Error: "no answer"}
	for _, c := range []struct {
		all    []awsapi.Capability
		status backend.HealthStatus
		want   string
	}{
		{[]awsapi.Capability{works}, backend.HealthStatusOk, "The check passed."},
		{[]awsapi.Capability{works, works}, backend.HealthStatusOk, "All 2 checks passed."},
		{[]awsapi.Capability{bare}, backend.HealthStatusOk, "The check passed. But mind: bridge: the token goes in the clear"},
		{[]awsapi.Capability{works, bare}, backend.HealthStatusOk, "All 2 checks passed. But mind: bridge: the token goes in the clear"},
		{
			[]awsapi.Capability{works, denied, bare},
			backend.HealthStatusOk,
			"2 of 3 checks passed. Not available: logs: permission logs:DescribeLogGroups is missing (allow it). But mind: bridge: the token goes in the clear",
		},
		{[]awsapi.Capability{down}, backend.HealthStatusError, "bridge: no answer"},
	} {
		r, err := report(c.all)
		if err != nil || r.Status != c.status || r.Message != c.want || !strings.Contains(string(r.JSONDetails), `"capabilities":[`) {
			t.Errorf("got %v %q, %v; expected %q", r.Status, r.Message, err, c.want)
		}
	}
}
