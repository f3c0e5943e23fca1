package receive

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/config"
)

// TestExampleSignatures verifies every signed example, and that one changed
// character of any signed value breaks it.
func TestExampleSignatures(t *testing.T) {
	cert, err := parseCertificate(message(t, "sns-test-signing-cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/messages/sns-*.json")
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]int{}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.Contains(name, "http-request") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			e, err := decodeEnvelope(message(t, name))
			if err != nil {
				t.Fatal(err)
			}
			versions[e.SignatureVersion]++
			if err := e.verify(cert); err != nil {
				t.Error(err)
			}
			changed := map[string]func(*envelope){
				"Message": func(e *envelope) { e.Message += "." }, "MessageId": func(e *envelope) { e.MessageID += "0" },
				"TopicArn": func(e *envelope) { e.TopicARN += "x" }, "Timestamp": func(e *envelope) { e.Timestamp += "0" },
				"Subject": func(e *envelope) { e.Subject, e.hasSubject = e.Subject+"x", true },
				"Type":    func(e *envelope) { e.Type += "x" }, "Version": func(e *envelope) { e.SignatureVersion = "3" },
				"Token": func(e *envelope) { e.Token += "0" }, "SubscribeURL": func(e *envelope) { e.SubscribeURL += "0" },
				"Signature": func(e *envelope) { e.Signature = "A" + e.Signature[1:] + "" },
			}
			for field, change := range changed {
				// What a type does not have is not signed for it.
				if e.Type == snsNotification && (field == "Token" || field == "SubscribeURL") || e.Type != snsNotification && field == "Subject" {
					continue
				}
				forged := *e
				change(&forged)
				if forged.Signature == e.Signature && field == "Signature" {
					forged.Signature = "B" + e.Signature[1:]
				}
				if forged.verify(cert) == nil {
					t.Errorf("a changed %s verifies", field)
				}
			}
		})
	}
	if versions["1"] == 0 || versions["2"] == 0 {
		t.Errorf("versions seen: %v", versions)
	}
}

func TestSNSAlarmAndItsRepeat(t *testing.T) {
	b := newBench(t, nil, snsConfig())
	body := message(t, "sns-notification-cloudwatch-alarm.json")
	for range 2 {
		if status, answer := b.post(t, "aws", body, "Content-Type", "text/plain; charset=UTF-8"); status != 200 {
			t.Fatalf("got %d %v", status, answer)
		}
	}
	if b.sink.events() != 1 || b.sink.repeats != 1 || len(b.sink.refusals) != 0 {
		t.Errorf("%d events, %d repeats, %v", b.sink.events(), b.sink.repeats, b.sink.refusals)
	}
	got := b.sink.batches[0]
	if got.Key != "sns/aws/95df01b4-ee98-5cb9-9903-4c221d41eb5e" || !got.KeyUntil.Equal(time.Date(2026, 10, 6, 16, 20, 31, 703e6, time.UTC)) {
		t.Errorf("key %q until %v", got.Key, got.KeyUntil)
	}
	if got.Events[0].Status != alert.Firing || got.Receiver != "aws" {
		t.Errorf("%+v", got)
	}
}

func TestSNSRefusals(t *testing.T) {
	signer := validSigner(t)
	example := string(message(t, "sns-notification-cloudwatch-alarm.json"))
	for _, c := range []struct {
		name          string
		body          string
		now           time.Time
		status        int
		field, reason string
		authenticated bool
		recorded      int
	}{
		{"forged", strings.Replace(example, "93.4", "13.4", 1), alarmTime, 403, "Signature", ReasonSignature, false, 0},
		{"signed by another", string(signer.sign(t, nil)), alarmTime, 403, "Signature", ReasonSignature, false, 0},
		{"signature that is not Base64", string(sign(t, signer, "Signature", "%%%")), alarmTime, 403, "Signature", ReasonSignature, false, 0},
		{"certificate of another host", strings.Replace(example, "https://sns.eu-central-1.amazonaws.com/Simple", "https://sns.eu-central-1.amazonaws.com.evil.example/Simple", 1), alarmTime, 403, "SigningCertURL", ReasonCertificateURL, false, 0},
		{"foreign topic", strings.Replace(example, `"TopicArn": "`+alarmTopic, `"TopicArn": "`+alarmTopic+"x", 1), alarmTime, 403, "TopicArn", ReasonTopic, false, 0},
		{"too old", example, alarmTime.Add(3 * time.Hour), 403, "Timestamp", ReasonReplay, true, 1},
		{"from the future", example, alarmTime.Add(-16 * time.Minute), 403, "Timestamp", ReasonReplay, true, 1},
		{"a clock that is a little off", example, alarmTime.Add(-14 * time.Minute), 200, "", "", false, 0},
		{"almost too old", example, alarmTime.Add(119 * time.Minute), 200, "", "", false, 0},
		{"bare alarm", string(message(t, "cloudwatch-alarm-metric.json")), alarmTime, 400, "Type", ReasonFormat, false, 0},
		{"not JSON", "hello", alarmTime, 400, "", ReasonFormat, false, 0},
		{"unknown type", strings.Replace(example, `"Type": "Notification"`, `"Type": "Other"`, 1), alarmTime, 400, "Type", ReasonFormat, false, 0},
		{"no signature", strings.Replace(example, `"Signature"`, `"NoSignature"`, 1), alarmTime, 400, "Signature", ReasonFormat, false, 0},
		{"bad timestamp", strings.Replace(example, `"2026-10-06T14:20:31.703Z"`, `"today"`, 1), alarmTime, 400, "Timestamp", ReasonFormat, false, 0},
		{"not UTF-8", strings.Replace(example, "Runbook", "\xff", 1), alarmTime, 400, "Message", ReasonEncoding, false, 0},
		{"too large", strings.Repeat(" ", maxSNSBody+1), alarmTime, 413, "", ReasonTooLarge, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil, snsConfig())
			b.now = c.now
			status, answer := b.post(t, "aws", []byte(c.body))
			if status != c.status || answer["field"] != c.field {
				t.Fatalf("got %d %v", status, answer)
			}
			if status == 200 {
				return
			}
			if r := b.sink.last(t); r.Reason != c.reason || r.Authenticated != c.authenticated {
				t.Errorf("refusal %+v", r)
			}
			records := 0
			for _, batch := range b.sink.batches {
				records += len(batch.Records)
				if strings.HasPrefix(batch.Key, "sns/") {
					t.Error("a refused message must not use up its key")
				}
			}
			if records != c.recorded || b.sink.events() != 0 {
				t.Errorf("%d records, %d events", records, b.sink.events())
			}
		})
	}
}

// sign signs a message and then overwrites a field of the body.
func sign(t *testing.T, s *signer, field, value string) []byte {
	t.Helper()
	var fields map[string]string
	if err := json.Unmarshal(s.sign(t, nil), &fields); err != nil {
		t.Fatal(err)
	}
	fields[field] = value
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestRawDeliveryIsRefused(t *testing.T) {
	b := newBench(t, nil, snsConfig())
	status, answer := b.post(t, "aws", message(t, "cloudwatch-alarm-metric.json"), "x-amz-sns-rawdelivery", "true")
	if status != 400 || !strings.Contains(answer["error"], "RawMessageDelivery") || b.sink.last(t).Reason != ReasonRawDelivery {
		t.Errorf("got %d %v", status, answer)
	}
}

func TestHostRule(t *testing.T) {
	rule := newHostRule([]string{"amazonaws.eu"})
	for address, ok := range map[string]bool{
		"https://sns.eu-central-1.amazonaws.com/a.pem":         true,
		"https://sns.eu-central-1.amazonaws.com:443/a.pem":     true,
		"https://sns.cn-north-1.amazonaws.com.cn/a.pem":        true,
		"https://sns.eusc-de-east-1.amazonaws.eu/a.pem":        true,
		"http://sns.eu-central-1.amazonaws.com/a.pem":          false,
		"https://sns.eu-central-1.amazonaws.com:8443/a.pem":    false,
		"https://sns.eu-central-1.amazonaws.com:/a.pem":        false,
		"https://sns.eu-central-1.amazonaws.com/a.txt":         false,
		"https://sns.eu-central-1.amazonaws.com/?x=a.pem":      false,
		"https://sns.eu-central-1.amazonaws.com/a.pem?x=1":     false,
		"https://sns.eu-central-1.amazonaws.com/a.pem#x":       false,
		"https://sns.eu-central-1.amazonaws.com.evil/a.pem":    false,
		"https://evil.example/sns.eu-central-1.amazonaws.com/": false,
		"https://u@sns.eu-central-1.amazonaws.com/a.pem":       false,
		"https://sns.eu.evil.amazonaws.com/a.pem":              false,
		"https://sns..amazonaws.com/a.pem":                     false,
		"https://s3.amazonaws.com/sns/a.pem":                   false,
		"https://sns.eu-central-1xamazonaws.com/a.pem":         false,
		"https://127.0.0.1/a.pem":                              false,
		"https:sns.eu-central-1.amazonaws.com/a.pem":           false,
		"file:///etc/passwd.pem":                               false,
		"":                                                     false,
		"https://sns.eu-central-1.amazonaws.com\n/a.pem":       false,
	} {
		if _, err := rule.certificate(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// fetching is a receiver without certificate_file.
func fetching(confirm string) Config {
	c := snsConfig()
	c.SNS = &SNS{Topics: []string{alarmTopic}, Confirm: confirm}
	return c
}

func TestCertificateIsFetchedOnce(t *testing.T) {
	signer := validSigner(t)
	var fetched atomic.Int32
	b := newBench(t, func(r *http.Request) (*http.Response, error) {
		fetched.Add(1)
		if r.URL.String() != "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem" {
			t.Errorf("fetched %s", r.URL)
		}
		return reply(200, signer.pem), nil
	}, fetching(""))
	for _, id := range []string{"m1", "m2"} {
		if status, answer := b.post(t, "aws", signer.sign(t, map[string]string{"MessageId": id, "Subject": "s"})); status != 200 {
			t.Errorf("got %d %v", status, answer)
		}
	}
	if fetched.Load() != 1 {
		t.Errorf("fetched %d times", fetched.Load())
	}
}

func TestCertificatesThatAreNoUse(t *testing.T) {
	good := validSigner(t)
	other := newSigner(t, "sns.evil.example", alarmTime.AddDate(-1, 0, 0), alarmTime.AddDate(1, 0, 0))
	expired := newSigner(t, "sns.amazonaws.com", alarmTime.AddDate(-2, 0, 0), alarmTime.AddDate(-1, 0, 0))
	for _, c := range []struct {
		name   string
		signer *signer
		answer func() (*http.Response, error)
		status int
	}{
		{"good", good, func() (*http.Response, error) { return reply(200, good.pem), nil }, 200},
		{"of another name", other, func() (*http.Response, error) { return reply(200, other.pem), nil }, 403},
		{"expired", expired, func() (*http.Response, error) { return reply(200, expired.pem), nil }, 403},
		{"of another key", good, func() (*http.Response, error) { return reply(200, validSigner(t).pem), nil }, 403},
		{"no certificate", good, func() (*http.Response, error) { return reply(200, []byte("hello")), nil }, 403},
		{"endless", good, func() (*http.Response, error) { return reply(200, make([]byte, 10*maxCertificate)), nil }, 403},
		{"redirect", good, func() (*http.Response, error) {
			r := reply(302, nil)
			r.Header.Set("Location", "https://evil.example/a.pem")
			return r, nil
		}, 503},
		{"server error", good, func() (*http.Response, error) { return reply(500, nil), nil }, 503},
		{"no network", good, func() (*http.Response, error) { return nil, errors.New("no route to host") }, 503},
	} {
		t.Run(c.name, func(t *testing.T) {
			fetched := 0
			b := newBench(t, func(*http.Request) (*http.Response, error) { fetched++; return c.answer() }, fetching(""))
			for range 2 {
				if status, answer := b.post(t, "aws", c.signer.sign(t, nil)); status != c.status {
					t.Errorf("got %d %v", status, answer)
				}
			}
			if fetched != 1 {
				t.Errorf("fetched %d times", fetched)
			}
			b.now = b.now.Add(retryFetch + time.Second)
			if status, _ := b.post(t, "aws", c.signer.sign(t, nil)); status != c.status || c.status == 503 && fetched != 2 {
				t.Errorf("later: got %d, fetched %d times", status, fetched)
			}
		})
	}
}

func TestCertificateCacheIsBounded(t *testing.T) {
	signer := validSigner(t)
	b := newBench(t, func(*http.Request) (*http.Response, error) { return reply(404, nil), nil }, fetching(""))
	certs := b.receivers["aws"].sender.(*sns).certs
	for i := range 3 * maxCertificates {
		b.post(t, "aws", signer.sign(t, map[string]string{"SigningCertURL": "https://sns.eu-central-1.amazonaws.com/" + strings.Repeat("x", i) + ".pem"}))
	}
	if len(certs.cache) > maxCertificates {
		t.Errorf("%d entries", len(certs.cache))
	}
}

func subscription(t *testing.T, s *signer, change map[string]string) []byte {
	t.Helper()
	fields := map[string]string{
		"Type": snsSubscription, "Token": "t0ken",
		"SubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + alarmTopic + "&Token=t0ken",
	}
	for name, value := range change {
		fields[name] = value
	}
	return s.sign(t, fields)
}

func TestSubscriptions(t *testing.T) {
	signer := validSigner(t)
	c := fetching("auto")
	c.SNS.CertificateFile = signer.file(t)
	const base = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn="
	for _, tc := range []struct {
		name, confirm string
		change        map[string]string
		answer        int
		status        int
		visits        int
	}{
		{"auto", "auto", nil, 200, 200, 1},
		{"auto, refused there", "auto", nil, 403, 503, 1},
		{"manual", "manual", nil, 200, 200, 0},
		{"not set", "", nil, 200, 200, 0},
		{"other host", "auto", map[string]string{"SubscribeURL": "https://169.254.169.254/?Action=ConfirmSubscription&TopicArn=" + alarmTopic}, 200, 403, 0},
		{"other host, manual", "manual", map[string]string{"SubscribeURL": "http://localhost/"}, 200, 403, 0},
		{"other action", "auto", map[string]string{"SubscribeURL": strings.Replace(base, "Confirm", "Un", 1) + alarmTopic}, 200, 403, 0},
		{"other topic in the address", "auto", map[string]string{"SubscribeURL": base + "arn:aws:sns:eu-central-1:1:x"}, 200, 403, 0},
		{"foreign topic", "auto", map[string]string{"TopicArn": alarmTopic + "x"}, 200, 403, 0},
		{"its end", "auto", map[string]string{"Type": snsUnsubscribed}, 200, 200, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			visits := 0
			section := *c.SNS
			section.Confirm = tc.confirm
			c := c
			c.SNS = &section
			b := newBench(t, func(r *http.Request) (*http.Response, error) { visits++; return reply(tc.answer, nil), nil }, c)
			status, answer := b.post(t, "aws", subscription(t, signer, tc.change))
			if status != tc.status || visits != tc.visits {
				t.Errorf("got %d %v, %d visits", status, answer, visits)
			}
			logged := strings.Contains(b.log.String(), "Token=t0ken")
			if want := tc.status == 200 && tc.confirm != "auto"; logged != want {
				t.Errorf("address logged: %v\n%s", logged, b.log)
			}
			if tc.status == 200 && (len(b.sink.batches) != 1 || len(b.sink.batches[0].Records) != 1) {
				t.Errorf("not recorded: %+v", b.sink.batches)
			}
			for _, r := range b.sink.refusals {
				if strings.Contains(r.Detail, "t0ken") {
					t.Errorf("the token leaked: %+v", r)
				}
			}
			if tc.change["Type"] == snsUnsubscribed {
				if r := b.sink.last(t); r.Reason != ReasonUnsubscribed || !r.Authenticated {
					t.Errorf("refusal %+v", r)
				}
			}
		})
	}
}

func TestSNSExampleControlMessages(t *testing.T) {
	for _, name := range []string{"sns-subscription-confirmation-v1", "sns-subscription-confirmation-v2", "sns-unsubscribe-confirmation-v1", "sns-unsubscribe-confirmation-v2"} {
		b := newBench(t, nil, snsConfig())
		b.now = time.Date(2026, 10, 6, 16, 7, 0, 0, time.UTC)
		if status, answer := b.post(t, "aws", message(t, name+".json")); status != 200 {
			t.Errorf("%s: got %d %v", name, status, answer)
		}
	}
}

func TestReplayWindowIsConfigurable(t *testing.T) {
	c := snsConfig()
	c.SNS.ReplayWindow = config.Duration(24 * time.Hour)
	b := newBench(t, nil, c)
	b.now = alarmTime.Add(23 * time.Hour)
	if status, answer := b.post(t, "aws", message(t, "sns-notification-cloudwatch-alarm.json")); status != 200 {
		t.Errorf("got %d %v", status, answer)
	}
}

func FuzzEnvelope(f *testing.F) {
	files, err := filepath.Glob("testdata/messages/sns-*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(message(f, filepath.Base(file)))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := decodeEnvelope(body)
		if err != nil {
			var format *FormatError
			if !errors.As(err, &format) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if e.MessageID == "" || e.TopicARN == "" || e.at.IsZero() && e.Timestamp[:4] != "0001" {
			t.Fatalf("incomplete: %+v", e)
		}
	})
}
