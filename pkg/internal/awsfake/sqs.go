package awsfake

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

var sqsOperations = map[string]handler{
	"SendMessage": on((*Fake).sendMessage), "ReceiveMessage": on((*Fake).receiveMessage), "DeleteMessage": on((*Fake).deleteMessage),
	"DeleteMessageBatch": on((*Fake).deleteMessageBatch), "ChangeMessageVisibility": on((*Fake).changeMessageVisibility),
	"ChangeMessageVisibilityBatch": on((*Fake).changeMessageVisibilityBatch),
	"GetQueueAttributes":           on((*Fake).getQueueAttributes), "GetQueueUrl": on((*Fake).getQueueURL),
}

// sqsErrors are the error shapes of the service.
var sqsErrors = map[string]bool{
	"QueueDoesNotExist": true, "ReceiptHandleIsInvalid": true, "RequestThrottled": true, "OverLimit": true, "EmptyBatchRequest": true,
	"TooManyEntriesInBatchRequest": true, "MessageNotInflight": true, "InvalidAttributeValue": true,
}

// find returns a queue by its address, whatever host it names.
func (d *queueDesk) find(c *call, address string) (*queue, error) {
	u, err := url.Parse(address)
	if err == nil {
		if parts := strings.Split(strings.Trim(u.Path, "/"), "/"); len(parts) >= 2 {
			parts = parts[len(parts)-2:]
			if q := d.queues[[3]string{parts[0], c.region, parts[1]}]; q != nil {
				return q, nil
			}
		}
	}
	return nil, errNoQueue()
}

func errNoQueue() *Error {
	return &Error{Code: "QueueDoesNotExist", QueryCode: "AWS.SimpleQueueService.NonExistentQueue", Message: "The specified queue does not exist."}
}

func errReceipt() *Error {
	return errf("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
}

type sendIn struct {
	QueueURL     string `json:"QueueUrl"`
	MessageBody  string
	DelaySeconds int

	MessageGroupID         string `json:"MessageGroupId"`
	MessageDeduplicationID string `json:"MessageDeduplicationId"`
}

type sendOut struct {
	MessageID        string `json:"MessageId"`
	MD5OfMessageBody string
}

// maxMessage is the largest body.
const maxMessage = 1 << 20

func (f *Fake) sendMessage(c *call, in *sendIn) (*sendOut, error) {
	if in.MessageBody == "" || len(in.MessageBody) > maxMessage || in.DelaySeconds < 0 || in.DelaySeconds > 900 {
		return nil, errf("InvalidAttributeValue", "a body of 1 to %d bytes and a delay of 0 to 900 seconds are expected", maxMessage)
	}
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q, err := f.queues.find(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	if err := q.checkOrder(in); err != nil {
		return nil, err
	}
	id := f.queues.send(q, sent{
		in.MessageBody, time.Duration(in.DelaySeconds) * time.Second, in.MessageGroupID, in.MessageDeduplicationID,
	}, f.now())
	return &sendOut{id, checksum(in.MessageBody)}, nil
}

type receiveIn struct {
	QueueURL                                    string `json:"QueueUrl"`
	AttributeNames, MessageSystemAttributeNames []string
	MaxNumberOfMessages                         int
	VisibilityTimeout                           *int
	WaitTimeSeconds                             int
}

type receivedMessage struct {
	MessageID     string            `json:"MessageId"`
	ReceiptHandle string            `json:"ReceiptHandle"`
	MD5OfBody     string            `json:"MD5OfBody"`
	Body          string            `json:"Body"`
	Attributes    map[string]string `json:"Attributes,omitempty"`
}

type receiveOut struct {
	Messages []receivedMessage `json:"Messages,omitempty"`
}

// pollEvery is how often a long poll looks whether a message became visible by
// the fake's clock, which may move by jumps.
const pollEvery = 100 * time.Millisecond

// receiveMessage waits for a message as long as the request says, by the
// process's timers; the visibility of messages goes by the fake's clock.
func (f *Fake) receiveMessage(c *call, in *receiveIn) (*receiveOut, error) {
	n := max(in.MaxNumberOfMessages, 1)
	visibility := defaultVisibility
	if in.VisibilityTimeout != nil {
		visibility = time.Duration(*in.VisibilityTimeout) * time.Second
	}
	if n > 10 || in.WaitTimeSeconds < 0 || in.WaitTimeSeconds > 20 || visibility < 0 || visibility > 12*time.Hour {
		return nil, errf("InvalidAttributeValue", "up to 10 messages, a wait of 0 to 20 s, a visibility timeout of 0 to 12 h")
	}
	ctx, cancel := context.WithTimeout(c.ctx, time.Duration(in.WaitTimeSeconds)*time.Second)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		f.queues.mu.Lock()
		q, err := f.queues.find(c, in.QueueURL)
		if err != nil {
			f.queues.mu.Unlock()
			return nil, err
		}
		now := f.now()
		got := f.queues.take(q, n, now, now.Add(visibility))
		changed := q.changed
		f.queues.mu.Unlock()
		if len(got) > 0 || in.WaitTimeSeconds == 0 {
			return received(got, append(in.AttributeNames, in.MessageSystemAttributeNames...)), nil
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-ctx.Done():
			return &receiveOut{}, nil
		}
	}
}

func received(got []*message, names []string) *receiveOut {
	out := &receiveOut{}
	for _, m := range got {
		x := receivedMessage{MessageID: m.id, ReceiptHandle: m.receipt, MD5OfBody: checksum(m.body), Body: m.body}
		has := map[string]string{
			"ApproximateReceiveCount": strconv.Itoa(m.received), "SentTimestamp": fmt.Sprint(m.sent.UnixMilli()),
			"ApproximateFirstReceiveTimestamp": fmt.Sprint(m.first.UnixMilli()), "SenderId": "AIDASNSEXAMPLE",
		}
		if m.group != "" {
			has["MessageGroupId"], has["MessageDeduplicationId"], has["SequenceNumber"] = m.group, m.deduplication, fmt.Sprintf("%020d", m.sequence)
		}
		for name, v := range has {
			if slices.Contains(names, name) || slices.Contains(names, "All") {
				if x.Attributes == nil {
					x.Attributes = map[string]string{}
				}
				x.Attributes[name] = v
			}
		}
		out.Messages = append(out.Messages, x)
	}
	return out
}

type receiptIn struct {
	QueueURL          string `json:"QueueUrl"`
	ReceiptHandle     string
	VisibilityTimeout int
}

// deleteMessage takes a message away. A receipt that is no longer the latest is
// accepted and does nothing, except in a FIFO queue, where it has expired.
func (f *Fake) deleteMessage(c *call, in *receiptIn) (*struct{}, error) {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q, err := f.queues.find(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	if err := q.remove(in.ReceiptHandle, f.now()); err != nil {
		return nil, err
	}
	return &struct{}{}, nil
}

func (q *queue) remove(receipt string, now time.Time) *Error {
	if !strings.HasPrefix(receipt, receiptPrefix[:4]) {
		return errReceipt()
	}
	if q.expired(receipt, now) {
		return errExpired(receipt)
	}
	if i, m := q.byReceipt(receipt); m != nil {
		q.messages = slices.Delete(q.messages, i, i+1)
		q.tell() // its group is free
	}
	return nil
}

func (f *Fake) changeMessageVisibility(c *call, in *receiptIn) (*struct{}, error) {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q, err := f.queues.find(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	if err := q.hide(in.ReceiptHandle, f.now(), time.Duration(in.VisibilityTimeout)*time.Second); err != nil {
		return nil, err
	}
	return &struct{}{}, nil
}

// hide sets for how long a message that was handed out stays hidden.
func (q *queue) hide(receipt string, now time.Time, d time.Duration) *Error {
	_, m := q.byReceipt(receipt)
	switch {
	case m == nil:
		return errReceipt()
	case !m.visible.After(now):
		return &Error{Code: "MessageNotInflight", QueryCode: "AWS.SimpleQueueService.MessageNotInflight", Message: "The message is not in flight."}
	}
	m.visible = now.Add(d)
	return nil
}

func (f *Fake) getQueueAttributes(c *call, in *struct {
	QueueURL       string `json:"QueueUrl"`
	AttributeNames []string
},
) (*attributesOut, error) {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q, err := f.queues.find(c, in.QueueURL)
	if err != nil {
		return nil, err
	}
	waiting, hidden := 0, 0
	for _, m := range q.messages {
		if m.visible.After(f.now()) {
			hidden++
		} else {
			waiting++
		}
	}
	name := in.QueueURL[strings.LastIndexByte(in.QueueURL, '/')+1:]
	out := &attributesOut{map[string]string{}}
	has := map[string]string{
		"QueueArn": "arn:aws:sqs:" + c.region + ":" + c.account + ":" + name, "ApproximateNumberOfMessages": strconv.Itoa(waiting),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(hidden), "VisibilityTimeout": strconv.Itoa(int(defaultVisibility.Seconds())),
		"MessageRetentionPeriod": "1209600", "ReceiveMessageWaitTimeSeconds": "0",
	}
	if q.fifo {
		has["FifoQueue"], has["ContentBasedDeduplication"] = "true", "false"
	}
	if q.deadLetters != nil {
		has["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn":"arn:aws:sqs:%s:%s:%s-dead","maxReceiveCount":%d}`, c.region, c.account, name, q.maxReceived)
	}
	for k, v := range has {
		if slices.Contains(in.AttributeNames, "All") || slices.Contains(in.AttributeNames, k) {
			out.Attributes[k] = v
		}
	}
	return out, nil
}

type queueURLOut struct {
	QueueURL string `json:"QueueUrl"`
}

func (f *Fake) getQueueURL(c *call, in *struct{ QueueName, QueueOwnerAWSAccountId string }) (*queueURLOut, error) { //nolint:revive // the wire's name
	owner := in.QueueOwnerAWSAccountId
	if owner == "" {
		owner = c.account
	}
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	if f.queues.queues[[3]string{owner, c.region, in.QueueName}] == nil {
		return nil, errNoQueue()
	}
	return &queueURLOut{c.origin + "/" + owner + "/" + in.QueueName}, nil
}
