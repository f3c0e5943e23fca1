package text

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Text is a text of the catalogue with its arguments, for a reader whose language
// is known later. Its formats have %s for every argument that is not a text
// already: In writes numbers, times and durations as the language does.
type Text struct {
	Key  Key
	Args []any
}

// Of is a text of the catalogue, to be said later.
func Of(key Key, args ...any) Text { return Text{key, args} }

// Said is what can be said in each language: a [Text], a [List], and errors whose
// words are in the catalogue.
type Said interface{ In(l Lang) string }

// In is the text in a language. Arguments that are [Said] or errors are said in
// it, too; a time.Time is written in its own zone.
func (t Text) In(l Lang) string {
	args := make([]any, len(t.Args))
	for i, a := range t.Args {
		switch a := a.(type) {
		case Said:
			args[i] = a.In(l)
		case error:
			args[i] = l.Error(a)
		case int:
			args[i] = l.Number(a)
		case time.Time:
			args[i] = l.Full(a, a)
		case time.Duration:
			args[i] = l.Duration(a)
		default:
			args[i] = a
		}
	}
	return l.T(t.Key, args...)
}

// String is the text in English.
func (t Text) String() string { return t.In(English) }

// List is things one after the other, with the language's comma between them.
type List []any

// In is the list in a language.
func (s List) In(l Lang) string {
	words := make([]string, len(s))
	for i, item := range s {
		if said, ok := item.(Said); ok {
			words[i] = said.In(l)
		} else {
			words[i] = fmt.Sprint(item)
		}
	}
	return strings.Join(words, l.T("list.comma"))
}

// Failure is an error whose words are in the catalogue.
type Failure struct {
	Text
	Err error // what it wraps; may be nil. Its words are in the text where that has it as argument
}

// Fail is a [Failure] that wraps the first error among its arguments.
func Fail(key Key, args ...any) error {
	f := &Failure{Text: Of(key, args...)}
	for _, a := range args {
		if err, ok := a.(error); ok {
			f.Err = err
			break
		}
	}
	return f
}

func (f *Failure) Error() string { return f.In(English) }

// Unwrap is the error that it wraps.
func (f *Failure) Unwrap() error { return f.Err }

// Error is an error in a language: what is [Said] in it, or in errors that it
// wraps, is said; the words of others, such as those of AWS or of the network,
// stay as they are.
func (l Lang) Error(err error) string {
	if l == English {
		return err.Error()
	}
	if said, ok := err.(Said); ok {
		return said.In(l)
	}
	if err == context.DeadlineExceeded { // itself, which has no words of its own
		return l.T("fault.deadline")
	}
	words := err.Error()
	var inner []error
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		inner = e.Unwrap()
	default:
		inner = []error{errors.Unwrap(err)}
	}
	for _, e := range inner {
		if e != nil && e.Error() != "" {
			words = strings.Replace(words, e.Error(), l.Error(e), 1)
		}
	}
	return words
}

// Told is an error as the reader of a language is told it: errors.Is and
// errors.As find in it what they find in err.
func (l Lang) Told(err error) error {
	if l == English || err == nil {
		return err
	}
	words := l.Error(err)
	if words == err.Error() {
		return err
	}
	return told{words, err}
}

type told struct {
	words string
	error
}

func (t told) Error() string { return t.words }
func (t told) Unwrap() error { return t.error }
