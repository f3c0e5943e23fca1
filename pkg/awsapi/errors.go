package awsapi

import (
	"github.com/andonhq/andon/pkg/text"
)

// The errors say themselves in the reader's language ([text.Said]), with what AWS
// or the network said as it is; Error is in English.
var (
	_ text.Said = (*Denied)(nil)
	_ text.Said = (*Throttled)(nil)
	_ text.Said = (*NoCredentials)(nil)
	_ text.Said = (*NoSuchRegion)(nil)
	_ text.Said = (*Unreachable)(nil)
	_ text.Said = (*Failed)(nil)
)

// Denied is an answer of AWS that the caller may not do this.
type Denied struct {
	Action   string // the IAM action that is missing, as in cloudwatch:GetMetricData
	Resource string // as far as AWS names it
	Err      error
}

// In is the error in a language.
func (e *Denied) In(l text.Lang) string {
	if e.Resource != "" && e.Resource != "*" {
		return text.Of("fault.denied_on", e.Action, e.Resource, e.Err).In(l)
	}
	return text.Of("fault.denied", e.Action, e.Err).In(l)
}
func (e *Denied) Error() string { return e.In(text.English) }
func (e *Denied) Unwrap() error { return e.Err }

// Throttled is a call that AWS refused for its rate, after all retries, or that
// would have had to wait longer than its caller does.
type Throttled struct {
	Action string
	Err    error
}

// In is the error in a language.
func (e *Throttled) In(l text.Lang) string {
	return text.Of("fault.throttled", e.Action, e.Err).In(l)
}
func (e *Throttled) Error() string { return e.In(text.English) }
func (e *Throttled) Unwrap() error { return e.Err }

// NoCredentials is credentials that are absent, wrong or expired.
type NoCredentials struct{ Err error }

// In is the error in a language.
func (e *NoCredentials) In(l text.Lang) string {
	return text.Of("fault.no_credentials", e.Err).In(l)
}
func (e *NoCredentials) Error() string { return e.In(text.English) }
func (e *NoCredentials) Unwrap() error { return e.Err }

// NoSuchRegion is a region that AWS does not have.
type NoSuchRegion struct {
	Region string
	Err    error
}

// In is the error in a language.
func (e *NoSuchRegion) In(l text.Lang) string { return text.Of("fault.no_region", e.Region).In(l) }
func (e *NoSuchRegion) Error() string         { return e.In(text.English) }
func (e *NoSuchRegion) Unwrap() error         { return e.Err }

// Unreachable is an endpoint that did not answer.
type Unreachable struct {
	Endpoint string // host, or URL without its query
	Err      error
}

// In is the error in a language.
func (e *Unreachable) In(l text.Lang) string {
	return text.Of("fault.unreachable", e.Endpoint, e.Err).In(l)
}
func (e *Unreachable) Error() string { return e.In(text.English) }
func (e *Unreachable) Unwrap() error { return e.Err }

// Failed is an answer of AWS that none of the others is, such as an internal error.
type Failed struct {
	Action string
	Err    error
}

// In is the error in a language.
func (e *Failed) In(l text.Lang) string { return text.Of("fault.failed", e.Action, e.Err).In(l) }
func (e *Failed) Error() string         { return e.In(text.English) }
func (e *Failed) Unwrap() error         { return e.Err }

// BadRequest is a question that AWS, or this package before it, calls wrong.
type BadRequest struct {
	Message string
	Action  string // that AWS refused; empty where this package found it
	Request string // AWS's id of the call
	Err     error  // of the SDK, or what the message was made of; nil where this package found it
}

func (e *BadRequest) Error() string {
	if e.Action == "" {
		return e.Message
	}
	return e.Message + " (" + e.Action + withRequest(", ", e.Request, "") + ")"
}

// withRequest is AWS's id of a call between two texts, or nothing.
func withRequest(before, id, after string) string {
	if id == "" {
		return ""
	}
	return before + "request id " + id + after
}
func (e *BadRequest) Unwrap() error { return e.Err }
