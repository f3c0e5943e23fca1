package awsfake

import (
	"fmt"
	"net/http"
)

// Error is an error as the services answer it. Its JSON or CBOR shape is
// Code and Message; services that once spoke the Query protocol add QueryCode
// as a header, and their clients show that one.
type Error struct {
	Code      string
	QueryCode string // empty: Code
	Message   string
	Status    int // HTTP status; zero: 400
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func (e *Error) status() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}

func (e *Error) queryCode() string {
	if e.QueryCode == "" {
		return e.Code
	}
	return e.QueryCode
}

func (e *Error) fault() string {
	if e.status() >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

func errf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// ErrThrottled is how a service says that calls came too fast.
func ErrThrottled(service string) *Error {
	switch service {
	case CloudWatch:
		return &Error{Code: "ThrottlingException", QueryCode: "Throttling", Message: "Rate exceeded"}
	case SQS:
		return &Error{Code: "RequestThrottled", Message: "Request is throttled."}
	case STS:
		return &Error{Code: "Throttling", Message: "Rate exceeded"}
	}
	return &Error{Code: "ThrottlingException", Message: "Rate exceeded"}
}

// ErrInternal is a service in trouble.
func ErrInternal(service string) *Error {
	e := &Error{Status: http.StatusInternalServerError, Message: "Internal failure"}
	switch service {
	case CloudWatch:
		e.Code, e.QueryCode = "InternalServiceFault", "InternalServiceError"
	case Logs:
		e.Code, e.Status = "ServiceUnavailableException", http.StatusServiceUnavailable
	default:
		e.Code = "InternalFailure"
	}
	return e
}

func errDenied(service, arn, action string) *Error {
	e := &Error{Message: fmt.Sprintf(
		"User: %s is not authorized to perform: %s because no identity-based policy allows the %s action", arn, action, action)}
	switch service {
	case CloudWatch, SQS, STS:
		e.Code, e.Status = "AccessDenied", http.StatusForbidden
	default:
		e.Code = "AccessDeniedException"
	}
	return e
}

// errInvalid is a request that breaks a rule of its operation.
func errInvalid(service, format string, args ...any) *Error {
	e := errf("", format, args...)
	switch service {
	case CloudWatch:
		e.Code, e.QueryCode = "ValidationException", "ValidationError"
	case Logs:
		e.Code = "InvalidParameterException"
	default:
		e.Code = "ValidationException"
	}
	return e
}

func errToken(service string) *Error {
	switch service {
	case CloudWatch:
		return errf("InvalidNextToken", "The next token specified is invalid.")
	case Logs:
		return errf("InvalidParameterException", "The specified nextToken is invalid.")
	}
	return errf("InvalidNextTokenException", "The specified next token is not valid.")
}
