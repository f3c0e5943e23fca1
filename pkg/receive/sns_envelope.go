package receive

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The types of SNS messages (Amazon SNS Developer Guide, "Parsing message
// formats").
const (
	snsNotification = "Notification"
	snsSubscription = "SubscriptionConfirmation"
	snsUnsubscribed = "UnsubscribeConfirmation"
)

// envelope is what Amazon SNS puts around a message, over HTTP and in an SQS
// queue alike. It knows nothing of HTTP.
type envelope struct {
	Type, MessageID, TopicARN, Message string
	Subject                            string
	hasSubject                         bool
	Timestamp, Token, SubscribeURL     string
	SignatureVersion, Signature        string
	SigningCertURL                     string
	// at is Timestamp, parsed.
	at time.Time
}

// decodeEnvelope reads an envelope; the error is a *FormatError.
func decodeEnvelope(body []byte) (*envelope, error) {
	e := &envelope{}
	fields := map[string]*string{
		"Type": &e.Type, "MessageId": &e.MessageID, "TopicArn": &e.TopicARN, "Message": &e.Message,
		"Subject": &e.Subject, "Timestamp": &e.Timestamp, "Token": &e.Token, "SubscribeURL": &e.SubscribeURL,
		"SignatureVersion": &e.SignatureVersion, "Signature": &e.Signature, "SigningCertURL": &e.SigningCertURL,
	}
	c := cursor{data: body}
	err := c.object(func(key []byte) (err error) {
		into, known := fields[string(key)]
		if !known || c.peek() == 'n' {
			return c.skip()
		}
		if string(key) == "Subject" {
			e.hasSubject = true
		}
		*into, err = c.text()
		return err
	})
	if err == nil {
		err = c.end()
	}
	if err != nil {
		return nil, err
	}
	if e.Type == "" {
		return nil, &FormatError{"Type", "expected an Amazon SNS message, got a document without Type; if this is the bare message, turn RawMessageDelivery off: raw messages carry no signature"}
	}
	if e.Type != snsNotification && e.Type != snsSubscription && e.Type != snsUnsubscribed {
		return nil, &FormatError{"Type", "expected Notification, SubscriptionConfirmation or UnsubscribeConfirmation, got " + quoted(e.Type)}
	}
	required := []string{"MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"}
	if e.Type != snsNotification {
		required = append(required, "Token", "SubscribeURL")
	}
	for _, name := range required {
		if *fields[name] == "" && name != "Message" {
			return nil, &FormatError{name, "missing"}
		}
	}
	if len(e.MessageID) > 256 {
		return nil, &FormatError{"MessageId", "over 256 bytes"}
	}
	if e.at, err = time.Parse(time.RFC3339, e.Timestamp); err != nil {
		return nil, &FormatError{"Timestamp", "expected a time such as 2026-10-06T14:20:31.703Z, got " + quoted(e.Timestamp)}
	}
	return e, nil
}

// signed is the string that SNS signs: name and value of each field on lines
// of their own, in byte order of the names ("Verifying the signatures of
// Amazon SNS messages").
func (e *envelope) signed() string {
	pairs := []string{"Message", e.Message, "MessageId", e.MessageID}
	if e.Type == snsNotification {
		if e.hasSubject {
			pairs = append(pairs, "Subject", e.Subject)
		}
	} else {
		pairs = append(pairs, "SubscribeURL", e.SubscribeURL)
	}
	pairs = append(pairs, "Timestamp", e.Timestamp)
	if e.Type != snsNotification {
		pairs = append(pairs, "Token", e.Token)
	}
	pairs = append(pairs, "TopicArn", e.TopicARN, "Type", e.Type)
	return strings.Join(pairs, "\n") + "\n"
}

// verify checks the signature with a certificate's key: RSA with SHA-1 for
// version 1, with SHA-256 for version 2.
func (e *envelope) verify(cert *x509.Certificate) error {
	var algorithm x509.SignatureAlgorithm
	switch e.SignatureVersion {
	case "1":
		algorithm = x509.SHA1WithRSA
	case "2":
		algorithm = x509.SHA256WithRSA
	default:
		return fmt.Errorf("signature version %s is unknown", quoted(e.SignatureVersion))
	}
	signature, err := base64.StdEncoding.DecodeString(e.Signature)
	if err != nil {
		return fmt.Errorf("the signature is not Base64: %w", err)
	}
	if err := cert.CheckSignature(algorithm, []byte(e.signed()), signature); err != nil {
		return fmt.Errorf("the signature does not fit: %w", err)
	}
	return nil
}

// hostRule is the rule of AWS's own validators for the host of an SNS
// address, with further domains where configured.
type hostRule []*regexp.Regexp

func newHostRule(domains []string) hostRule {
	var rule hostRule
	for _, d := range append([]string{"amazonaws.com", "amazonaws.com.cn"}, domains...) {
		rule = append(rule, regexp.MustCompile(`^sns\.[a-zA-Z0-9-]{3,}\.`+regexp.QuoteMeta(d)+`$`))
	}
	return rule
}

// check parses an address and refuses every one that does not lead to Amazon
// SNS over HTTPS.
func (h hostRule) check(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s is not a URL", quoted(address))
	case u.Scheme != "https" || u.Opaque != "":
		return nil, fmt.Errorf("%s is not an https URL", quoted(address))
	case u.User != nil:
		return nil, fmt.Errorf("the URL on host %s has user information", quoted(u.Host))
	case u.Port() != "" && u.Port() != "443" || strings.HasSuffix(u.Host, ":"):
		return nil, fmt.Errorf("the port of %s is not 443", quoted(u.Host))
	case !slices.ContainsFunc(h, func(re *regexp.Regexp) bool { return re.MatchString(u.Hostname()) }):
		return nil, fmt.Errorf("%s is not a host of Amazon SNS", quoted(u.Host))
	}
	return u, nil
}

// certificate checks a SigningCertURL.
func (h hostRule) certificate(address string) (*url.URL, error) {
	u, err := h.check(address)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(u.Path, ".pem") || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the path %s is not that of a certificate (.pem)", quoted(u.Path))
	}
	return u, nil
}

// subscribe checks a SubscribeURL: it may do nothing but confirm the
// subscription to the message's own topic.
func (h hostRule) subscribe(address, topic string) (*url.URL, error) {
	u, err := h.check(address)
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || u.Path != "/" && u.Path != "" || query.Get("Action") != "ConfirmSubscription" || query.Get("TopicArn") != topic ||
		len(query["Action"]) != 1 || len(query["TopicArn"]) != 1 {
		return nil, fmt.Errorf("the URL on %s does not confirm the subscription to this topic", quoted(u.Host))
	}
	return u, nil
}
