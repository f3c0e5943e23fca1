package receive

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/mail"
)

// Kinds of files that Explain understands.
const (
	KindAlertmanager = "Alertmanager webhook"
	KindGrafana      = "Grafana alerting webhook"
	KindSNS          = "Amazon SNS message"
	KindCloudWatch   = "CloudWatch alarm"
	KindSES          = "mail received by Amazon SES"
	KindMail         = "mail"
)

// Explanation is what a receiver makes of a file.
type Explanation struct {
	// Kind is one of the Kind constants; inside an SNS message, that of its
	// content.
	Kind  string
	Batch Batch
	// Refusals are parts that the receiver could not use, or would not.
	Refusals []Refusal
	// Assumed lists what was taken for granted, such as the signature.
	Assumed []string
}

// Explain decodes a file as the receiver would, without asking for proof that
// only a real delivery has: credentials, signature, age. A bare mail counts
// as DMARC PASS. It reads no files and writes nothing. The error is a
// *FormatError where the file is not what the receiver expects.
func Explain(c Config, body []byte, now time.Time) (Explanation, error) {
	f := formatOf(&c)
	if f == nil {
		return Explanation{}, errors.New("the receiver's configuration says nothing about the sender")
	}
	if c.SNS != nil {
		section := *c.SNS
		section.CertificateFile = "" // not needed, and perhaps not readable here
		c.SNS = &section
	}
	if c.Grafana != nil {
		c.Grafana = &Grafana{}
	}
	s, err := f.open(&c, Deps{Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return Explanation{}, fmt.Errorf("open receiver %s: %w", c.Name, err)
	}
	x, err := s.explain(body, now)
	var r *rejection
	if errors.As(err, &r) {
		return x, &FormatError{r.field, r.what}
	}
	return x, err
}

func (d snsDecoder) explain(body []byte, now time.Time) (Explanation, error) {
	if c := contentOf(string(body)); c != nil {
		e := &envelope{Type: snsNotification, Message: string(body), MessageID: "explained", at: now}
		return d.explained(c.kind, c.decode(d, e, now), "it arrived in a genuine SNS message, just now"), nil
	}
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] != '{' {
		return d.explainMail(body, now)
	}
	e, err := decodeEnvelope(body)
	if err != nil {
		return Explanation{Kind: KindSNS}, err
	}
	const genuine = "its signature and age were not checked"
	if c := contentOf(e.Message); c != nil && e.Type == snsNotification {
		return d.explained(c.kind, c.decode(d, e, now), genuine), nil
	}
	if e.Type != snsNotification {
		out := outcome{batch: Batch{Receiver: d.name, Records: []alert.Entry{d.record(e, now, e.Type, "")}}}
		return d.explained(KindSNS, out, genuine), nil
	}
	return d.explained(KindSNS, d.notification(e, now), genuine), nil
}

func (d snsDecoder) explained(kind string, out outcome, assumed ...string) Explanation {
	return Explanation{Kind: kind, Batch: out.batch, Refusals: out.refusals, Assumed: assumed}
}

// explainMail reads a bare mail, as a file with the ending .eml holds it.
func (d snsDecoder) explainMail(body []byte, now time.Time) (Explanation, error) {
	if d.mail == nil {
		return Explanation{Kind: KindMail}, &FormatError{What: "neither an SNS message nor a CloudWatch alarm; for mails the receiver needs a section mail"}
	}
	m, err := mail.Parse(body)
	if err != nil {
		return Explanation{Kind: KindMail}, &FormatError{What: "expected an SNS message, a CloudWatch alarm or a mail: " + err.Error()}
	}
	to, id := "", m.MessageID
	if len(m.To) > 0 {
		to = m.To[0]
	}
	if id == "" {
		id = "explained"
	}
	labels := d.mail.labels(m, to)
	x := Explanation{Kind: KindMail, Assumed: []string{"DMARC PASS"}, Batch: Batch{Receiver: d.name}}
	if r := d.mail.refuses(m.From, true); r != nil {
		r.Receiver = d.name
		x.Refusals = []Refusal{*r}
		x.Batch.Records = []alert.Entry{{
			At: now, Kind: alert.Recorded, Identity: alert.Identity(id), Receiver: d.name, Note: r.Detail, Labels: labels, Original: m.Readable(),
		}}
		return x, nil
	}
	x.Batch.Events = []alert.Event{mailEvent(d.name, m, id, labels, now)}
	return x, nil
}
