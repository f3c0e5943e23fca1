package receive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/config"
)

// SNS is the section of a receiver for Amazon SNS over HTTP. The signature
// and the list of topics are its authentication.
type SNS struct {
	// Topics are the ARNs that may send.
	Topics []string `yaml:"topics"`
	// CertificateFile, for closed networks: only its key verifies, and
	// nothing is fetched.
	CertificateFile string `yaml:"certificate_file"`
	// ReplayWindow is the greatest age of a message, 2h where not set.
	ReplayWindow config.Duration `yaml:"replay_window"`
	// Confirm says what becomes of a new subscription: auto visits its
	// address, manual (the default) logs it.
	Confirm string `yaml:"confirm"`
	// Hosts are domains besides amazonaws.com and amazonaws.com.cn under
	// which sns.REGION is Amazon SNS, for other partitions.
	Hosts []string `yaml:"hosts"`
}

const (
	defaultReplayWindow = 2 * time.Hour
	// clockSkew is how far in the future a message may come from.
	clockSkew = 15 * time.Minute
	// maxSNSBody: a message has at most 256 KB, some more with its escapes.
	maxSNSBody = 2 << 20
)

var (
	topicRule  = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$`)
	domainRule = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
)

func validateSNS(c *Config, path string) config.Problems {
	var ps config.Problems
	s := c.SNS
	path += ".sns"
	if len(s.Topics) == 0 {
		ps.Add(path+".topics", "the ARNs of the topics that may send", "missing: anybody could send")
	}
	ps = append(ps, validateTopics(path+".topics", s.Topics)...)
	if s.ReplayWindow < 0 {
		ps.Add(path+".replay_window", "a positive duration", "%s is negative", s.ReplayWindow)
	}
	if s.Confirm != "" && s.Confirm != "auto" && s.Confirm != "manual" {
		ps.Add(path+".confirm", "auto or manual", "%q is neither", s.Confirm)
	}
	for i, h := range s.Hosts {
		if !domainRule.MatchString(h) {
			ps.Add(fmt.Sprintf("%s.hosts[%d]", path, i), "a domain such as amazonaws.eu", "%q is not a domain", h)
		}
	}
	return ps
}

func validateTopics(path string, topics []string) config.Problems {
	var ps config.Problems
	for i, t := range topics {
		if !topicRule.MatchString(t) {
			ps.Add(fmt.Sprintf("%s[%d]", path, i), "such as arn:aws:sns:ap-northeast-1:123456789012:alarms", "%q is not the ARN of a topic", t)
		}
	}
	return ps
}

type sns struct {
	name    string
	config  SNS
	window  time.Duration
	hosts   hostRule
	certs   *certificates
	decoder snsDecoder
	client  *http.Client
	log     *slog.Logger
}

func newSNS(c *Config, d Deps) (*sns, error) {
	window := time.Duration(c.SNS.ReplayWindow)
	if window == 0 {
		window = defaultReplayWindow
	}
	hosts := newHostRule(c.SNS.Hosts)
	certs, err := newCertificates(c.SNS.CertificateFile, hosts, d)
	if err != nil {
		return nil, fmt.Errorf("sns.certificate_file: %w", err)
	}
	return &sns{
		name: c.Name, config: *c.SNS, window: window, hosts: hosts, certs: certs,
		decoder: newSNSDecoder(c), client: snsClient(d.Transport), log: d.Logger,
	}, nil
}

func (s *sns) maxBody() int64 { return maxSNSBody }

func (s *sns) explain(body []byte, now time.Time) (Explanation, error) {
	x, err := s.decoder.explain(body, now)
	// A file holds its topic only where it is a whole SNS message.
	if e, bad := decodeEnvelope(body); err == nil && bad == nil && !slices.Contains(s.config.Topics, e.TopicARN) {
		r := foreignTopic(e)
		refusal := Refusal{Receiver: s.name, Reason: r.reason, Detail: r.field + ": " + r.what, Status: r.status}
		x.Refusals = append([]Refusal{refusal}, x.Refusals...)
	}
	return x, err
}

func foreignTopic(e *envelope) *rejection {
	return at("TopicArn", reject(http.StatusForbidden, ReasonTopic, "topic %s is not one of this receiver's topics", quoted(e.TopicARN)))
}

func (s *sns) receive(ctx context.Context, r *http.Request, body []byte, now time.Time) (outcome, error) {
	if r.Header.Get("X-Amz-Sns-Rawdelivery") == "true" {
		return outcome{}, reject(http.StatusBadRequest, ReasonRawDelivery,
			"raw message delivery carries no signature; turn RawMessageDelivery off for this subscription")
	}
	e, err := decodeEnvelope(body)
	if err != nil {
		var format *FormatError
		errors.As(err, &format)
		return outcome{}, rejectFormat(format)
	}
	if err := s.authenticate(ctx, e); err != nil {
		return outcome{}, err
	}
	if err := s.fresh(e, now); err != nil {
		return outcome{}, err
	}
	var out outcome
	switch e.Type {
	case snsSubscription:
		out, err = s.subscription(ctx, e, now)
	case snsUnsubscribed:
		out = s.decoder.unsubscribed(e, now)
	default:
		out = s.decoder.notification(e, now)
	}
	out.batch.Receiver = s.name
	out.batch.Key = "sns/" + s.name + "/" + e.MessageID
	out.batch.KeyUntil = e.at.Add(s.window)
	return out, err
}

// authenticate checks, cheapest first, that the message is from an allowed
// topic and that Amazon SNS signed it.
func (s *sns) authenticate(ctx context.Context, e *envelope) error {
	u, err := s.hosts.certificate(e.SigningCertURL)
	if err != nil {
		return at("SigningCertURL", reject(http.StatusForbidden, ReasonCertificateURL, "%v", err))
	}
	if !slices.Contains(s.config.Topics, e.TopicARN) {
		return foreignTopic(e)
	}
	cert, err := s.certs.of(ctx, u)
	if errors.Is(err, errUnreachable) {
		return &busyError{ReasonCertificate, "the signing certificate cannot be fetched now, send it again", err.Error()}
	}
	if err != nil {
		return at("SigningCertURL", reject(http.StatusForbidden, ReasonCertificate, "%v", err))
	}
	if err := e.verify(cert); err != nil {
		return at("Signature", reject(http.StatusForbidden, ReasonSignature, "%v", err))
	}
	return nil
}

func at(field string, r *rejection) *rejection {
	r.field = field
	return r
}

// fresh refuses what is too old, or from the future. It is signed, so it is
// kept on record.
func (s *sns) fresh(e *envelope, now time.Time) error {
	age := now.Sub(e.at)
	if age <= s.window && age >= -clockSkew {
		return nil
	}
	what := fmt.Sprintf("the message is %s old, more than the replay_window of %s", age.Round(time.Second), s.window)
	if age < 0 {
		what = fmt.Sprintf("the message is from %s in the future; is a clock wrong?", (-age).Round(time.Second))
	}
	r := at("Timestamp", reject(http.StatusForbidden, ReasonReplay, "%s", what))
	r.authenticated = true
	r.records = &Batch{
		Receiver: s.name, Records: []alert.Entry{s.decoder.record(e, now, "refused: "+what, e.readable())},
		// Its own key: a stranger who replays one message fills no history.
		Key: "sns-refused/" + s.name + "/" + e.MessageID, KeyUntil: now.Add(s.window),
	}
	return r
}

func (s *sns) subscription(ctx context.Context, e *envelope, now time.Time) (outcome, error) {
	u, err := s.hosts.subscribe(e.SubscribeURL, e.TopicARN)
	if err != nil {
		r := at("SubscribeURL", reject(http.StatusForbidden, ReasonSubscribeURL, "%v", err))
		r.authenticated = true
		return outcome{}, r
	}
	note := "subscription not confirmed: visit the address in the log (confirm: manual)"
	if s.config.Confirm == "auto" {
		if err := s.confirm(ctx, u); err != nil {
			return outcome{}, &busyError{ReasonConfirm, "the subscription cannot be confirmed now, send it again", err.Error()}
		}
		s.log.Info("subscription confirmed", "receiver", s.name, "topic", e.TopicARN)
		note = "subscription confirmed"
	} else {
		s.log.Warn("subscription waits for you: open subscribe_url to confirm it",
			"receiver", s.name, "topic", e.TopicARN, "subscribe_url", u.String())
	}
	return outcome{batch: Batch{Records: []alert.Entry{s.decoder.record(e, now, note, "")}}}, nil
}

func (s *sns) confirm(ctx context.Context, u *url.URL) error {
	if _, err := get(ctx, s.client, u, maxCertificate); err != nil {
		return fmt.Errorf("confirm the subscription: %w", err)
	}
	return nil
}

// unsubscribed reports that somebody ended the subscription. Its address
// would subscribe again and is never visited: that is for a person to decide.
func (d snsDecoder) unsubscribed(e *envelope, now time.Time) outcome {
	note := "the subscription of topic " + e.TopicARN + " was ended; no more alarms come from it"
	return outcome{
		batch:    Batch{Records: []alert.Entry{d.record(e, now, note, "")}},
		refusals: []Refusal{{Receiver: d.name, Reason: ReasonUnsubscribed, Detail: note, Authenticated: true, Status: http.StatusOK}},
	}
}
