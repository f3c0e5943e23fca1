package awsapi

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// The retry policy: throttled calls and server errors are tried again, with a
// delay that doubles and is shaken, so that many callers do not come back
// together. With these numbers a call that is always refused ends after 2 to
// 4 s.
const (
	maxAttempts = 7
	firstDelay  = 60 * time.Millisecond
	longDelay   = 2 * time.Second
)

// retryer is that policy as the SDK wants it. The rate limit is not its job:
// the middleware after it waits before every attempt.
type retryer struct{}

func (retryer) MaxAttempts() int { return maxAttempts }

func (retryer) IsErrorRetryable(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var ours *Throttled
	if errors.As(err, &ours) {
		return false // refused by our own limiter: there is no time left
	}
	if isThrottle(err) {
		return true
	}
	var status *smithyhttp.ResponseError
	if errors.As(err, &status) && status.HTTPStatusCode() >= http.StatusBadRequest {
		code := status.HTTPStatusCode()
		return code >= http.StatusInternalServerError && code != http.StatusNotImplemented
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorFault() == smithy.FaultServer
	}
	// Also a connection that broke while an answer of 200 was being read.
	return retryableNetwork(err) || errors.Is(err, io.ErrUnexpectedEOF)
}

func (retryer) RetryDelay(attempt int, _ error) (time.Duration, error) {
	d := firstDelay << min(max(attempt-1, 0), 10)
	d = min(d, longDelay)
	return d/2 + rand.N(d/2+1), nil
}

func (retryer) GetRetryToken(context.Context, error) (func(error) error, error) {
	return noRelease, nil
}
func (retryer) GetInitialToken() func(error) error { return noRelease }
func (retryer) GetAttemptToken(context.Context) (func(error) error, error) {
	return noRelease, nil
}

func noRelease(error) error { return nil }

// isThrottle tells whether AWS refused the call for its rate. Limits on how much
// may exist or run at once (LimitExceededException of StartQuery) clear up as
// well, so they count.
func isThrottle(err error) bool {
	if slices.Contains(throttleCodes, errorCode(err)) {
		return true
	}
	var status *smithyhttp.ResponseError
	return errors.As(err, &status) && status.HTTPStatusCode() == http.StatusTooManyRequests
}

// isFull tells whether too much exists or runs at once: calling less often does
// not help.
func isFull(err error) bool { return strings.HasPrefix(errorCode(err), "LimitExceeded") }

// errorCode is AWS's code of an error, without the namespace that JSON protocols
// may put in front; empty where it is no answer of AWS.
func errorCode(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ""
	}
	code := api.ErrorCode()
	return code[strings.LastIndexByte(code, '#')+1:]
}
