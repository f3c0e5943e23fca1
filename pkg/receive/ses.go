package receive

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/mail"
)

// sesReceived is a mail that Amazon SES received (SES Developer Guide,
// "Contents of notifications for Amazon SES email receiving").
type sesReceived struct {
	Mail struct {
		Timestamp     time.Time `json:"timestamp"`
		MessageID     string    `json:"messageId"`
		CommonHeaders struct {
			From    []string `json:"from"`
			Subject string   `json:"subject"`
		} `json:"commonHeaders"`
	} `json:"mail"`
	Receipt struct {
		Recipients   []string   `json:"recipients"`
		VirusVerdict sesVerdict `json:"virusVerdict"`
		DMARCVerdict sesVerdict `json:"dmarcVerdict"`
		Action       struct {
			Type     string `json:"type"`
			Encoding string `json:"encoding"`
		} `json:"action"`
	} `json:"receipt"`
	Content *string `json:"content"`
}

type sesVerdict struct {
	Status string `json:"status"`
}

// ses decodes a mail. One that may not speak here is kept on record and
// answered 200: SNS could do nothing about it.
func (d snsDecoder) ses(e *envelope, now time.Time) outcome {
	var n sesReceived
	if err := json.Unmarshal([]byte(e.Message), &n); err != nil {
		return d.unusable(e, now, Refusal{Reason: ReasonFormat, Detail: "the notification of Amazon SES cannot be read: " + err.Error(), Authenticated: true}, e.readable())
	}
	if d.mail == nil {
		return d.unusable(e, now, Refusal{Reason: ReasonUnsupported, Detail: "a mail, and this receiver has no section mail"}, "")
	}
	if n.Mail.Timestamp.IsZero() {
		n.Mail.Timestamp = e.at
	}
	dmarc := strings.EqualFold(n.Receipt.DMARCVerdict.Status, "PASS")
	if strings.EqualFold(n.Receipt.VirusVerdict.Status, "FAIL") {
		return d.unusable(e, now, Refusal{Reason: ReasonVirus, Detail: "a mail with a virus"}, "")
	}
	// What SES says of the author counts only where the mail itself cannot
	// be read: a failure mail that is lost must not go unseen.
	lost := func(detail string) outcome {
		from := n.Mail.CommonHeaders.From
		r := Refusal{Reason: ReasonMail, Detail: detail}
		if len(from) == 1 {
			r.From = plainAddress(from[0])
			r.Authenticated = d.mail.refuses([]string{r.From}, dmarc) == nil
		}
		out := d.unusable(e, now, r, "")
		out.batch.Records[0].Labels = alert.LabelsOf(map[string]string{"subject": cutText(n.Mail.CommonHeaders.Subject, 1<<10), "from": r.From})
		return out
	}
	if n.Content == nil {
		return lost("a mail without content (an S3 action); that is not supported yet, use an SNS action")
	}
	raw := []byte(*n.Content)
	if strings.EqualFold(n.Receipt.Action.Encoding, "BASE64") {
		var err error
		if raw, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(*n.Content), "")); err != nil {
			return lost("the content of the mail is not Base64")
		}
	}
	m, err := mail.Parse(raw)
	if err != nil {
		return lost("the mail cannot be read: " + err.Error())
	}
	id := m.MessageID
	if id == "" {
		id = n.Mail.MessageID
	}
	if id == "" {
		id = e.MessageID
	}
	to := ""
	if len(n.Receipt.Recipients) > 0 {
		to = n.Receipt.Recipients[0]
	}
	labels := d.mail.labels(m, to)
	if r := d.mail.refuses(m.From, dmarc); r != nil {
		out := d.unusable(e, now, *r, m.Readable())
		out.batch.Records[0].Identity, out.batch.Records[0].Labels = alert.Identity(id), labels
		return out
	}
	return outcome{batch: Batch{Receiver: d.name, Events: []alert.Event{mailEvent(d.name, m, id, labels, n.Mail.Timestamp)}}}
}

// maxMailSkew is how far after its reception a mail may be dated.
const maxMailSkew = 10 * time.Minute

func mailEvent(receiver string, m *mail.Message, id string, labels alert.Labels, server time.Time) alert.Event {
	ev := alert.Event{
		Receiver: receiver, Status: alert.Message, Order: alert.ByTime, Labels: labels,
		At: m.Date.UTC(), Server: server.UTC(), MessageID: id, Original: m.Readable(),
	}
	if m.Date.IsZero() || m.Date.After(server.Add(maxMailSkew)) {
		ev.At = ev.Server
	}
	return ev
}

// mailPolicy is the sections mail and extract, ready for use.
type mailPolicy struct {
	dmarc   bool
	senders []*regexp.Regexp
	extract []extractor
}

type extractor struct{ subject, body *regexp.Regexp }

func newMailPolicy(c *Config) *mailPolicy {
	p := &mailPolicy{dmarc: c.Mail.dmarcRequired()}
	for _, s := range c.Mail.Senders {
		user, domain, _ := strings.Cut(s, "@")
		p.senders = append(p.senders, regexp.MustCompile(`^`+glob(user)+`@(?i:`+glob(domain)+`)$`))
	}
	for _, e := range c.Extract {
		var x extractor
		if e.Subject != nil {
			x.subject = e.Subject.Regexp
		}
		if e.Body != nil {
			x.body = regexp.MustCompile("(?m:" + e.Body.String() + ")")
		}
		p.extract = append(p.extract, x)
	}
	return p
}

// glob makes a pattern of text in which a star stands for anything but @.
func glob(s string) string {
	return strings.ReplaceAll(regexp.QuoteMeta(s), `\*`, `[^@]*`)
}

// refuses says why a mail of these authors is not believed, nil where it is.
func (p *mailPolicy) refuses(from []string, dmarc bool) *Refusal {
	if len(from) != 1 {
		return &Refusal{Reason: ReasonAuthors, Detail: fmt.Sprintf("recorded only: a mail with %d From addresses, not one", len(from))}
	}
	allowed := false
	for _, re := range p.senders {
		allowed = allowed || re.MatchString(from[0])
	}
	switch {
	case !allowed:
		return &Refusal{Reason: ReasonSender, Detail: "recorded only: mail from " + quoted(from[0]) + ", who is not one of the senders", From: short(from[0])}
	case p.dmarc && !dmarc:
		return &Refusal{Reason: ReasonDMARC, Detail: "recorded only: mail from " + quoted(from[0]) + " without DMARC PASS", From: short(from[0])}
	}
	return nil
}

// labels are subject, from and to, and what the expressions find; the first
// that sets a label wins.
func (p *mailPolicy) labels(m *mail.Message, to string) alert.Labels {
	labels := map[string]string{"subject": m.Subject, "to": short(to)}
	if len(m.From) == 1 {
		labels["from"] = short(m.From[0])
	}
	for _, x := range p.extract {
		found := map[string]string{}
		if !find(x.subject, m.Subject, found) || !find(x.body, m.Text, found) {
			continue
		}
		for name, value := range found {
			if labels[name] == "" {
				labels[name] = value
			}
		}
	}
	return alert.LabelsOf(labels)
}

// find adds the named groups of the first match; an absent expression
// matches.
func find(re *regexp.Regexp, text string, into map[string]string) bool {
	if re == nil {
		return true
	}
	match := re.FindStringSubmatch(text)
	if match == nil {
		return false
	}
	for i, name := range re.SubexpNames() {
		if value := strings.TrimSpace(match[i]); name != "" && into[name] == "" {
			into[name] = cutText(value, 1<<10)
		}
	}
	return true
}

// plainAddress takes the address out of "Name <address>".
func plainAddress(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s = strings.TrimSuffix(strings.TrimSpace(s[i+1:]), ">")
	}
	return short(strings.TrimSpace(s))
}
