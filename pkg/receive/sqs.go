package receive

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/config"
)

// SQS is the section of a receiver that pulls its messages from a queue of
// Amazon SQS: messages of Amazon SNS, or bare ones (raw message delivery). Who
// may send is what the queue's policy says; there is no signature to check.
type SQS struct {
	// QueueURL is the address of the queue; one that ends in .fifo keeps the
	// order of each message group.
	QueueURL string `yaml:"queue_url"`
	// Region of the queue; not needed where the address names it.
	Region string `yaml:"region"`
	// Topics are the ARNs that may send through SNS; none: every topic that
	// the queue's policy lets in.
	Topics []string `yaml:"topics"`

	// Where the credentials come from: a profile of the shared files, or keys;
	// with neither it is the AWS SDK's chain (environment, web identity,
	// container, instance).
	Profile       string `yaml:"profile"`
	AccessKeyFile string `yaml:"access_key_file"`
	SecretKeyFile string `yaml:"secret_key_file"`
	// AssumeRoleARN is a role to take on with them.
	AssumeRoleARN string `yaml:"assume_role_arn"`
	ExternalID    string `yaml:"external_id"`
	// Endpoint is the address of every AWS service, Endpoints of single ones
	// (sqs, sts); {service} and {region} are filled in.
	Endpoint  string            `yaml:"endpoint"`
	Endpoints map[string]string `yaml:"endpoints"`
	// CACertificateFile is trusted besides the system's certificates.
	CACertificateFile string `yaml:"ca_certificate_file"`

	// Wait is how long the queue may wait for a message before it answers: 1s
	// to 20s, which is the default.
	Wait config.Duration `yaml:"wait"`
	// VisibilityTimeout is how long a message stays hidden from others without
	// a sign of life from here: 10s to 12h, 1m where not set.
	VisibilityTimeout config.Duration `yaml:"visibility_timeout"`
	// Batch is how many messages are taken at a time: 1 to 10, which is the
	// default.
	Batch int `yaml:"batch"`
}

// Limits and defaults; see ReceiveMessage and ChangeMessageVisibility in the
// Amazon SQS API Reference.
const (
	maxQueueWait      = 20 * time.Second
	defaultVisibility = time.Minute
	minVisibility     = 10 * time.Second
	maxVisibility     = 12 * time.Hour
	maxQueueBatch     = 10
)

// sqsHost finds the region in the address of a queue: sqs.REGION.amazonaws.com,
// that of an interface endpoint or of another partition too.
var sqsHost = regexp.MustCompile(`(?:^|\.)sqs(?:-fips)?\.([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2})\.`)

func (s *SQS) region() string {
	if s.Region != "" {
		return s.Region
	}
	u, err := url.Parse(s.QueueURL)
	if err != nil {
		return ""
	}
	if m := sqsHost.FindStringSubmatch(u.Hostname()); m != nil {
		return m[1]
	}
	return ""
}

func (s *SQS) wait() time.Duration {
	if s.Wait == 0 {
		return maxQueueWait
	}
	return time.Duration(s.Wait)
}

func (s *SQS) visibility() time.Duration {
	if s.VisibilityTimeout == 0 {
		return defaultVisibility
	}
	return time.Duration(s.VisibilityTimeout)
}

func (s *SQS) batch() int {
	if s.Batch == 0 {
		return maxQueueBatch
	}
	return s.Batch
}

// fifo reports whether the queue keeps the order of its message groups.
func (s *SQS) fifo() bool { return strings.HasSuffix(s.QueueURL, ".fifo") }

func validateSQS(c *Config, path string) config.Problems {
	var ps config.Problems
	s := c.SQS
	if c.Authorization != nil {
		ps.Add(path+".authorization", "remove it; the queue's policy says who may send", "nothing is posted to a receiver that pulls its messages")
	}
	path += ".sqs"
	ps = append(ps, s.validateQueue(path)...)
	ps = append(ps, validateTopics(path+".topics", s.Topics)...)
	ps = append(ps, s.validateCredentials(path)...)
	if s.Wait != 0 && (time.Duration(s.Wait) < time.Second || time.Duration(s.Wait) > maxQueueWait || !wholeSeconds(s.Wait)) {
		ps.Add(path+".wait", "whole seconds, 1s to 20s", "%s cannot be", s.Wait)
	}
	if v := time.Duration(s.VisibilityTimeout); v != 0 && (v < minVisibility || v > maxVisibility || !wholeSeconds(s.VisibilityTimeout)) {
		ps.Add(path+".visibility_timeout", "whole seconds, 10s to 12h", "%s cannot be", s.VisibilityTimeout)
	}
	if s.Batch < 0 || s.Batch > maxQueueBatch {
		ps.Add(path+".batch", "1 to 10", "%d messages cannot be taken at a time", s.Batch)
	}
	return ps
}

func wholeSeconds(d config.Duration) bool { return time.Duration(d)%time.Second == 0 }

func (s *SQS) validateQueue(path string) config.Problems {
	var ps config.Problems
	const such = "such as https://sqs.ap-northeast-1.amazonaws.com/123456789012/andon-alerts"
	u, err := url.Parse(s.QueueURL)
	switch {
	case s.QueueURL == "":
		ps.Add(path+".queue_url", such, "missing")
		return ps
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Count(strings.Trim(u.Path, "/"), "/") < 1:
		ps.Add(path+".queue_url", such, "%q is not the address of a queue", short(s.QueueURL))
		return ps
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		ps.Add(path+".queue_url", such, "the address of a queue has no user, query or fragment")
		return ps
	}
	named := (&SQS{QueueURL: s.QueueURL}).region()
	switch {
	case s.Region == "" && named == "":
		ps.Add(path+".region", "such as ap-northeast-1", "missing, and the address of the queue does not name it")
	case s.Region != "" && named != "" && s.Region != named:
		ps.Add(path+".region", "remove it, or correct one of the two", "%q, and the queue is in %s", s.Region, named)
	}
	return ps
}

// fieldOf says what a setting of awsapi is called here.
func fieldOf(setting string) string {
	if name, ok := map[string]string{
		"assumeRoleArn": "assume_role_arn", "defaultRegion": "region", "externalId": "external_id",
		"secureJsonData.tlsCACert": "ca_certificate_file", "secureJsonData.accessKey": "access_key_file", "secureJsonData.secretKey": "secret_key_file",
	}[setting]; ok {
		return name
	}
	return setting
}

func (s *SQS) validateCredentials(path string) config.Problems {
	var ps config.Problems
	switch {
	case s.AccessKeyFile != "" && s.SecretKeyFile == "":
		ps.Add(path+".secret_key_file", "the path of the file with the secret access key", "missing beside access_key_file")
	case s.SecretKeyFile != "" && s.AccessKeyFile == "":
		ps.Add(path+".access_key_file", "the path of the file with the access key id", "missing beside secret_key_file")
	case s.AccessKeyFile != "" && s.Profile != "":
		ps.Add(path+".profile", "either profile, or the two key files", "the keys stand here too")
	}
	if s.ExternalID != "" && s.AssumeRoleARN == "" {
		ps.Add(path+".external_id", "add assume_role_arn", "it belongs to a role, and assume_role_arn is missing")
	}
	// What is in the files is judged when they are read.
	_, problems := s.settings(secrets{accessKey: "unread", secretKey: "unread"})
	for _, p := range problems {
		ps.Add(path+"."+fieldOf(p.Path), "", "%s", p.Message)
	}
	return ps
}

// secrets are what the files of the section hold.
type secrets struct{ accessKey, secretKey, ca string }

// publicHost is the address of SQS where nobody has changed it.
var publicHost = regexp.MustCompile(`^sqs(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$|^[a-z0-9-]+\.queue\.amazonaws\.com(?:\.cn)?$`)

// endpoints are those given. The SDK takes the address of a queue as its name
// alone: where that is of an interface endpoint, or of something else that speaks
// SQS, it is also where to ask.
func (s *SQS) endpoints() map[string]string {
	u, err := url.Parse(s.QueueURL)
	if err != nil || u.Host == "" || s.Endpoint != "" || s.Endpoints["sqs"] != "" || publicHost.MatchString(u.Hostname()) {
		return s.Endpoints
	}
	out := map[string]string{"sqs": u.Scheme + "://" + u.Host}
	maps.Copy(out, s.Endpoints)
	return out
}

// settings are those of awsapi, in whose words they are judged.
func (s *SQS) settings(x secrets) (awsapi.Settings, []awsapi.Problem) {
	auth := awsapi.AuthDefault
	switch {
	case s.AccessKeyFile != "":
		auth = awsapi.AuthKeys
	case s.Profile != "":
		auth = awsapi.AuthCredentials
	}
	data, err := json.Marshal(map[string]any{
		"authType": auth, "profile": s.Profile, "assumeRoleArn": s.AssumeRoleARN, "externalId": s.ExternalID,
		"defaultRegion": s.region(), "endpoint": s.Endpoint, "endpoints": s.endpoints(), "tlsAuthWithCACert": x.ca != "",
	})
	if err != nil { // strings only
		return awsapi.Settings{}, []awsapi.Problem{{Message: err.Error()}}
	}
	return awsapi.ParseSettings(data, map[string]string{"accessKey": x.accessKey, "secretKey": x.secretKey, "tlsCACert": x.ca}, "")
}

// open reads the files; the error names the field of each that cannot be used.
func (s *SQS) open() (awsapi.Settings, error) {
	var x secrets
	var errs []error
	for _, f := range []struct {
		field, file string
		into        *string
	}{
		{"access_key_file", s.AccessKeyFile, &x.accessKey},
		{"secret_key_file", s.SecretKeyFile, &x.secretKey},
		{"ca_certificate_file", s.CACertificateFile, &x.ca},
	} {
		if f.file == "" {
			continue
		}
		data, err := os.ReadFile(f.file)
		if *f.into = strings.TrimSpace(string(data)); err == nil && *f.into == "" {
			err = fmt.Errorf("%s is empty", f.file)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("sqs.%s: %w", f.field, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return awsapi.Settings{}, err
	}
	set, problems := s.settings(x)
	for _, p := range problems {
		errs = append(errs, fmt.Errorf("sqs.%s: %s", fieldOf(p.Path), p.Message))
	}
	return set, errors.Join(errs...)
}

// checkCertificate reads the file with the certificates that are trusted.
func (s *SQS) checkCertificate(path string) config.Problems {
	var ps config.Problems
	if s == nil || s.CACertificateFile == "" {
		return nil
	}
	data, err := os.ReadFile(s.CACertificateFile)
	if err == nil && !x509.NewCertPool().AppendCertsFromPEM(data) {
		err = fmt.Errorf("%s holds no certificate in PEM form", s.CACertificateFile)
	}
	if err != nil {
		access.AddUnreadable(&ps, path+".ca_certificate_file", "a readable file with certificates in PEM form", err)
	}
	return ps
}

// pulled stands in the list of senders for a receiver that pulls: nothing can
// be posted to it.
type pulled struct {
	name    string
	topics  []string
	decoder snsDecoder
}

func newPulled(c *Config) pulled {
	return pulled{name: c.Name, topics: c.SQS.Topics, decoder: newSNSDecoder(c)}
}

func (p pulled) maxBody() int64 { return maxSNSBody }

func (p pulled) receive(context.Context, *http.Request, []byte, time.Time) (outcome, error) {
	return outcome{}, reject(http.StatusNotFound, ReasonUnknownReceiver, "this receiver pulls its messages from a queue; nothing can be posted to it")
}

func (p pulled) explain(body []byte, now time.Time) (Explanation, error) {
	x, err := p.decoder.explain(body, now)
	// A file holds its topic only where it is a whole SNS message.
	if e, bad := decodeEnvelope(body); err == nil && bad == nil && !p.allows(e) {
		r := foreignTopic(e)
		refusal := Refusal{Receiver: p.name, Reason: r.reason, Detail: r.field + ": " + r.what, Status: r.status}
		x.Refusals = append([]Refusal{refusal}, x.Refusals...)
	}
	return x, err
}

// allows reports whether a message's topic may send.
func (p pulled) allows(e *envelope) bool {
	return len(p.topics) == 0 || slices.Contains(p.topics, e.TopicARN)
}
