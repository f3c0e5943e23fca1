package awsfake

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// The services' names as they stand in a signature's credential scope.
const (
	CloudWatch = "monitoring"
	Logs       = "logs"
	CloudTrail = "cloudtrail"
	Config     = "config"
	SQS        = "sqs"
	STS        = "sts"
)

// bodyLimit is above every service's own limit of a request.
const bodyLimit = 4 << 20

// call is one request, after the protocol was taken off.
type call struct {
	ctx                context.Context
	service, operation string
	identity
	region string
	codec  codec
	body   []byte
	form   url.Values // Query protocol only
	origin string     // scheme and host the client used, for addresses in answers
}

type handler func(*Fake, *call) (any, error)

// on makes a handler of a function over the operation's own input and output.
func on[In, Out any](fn func(*Fake, *call, *In) (*Out, error)) handler {
	return func(f *Fake, c *call) (any, error) {
		var in In
		if err := c.codec.decode(c.body, &in); err != nil {
			return nil, errf("SerializationException", "cannot read the request: %v", err)
		}
		out, err := fn(f, c, &in)
		if err != nil {
			return nil, err
		}
		return out, nil
	}
}

// operations are all that is served, by service.
var operations = map[string]map[string]handler{
	CloudWatch: cloudwatchOperations, CloudTrail: cloudtrailOperations, Config: configOperations,
	Logs: logsOperations, SQS: sqsOperations, STS: stsOperations,
}

var rpcPath = regexp.MustCompile(`/service/([A-Za-z0-9_]+)/operation/([A-Za-z0-9]+)$`)

var targets = map[string]struct {
	service string
	codec   codec
}{
	"Logs_20140328":       {Logs, json11},
	"CloudTrail_20131101": {CloudTrail, json11},
	"StarlingDoveService": {Config, json11},
	"AmazonSQS":           {SQS, json10},
}

// parse finds service and operation by the protocol's own marks.
func parse(r *http.Request) (*call, *Error) {
	c := &call{ctx: r.Context(), codec: json11}
	var err error
	if r.Body != nil {
		c.body, err = io.ReadAll(io.LimitReader(r.Body, bodyLimit+1))
	}
	if err != nil || len(c.body) > bodyLimit {
		return c, &Error{Code: "RequestEntityTooLarge", Message: "the request cannot be read or is too large", Status: http.StatusRequestEntityTooLarge}
	}
	c.origin = "http://" + r.Host
	if r.TLS != nil || r.URL.Scheme == "https" {
		c.origin = "https://" + r.Host
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		c.codec = rpcCBOR
		m := rpcPath.FindStringSubmatch(r.URL.Path)
		if m == nil || m[1] != "GraniteServiceVersion20100801" {
			return c, unknownOperation(r.URL.Path)
		}
		c.service, c.operation = CloudWatch, m[2]
	case r.Header.Get("X-Amz-Target") != "":
		target := r.Header.Get("X-Amz-Target")
		dot := strings.LastIndexByte(target, '.')
		if dot < 0 {
			return c, unknownOperation(target)
		}
		prefix := target[:dot]
		prefix = prefix[strings.LastIndexByte(prefix, '.')+1:]
		t, ok := targets[prefix]
		if !ok {
			return c, unknownOperation(target)
		}
		c.service, c.operation, c.codec = t.service, target[dot+1:], t.codec
	case kind == "application/x-www-form-urlencoded":
		c.codec, c.service = queryXML, STS
		if c.form, err = url.ParseQuery(string(c.body)); err != nil {
			return c, errf("MalformedQueryString", "%v", err)
		}
		c.operation = c.form.Get("Action")
	default:
		return c, unknownOperation(r.Method + " " + r.URL.Path)
	}
	if operations[c.service][c.operation] == nil {
		return c, unknownOperation(c.operation)
	}
	return c, nil
}

func unknownOperation(what string) *Error {
	return &Error{Code: "UnknownOperationException", Message: "awsfake does not serve " + what, Status: http.StatusNotFound}
}

// handle carries out one request: who calls, may they, how fast, then what.
func (f *Fake) handle(r *http.Request) (*call, any, *Error) {
	c, fail := parse(r)
	if fail != nil {
		return c, nil, fail
	}
	if fail = f.authenticate(r, c); fail != nil {
		return c, nil, fail
	}
	done := f.begin(c)
	defer done()
	if err := f.wait(c.ctx, c.operation); err != nil {
		return c, nil, &Error{Code: "RequestTimeout", Message: err.Error(), Status: http.StatusRequestTimeout}
	}
	if fail = f.refuse(c); fail != nil {
		f.refused(fail)
		return c, nil, fail
	}
	out, err := operations[c.service][c.operation](f, c)
	if err == nil {
		return c, out, nil
	}
	if e, ok := err.(*Error); ok { //nolint:errorlint // handlers return it bare
		return c, nil, e
	}
	return c, nil, errInvalid(c.service, "%v", err)
}
