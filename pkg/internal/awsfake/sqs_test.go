package awsfake

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func sq(f *Fake) *sqs.Client { return sqs.NewFromConfig(sdk(f, AdminKey, MainRegion)) }

func receive(t *testing.T, f *Fake) []types.Message {
	t.Helper()
	out, err := sq(f).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: ptr(AlertQueueURL), MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

func TestQueue(t *testing.T) {
	f, c := newFake(t, Options{})
	ctx := t.Context()
	address, err := sq(f).GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: ptr(AlertQueue)})
	if err != nil || *address.QueueUrl != AlertQueueURL {
		t.Fatalf("%v %v", address, err)
	}
	if _, err := sq(f).SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: ptr(AlertQueueURL), MessageBody: ptr("障害")}); err != nil {
		t.Fatal(err)
	}
	f.Send("second")
	first := receive(t, f)
	if len(first) != 2 || *first[0].Body != "障害" || first[0].Attributes["ApproximateReceiveCount"] != "1" {
		t.Fatalf("%+v", first)
	}
	if again := receive(t, f); len(again) != 0 {
		t.Error("received while invisible")
	}
	a, err := sq(f).GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: ptr(AlertQueueURL), AttributeNames: []types.QueueAttributeName{"All"}})
	if err != nil || a.Attributes["ApproximateNumberOfMessagesNotVisible"] != "2" {
		t.Errorf("%v %v", a, err)
	}
	if _, err := sq(f).ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: ptr(AlertQueueURL), ReceiptHandle: first[0].ReceiptHandle, VisibilityTimeout: 60}); err != nil {
		t.Fatal(err)
	}
	c.add(31 * time.Second)
	second := receive(t, f)
	if len(second) != 1 || *second[0].Body != "second" || second[0].Attributes["ApproximateReceiveCount"] != "2" {
		t.Fatalf("%+v", second)
	}
	out, err := sq(f).DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: ptr(AlertQueueURL), Entries: []types.DeleteMessageBatchRequestEntry{
		{Id: ptr("a"), ReceiptHandle: second[0].ReceiptHandle}, {Id: ptr("b"), ReceiptHandle: ptr("nonsense")},
	}})
	if err != nil || len(out.Successful) != 1 || len(out.Failed) != 1 || f.Queued() != 1 {
		t.Errorf("%v %v, %d queued", out, err, f.Queued())
	}
	if _, err := sq(f).DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: ptr(AlertQueueURL), ReceiptHandle: first[0].ReceiptHandle}); err != nil || f.Queued() != 0 {
		t.Errorf("delete: %v, %d queued", err, f.Queued())
	}
	_, err = sq(f).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: ptr(AlertQueueURL + "x")})
	var none *types.QueueDoesNotExist
	if !errors.As(err, &none) || code(err) != "AWS.SimpleQueueService.NonExistentQueue" {
		t.Errorf("unknown queue: %v", err)
	}
	f.FailNext("ReceiveMessage", 1, ErrThrottled(SQS))
	_, err = sq(f).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: ptr(AlertQueueURL)})
	var slow *types.RequestThrottled
	if !errors.As(err, &slow) {
		t.Errorf("throttled: %v", err)
	}
}

func TestLongPollInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Options{Now: time.Now, Anchor: time.Now()})
		start := time.Now()
		go func() {
			<-time.After(7 * time.Second)
			f.Send("late")
		}()
		out, err := sq(f).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: ptr(AlertQueueURL), WaitTimeSeconds: 20})
		if err != nil || len(out.Messages) != 1 || time.Since(start) != 7*time.Second {
			t.Errorf("%v %v after %s", out, err, time.Since(start))
		}
		start = time.Now()
		if out, err = sq(f).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: ptr(AlertQueueURL), WaitTimeSeconds: 5}); err != nil || len(out.Messages) != 0 || time.Since(start) != 5*time.Second {
			t.Errorf("%v %v after %s", out, err, time.Since(start))
		}
		f.SetDelay(30 * time.Millisecond)
		start = time.Now()
		if _, err := sq(f).GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: ptr(AlertQueue)}); err != nil || time.Since(start) != 30*time.Millisecond {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	})
}

func TestServe(t *testing.T) {
	f, _ := newFake(t, Options{})
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Serve(ctx, l) }()
	transport := &http.Transport{}
	client := sqs.NewFromConfig(sdk(f, AdminKey, MainRegion), func(o *sqs.Options) {
		o.BaseEndpoint = ptr("http://" + l.Addr().String())
		o.HTTPClient = &http.Client{Transport: transport}
	})
	out, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: ptr(AlertQueue)})
	if err != nil || *out.QueueUrl != "http://"+l.Addr().String()+"/"+MainAccount+"/"+AlertQueue {
		t.Errorf("%v %v", out, err)
	}
	transport.CloseIdleConnections()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestVisibilityOfABatch(t *testing.T) {
	f, c := newFake(t, Options{})
	f.Send("one")
	got := receive(t, f)
	hide := func(seconds int32) *sqs.ChangeMessageVisibilityBatchOutput {
		t.Helper()
		out, err := sq(f).ChangeMessageVisibilityBatch(t.Context(), &sqs.ChangeMessageVisibilityBatchInput{
			QueueUrl: ptr(AlertQueueURL), Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
				{Id: ptr("a"), ReceiptHandle: got[0].ReceiptHandle, VisibilityTimeout: seconds}, {Id: ptr("b"), ReceiptHandle: ptr("AQEBnone")},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	out := hide(120)
	if len(out.Successful) != 1 || *out.Successful[0].Id != "a" || len(out.Failed) != 1 || *out.Failed[0].Code != "ReceiptHandleIsInvalid" {
		t.Fatalf("got %+v", out)
	}
	c.add(time.Minute)
	if again := receive(t, f); len(again) != 0 {
		t.Error("a message whose visibility was extended came again")
	}
	hide(0)
	if again := receive(t, f); len(again) != 1 {
		t.Error("a message that was given back did not come again")
	}
}

func TestDeadLetters(t *testing.T) {
	f, c := newFake(t, Options{})
	f.Redrive(2)
	f.Send("bad")
	attributes, err := sq(f).GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: ptr(AlertQueueURL), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameRedrivePolicy},
	})
	if err != nil || attributes.Attributes["RedrivePolicy"] == "" {
		t.Fatalf("got %v, %v", attributes, err)
	}
	for n := range 3 {
		if got := receive(t, f); (len(got) == 1) != (n < 2) {
			t.Errorf("receive %d: %d messages", n+1, len(got))
		}
		c.add(time.Minute)
	}
	if f.Queued() != 0 || f.DeadLetters() != 1 {
		t.Errorf("%d messages in the queue, %d dead letters", f.Queued(), f.DeadLetters())
	}
	f.RemoveQueue()
	if _, err := sq(f).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: ptr(AlertQueueURL)}); err == nil || f.Queued() != 0 {
		t.Errorf("a queue that is gone answers: %v", err)
	}
}
