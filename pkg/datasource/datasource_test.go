package datasource

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// room is a data source whose AWS is a fake, without sockets.
type room struct {
	querytest.Source
	aws    *awsfake.Fake
	ds     *Datasource
	shared *awsapi.Shared
}

// enter opens a data source whose time stands still, half an hour after the
// moment of the story.
func enter(t *testing.T, jsonData string) *room {
	t.Helper()
	return open(t, jsonData, awsfake.Options{Now: func() time.Time { return at(30) }})
}

// open opens a data source on a fake, whose clock is the data source's too.
func open(t *testing.T, jsonData string, o awsfake.Options) *room {
	t.Helper()
	r := &room{aws: awsfake.New(o), shared: awsapi.NewShared(awsapi.SharedOptions{Now: o.Now})}
	ds, err := New(t.Context(), backend.DataSourceInstanceSettings{
		JSONData:                []byte(jsonData),
		DecryptedSecureJSONData: map[string]string{"accessKey": awsfake.AdminKey, "secretKey": "any"},
	}, Options{Shared: r.shared, Transport: r.aws})
	if err != nil {
		t.Fatal(err)
	}
	r.ds, r.Source = ds, querytest.Source{T: t, Data: ds}
	t.Cleanup(func() {
		ds.Dispose()
		r.shared.Wait()
	})
	return r
}

const keys = `{"authType":"keys","defaultRegion":"ap-northeast-1"}`

// at are minutes around the moment of the story.
func at(minutes int) time.Time {
	return awsfake.DefaultAnchor.Add(time.Duration(minutes) * time.Minute)
}

// golden compares an answer with the file of that name.
func golden(t *testing.T, name string, r backend.DataResponse) {
	t.Helper()
	querytest.Golden(t, name+".golden", querytest.Text(t, r, 12, func(m *data.FrameMeta) string {
		text, err := json.MarshalIndent(m, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(text) + "\n"
	}))
}

// A new query of Grafana's is empty until somebody changes its form, which shows
// the default.
func TestUntouchedQuery(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		q := querytest.Asking("A", `{"refId":"A","datasource":{"uid":"x"},"intervalMs":1000,"maxDataPoints":43200}`, at(-60), at(0))
		if a := r.Ask(q)["A"]; a.Error != nil || len(a.Frames) != 1 || a.Frames[0].Meta.Type != data.FrameTypeTable {
			t.Errorf("a panel: %v", a.Error)
		}
		rule := r.AskForRule(q)["A"]
		querytest.AlertableAnswer(t, rule)
		if len(rule.Frames) != 1 || rule.Frames[0].Fields[0].Labels["state"] != "ALARM" {
			t.Errorf("a rule counts %d states: above 0 would fire for alarms that are OK", len(rule.Frames))
		}
		typed := q // as a rule that was saved with what Grafana fills in alone
		typed.QueryType, typed.JSON = "alarms", []byte(`{"refId":"A","queryType":"alarms","instant":true}`)
		querytest.AlertableAnswer(t, r.AskForRule(typed)["A"])
		typed.QueryType = ""
		querytest.AlertableAnswer(t, r.AskForRule(typed)["A"])
		typed.JSON = []byte(`{"refId":"A","queryType":"andon"}`)
		if a := r.AskForRule(typed)["A"]; a.Error == nil || !strings.Contains(a.Error.Error(), "bridge") {
			t.Errorf("the board's type in the JSON alone: %v", a.Error)
		}
		preview := querytest.Asking("A", `{"refId":"A","queryType":"config","kind":"counts"}`, at(-60), at(0))
		preview.QueryType = ""
		if a := r.AskForRule(preview)["A"]; a.Error != nil || len(a.Frames) == 0 || a.Frames[0].Fields[0].Name != "non-compliant resources" {
			t.Errorf("the type in the JSON alone: %v", a.Error)
		}
		wrong := querytest.Asking("A", `{"refId":"A","namespace":"AWS/EC2","metricName":"CPUUtilization"}`, at(-60), at(0))
		if a := r.Ask(wrong)["A"]; a.Error == nil || !strings.Contains(a.Error.Error(), "queryType") {
			t.Errorf("one that somebody has written: %v", a.Error)
		}
	})
}
