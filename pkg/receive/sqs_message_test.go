package receive

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// bareMessage is the message inside an example of an SNS message, as raw
// message delivery brings it.
func bareMessage(t testing.TB, name string) []byte {
	t.Helper()
	var e struct{ Message string }
	if err := json.Unmarshal(message(t, name), &e); err != nil {
		t.Fatal(err)
	}
	return []byte(e.Message)
}

func TestMessagesOfAQueue(t *testing.T) {
	c := queueConfig(t)
	p := newPulled(&c)
	sns := func(name string) []byte { return message(t, name+".json") }
	old := alarmTime.Add(10 * 24 * time.Hour)
	for _, x := range []struct {
		name    string
		body    []byte
		events  int
		records int
		key     string
		reason  string // of the refusal or poison
		poison  bool
	}{
		{"alarm by SNS", sns("sns-notification-cloudwatch-alarm"), 1, 0, "sqs/aws/", "", false},
		{"composite alarm by SNS", sns("sns-notification-cloudwatch-composite-alarm"), 1, 0, "sqs/aws/", "", false},
		{"mail by SNS", sns("sns-notification-ses-received"), 1, 0, "sqs/aws/", "", false},
		{"bare alarm", bareMessage(t, "sns-notification-cloudwatch-alarm.json"), 1, 0, "sqs/aws/m-1", "", false},
		{"bare mail", bareMessage(t, "sns-notification-ses-received.json"), 1, 0, "sqs/aws/m-1", "", false},
		{"text by SNS", sns("sns-notification-v1-with-subject"), 0, 1, "sqs/aws/", ReasonUnsupported, false},
		{"mail of a stranger, bare", sns("ses-received-dmarc-fail"), 0, 1, "sqs/aws/m-1", ReasonDMARC, false},
		{"subscription", sns("sns-subscription-confirmation-v1"), 0, 1, "sqs/aws/", "", false},
		{"end of a subscription", sns("sns-unsubscribe-confirmation-v1"), 0, 1, "sqs/aws/", ReasonUnsubscribed, false},
		{"another topic", []byte(strings.ReplaceAll(string(sns("sns-notification-cloudwatch-alarm")), ":ops-alarms", ":others")), 0, 0, "", ReasonTopic, true},
		{"subscription that leads elsewhere", []byte(strings.ReplaceAll(string(sns("sns-subscription-confirmation-v1")), "https://sns.", "https://evil.")), 0, 0, "", ReasonSubscribeURL, true},
		{"half an envelope", []byte(`{"Type":"Notification","MessageId":"x"}`), 0, 0, "", ReasonFormat, true},
		{"bare, another document", []byte(`{"detail-type":"EC2 Instance State-change Notification","source":"aws.ec2"}`), 0, 0, "", ReasonUnsupported, true},
		{"bare text", []byte("hello"), 0, 0, "", ReasonFormat, true},
		{"nothing", nil, 0, 0, "", ReasonFormat, true},
		{"not UTF-8", []byte("{\"Type\":\"\xff\"}"), 0, 0, "", ReasonUnsupported, true},
		{"half a document", []byte(`{"AlarmName":`), 0, 0, "", ReasonFormat, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			out, bad := p.decode(pulledMessage{id: "m-1", body: x.body, sent: alarmTime}, old, discard)
			if (bad != nil) != x.poison {
				t.Fatalf("poison: %v", bad)
			}
			if x.poison {
				if bad.reason != x.reason || bad.detail == "" {
					t.Errorf("reason %s (%s), expected %s", bad.reason, bad.detail, x.reason)
				}
				return
			}
			if len(out.batch.Events) != x.events || len(out.batch.Records) != x.records {
				t.Errorf("%d events, %d records", len(out.batch.Events), len(out.batch.Records))
			}
			if !strings.HasPrefix(out.batch.Key, x.key) || len(out.batch.Key) < len("sqs/aws/m-1") {
				t.Errorf("key %q", out.batch.Key)
			}
			reason := ""
			if len(out.refusals) > 0 {
				reason = out.refusals[0].Reason
			}
			if reason != x.reason {
				t.Errorf("reason %q", reason)
			}
		})
	}
}

func TestABareAlarmIsThatOfSNS(t *testing.T) {
	c := queueConfig(t)
	p := newPulled(&c)
	wrapped, bad := p.decode(pulledMessage{id: "m-1", body: message(t, "sns-notification-cloudwatch-alarm.json")}, alarmTime, discard)
	if bad != nil {
		t.Fatal(bad)
	}
	bare, bad := p.decode(pulledMessage{id: "m-2", body: bareMessage(t, "sns-notification-cloudwatch-alarm.json")}, alarmTime, discard)
	if bad != nil {
		t.Fatal(bad)
	}
	a, b := wrapped.batch.Events[0], bare.batch.Events[0]
	if a.Identity != b.Identity || !a.At.Equal(b.At) || !a.Labels.Equal(b.Labels) || a.Status != alert.Firing || b.Status != alert.Firing {
		t.Errorf("the alarm came as %+v and as %+v", a, b)
	}
}

func TestPoisonIsKeptWithTheBeginningOfItsBody(t *testing.T) {
	c := queueConfig(t)
	body := "\xff" + strings.Repeat("あ", maxOriginal)
	b := newPulled(&c).keep(pulledMessage{id: "m-1", body: []byte(body)}, poison{ReasonFormat, "what it is not"}, alarmTime, alarmTime.Add(time.Hour))
	if len(b.Records) != 1 || b.Key != "sqs-poison/aws/m-1" || !b.KeyUntil.Equal(alarmTime.Add(time.Hour)) {
		t.Fatalf("got %+v", b)
	}
	r := b.Records[0]
	if len(r.Original) > maxOriginal+8 || !strings.HasPrefix(r.Original, "�ああ") || !strings.HasSuffix(r.Note, "what it is not") {
		t.Errorf("%d bytes, note %q", len(r.Original), r.Note)
	}
}

func FuzzMessagesOfAQueue(f *testing.F) {
	for _, name := range []string{"sns-notification-cloudwatch-alarm", "sns-subscription-confirmation-v2", "cloudwatch-alarm-metric", "ses-received-sns-action-utf8"} {
		f.Add(message(f, name+".json"))
	}
	f.Add([]byte(`{"Type":"Notification"}`))
	c := queueConfig(f)
	p := newPulled(&c)
	f.Fuzz(func(t *testing.T, body []byte) {
		out, bad := p.decode(pulledMessage{id: "m-1", body: body}, alarmTime, discard)
		if kept := len(out.batch.Events) + len(out.batch.Records); (bad == nil) != (kept > 0) || bad == nil && out.batch.Key == "" {
			t.Errorf("poison %v, %d events and records, key %q", bad, kept, out.batch.Key)
		}
	})
}
