package receive

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// snsDecoder turns the messages inside SNS envelopes into events. It asks
// for no proof; whoever calls it has checked the envelope.
type snsDecoder struct {
	name string
	mail *mailPolicy // nil: no mails here
}

func newSNSDecoder(c *Config) snsDecoder {
	d := snsDecoder{name: c.Name}
	if c.Mail != nil {
		d.mail = newMailPolicy(c)
	}
	return d
}

// content is one kind of document inside an envelope.
type content struct {
	kind   string
	is     func(probe) bool
	decode func(d snsDecoder, e *envelope, now time.Time) outcome
}

// contents are the kinds that are understood, besides plain text.
var contents = []content{
	{KindCloudWatch, func(p probe) bool { return p.AlarmName != nil && p.NewStateValue != nil }, snsDecoder.cloudWatch},
	{KindSES, func(p probe) bool { return p.NotificationType == "Received" && p.Mail != nil }, snsDecoder.ses},
}

// probe holds the fields by which a document is recognised.
type probe struct {
	AlarmName        json.RawMessage
	NewStateValue    json.RawMessage
	NotificationType string          `json:"notificationType"`
	Mail             json.RawMessage `json:"mail"`
}

func contentOf(message string) *content {
	var p probe
	if len(message) == 0 || json.Unmarshal([]byte(message), &p) != nil {
		return nil
	}
	for i := range contents {
		if contents[i].is(p) {
			return &contents[i]
		}
	}
	return nil
}

func (d snsDecoder) notification(e *envelope, now time.Time) outcome {
	if c := contentOf(e.Message); c != nil {
		return c.decode(d, e, now)
	}
	return d.unusable(e, now, Refusal{Reason: ReasonUnsupported, Detail: "no receiver for this kind of message"}, e.readable())
}

// unusable keeps a message on record that could not become an event.
func (d snsDecoder) unusable(e *envelope, now time.Time, r Refusal, original string) outcome {
	r.Receiver, r.Status = d.name, http.StatusOK
	return outcome{
		batch:    Batch{Receiver: d.name, Records: []alert.Entry{d.record(e, now, r.Detail, original)}},
		refusals: []Refusal{r},
	}
}

// record is an entry of the history about a message.
func (d snsDecoder) record(e *envelope, now time.Time, note, original string) alert.Entry {
	return alert.Entry{
		At: now, Kind: alert.Recorded, Identity: alert.Identity(d.name + "/" + e.MessageID), Receiver: d.name, Note: note,
		Labels:   alert.LabelsOf(map[string]string{"topic": e.TopicARN, "subject": cutText(e.Subject, 1<<10)}),
		Original: original,
	}
}

// readable is the message for people: JSON laid out, text as it is.
func (e *envelope) readable() string {
	if json.Valid([]byte(e.Message)) {
		return indented([]byte(e.Message))
	}
	return cutText(e.Message, maxOriginal)
}
