package awsapi

import (
	"fmt"
)

// Denied is an answer of AWS that the caller may not do this.
type Denied struct {
	Action   string // the IAM action that is missing, as in cloudwatch:GetMetricData
	Resource string // as far as AWS names it
	Err      error
}

func (e *Denied) Error() string {
	if e.Resource != "" && e.Resource != "*" {
		return fmt.Sprintf("permission %s on %s is missing: %v", e.Action, e.Resource, e.Err)
	}
	return fmt.Sprintf("permission %s is missing: %v", e.Action, e.Err)
}
func (e *Denied) Unwrap() error { return e.Err }

// Throttled is a call that AWS refused for its rate, after all retries, or that
// would have had to wait longer than its caller does.
type Throttled struct {
	Action string
	Err    error
}

func (e *Throttled) Error() string {
	return fmt.Sprintf("%s is throttled: %v", e.Action, e.Err)
}
func (e *Throttled) Unwrap() error { return e.Err }

// NoCredentials is credentials that are absent, wrong or expired.
type NoCredentials struct{ Err error }

func (e *NoCredentials) Error() string { return fmt.Sprintf("no valid AWS credentials: %v", e.Err) }
func (e *NoCredentials) Unwrap() error { return e.Err }

// NoSuchRegion is a region that AWS does not have.
type NoSuchRegion struct {
	Region string
	Err    error
}

func (e *NoSuchRegion) Error() string {
	return fmt.Sprintf("there is no region %q (a new one: name it in the data source's accounts or as its default region)", e.Region)
}
func (e *NoSuchRegion) Unwrap() error { return e.Err }

// Unreachable is an endpoint that did not answer.
type Unreachable struct {
	Endpoint string // host, or URL without its query
	Err      error
}

func (e *Unreachable) Error() string {
	return fmt.Sprintf("%s does not answer: %v", e.Endpoint, e.Err)
}
func (e *Unreachable) Unwrap() error { return e.Err }

// BadRequest is a question that AWS, or this package before it, calls wrong.
type BadRequest struct {
	Message string
	Err     error // nil when this package found it
}

func (e *BadRequest) Error() string { return e.Message }
func (e *BadRequest) Unwrap() error { return e.Err }
