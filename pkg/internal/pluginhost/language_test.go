package pluginhost

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// in is a query whose reader reads a language.
func in(language, query string) string {
	return fmt.Sprintf(`{"language":%q,`, language) + query[1:]
}

// told is what a panel and its inspector say in words: errors, notices and the
// names of statistics.
func told(r backend.DataResponse) string {
	var b strings.Builder
	if r.Error != nil {
		b.WriteString(querytest.ErrorText(r))
	}
	for _, f := range r.Frames {
		if f.Meta == nil {
			continue
		}
		for _, n := range f.Meta.Notices {
			if !byTheClock(n.Text) {
				fmt.Fprintf(&b, "notice %v: %s\n", n.Severity, n.Text)
			}
		}
		var stats []string
		for _, s := range f.Meta.Stats {
			stats = append(stats, s.DisplayName)
		}
		if len(stats) > 0 {
			fmt.Fprintf(&b, "stats: %s\n", strings.Join(stats, ", "))
		}
	}
	return b.String()
}

// Notices of every query type, and each way in which AWS cannot be asked, as
// readers of both languages are told them; AWS's own words stay.
func TestBothLanguages(t *testing.T) {
	w := begin(t, anchor.Add(30*time.Minute))
	from, to := anchor.Add(-10*time.Minute), anchor.Add(5*time.Minute)
	var got strings.Builder
	ask := func(name, query string) {
		t.Helper()
		for _, language := range []string{"en", "ja"} {
			fmt.Fprintf(&got, "%s, %s\n%s\n", name, language, told(w.One(in(language, query), from, to)))
		}
		if rule := w.AskForRule(querytest.Asking("A", in("ja", query), from, to))["A"]; rule.Error != nil && strings.ContainsFunc(rule.Error.Error(), japanese) {
			t.Errorf("%s: a rule is told %v", name, rule.Error)
		}
	}
	fails := func(name, query string) { // both at once: some take their time to fail
		t.Helper()
		answers := w.Ask(querytest.Asking("en", in("en", query), from, to), querytest.Asking("ja", in("ja", query), from, to))
		for _, language := range []string{"en", "ja"} {
			fmt.Fprintf(&got, "%s, %s\n%s\n", name, language, told(answers[language]))
		}
	}
	ask("metrics", `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"`+awsfake.Web1Instance+`"},"regions":["default","mars-north-1"]}`)
	ask("metrics like one another", `{"queryType":"metrics","expression":"[SUM(SEARCH('{AWS/EC2,InstanceId} CPUUtilization','Average',60)),SUM(SEARCH('{AWS/EC2,InstanceId} CPUUtilization','Average',60))]"}`)
	ask("alarms", `{"queryType":"alarms","limit":1}`)
	ask("alarms that are none", `{"queryType":"alarms","names":["no-such"]}`)
	ask("alarms, history", `{"queryType":"alarms","kind":"history","limit":1}`)
	ask("cloudtrail", `{"queryType":"cloudtrail","limit":2}`)
	ask("config", `{"queryType":"config","includeDeleted":true,"limit":1}`)
	ask("config, history", `{"queryType":"config","kind":"history","resourceType":"AWS::EC2::Instance","resourceId":"i-none","regions":["default","us-east-1"]}`)
	ask("logs", `{"queryType":"logs","mode":"filter","logGroups":["/var/log/secure"],"limit":1}`)
	ask("logs, insights", `{"queryType":"logs","logGroups":["/var/log/secure"],"query":"fields @message","limit":2}`)

	ask("logs, a table", `{"queryType":"logs","logGroups":["/var/log/secure"],"query":"stats max(@message) as m by @logStream"}`)

	fails("no such region", `{"queryType":"alarms","region":"mars-north-1"}`)
	w.aws.Deny(awsfake.AdminKey, "config:*")
	fails("denied", `{"queryType":"config","noCache":true}`)
	w.aws.FailNext("DescribeAlarms", -1, awsfake.ErrThrottled(awsfake.CloudWatch))
	fails("throttled", `{"queryType":"alarms","noCache":true}`)
	w.settings.UID, w.settings.Updated = "stranger", time.Now()
	w.settings.DecryptedSecureJSONData = map[string]string{"accessKey": "AKIASTRANGER", "secretKey": "any"}
	fails("no credentials", `{"queryType":"alarms"}`)
	w.settings.UID, w.settings.Updated = "nowhere", time.Now()
	w.settings.JSONData = []byte(`{"authType":"keys","defaultRegion":"ap-northeast-1","endpoint":"http://127.0.0.1:1"}`)
	fails("unreachable", `{"queryType":"alarms"}`)
	w.settings.UID, w.settings.Updated = "wrong", time.Now()
	w.settings.JSONData = []byte(`{"authType":"nobody"}`)
	fails("wrong settings", `{"queryType":"alarms"}`)
	querytest.Golden(t, "languages.golden", got.String())
}

// japanese reports whether a letter is one of Japanese alone.
func japanese(r rune) bool { return r >= '぀' && r <= 'ヿ' }
