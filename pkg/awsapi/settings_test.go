package awsapi

import (
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSettingsOfGrafanasCloudWatchDataSourceWork(t *testing.T) {
	for name, c := range map[string]struct {
		json, database string
		secure         map[string]string
		want           Settings
	}{
		"empty":   {"", "", nil, Settings{AuthType: AuthDefault}},
		"default": {`{"authType":"default","defaultRegion":"eu-central-1","customMetricsNamespaces":"A,B","logsTimeout":"30m","tracingDatasourceUid":"x"}`, "", nil, Settings{AuthType: AuthDefault, DefaultRegion: "eu-central-1", Namespaces: []string{"A", "B"}, LogsTimeout: 30 * time.Minute}},
		"arn":     {`{"authType":"arn","assumeRoleARN":"arn:aws:iam::123456789012:role/read","externalId":"e"}`, "", nil, Settings{AuthType: AuthDefault, AssumeRoleARN: "arn:aws:iam::123456789012:role/read", ExternalID: "e"}},
		"profile": {`{"authType":"credentials","profile":"ops"}`, "old", nil, Settings{AuthType: AuthCredentials, Profile: "ops"}},
		"database": {
			`{"authType":"sharedCreds"}`, "old", nil,
			Settings{AuthType: AuthCredentials, Profile: "old"},
		},
		"keys": {
			`{"authType":"keys","endpoint":"https://x.example"}`, "",
			map[string]string{"accessKey": "AKIA", "secretKey": "s", "sessionToken": "t"},
			Settings{AuthType: AuthKeys, AccessKey: "AKIA", SecretKey: "s", SessionToken: "t", Endpoint: "https://x.example"},
		},
		"limit":     {`{"logsTimeout":600000000000}`, "", nil, Settings{AuthType: AuthDefault, LogsTimeout: 10 * time.Minute}},
		"too long":  {`{"logsTimeout":"24h"}`, "", nil, Settings{AuthType: AuthDefault, LogsTimeout: time.Hour}},
		"ec2":       {`{"authType":"ec2_iam_role"}`, "", nil, Settings{AuthType: AuthEC2Role}},
		"endpoints": {`{"endpoints":{"cloudwatch":"https://vpce-1.{service}.{region}.vpce.amazonaws.com","sts":"","logs":"http://l:1"}}`, "", nil, Settings{AuthType: AuthDefault, Endpoints: map[string]string{"monitoring": "https://vpce-1.{service}.{region}.vpce.amazonaws.com", "logs": "http://l:1"}}},
		"accounts":  {`{"accounts":[{"roleArn":"arn:aws:iam::210987654321:role/r","regions":["eu-west-1"]}]}`, "", nil, Settings{AuthType: AuthDefault, Accounts: []Account{{Name: "210987654321", AccountID: "210987654321", RoleARN: "arn:aws:iam::210987654321:role/r", Regions: []string{"eu-west-1"}}}}},
		"log groups": {
			`{"defaultLogGroups":["/old"],"logGroups":[{"arn":"arn:aws:logs:eu-west-1:123456789012:log-group:/a:*","name":"/a"},{"arn":"arn:aws:logs:eu-west-1:210987654321:log-group:/b:*","name":"/b","accountId":"210987654321"},{"arn":"/c","name":""},"/a"]}`, "", nil,
			Settings{AuthType: AuthDefault, LogGroups: []string{"/a", "arn:aws:logs:eu-west-1:210987654321:log-group:/b", "/c"}},
		},
		"old log groups": {`{"defaultLogGroups":["/old",""],"logGroups":[]}`, "", nil, Settings{AuthType: AuthDefault, LogGroups: []string{"/old"}}},
		"proxy": {
			`{"proxyType":"url","proxyUrl":"https://proxy.example:3128","proxyUsername":"u"}`, "",
			map[string]string{"proxyPassword": "p@ss"},
			Settings{AuthType: AuthDefault, Proxy: Proxy{URL: &url.URL{Scheme: "https", Host: "proxy.example:3128", User: url.UserPassword("u", "p@ss")}}},
		},
		"no proxy":          {`{"proxyType":"none","proxyUrl":"http://left:1"}`, "", nil, Settings{AuthType: AuthDefault, Proxy: Proxy{None: true}}},
		"the environment's": {`{"proxyType":"env","enableSecureSocksProxy":true}`, "", nil, Settings{AuthType: AuthDefault, SecureSocks: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got, problems := ParseSettings([]byte(c.json), c.secure, c.database)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(url.Userinfo{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestMistakesInSettings(t *testing.T) {
	for json, want := range map[string][]string{
		`{"authType":"grafana_assume_role"}`:        {"authType"},
		`{"authType":"keys"}`:                       {"secureJsonData.accessKey", "secureJsonData.secretKey"},
		`{"assumeRoleArn":"admin"}`:                 {"assumeRoleArn"},
		`{"defaultRegion":"Frankfurt"}`:             {"defaultRegion"},
		`{"endpoint":"ftp://x"}`:                    {"endpoint"},
		`{"logsTimeout":"soon"}`:                    {"logsTimeout"},
		`{"logsTimeout":"-5m"}`:                     {"logsTimeout"},
		`{"logsTimeout":[]}`:                        {"logsTimeout"},
		`{"endpoint":"https://user:pw@x"}`:          {"endpoint"},
		`{"endpoints":{"s3":"x","sqs":"http://"}}`:  {"endpoints.s3", "endpoints.sqs"},
		`{"endpoints":{"logs":"http://{account}"}}`: {"endpoints.logs"},
		`{"tlsAuthWithCACert":true}`:                {"secureJsonData.tlsCACert"},
		`{"accounts":[{"name":"a"},{"name":"a","roleArn":"arn:aws:iam::210987654321:role/r","accountId":"123456789012","regions":["x"]}]}`: {
			"accounts[0].roleArn", "accounts[1].accountId", "accounts[1].name", "accounts[1].regions[0]",
		},
		`{"proxyType":"socks"}`:                                     {"proxyType"},
		`{"proxyType":"url"}`:                                       {"proxyUrl"},
		`{"proxyType":"url","proxyUrl":"proxy.example:3128"}`:       {"proxyUrl"},
		`{"proxyType":"url","proxyUrl":"http://u:p@proxy.example"}`: {"proxyUrl"},
		`{"proxyType":"url","proxyUrl":"ftp://proxy.example"}`:      {"proxyUrl"},
		`[]`: {"jsonData"},
	} {
		_, problems := ParseSettings([]byte(json), nil, "")
		var got []string
		for _, p := range problems {
			got = append(got, p.Path)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", json, diff)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for _, c := range []struct {
		set           Settings
		service, want string
	}{
		{Settings{}, "logs", ""},
		{Settings{Endpoint: "http://127.0.0.1:4566/"}, "logs", "http://127.0.0.1:4566"},
		{Settings{Endpoint: "{service}.internal"}, "sts", "https://sts.internal"},
		{Settings{Endpoint: "vpce-1.monitoring.eu-west-1.vpce.amazonaws.com"}, "monitoring", "https://vpce-1.monitoring.eu-west-1.vpce.amazonaws.com"},
		{Settings{Endpoint: "vpce-1.monitoring.eu-west-1.vpce.amazonaws.com"}, "sts", ""},
		{Settings{Endpoint: "sts.eu-west-1.amazonaws.com"}, "monitoring", ""},
		{Settings{Endpoint: "monitoring-fips.us-east-1.amazonaws.com"}, "monitoring", ""},
		{Settings{Endpoint: "http://a", Endpoints: map[string]string{"logs": "http://{service}.{region}"}}, "logs", "http://logs.eu-west-1"},
	} {
		if got, err := c.set.endpoint(c.service, "eu-west-1"); err != nil || got != c.want {
			t.Errorf("%+v %s: %q, %v; want %q", c.set, c.service, got, err, c.want)
		}
	}
}

func FuzzParseSettings(f *testing.F) {
	f.Add([]byte(`{"authType":"keys","accounts":[{"name":"a"}],"endpoints":{"sts":"{region}"}}`))
	f.Add([]byte(`{"endpoint":"%zz","tlsAuthWithCACert":true}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, problems := ParseSettings(data, map[string]string{"accessKey": "a", "secretKey": "b"}, "")
		if len(problems) > 0 {
			return
		}
		for _, s := range services {
			if _, err := set.endpoint(s.prefix, "eu-west-1"); err != nil {
				t.Errorf("settings without a problem: %v", err)
			}
		}
	})
}
