package receive

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/andonhq/andon/pkg/config"
)

// HMAC is how Grafana's webhook contact point signs its requests (documentation:
// "Configure webhook notifications", HMAC signature): the header holds the
// HMAC-SHA256 of the body in hexadecimal digits, or where a header carries the
// time, in seconds since 1970, that of "TIME:BODY".
type HMAC struct {
	SecretFile string `yaml:"secret_file"`
	// Header has the signature. "": what Grafana uses where none is set.
	Header string `yaml:"header"`
	// TimestampHeader has the time. "": the time is not signed, and a request
	// that somebody recorded can be sent again.
	TimestampHeader string `yaml:"timestamp_header"`
	// MaxAge is the greatest age of a signed time, 5m where not set.
	MaxAge config.Duration `yaml:"max_age"`
}

// grafanaHeaders are the names of the signature's header where the contact
// point sets none: the documentation's, and that of Grafana's first version of
// it.
var grafanaHeaders = []string{"X-Grafana-Alerting-Signature", "X-Grafana-Alert-Signature"}

const (
	defaultMaxAge = 5 * time.Minute
	leastMaxAge   = 10 * time.Second
	mostMaxAge    = time.Hour
)

var headerRule = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}$`)

func (h *HMAC) validate(path string) config.Problems {
	var ps config.Problems
	if h.SecretFile == "" {
		ps.Add(path+".secret_file", "the path of a file that holds the secret of the contact point", "missing")
	}
	for _, f := range []struct{ field, name string }{{"header", h.Header}, {"timestamp_header", h.TimestampHeader}} {
		if f.name != "" && !headerRule.MatchString(f.name) {
			ps.Add(path+"."+f.field, "letters, digits and -, such as "+grafanaHeaders[0], "%q is not the name of a header", f.name)
		}
	}
	signed := grafanaHeaders[0]
	if h.Header != "" {
		signed = h.Header
	}
	if http.CanonicalHeaderKey(h.TimestampHeader) == http.CanonicalHeaderKey(signed) {
		ps.Add(path+".timestamp_header", "another name, such as X-Grafana-Alerting-Timestamp", "%q has the signature already", h.TimestampHeader)
	}
	switch age := time.Duration(h.MaxAge); {
	case age == 0:
	case h.TimestampHeader == "":
		ps.Add(path+".max_age", "set timestamp_header here and in the contact point", "without timestamp_header no request tells its age")
	case age < leastMaxAge || age > mostMaxAge:
		ps.Add(path+".max_age", fmt.Sprintf("%s to %s", config.Duration(leastMaxAge), config.Duration(mostMaxAge)), "%s is out of range", h.MaxAge)
	}
	return ps
}

// hmacProof checks signatures.
type hmacProof struct {
	secret    []byte
	headers   []string
	timestamp string
	maxAge    time.Duration
}

func (h *HMAC) open() (*hmacProof, error) {
	secret, err := secretIn(h.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("grafana.hmac.secret_file: %w", err)
	}
	p := &hmacProof{secret: secret, headers: grafanaHeaders, timestamp: h.TimestampHeader, maxAge: time.Duration(h.MaxAge)}
	if h.Header != "" {
		p.headers = []string{h.Header}
	}
	if p.maxAge == 0 {
		p.maxAge = defaultMaxAge
	}
	return p, nil
}

// seal names a signed request until it is too old to be taken; the zero seal
// is that of a request without a signed time.
type seal struct {
	key   string
	until time.Time
}

// check returns a *rejection for a request that the holder of the secret did
// not sign, or not of late.
func (p *hmacProof) check(header http.Header, body []byte, now time.Time) (seal, error) {
	name, given := p.headers[0], ""
	for _, h := range p.headers {
		if given = header.Get(h); given != "" {
			name = h
			break
		}
	}
	if given == "" {
		return seal{}, at(name, reject(http.StatusForbidden, ReasonSignature, "no signature: give the contact point the HMAC secret of this receiver"))
	}
	mac := hmac.New(sha256.New, p.secret)
	signedAt := header.Get(p.timestamp)
	if p.timestamp != "" {
		if signedAt == "" {
			return seal{}, at(p.timestamp, reject(http.StatusForbidden, ReasonSignature, "no time: set this timestamp header in the contact point's HMAC"))
		}
		mac.Write([]byte(signedAt + ":"))
	}
	mac.Write(body)
	sum, err := hex.DecodeString(given)
	if err != nil || !hmac.Equal(sum, mac.Sum(nil)) {
		return seal{}, at(name, reject(http.StatusForbidden, ReasonSignature, "the signature is wrong: is the secret, and the timestamp header, that of the contact point?"))
	}
	if p.timestamp == "" {
		return seal{}, nil
	}
	seconds, err := strconv.ParseInt(signedAt, 10, 64)
	if err != nil {
		return seal{}, p.stale("expected seconds since 1970, got %s", quoted(signedAt))
	}
	signed := time.Unix(seconds, 0)
	switch age := now.Sub(signed); {
	case age > p.maxAge:
		return seal{}, p.stale("the request is %s old, more than the max_age of %s", age.Round(time.Second), p.maxAge)
	case age < -p.maxAge:
		return seal{}, p.stale("the request is from %s in the future; is a clock wrong?", (-age).Round(time.Second))
	}
	return seal{key: hex.EncodeToString(sum), until: signed.Add(p.maxAge + time.Second)}, nil
}

// stale refuses a request that was signed, but not now. The board tells of it:
// where a clock is wrong, every alert of this sender is lost.
func (p *hmacProof) stale(what string, args ...any) *rejection {
	r := at(p.timestamp, reject(http.StatusForbidden, ReasonReplay, what, args...))
	r.authenticated = true
	return r
}
