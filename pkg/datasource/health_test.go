package datasource

import (
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
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
