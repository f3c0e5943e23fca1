package receive

import (
	"fmt"
	"net/http"
	"strconv"
	"unicode/utf8"
)

// FormatError says which field of a message is not what the format wants.
type FormatError struct {
	Field string // such as alerts[3].labels, "" for the whole body
	What  string
}

func (e *FormatError) Error() string {
	if e.Field == "" {
		return e.What
	}
	return e.Field + ": " + e.What
}

// notUTF8 is what a FormatError says of text in another encoding.
const notUTF8 = "not UTF-8"

// inside puts a step before the field of a FormatError, as the error comes
// up through the levels of a message.
func inside(step string, err error) error {
	e, ok := err.(*FormatError) //nolint:errorlint // made below, never wrapped
	if !ok {
		return err
	}
	switch {
	case e.Field == "":
		e.Field = step
	case e.Field[0] == '[':
		e.Field = step + e.Field
	default:
		e.Field = step + "." + e.Field
	}
	return e
}

func insideIndex(i int, err error) error { return inside("["+strconv.Itoa(i)+"]", err) }

// rejection is a request that is not taken, with its answer.
type rejection struct {
	status int
	reason string
	field  string
	what   string // for the sender, without secrets
	// authenticated overrides what the server knows about the sender: SNS
	// proves itself by its signature.
	authenticated bool
	// records are kept in the history although the request is refused.
	records *Batch
}

func (e *rejection) Error() string { return e.what }

func reject(status int, reason, what string, args ...any) *rejection {
	return &rejection{status: status, reason: reason, what: fmt.Sprintf(what, args...)}
}

func rejectFormat(e *FormatError) *rejection {
	reason := ReasonFormat
	if e.What == notUTF8 {
		reason = ReasonEncoding
	}
	return &rejection{status: http.StatusBadRequest, reason: reason, field: e.Field, what: e.What}
}

// short cuts what a sender wrote before it is quoted in an answer or a log.
func short(s string) string { return cutText(s, 200) }

// cutText shortens text to limit bytes, between characters.
func cutText(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}
