package awsfake

import (
	"slices"
	"strings"
	"time"
)

// What a FIFO queue does besides; see "FIFO queue and message group ID" and
// "Exactly-once processing" in the Amazon SQS Developer Guide.

// deduplicationFor is how long a deduplication id is remembered, also when the
// message is deleted.
const deduplicationFor = 5 * time.Minute

// sending is what is remembered of a deduplication id.
type sending struct {
	message string
	at      time.Time
}

// repeated returns the id of the message that was sent with a deduplication id
// before; a message that is sent again is taken and thrown away.
func (q *queue) repeated(deduplication string, now time.Time) (string, bool) {
	if !q.fifo {
		return "", false
	}
	for id, s := range q.known {
		if now.Sub(s.at) >= deduplicationFor {
			delete(q.known, id)
		}
	}
	s, again := q.known[deduplication]
	return s.message, again
}

// locked are the groups of which a message is in flight: they give no other until
// it is deleted or visible again. No group of a standard queue ever is.
func (q *queue) locked(now time.Time) map[string]bool {
	if !q.fifo {
		return nil
	}
	groups := map[string]bool{}
	for _, m := range q.messages {
		if m.visible.After(now) {
			groups[m.group] = true
		}
	}
	return groups
}

// expired tells of a receipt that a FIFO queue no longer takes for a deletion:
// its message is visible again, or handed out anew.
func (q *queue) expired(receipt string, now time.Time) bool {
	return q.fifo && slices.ContainsFunc(q.messages, func(m *message) bool {
		return strings.HasPrefix(receipt, receiptPrefix+m.id+"-") && (m.receipt != receipt || !m.visible.After(now))
	})
}

func errExpired(receipt string) *Error {
	return errf("InvalidParameterValue", "Value %s for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.", receipt)
}

// checkOrder refuses what one kind of queue needs and the other does not know.
func (q *queue) checkOrder(in *sendIn) error {
	switch {
	case q.fifo && in.MessageGroupID == "":
		return errf("MissingParameter", "The request must contain the parameter MessageGroupId.")
	case q.fifo && in.MessageDeduplicationID == "":
		return errf("InvalidParameterValue", "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
	case q.fifo && in.DelaySeconds > 0:
		return errf("InvalidParameterValue", "Value %d for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.", in.DelaySeconds)
	case !q.fifo && in.MessageDeduplicationID != "":
		return errf("InvalidParameterValue", "The request include parameter that is not valid for this queue type")
	}
	return nil
}

// SendToGroup puts a message into a group of a FIFO queue, as an SNS FIFO topic
// would, and returns its id; with a deduplication id of the last five minutes,
// that of the message which had it.
func (f *Fake) SendToGroup(account, region, name, group, deduplication, body string) string {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	return f.queues.send(f.queues.queues[[3]string{account, region, name}], sent{body: body, group: group, deduplication: deduplication}, f.now())
}

// QueuedIn returns how many messages of a queue are not deleted.
func (f *Fake) QueuedIn(account, region, name string) int {
	f.queues.mu.Lock()
	defer f.queues.mu.Unlock()
	q := f.queues.queues[[3]string{account, region, name}]
	if q == nil {
		return 0
	}
	return len(q.messages)
}
