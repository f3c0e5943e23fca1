package query

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/text"
)

// Mistake is something in a query that its author can put right, and is told in
// English; or in the settings.
type Mistake struct {
	Field   string // as the editor's JSON names it, empty where it is the whole
	Message string // what is wrong and what is allowed
	Err     error  // what the message was made of; nil where it is for authors alone
}

func (m *Mistake) Error() string {
	if m.Field == "" {
		return m.Message
	}
	return m.Field + ": " + m.Message
}

func (m *Mistake) Unwrap() error { return m.Err }

// WrongSettings is the [Mistake] that everybody meets who asks the data source.
func WrongSettings(key text.Key, args ...any) error {
	err := text.Fail(key, args...)
	return &Mistake{Message: err.Error(), Err: err}
}

// Wrong is a [Mistake] in a field.
func Wrong(field, format string, args ...any) error {
	return &Mistake{Field: field, Message: fmt.Sprintf(format, args...)}
}

// OneOf is the [Mistake] of a field that has none of the values it may have.
func OneOf(field, got string, allowed ...string) error {
	list := ""
	for i, a := range allowed {
		if i > 0 {
			list += ", "
		}
		list += a
	}
	return Wrong(field, "%q is not known; allowed: %s", got, list)
}

// Answered is an error that another server gave a status of its own.
type Answered struct {
	Status int // of HTTP
	text.Text
}

func (a *Answered) Error() string { return a.String() }

// Fail is the answer to a query that failed, in its reader's language. What AWS,
// the network or the query's author caused is marked as downstream, so that it
// does not count as a fault of the plugin.
func Fail(l text.Lang, err error) backend.DataResponse {
	r := backend.DataResponse{Error: l.Told(err), Status: status(err), ErrorSource: backend.ErrorSourceDownstream}
	if r.Status == backend.StatusInternal {
		r.ErrorSource = backend.ErrorSourcePlugin
	}
	return r
}

func status(err error) backend.Status {
	if a, ok := errors.AsType[*Answered](err); ok {
		return backend.Status(a.Status)
	}
	switch {
	case is[*Mistake](err), is[*awsapi.BadRequest](err), is[*awsapi.NoSuchRegion](err):
		return backend.StatusBadRequest
	case is[*awsapi.NoCredentials](err):
		return backend.StatusUnauthorized
	case is[*awsapi.Denied](err):
		return backend.StatusForbidden
	case is[*awsapi.Throttled](err):
		return backend.StatusTooManyRequests
	case is[*awsapi.Unreachable](err), is[*awsapi.Failed](err):
		return backend.StatusBadGateway
	case errors.Is(err, context.DeadlineExceeded):
		return backend.StatusTimeout
	case errors.Is(err, context.Canceled):
		return backend.Status(499) // the panel was closed; nginx's number for it, as Grafana uses
	case backend.IsDownstreamError(err):
		return backend.StatusBadGateway
	}
	return backend.StatusInternal
}

// HTTPStatus is the status of a resource call that failed.
func HTTPStatus(err error) int {
	if s := int(status(err)); http.StatusText(s) != "" {
		return s
	}
	return http.StatusInternalServerError
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
