package receive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/alert"
)

// webhookBody is a body with n firing alerts.
func webhookBody(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"receiver":"webhook","status":"firing","alerts":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"status":"firing","labels":{"alertname":"InstanceDown","instance":"db%d.example.com:9100","job":"node","severity":"critical"},`+
			`"annotations":{"summary":"db%d is down","runbook_url":"https://wiki.example.com/instancedown"},"startsAt":"2026-10-06T12:01:15.343Z",`+
			`"endsAt":"0001-01-01T00:00:00Z","generatorURL":"https://prometheus.example.com/graph?g0.expr=up+%%3D%%3D+0&g0.tab=1","fingerprint":"%016x"}`, i, i, i)
	}
	b.WriteString(`],"groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"x","version":"4","groupKey":"{}","truncatedAlerts":0}`)
	return b.Bytes()
}

func one(fields string) string {
	return `{"version":"4","groupKey":"g","alerts":[{"status":"firing","labels":{"a":"b"}},{` + fields + `}]}`
}

func TestAlertmanagerBadInput(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		field      string
		says       string
		reason     string
	}{
		{"not JSON", "hello", 400, "", `expected an object, got 'h' at byte 0`, ReasonFormat},
		{"nothing", "", 400, "", "got the end of the body", ReasonFormat},
		{"cut", `{"version":"4","alerts":[{"status":"fir`, 400, "alerts[0].status", "ends inside a string", ReasonFormat},
		{"a list", "[]", 400, "", "expected an object, got a list", ReasonFormat},
		{"another shape", `{"foo":1}`, 400, "version", "it is missing", ReasonFormat},
		{"version 3", `{"version":"3","alerts":[]}`, 400, "version", `expected "4", Alertmanager's webhook, got "3"`, ReasonFormat},
		{"version 3 with other alerts", `{"version":"3","alert":[],"alerts":[{"x":1}]}`, 400, "version", `got "3"`, ReasonFormat},
		{"Grafana's", string(message(t, "grafana-alerting-webhook.json")), 400, "version", `got "1": is this Grafana's webhook? Its receiver has the section grafana`, ReasonFormat},
		{"version as a number", `{"version":4,"alerts":[]}`, 400, "version", "expected a string", ReasonFormat},
		{"no alerts", `{"version":"4"}`, 400, "alerts", "expected a list", ReasonFormat},
		{"alerts is null", `{"version":"4","alerts":null}`, 400, "alerts", "expected a list, got null", ReasonFormat},
		{"more after it", `{"version":"4","alerts":[]}{}`, 400, "", "something follows", ReasonFormat},
		{"no status", one(`"labels":{"a":"b"}`), 400, "alerts[1].status", "expected firing or resolved, got nothing", ReasonFormat},
		{"strange status", one(`"status":"maybe","labels":{"a":"b"}`), 400, "alerts[1].status", `got "maybe"`, ReasonFormat},
		{"no labels", one(`"status":"firing"`), 400, "alerts[1].labels", "at least one label", ReasonFormat},
		{"label without a name", one(`"status":"firing","labels":{"":"b"}`), 400, "alerts[1].labels", "without a name", ReasonFormat},
		{"label that is a number", one(`"status":"firing","labels":{"a":1}`), 400, "alerts[1].labels.a", "expected a string", ReasonFormat},
		{"label value not UTF-8", one("\"status\":\"firing\",\"labels\":{\"a\":\"\xff\xfe\"}"), 400, "alerts[1].labels.a", "not UTF-8", ReasonEncoding},
		{"label name not UTF-8", one("\"status\":\"firing\",\"labels\":{\"\xff\":\"b\"}"), 400, "alerts[1].labels", "not UTF-8", ReasonEncoding},
		{"annotation not UTF-8", one("\"status\":\"firing\",\"annotations\":{\"a\":\"\x83\x65\"}"), 400, "alerts[1].annotations.a", "not UTF-8", ReasonEncoding},
		{"bad time", one(`"status":"firing","labels":{"a":"b"},"startsAt":"yesterday"`), 400, "alerts[1].startsAt", `got "yesterday"`, ReasonFormat},
		{"too many labels", one(`"status":"firing","labels":{` + strings.Repeat(`"a":"b",`, maxLabels) + `"z":"z"}`), 400, "alerts[1].labels.z", "too many", ReasonFormat},
		{"nested without end", `{"x":` + strings.Repeat("[", 100_000), 400, "x" + strings.Repeat("[0]", maxJSONDepth-1), "nested too deeply", ReasonFormat},
		{"100,000 alerts", string(webhookBody(100_000)[:MaxBody-1]), 413, "", "more than 20000 alerts", ReasonTooMany},
		{"20,001 alerts", string(webhookBody(MaxAlerts + 1)), 413, "", "more than 20000 alerts", ReasonTooMany},
		{"body over the limit", strings.Repeat(" ", MaxBody+1), 413, "", "more than 16777216 bytes", ReasonTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil, alertmanagerConfig(t))
			status, answer := b.post(t, "am", []byte(c.body))
			if status != c.status || answer["field"] != c.field || !strings.Contains(answer["error"], c.says) {
				t.Errorf("got %d %v", status, answer)
			}
			r := b.sink.last(t)
			if r.Reason != c.reason || r.Status != c.status || !r.Authenticated || r.Receiver != "am" {
				t.Errorf("refusal %+v", r)
			}
			if len(b.sink.batches) != 0 {
				t.Errorf("something was submitted: %v", b.sink.batches)
			}
			if b.metric(t, "andon_refused_total", "receiver", "am", "reason", c.reason) != 1 {
				t.Error("not counted")
			}
		})
	}
}

func TestTwentyThousandAlertsInOneBody(t *testing.T) {
	b := newBench(t, nil, alertmanagerConfig(t))
	status, answer := b.post(t, "am", webhookBody(MaxAlerts))
	if status != http.StatusOK || answer["status"] != "ok" || b.sink.events() != MaxAlerts {
		t.Errorf("%d %v, %d events", status, answer, b.sink.events())
	}
	if n := b.metric(t, "andon_received_events_total", "receiver", "am"); n != MaxAlerts {
		t.Errorf("counted %v", n)
	}
}

func TestAlertmanagerDetails(t *testing.T) {
	batch, err := decodeAlertmanager("am", []byte(`{"new":{"x":[1,-2.5e3,true,null,"\u00e9"]},"truncatedAlerts":7,"groupKey":"g\"k","version":"4","alerts":[
		{"status":"firing","labels":{"b":"2","a":"\u969c\u5bb3","empty":"","b":"3"},"annotations":null,"startsAt":"2026-10-06T21:01:15+09:00","endsAt":"2026-10-06T13:00:00Z"},
		{"status":"resolved","labels":{"a":"x"},"endsAt":"0001-01-01T00:00:00Z","fingerprint":""}]}`))
	if err != nil {
		t.Fatal(err)
	}
	first := alert.Labels{{Name: "a", Value: "障害"}, {Name: "b", Value: "3"}}
	second := alert.Labels{{Name: "a", Value: "x"}}
	for i := range batch.Events {
		batch.Events[i].Original = ""
	}
	want := Batch{Receiver: "am", Group: `g"k`, Truncated: 7, Events: []alert.Event{
		{
			Identity: alert.Identity("am/" + first.Fingerprint()), Receiver: "am", Status: alert.Firing, Order: alert.ByArrival, Labels: first,
			StartsAt: time.Date(2026, 10, 6, 12, 1, 15, 0, time.UTC),
		},
		{Identity: alert.Identity("am/" + second.Fingerprint()), Receiver: "am", Status: alert.Resolved, Order: alert.ByArrival, Labels: second},
	}}
	if diff := cmp.Diff(want, batch); diff != "" {
		t.Error(diff)
	}
}

func FuzzAlertmanager(f *testing.F) {
	for _, name := range []string{"alertmanager-webhook-v4.json", "alertmanager-webhook-v4-resolved.json", "grafana-alerting-webhook.json"} {
		f.Add(message(f, name))
	}
	f.Add([]byte(one("\"status\":\"firing\",\"labels\":{\"a\":\"\xff\"}")))
	f.Fuzz(func(t *testing.T, body []byte) {
		batch, err := decodeAlertmanager("am", body)
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("taken, and not JSON: %q", body)
		}
		for i, e := range batch.Events {
			if e.Identity == "" || !json.Valid([]byte(e.Original)) && len(e.Original) < maxOriginal {
				t.Fatalf("event %d: %+v", i, e)
			}
			// The labels survive a round trip through the standard library.
			var again alert.Labels
			if text, err := json.Marshal(e.Labels); err != nil || json.Unmarshal(text, &again) != nil || !again.Equal(e.Labels) {
				t.Fatalf("labels %v are not canonical: %v", e.Labels, again)
			}
		}
	})
}

// FuzzCursor compares the reader with the standard library.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{`{}`, `[]`, `{"a":[1,-0.5e+3,true,false,null,"\u00e9\n"]}`, `[1,]`, `{"a" 1}`, `"x`, `01`, `nul`, ` 1 `, `{"a":1}x`, "\"\x01\"", `"\x"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := cursor{data: data}
		err := c.skip()
		if err == nil {
			err = c.end()
		}
		if err == nil && !json.Valid(data) {
			t.Fatalf("taken, and not JSON: %q", data)
		}
		if err != nil && json.Valid(data) && !strings.Contains(err.Error(), "not UTF-8") && !strings.Contains(err.Error(), "too deeply") {
			t.Fatalf("refused JSON %q: %v", data, err)
		}
		if err == nil && len(data) < maxOriginal/64 {
			var compact, again bytes.Buffer
			if json.Compact(&compact, data) != nil || json.Compact(&again, []byte(indented(data))) != nil || compact.String() != again.String() {
				t.Fatalf("laid out wrongly: %q as %q", data, indented(data))
			}
		}
	})
}

func BenchmarkAlertmanager10(b *testing.B) {
	body := webhookBody(10)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodeAlertmanager("am", body); err != nil {
			b.Fatal(err)
		}
	}
}
