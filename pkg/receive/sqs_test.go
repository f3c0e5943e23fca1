package receive

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/awsapi"
)

const queueURL = "https://sqs.ap-northeast-1.amazonaws.com/123456789012/andon-alerts"

func TestGoodQueues(t *testing.T) {
	got := check(t, `
receivers:
  - {name: a, sqs: {queue_url: "`+queueURL+`"}}
  - name: b
    default: record
    sqs:
      queue_url: "https://queue.example.internal/123456789012/alerts.fifo"
      region: eu-central-1
      topics: ["arn:aws:sns:eu-central-1:123456789012:alarms"]
      profile: andon
      assume_role_arn: arn:aws:iam::210987654321:role/andon
      external_id: x
      endpoint: "https://queue.example.internal"
      endpoints: {sts: "https://sts.example.internal"}
      ca_certificate_file: /etc/andon/ca.pem
      wait: 5s
      visibility_timeout: 2m
      batch: 3
    mail: {senders: ["*@monitor.example.jp"]}
    extract: [{subject: '(?P<host>\S+)'}]
  - {name: c, sqs: {queue_url: "https://vpce-0a1.sqs.us-gov-west-1.vpce.amazonaws.com/123456789012/q", access_key_file: /k, secret_key_file: /s}}
`)
	if len(got) != 0 {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}

func TestMistakesOfQueues(t *testing.T) {
	for _, c := range []struct {
		fields string
		want   []string
	}{
		{``, []string{".sqs.queue_url: missing; such as https://sqs.ap-northeast-1.amazonaws.com/123456789012/andon-alerts"}},
		{`queue_url: andon-alerts, region: eu-west-1`, []string{`.sqs.queue_url: "andon-alerts" is not the address of a queue`}},
		{`queue_url: "https://sqs.eu-west-1.amazonaws.com/andon-alerts"`, []string{".sqs.queue_url: "}},
		{`queue_url: "https://u:p@sqs.eu-west-1.amazonaws.com/123456789012/q"`, []string{".sqs.queue_url: the address of a queue has no user"}},
		{`queue_url: "https://queue.example.com/123456789012/q"`, []string{".sqs.region: missing, and the address of the queue does not name it"}},
		{`queue_url: "` + queueURL + `", region: eu-west-1`, []string{`.sqs.region: "eu-west-1", and the queue is in ap-northeast-1`}},
		{`queue_url: "https://queue.example.com/123456789012/q", region: Tokyo`, []string{`.sqs.region: "Tokyo" is not the name of a region`}},
		{`queue_url: "` + queueURL + `", topics: [alarms]`, []string{`.sqs.topics[0]: "alarms" is not the ARN of a topic`}},
		{`queue_url: "` + queueURL + `", access_key_file: /k`, []string{".sqs.secret_key_file: missing"}},
		{`queue_url: "` + queueURL + `", secret_key_file: /k`, []string{".sqs.access_key_file: missing"}},
		{`queue_url: "` + queueURL + `", access_key_file: /k, secret_key_file: /s, profile: p`, []string{".sqs.profile: the keys stand here too"}},
		{`queue_url: "` + queueURL + `", external_id: x`, []string{".sqs.external_id: it belongs to a role"}},
		{`queue_url: "` + queueURL + `", assume_role_arn: andon`, []string{`.sqs.assume_role_arn: "andon" is not the ARN of a role`}},
		{`queue_url: "` + queueURL + `", endpoint: "ftp://x"`, []string{".sqs.endpoint: "}},
		{`queue_url: "` + queueURL + `", endpoints: {s3: "https://x"}`, []string{".sqs.endpoints.s3: is not a service"}},
		{`queue_url: "` + queueURL + `", wait: 21s`, []string{".sqs.wait: 21s cannot be; whole seconds, 1s to 20s"}},
		{`queue_url: "` + queueURL + `", wait: 1500ms`, []string{".sqs.wait: "}},
		{`queue_url: "` + queueURL + `", visibility_timeout: 5s`, []string{".sqs.visibility_timeout: 5s cannot be"}},
		{`queue_url: "` + queueURL + `", visibility_timeout: 13h`, []string{".sqs.visibility_timeout: 13h cannot be"}},
		{`queue_url: "` + queueURL + `", batch: 11`, []string{".sqs.batch: 11 messages"}},
		{`queue_url: "` + queueURL + `", batch: -1`, []string{".sqs.batch: -1 messages"}},
		{`queue_url: "` + queueURL + `", access_key: AKIA`, []string{".sqs.access_key: "}},
	} {
		got := check(t, "receivers: [{name: a, sqs: {"+c.fields+"}}]")
		if len(got) != len(c.want) {
			t.Errorf("%s: got\n%s", c.fields, strings.Join(got, "\n"))
			continue
		}
		for i, want := range c.want {
			if !strings.HasPrefix(got[i], "receivers[0]"+want) {
				t.Errorf("%s:\n%s", c.fields, cmp.Diff("receivers[0]"+want, got[i]))
			}
		}
	}
	got := check(t, `receivers: [{name: a, sqs: {queue_url: "`+queueURL+`"}, authorization: {token_file: /t}, extract: [{subject: '(?P<x>.)'}]}]`)
	if want := "[receivers[0].extract: it reads mails, and mail is missing; add mail: {senders: […]} " +
		"receivers[0].authorization: nothing is posted to a receiver that pulls its messages; remove it; the queue's policy says who may send]"; fmt.Sprint(got) != want {
		t.Errorf("got %s", got)
	}
}

func TestQueuesAreOpenedWithTheirFiles(t *testing.T) {
	c := queueConfig(t)
	c.SQS.CACertificateFile, c.SQS.AssumeRoleARN = "testdata/messages/sns-test-signing-cert.pem", "arn:aws:iam::210987654321:role/andon"
	queues, err := OpenQueues([]Config{alertmanagerConfig(t), c}, QueueDeps{Sink: &sink{}, Now: time.Now, Logger: discard})
	if err != nil || len(queues) != 1 || queues[0].Name() != "aws" || queues[0].URL() != queueURL {
		t.Fatalf("got %d queues, %v", len(queues), err)
	}
	set := queues[0].settings
	if set.AuthType != awsapi.AuthKeys || set.SecretKey != secret || set.CACert == "" || set.DefaultRegion != "ap-northeast-1" {
		t.Errorf("auth %s, region %s", set.AuthType, set.DefaultRegion)
	}
	if ps := CheckFiles("receivers", []Config{c}); len(ps) > 0 {
		t.Errorf("files are judged as %v", ps)
	}
	again, err := OpenQueues([]Config{c}, QueueDeps{Sink: &sink{}, Now: time.Now, Logger: discard})
	if err != nil || !queues[0].Same(again[0]) {
		t.Errorf("the same settings are another queue: %v", err)
	}
	section := *c.SQS
	section.Batch = 1
	c.SQS = &section
	if again, err = OpenQueues([]Config{c}, QueueDeps{Sink: &sink{}, Now: time.Now, Logger: discard}); err != nil || queues[0].Same(again[0]) {
		t.Errorf("another queue is the same: %v", err)
	}
	c.SQS.SecretKeyFile, c.SQS.CACertificateFile = "/nowhere/secret", "sqs.go"
	_, err = OpenQueues([]Config{c}, QueueDeps{Sink: &sink{}, Now: time.Now, Logger: discard})
	if err == nil || !strings.HasPrefix(err.Error(), "receivers[0]: sqs.secret_key_file: ") || strings.Contains(err.Error(), secret) {
		t.Errorf("a file that is not there: %v", err)
	}
	if ps := CheckFiles("receivers", []Config{c}); len(ps) != 2 || ps[0].Path != "receivers[0].sqs.secret_key_file" || ps[1].Path != "receivers[0].sqs.ca_certificate_file" {
		t.Errorf("files are judged as %v", ps)
	}
}

func TestNothingIsPostedToAQueue(t *testing.T) {
	b := newBench(t, nil, queueConfig(t))
	status, answer := b.post(t, "aws", message(t, "sns-notification-cloudwatch-alarm.json"))
	if status != http.StatusNotFound || !strings.Contains(answer["error"], "pulls its messages") || b.sink.events() > 0 || b.sink.last(t).Authenticated {
		t.Errorf("answered %d: %s", status, answer)
	}
}

// A queue is asked where its address says, unless an endpoint says otherwise.
func TestWhereAQueueIsAsked(t *testing.T) {
	const private = "https://vpce-0a1.sqs.ap-northeast-1.vpce.amazonaws.com/123456789012/q"
	for _, c := range []struct {
		queue SQS
		want  string // "": as the SDK does
	}{
		{SQS{QueueURL: queueURL}, ""},
		{SQS{QueueURL: "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q"}, ""},
		{SQS{QueueURL: "https://ap-northeast-1.queue.amazonaws.com/123456789012/q", Region: "ap-northeast-1"}, ""},
		{SQS{QueueURL: private}, "https://vpce-0a1.sqs.ap-northeast-1.vpce.amazonaws.com"},
		{SQS{QueueURL: "http://127.0.0.1:9324/123456789012/q", Region: "eu-west-1"}, "http://127.0.0.1:9324"},
		{SQS{QueueURL: private, Endpoints: map[string]string{"sts": "https://sts.example.internal"}}, "https://vpce-0a1.sqs.ap-northeast-1.vpce.amazonaws.com"},
		{SQS{QueueURL: private, Endpoints: map[string]string{"sqs": "https://proxy.example.internal"}}, "https://proxy.example.internal"},
		{SQS{QueueURL: private, Endpoint: "https://aws.example.internal"}, ""},
	} {
		set, problems := c.queue.settings(secrets{})
		if got := set.Endpoints["sqs"]; len(problems) > 0 || got != c.want || set.Endpoints["sts"] != c.queue.Endpoints["sts"] {
			t.Errorf("%+v: asked at %q, want %q; %v", c.queue, got, c.want, problems)
		}
	}
}
