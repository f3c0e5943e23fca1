// Package text is the one catalogue of what operators read, in English and
// Japanese, and how durations, times and numbers are written for them. The
// page and Grafana's data source ask it in the reader's language; the command
// line speaks English only and needs it for names at most. It never translates
// what comes from outside: the text of alerts, what AWS says, names of towers,
// severities of somebody's own making.
package text

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"
)

// Key names one text of the catalogue.
type Key string

// Lang is a language of the catalogue. The zero Lang is English.
type Lang struct{ index int }

// The languages.
var (
	English  = Lang{0}
	Japanese = Lang{1}
)

// Langs lists the languages of the catalogue.
var Langs = []Lang{English, Japanese}

// both is one text in each language. A text with arguments is a format of
// package fmt; where the order differs it names them by index: %[2]s.
type both [2]string

var matcher = language.NewMatcher([]language.Tag{language.English, language.Japanese})

// For chooses the language for a browser by its Accept-Language header (RFC
// 9110, section 12.5.4). English where the header is missing, cannot be read,
// or asks for neither.
func For(acceptLanguage string) Lang {
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return English
	}
	_, index, _ := matcher.Match(tags...)
	return Lang{index}
}

// Tag is the language's BCP 47 tag, for HTML's lang attribute.
func (l Lang) Tag() string { return both{"en", "ja"}[l.index] }

// T returns a text. One that is not in the catalogue is returned as its key:
// a test keeps that from happening.
func (l Lang) T(key Key, args ...any) string {
	t, ok := catalogue[key]
	if !ok {
		t, ok = panels[key]
	}
	switch {
	case !ok:
		return string(key)
	case len(args) == 0:
		return t[l.index]
	}
	return fmt.Sprintf(t[l.index], args...)
}

// Class is a family of names that the program uses, which readers want in
// their language.
type Class string

// The classes.
const (
	Phase    Class = "phase"    // where an alert stands: unacknowledged …
	Kind     Class = "kind"     // kinds of history entries: opened …
	Pattern  Class = "pattern"  // how a unit is lit: flash …
	Unit     Class = "unit"     // coloured lights: red …
	Severity Class = "severity" // the standard severities
	Reason   Class = "reason"   // sentences that the history gives as reasons
	Role     Class = "role"     // roles of users: operator …
)

// Name returns the reader's word for a name of a class. A name that the
// catalogue does not know, such as a severity of somebody's own, stays as it
// is.
func Name[S ~string](l Lang, c Class, name S) string {
	if t, ok := names[c][string(name)]; ok {
		return t[l.index]
	}
	return string(name)
}

// Note is the note of a history entry of a kind, in the reader's language: one
// of the program's reasons, and where a severity was raised or lowered the one
// before ("was warning", "the rules were changed: was warning"). What somebody
// else wrote stays as it is.
func Note[K ~string](l Lang, kind K, note string) string {
	reason, severity, found := strings.Cut(": "+note, ": was ")
	if !found || kind != "raised" && kind != "lowered" {
		return Name(l, Reason, note)
	}
	was := fmt.Sprintf(severityBefore[l.index], Name(l, Severity, severity))
	if reason == "" {
		return was
	}
	return fmt.Sprintf(reasonAndBefore[l.index], Name(l, Reason, strings.TrimPrefix(reason, ": ")), was)
}

var (
	severityBefore  = both{"was %s", "変更前：%s"}
	reasonAndBefore = both{"%s: %s", "%s（%s）"}
)

// Known reports whether the catalogue has a name.
func Known[S ~string](c Class, name S) bool {
	_, ok := names[c][string(name)]
	return ok
}
