package awsfake

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	ordered    = "ordered.fifo"
	orderedURL = "https://sqs." + MainRegion + ".amazonaws.com/" + MainAccount + "/" + ordered
)

// line is a FIFO queue under test.
type line struct {
	*testing.T
	f *Fake
	c *clock
}

func newLine(t *testing.T) line {
	f, c := newFake(t, Options{})
	f.AddQueue(MainAccount, MainRegion, ordered)
	return line{t, f, c}
}

func (l line) send(group, deduplication, body string) (string, error) {
	in := &sqs.SendMessageInput{QueueUrl: ptr(orderedURL), MessageBody: &body}
	if group != "" {
		in.MessageGroupId = &group
	}
	if deduplication != "" {
		in.MessageDeduplicationId = &deduplication
	}
	out, err := sq(l.f).SendMessage(l.Context(), in)
	if err != nil {
		return "", err
	}
	return *out.MessageId, nil
}

// receive takes up to n messages: their bodies, and their receipts by body.
func (l line) receive(n int32) (string, map[string]*string) {
	l.Helper()
	out, err := sq(l.f).ReceiveMessage(l.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: ptr(orderedURL), MaxNumberOfMessages: n, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	})
	if err != nil {
		l.Fatal(err)
	}
	var bodies []string
	receipts := map[string]*string{}
	for _, m := range out.Messages {
		if group := m.Attributes["MessageGroupId"]; group != (*m.Body)[:1] || m.Attributes["SequenceNumber"] == "" || m.Attributes["MessageDeduplicationId"] == "" {
			l.Errorf("%s has the attributes %v", *m.Body, m.Attributes)
		}
		bodies = append(bodies, *m.Body)
		receipts[*m.Body] = m.ReceiptHandle
	}
	return strings.Join(bodies, " "), receipts
}

func (l line) delete(receipt *string) error {
	_, err := sq(l.f).DeleteMessage(l.Context(), &sqs.DeleteMessageInput{QueueUrl: ptr(orderedURL), ReceiptHandle: receipt})
	return err
}

func TestAGroupWithAMessageInFlightGivesNoOther(t *testing.T) {
	l := newLine(t)
	for _, body := range []string{"a1", "a2", "b1", "a3", "b2"} {
		if _, err := l.send(body[:1], body, body); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(n int32, want string) map[string]*string {
		t.Helper()
		got, receipts := l.receive(n)
		if got != want {
			t.Errorf("received %q, want %q", got, want)
		}
		return receipts
	}
	first := expect(1, "a1")
	both := expect(10, "b1 b2") // one answer may hold several of a group
	expect(10, "")
	if err := l.delete(both["b1"]); err != nil {
		t.Fatal(err)
	}
	expect(10, "") // b2 is still in flight
	if err := l.delete(first["a1"]); err != nil {
		t.Fatal(err)
	}
	second := expect(1, "a2")
	l.c.add(31 * time.Second) // its visibility ends, and that of b2
	if err := l.delete(second["a2"]); code(err) != "InvalidParameterValue" || !strings.Contains(err.Error(), "expired") {
		t.Errorf("deleting too late: %v", err)
	}
	again := expect(10, "a2 a3 b2")
	if err := l.delete(second["a2"]); code(err) != "InvalidParameterValue" {
		t.Errorf("deleting by an old receipt: %v", err)
	}
	if _, err := sq(l.f).ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: ptr(orderedURL), ReceiptHandle: again["a2"], VisibilityTimeout: 0}); err != nil {
		t.Fatal(err)
	}
	expect(10, "") // a2 is visible, but a3 is in flight
	for _, body := range []string{"a3", "b2", "b2"} {
		if err := l.delete(again[body]); err != nil {
			t.Errorf("deleting %s: %v", body, err)
		}
	}
	expect(10, "a2")
	if n := l.f.QueuedIn(MainAccount, MainRegion, ordered); n != 1 {
		t.Errorf("%d messages left", n)
	}
}

func TestDeduplication(t *testing.T) {
	l := newLine(t)
	id, err := l.send("a", "once", "a1")
	if err != nil {
		t.Fatal(err)
	}
	_, receipts := l.receive(10)
	if err := l.delete(receipts["a1"]); err != nil {
		t.Fatal(err)
	}
	l.c.add(deduplicationFor - time.Second)
	if again, err := l.send("a", "once", "a1"); err != nil || again != id {
		t.Errorf("sent again within five minutes it is %s (%v), not %s", again, err, id)
	}
	if got, _ := l.receive(10); got != "" {
		t.Errorf("received %q", got)
	}
	l.c.add(time.Second)
	if again, err := l.send("a", "once", "a1"); err != nil || again == id {
		t.Errorf("sent again after five minutes it is %s, %v", again, err)
	}
	if got, _ := l.receive(10); got != "a1" {
		t.Errorf("received %q", got)
	}
	if id := l.f.SendToGroup(MainAccount, MainRegion, ordered, "a", "twice", "a2"); id != l.f.SendToGroup(MainAccount, MainRegion, ordered, "a", "twice", "a2") {
		t.Error("a topic's message that was sent twice is two")
	}
	// A standard queue knows nothing of it.
	for range 2 {
		l.f.SendTo(MainAccount, MainRegion, AlertQueue, "x")
	}
	if n := l.f.Queued(); n != 2 {
		t.Errorf("%d messages in the standard queue", n)
	}
}

func TestWhatAFIFOQueueDemands(t *testing.T) {
	l := newLine(t)
	if _, err := l.send("", "x", "a"); code(err) != "MissingParameter" {
		t.Errorf("without a group: %v", err)
	}
	if _, err := l.send("a", "", "a"); code(err) != "InvalidParameterValue" {
		t.Errorf("without a deduplication id: %v", err)
	}
	for url, in := range map[string]*sqs.SendMessageInput{
		"a delay":          {QueueUrl: ptr(orderedURL), MessageBody: ptr("a"), MessageGroupId: ptr("a"), MessageDeduplicationId: ptr("x"), DelaySeconds: 5},
		"a standard queue": {QueueUrl: ptr(AlertQueueURL), MessageBody: ptr("a"), MessageDeduplicationId: ptr("x")},
	} {
		if _, err := sq(l.f).SendMessage(t.Context(), in); code(err) != "InvalidParameterValue" {
			t.Errorf("%s: %v", url, err)
		}
	}
	a, err := sq(l.f).GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: ptr(orderedURL), AttributeNames: []types.QueueAttributeName{"FifoQueue"}})
	if err != nil || a.Attributes["FifoQueue"] != "true" || l.f.QueuedIn(MainAccount, MainRegion, ordered) != 0 || l.f.QueuedIn(MainAccount, MainRegion, "none") != 0 {
		t.Errorf("%v, %v", a, err)
	}
}
