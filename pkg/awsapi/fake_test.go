package awsapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// fakeAWS answers on the wire what its functions say. It counts calls by IAM
// action and keeps the inputs.
type fakeAWS struct {
	mu      sync.Mutex
	calls   map[string]int
	inputs  map[string][]map[string]any
	answers map[string]func(call) (any, *awsError)
	before  func(call) // runs without the lock, for delays
}

// call is one request as the fake sees it.
type call struct {
	action string
	key    string // access key id
	region string
	in     map[string]any
	req    *http.Request
}

type awsError struct {
	status  int
	code    string
	message string
}

func newFakeAWS() *fakeAWS {
	f := &fakeAWS{calls: map[string]int{}, inputs: map[string][]map[string]any{}, answers: map[string]func(call) (any, *awsError){}}
	f.on("sts:GetCallerIdentity", func(c call) (any, *awsError) {
		return map[string]string{"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/" + c.key, "UserId": "AIDA" + c.key}, nil
	})
	return f
}

func (f *fakeAWS) on(action string, fn func(call) (any, *awsError)) { f.answers[action] = fn }

func (f *fakeAWS) count(action string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[action]
}

var credentialScope = regexp.MustCompile(`Credential=([^/]+)/\d+/([^/]+)/([^/]+)/`)

func (f *fakeAWS) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	c := call{req: r}
	if m := credentialScope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		c.key, c.region = m[1], m[2]
		c.action = m[3]
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	protocol := "json"
	switch {
	case r.Header.Get("smithy-protocol") == "rpc-v2-cbor":
		protocol = "cbor"
		c.action = "cloudwatch:" + r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		err = cborIn.Unmarshal(body, &c.in)
	case r.Header.Get("X-Amz-Target") != "":
		c.action += ":" + r.Header.Get("X-Amz-Target")[strings.LastIndexByte(r.Header.Get("X-Amz-Target"), '.')+1:]
		err = json.Unmarshal(body, &c.in)
	default:
		protocol = "xml"
		form, _ := url.ParseQuery(string(body))
		c.action, c.in = "sts:"+form.Get("Action"), map[string]any{}
		for k := range form {
			c.in[k] = form.Get(k)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("fake: %s: %w", c.action, err)
	}
	if f.before != nil {
		f.before(c)
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[c.action]++
	f.inputs[c.action] = append(f.inputs[c.action], c.in)
	answer := f.answers[c.action]
	if answer == nil {
		return respond(protocol, c, nil, &awsError{400, "InvalidAction", "the fake has no " + c.action})
	}
	out, failed := answer(c)
	return respond(protocol, c, out, failed)
}

var (
	cborIn     cbor.DecMode
	cborOut, _ = cbor.EncOptions{Time: cbor.TimeUnix, TimeTag: cbor.EncTagRequired}.EncMode()
)

func init() {
	var sample map[string]any
	cborIn, _ = cbor.DecOptions{DefaultMapType: reflect.TypeOf(sample)}.DecMode()
}

func respond(protocol string, c call, out any, failed *awsError) (*http.Response, error) {
	status := http.StatusOK
	if failed != nil {
		status = failed.status
		out = map[string]any{"__type": failed.code, "message": failed.message}
	}
	var body []byte
	var err error
	header := http.Header{"X-Amzn-Requestid": {"r-1"}}
	switch protocol {
	case "cbor":
		header.Set("smithy-protocol", "rpc-v2-cbor")
		header.Set("Content-Type", "application/cbor")
		body, err = cborOut.Marshal(out)
	case "json":
		header.Set("Content-Type", "application/x-amz-json-1.1")
		body, err = json.Marshal(out)
	case "xml":
		header.Set("Content-Type", "text/xml")
		body = stsXML(c, out, failed)
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: c.req}, nil
}

func stsXML(c call, out any, failed *awsError) []byte {
	if failed != nil {
		return fmt.Appendf(nil, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>`, failed.code, failed.message)
	}
	name := strings.TrimPrefix(c.action, "sts:")
	var b strings.Builder
	fmt.Fprintf(&b, `<%sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%sResult>`, name, name)
	for k, v := range out.(map[string]string) {
		fmt.Fprintf(&b, "<%s>%s</%s>", k, v, k)
	}
	fmt.Fprintf(&b, `</%sResult></%sResponse>`, name, name)
	return []byte(b.String())
}

// anchor is when the tests' worlds are.
var anchor = time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)

// clock is a time that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: anchor} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func keys(id string) Settings {
	return Settings{AuthType: AuthKeys, AccessKey: id, SecretKey: "secret", DefaultRegion: "ap-northeast-1"}
}

// open gives sessions on the fake, with caches of their own unless shared is
// given.
func open(t *testing.T, f http.RoundTripper, set Settings, shared *Shared) *Sessions {
	t.Helper()
	if shared == nil {
		shared = NewShared(SharedOptions{})
	}
	s, err := New(t.Context(), set, Options{Shared: shared, Transport: f})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func client(t *testing.T, s *Sessions) *Client {
	t.Helper()
	c, err := s.Client(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	return c
}
