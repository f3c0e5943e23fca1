package receive

import (
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"

	"github.com/andonhq/andon/pkg/alert"
)

func decodeMessage(text string) outcome {
	d := newSNSDecoder(ptr(snsConfig()))
	return d.notification(&envelope{Type: snsNotification, Message: text, MessageID: "m1", TopicARN: mailTopic, at: mailTime}, mailTime)
}

func ptr[T any](v T) *T { return &v }

func TestCloudWatchCorners(t *testing.T) {
	const arn = "arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:a:b"
	for _, c := range []struct {
		name, message string
		identity      string
		status        alert.Status
		labels        map[string]string
	}{
		{
			"no trigger, name with a colon", `{"AlarmName":"a:b","NewStateValue":"ALARM","AlarmArn":"` + arn + `"}`, arn, alert.Firing,
			map[string]string{"alertname": "a:b", "state": "ALARM", "region": "ap-northeast-1", "account": "123456789012", "alarm_type": "metric"},
		},
		{
			"no ARN", `{"AlarmName":"a","NewStateValue":"OK","AWSAccountId":"1","Region":"EU (Frankfurt)"}`, "cloudwatch/1/EU (Frankfurt)/a", alert.Resolved,
			map[string]string{"alertname": "a", "state": "OK", "account": "1", "alarm_type": "metric"},
		},
		{
			"trigger of another shape", `{"AlarmName":"a","NewStateValue":"INSUFFICIENT_DATA","AlarmArn":"` + arn + `","AWSAccountId":12,"Trigger":"new"}`, arn, alert.Note,
			map[string]string{"alertname": "a", "state": "INSUFFICIENT_DATA", "region": "ap-northeast-1", "account": "123456789012", "alarm_type": "metric"},
		},
		{
			"dimensions that collide, and tags", `{"AlarmName":"a","NewStateValue":"ALARM","AlarmArn":"` + arn + `","AlarmTags":{"team":"ops"},
			"Trigger":{"MetricName":"M","Namespace":"N","Dimensions":[{"name":"region","value":"x"},{"name":"tag_team","value":"y"},{"name":"receiver","value":"z"},{"name":"Host","value":"h"}]}}`, arn, alert.Firing,
			map[string]string{
				"alertname": "a", "state": "ALARM", "region": "ap-northeast-1", "account": "123456789012", "alarm_type": "metric", "metric": "M", "namespace": "N",
				"dimension_region": "x", "dimension_tag_team": "y", "dimension_receiver": "z", "Host": "h", "tag_team": "ops",
			},
		},
		{
			"tags as a list", `{"AlarmName":"a","NewStateValue":"ALARM","AlarmArn":"` + arn + `","AlarmTags":[{"Key":"team","Value":"ops"}]}`, arn, alert.Firing,
			map[string]string{"alertname": "a", "state": "ALARM", "region": "ap-northeast-1", "account": "123456789012", "alarm_type": "metric", "tag_team": "ops"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := decodeMessage(c.message)
			if len(out.batch.Events) != 1 {
				t.Fatalf("%+v", out)
			}
			e := out.batch.Events[0]
			if string(e.Identity) != c.identity || e.Status != c.status || e.Order != alert.ByTime || !e.At.Equal(mailTime) {
				t.Errorf("%+v", e)
			}
			if diff := cmp.Diff(c.labels, e.Labels.Map()); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, message := range []string{`{"AlarmName":"a","NewStateValue":"WONDERFUL"}`, `{"AlarmName":1,"NewStateValue":null}`} {
		if out := decodeMessage(message); len(out.batch.Events) != 0 || len(out.batch.Records) != 1 || len(out.refusals) != 1 {
			t.Errorf("%s: %+v", message, out)
		}
	}
}

// sesMessage makes the notification of a mail.
func sesMessage(t testing.TB, mail, dmarc, virus string) string {
	t.Helper()
	out, err := json.Marshal(map[string]any{
		"notificationType": "Received",
		"mail": map[string]any{
			"timestamp": "2026-10-06T13:00:05.936Z", "messageId": "ses1", "source": "bounce@monitor.example.jp",
			"commonHeaders": map[string]any{"from": []string{"Monitor <zabbix@monitor.example.jp>"}, "subject": "s"},
		},
		"receipt": map[string]any{
			"recipients": []string{"alerts@in.example.jp"}, "virusVerdict": map[string]string{"status": virus},
			"dmarcVerdict": map[string]string{"status": dmarc}, "action": map[string]string{"type": "SNS", "encoding": "BASE64"},
		},
		"content": base64.StdEncoding.EncodeToString([]byte(mail)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// japaneseMail is a mail in ISO-2022-JP, as monitoring systems write it.
func japaneseMail(t testing.TB, from, subject, body string) string {
	t.Helper()
	enc := japanese.ISO2022JP.NewEncoder()
	s, err := enc.String(subject)
	if err != nil {
		t.Fatal(err)
	}
	b, err := japanese.ISO2022JP.NewEncoder().String(body)
	if err != nil {
		t.Fatal(err)
	}
	return "From: " + from + "\r\nSubject: =?ISO-2022-JP?B?" + base64.StdEncoding.EncodeToString([]byte(s)) +
		"?=\r\nDate: Tue, 6 Oct 2026 22:00:04 +0900\r\nMessage-ID: <1@monitor.example.jp>\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\n\r\n" + b
}

func TestJapaneseMail(t *testing.T) {
	out := decodeMessage(sesMessage(t, japaneseMail(t, "zabbix@MONITOR.example.jp", "[障害] db1 ディスク", "本文\r\nStatus: NG\r\n"), "PASS", "PASS"))
	if len(out.batch.Events) != 1 {
		t.Fatalf("%+v", out)
	}
	e := out.batch.Events[0]
	want := alert.Event{
		Receiver: "aws", Status: alert.Message, Order: alert.ByTime, MessageID: "<1@monitor.example.jp>",
		At: time.Date(2026, 10, 6, 13, 0, 4, 0, time.UTC), Server: time.Date(2026, 10, 6, 13, 0, 5, 936e6, time.UTC),
		Labels: alert.LabelsOf(map[string]string{
			"subject": "[障害] db1 ディスク", "from": "zabbix@MONITOR.example.jp", "to": "alerts@in.example.jp",
			"state": "障害", "host": "db1", "service": "ディスク", "status": "NG",
		}),
		Original: e.Original,
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(e.Original, "本文") {
		t.Errorf("original %q", e.Original)
	}
}

func TestMailsThatAreNotBelieved(t *testing.T) {
	const good = "zabbix@monitor.example.jp"
	mail := func(from string) string { return japaneseMail(t, from, "[復旧] db1 ディスク", "x") }
	for _, c := range []struct {
		name, mail, dmarc, virus string
		reason                   string
		authenticated            bool
	}{
		{"a stranger's recovery", mail("zabbix@evil.example"), "PASS", "PASS", ReasonSender, false},
		{"a stranger with a friend's name", mail(`"zabbix@monitor.example.jp" <x@evil.example>`), "PASS", "PASS", ReasonSender, false},
		{"a domain that only begins so", mail(good + ".evil.example"), "PASS", "PASS", ReasonSender, false},
		{"DMARC failed", mail(good), "FAIL", "PASS", ReasonDMARC, false},
		{"DMARC gray", mail(good), "GRAY", "PASS", ReasonDMARC, false},
		{"several authors", mail(good + ", x@evil.example"), "PASS", "PASS", ReasonAuthors, false},
		{"two From headers", "From: x@evil.example\r\n" + mail(good), "PASS", "PASS", ReasonAuthors, false},
		{"no author", mail("nobody"), "PASS", "PASS", ReasonAuthors, false},
		{"virus", mail(good), "PASS", "FAIL", ReasonVirus, false},
		{"MIME bomb", "From: " + good + "\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 20_000), "PASS", "PASS", ReasonMail, true},
		{"MIME bomb, not proven", "From: " + good + "\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 20_000), "FAIL", "PASS", ReasonMail, false},
		{"no mail at all", "hello", "PASS", "PASS", ReasonMail, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			signer := validSigner(t)
			config := snsConfig()
			config.SNS.CertificateFile = signer.file(t)
			b := newBench(t, nil, config)
			status, answer := b.post(t, "aws", signer.sign(t, map[string]string{"TopicArn": mailTopic, "Message": sesMessage(t, c.mail, c.dmarc, c.virus)}))
			if status != 200 {
				t.Fatalf("got %d %v", status, answer)
			}
			if b.sink.events() != 0 || len(b.sink.batches) != 1 || len(b.sink.batches[0].Records) != 1 || b.sink.batches[0].Records[0].Note == "" {
				t.Errorf("%+v", b.sink.batches)
			}
			if r := b.sink.last(t); r.Reason != c.reason || r.Authenticated != c.authenticated || r.Receiver != "aws" || r.Status != 200 {
				t.Errorf("refusal %+v", r)
			}
			if b.metric(t, "andon_refused_total", "receiver", "aws", "reason", c.reason) != 1 {
				t.Error("not counted")
			}
		})
	}
}

func TestMailDates(t *testing.T) {
	const received = "2026-10-06 13:00:05.936 +0000 UTC"
	for date, want := range map[string]string{
		"Tue, 06 Oct 2026 12:00:00 +0000": "2026-10-06 12:00:00 +0000 UTC",
		"Tue, 06 Oct 2026 13:10:00 +0000": "2026-10-06 13:10:00 +0000 UTC",
		"Tue, 06 Oct 2026 13:10:06 +0000": received,
		"Wed, 07 Oct 2026 13:00:00 +0000": received,
		"sometime":                        received,
	} {
		out := decodeMessage(sesMessage(t, "From: a@monitor.example.jp\nDate: "+date+"\n\nx", "PASS", "PASS"))
		if got := out.batch.Events[0].At.String(); got != want {
			t.Errorf("%s: got %s", date, got)
		}
		if id := out.batch.Events[0].MessageID; id != "ses1" {
			t.Errorf("without a Message-ID: %q", id)
		}
	}
}

func TestDMARCNone(t *testing.T) {
	c := snsConfig()
	c.Mail.Require = &Require{DMARC: "none"}
	out := newSNSDecoder(&c).notification(&envelope{Message: sesMessage(t, "From: a@monitor.example.jp\n\nx", "FAIL", "PASS"), at: mailTime}, mailTime)
	if len(out.batch.Events) != 1 {
		t.Errorf("%+v", out)
	}
}

func TestReceiverWithoutMail(t *testing.T) {
	c := snsConfig()
	c.Mail, c.Extract = nil, nil
	out := newSNSDecoder(&c).notification(&envelope{Message: sesMessage(t, "From: a@monitor.example.jp\n\nx", "PASS", "PASS"), at: mailTime}, mailTime)
	if len(out.batch.Events) != 0 || len(out.batch.Records) != 1 || out.refusals[0].Reason != ReasonUnsupported {
		t.Errorf("%+v", out)
	}
}

func TestExplainMail(t *testing.T) {
	x, err := Explain(snsConfig(), []byte(japaneseMail(t, "zabbix@monitor.example.jp", "[障害] db1 x", "y")), mailTime)
	if err != nil || x.Kind != KindMail || len(x.Batch.Events) != 1 || len(x.Assumed) != 1 || x.Assumed[0] != "DMARC PASS" {
		t.Fatalf("%+v %v", x, err)
	}
	x, err = Explain(snsConfig(), []byte(japaneseMail(t, "zabbix@evil.example", "[復旧] db1 x", "y")), mailTime)
	if err != nil || len(x.Batch.Events) != 0 || len(x.Batch.Records) != 1 || x.Refusals[0].Reason != ReasonSender {
		t.Fatalf("%+v %v", x, err)
	}
	for _, body := range []string{"", "hello", `{"x":1}`} {
		if _, err := Explain(snsConfig(), []byte(body), mailTime); err == nil {
			t.Errorf("%q was taken", body)
		}
	}
}

func TestExplainNamesForeignTopics(t *testing.T) {
	x, err := Explain(snsConfig(), message(t, "sns-notification-config-compliance-change.json"), alarmTime)
	if err != nil {
		t.Fatal(err)
	}
	if got := x.Refusals[0]; got.Reason != ReasonTopic || got.Status != 403 {
		t.Errorf("%+v", x.Refusals)
	}
}

// FuzzMessage covers every document inside SNS.
func FuzzMessage(f *testing.F) {
	for _, pattern := range []string{"cloudwatch-*.json", "ses-*.json"} {
		files, err := filepath.Glob("testdata/messages/" + pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			f.Add(string(message(f, filepath.Base(file))))
		}
	}
	f.Add(sesMessage(f, japaneseMail(f, "zabbix@monitor.example.jp", "[障害] db1 x", "y"), "PASS", "PASS"))
	f.Fuzz(func(t *testing.T, text string) {
		out := decodeMessage(text)
		if len(out.batch.Events)+len(out.batch.Records) != 1 {
			t.Fatalf("a message must leave one trace: %+v", out)
		}
		if len(out.batch.Records) != len(out.refusals) {
			t.Fatalf("recorded and not told: %+v", out)
		}
		for _, e := range out.batch.Events {
			if e.At.IsZero() || e.Order != alert.ByTime || e.Identity == "" && e.Status != alert.Message || e.Status == alert.Message && e.MessageID == "" {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func BenchmarkSESMail(b *testing.B) {
	text := sesMessage(b, japaneseMail(b, "zabbix@monitor.example.jp", "[障害] db1 ディスク", strings.Repeat("本文\r\nStatus: NG\r\n", 20)), "PASS", "PASS")
	b.ReportAllocs()
	for b.Loop() {
		if out := decodeMessage(text); len(out.batch.Events) != 1 {
			b.Fatal(out)
		}
	}
}
