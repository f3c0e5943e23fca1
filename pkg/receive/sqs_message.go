package receive

import (
	"bytes"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/andonhq/andon/pkg/alert"
)

// pulledMessage is one message of a queue.
type pulledMessage struct {
	id, receipt string
	body        []byte
	group       string    // of a FIFO queue
	sent        time.Time // when it entered the queue; zero: the queue did not say
	received    int       // how often it was handed out, this time included
}

func pulledMessageOf(m types.Message) pulledMessage {
	attribute := func(name types.MessageSystemAttributeName) string { return m.Attributes[string(name)] }
	p := pulledMessage{
		id: aws.ToString(m.MessageId), receipt: aws.ToString(m.ReceiptHandle), body: []byte(aws.ToString(m.Body)),
		group: attribute(types.MessageSystemAttributeNameMessageGroupId),
	}
	if ms, err := strconv.ParseInt(attribute(types.MessageSystemAttributeNameSentTimestamp), 10, 64); err == nil {
		p.sent = time.UnixMilli(ms).UTC()
	}
	// Without it no message ever counts as received too often.
	p.received, _ = strconv.Atoi(attribute(types.MessageSystemAttributeNameApproximateReceiveCount))
	return p
}

// poison is a message that was not understood or not allowed, and why.
type poison struct{ reason, detail string }

// decode turns a message into events: an SNS message by its envelope, without
// signature, certificate or age, which the queue's policy stands for; a bare
// one (raw message delivery) by what it holds. Who is to be told, and what is
// to be kept on record, is in the outcome as with SNS over HTTP; what has no
// outcome is poison.
func (p pulled) decode(m pulledMessage, now time.Time, log *slog.Logger) (outcome, *poison) {
	e, err := decodeEnvelope(m.body)
	var format *FormatError
	switch {
	case errors.As(err, &format) && format.Field == "Type":
		return p.bare(m, now)
	case err != nil:
		out, wrong := p.bare(m, now)
		if wrong != nil && wrong.reason == ReasonUnsupported { // an object: say what is wrong with it
			wrong = &poison{ReasonFormat, err.Error()}
		}
		return out, wrong
	case !p.allows(e):
		r := foreignTopic(e)
		return outcome{}, &poison{r.reason, r.field + ": " + r.what}
	}
	var out outcome
	switch e.Type {
	case snsSubscription:
		u, err := newHostRule(nil).subscribe(e.SubscribeURL, e.TopicARN)
		if err != nil {
			return outcome{}, &poison{ReasonSubscribeURL, "SubscribeURL: " + err.Error()}
		}
		// Nothing is visited: the queue may be in a network that leads nowhere.
		log.Warn("subscription waits for you: open subscribe_url to confirm it",
			"receiver", p.name, "topic", e.TopicARN, "subscribe_url", u.String())
		out = outcome{batch: Batch{Records: []alert.Entry{p.decoder.record(e, now, "subscription not confirmed: visit the address in the log", "")}}}
	case snsUnsubscribed:
		out = p.decoder.unsubscribed(e, now)
	default:
		out = p.decoder.notification(e, now)
	}
	out.batch.Key = "sqs/" + p.name + "/" + e.MessageID
	return out, nil
}

// bare decodes a message without envelope.
func (p pulled) bare(m pulledMessage, now time.Time) (outcome, *poison) {
	c := contentOf(string(m.body))
	if c == nil {
		what := "neither a message of Amazon SNS nor a CloudWatch alarm or a mail of Amazon SES"
		if t := bytes.TrimSpace(m.body); len(t) > 0 && t[0] == '{' {
			return outcome{}, &poison{ReasonUnsupported, what}
		}
		return outcome{}, &poison{ReasonFormat, what}
	}
	at := m.sent
	if at.IsZero() {
		at = now
	}
	out := c.decode(p.decoder, &envelope{Type: snsNotification, MessageID: m.id, Message: string(m.body), at: at}, now)
	out.batch.Key = "sqs/" + p.name + "/" + m.id
	return out, nil
}

// keep is a batch that puts a poison message on record, with the beginning of
// its body, so that it can be deleted.
func (p pulled) keep(m pulledMessage, why poison, now, until time.Time) Batch {
	return Batch{
		Receiver: p.name, Key: "sqs-poison/" + p.name + "/" + m.id, KeyUntil: until,
		Records: []alert.Entry{{
			At: now, Kind: alert.Recorded, Identity: alert.Identity(p.name + "/" + m.id), Receiver: p.name,
			Note:     "taken off the queue, not understood: " + why.detail,
			Labels:   alert.LabelsOf(map[string]string{"message_id": m.id, "reason": why.reason}),
			Original: cutText(string(bytes.ToValidUTF8(m.body, []byte("�"))), maxOriginal),
		}},
	}
}
