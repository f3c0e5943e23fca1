// Package cloudtrail is the query type of CloudTrail's event history: who did
// what, from where, and whether it was allowed. The API selects by time and one
// attribute; every further filter is applied here, over the whole record.
//
// The data source routes queries of type "cloudtrail" to it. It sends calls
// through awsapi only.
package cloudtrail

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// Kinds of answers.
const (
	Events      = "events"      // a table of events, newest first
	Counts      = "counts"      // how many over time, by a field of the record
	Annotations = "annotations" // the events as Grafana's annotations
)

// Query is what the editor writes.
type Query struct {
	query.Scope
	Kind string `json:"kind"` // Events where empty

	// The one attribute that CloudTrail selects by, as EventName or Username;
	// both empty for all events.
	Attribute string `json:"attribute"`
	Value     string `json:"value"`

	Filters []Filter `json:"filters"` // all have to hold
	Search  string   `json:"search"`  // text anywhere in the record, without regard to case
	Changes bool     `json:"changes"` // only what changes something: no read-only events
	Errors  bool     `json:"errors"`  // only what was refused or failed

	GroupBy string `json:"groupBy"` // for Counts: a field of the record, as eventName or userIdentity.arn
	Limit   int    `json:"limit"`   // events; 1,000 where 0, 4,000 at most
	NoCache bool   `json:"noCache"`
}

// Filter is a condition on one field of the record.
type Filter struct {
	Field string `json:"field"` // path in the record: eventName, userIdentity.userName, requestParameters.instancesSet.items.instanceId
	Op    string `json:"op"`    // = and != take * for any text; =~ and !~ a regular expression over the whole value
	Value string `json:"value"`

	match *regexp.Regexp
	not   bool
}

const maxEvents = 4000

func decode(q query.Query) (Query, error) {
	var out Query
	if err := query.Decode(q, &out); err != nil {
		return Query{}, err
	}
	if out.Kind == "" {
		out.Kind = Events
	}
	if !slices.Contains([]string{Events, Counts, Annotations}, out.Kind) {
		return Query{}, query.OneOf("kind", out.Kind, Events, Counts, Annotations)
	}
	if q.Alert && out.Kind != Counts {
		return Query{}, query.Wrong("kind", "%s cannot alert: use %s", out.Kind, Counts)
	}
	switch known := awsapi.EventAttributes(); {
	case out.Attribute == "" && out.Value != "":
		return Query{}, query.Wrong("attribute", "is empty, but value is %q: choose one of %s", out.Value, strings.Join(known, ", "))
	case out.Attribute != "" && !slices.Contains(known, out.Attribute):
		return Query{}, query.OneOf("attribute", out.Attribute, known...)
	case out.Attribute != "" && out.Value == "":
		return Query{}, query.Wrong("value", "is empty: the %s to look for", out.Attribute)
	}
	if out.Limit < 0 || out.Limit > maxEvents {
		return Query{}, query.Wrong("limit", "is %d; 1 to %d, or 0 for 1,000", out.Limit, maxEvents)
	}
	if out.GroupBy != "" && out.Kind != Counts {
		return Query{}, query.Wrong("groupBy", "belongs to kind %s", Counts)
	}
	for i := range out.Filters {
		if err := out.Filters[i].compile(fmt.Sprintf("filters[%d]", i)); err != nil {
			return Query{}, err
		}
	}
	out.NoCache = out.NoCache || q.NoCache
	return out, nil
}

func (f *Filter) compile(at string) error {
	if f.Field == "" {
		return query.Wrong(at+".field", "is empty: a field of the event record, as eventName or sourceIPAddress")
	}
	var pattern string
	switch f.Op {
	case "", "=", "!=":
		for i, part := range strings.Split(f.Value, "*") {
			if i > 0 {
				pattern += ".*"
			}
			pattern += regexp.QuoteMeta(part)
		}
	case "=~", "!~":
		pattern = f.Value
	default:
		return query.OneOf(at+".op", f.Op, "=", "!=", "=~", "!~")
	}
	re, err := regexp.Compile("(?s)^(?:" + pattern + ")$")
	if err != nil {
		return query.Wrong(at+".value", "is no regular expression: %v", err)
	}
	f.match, f.not = re, strings.HasPrefix(f.Op, "!")
	return nil
}

// holds reports whether a record meets the filter. A field with several values
// (items of a list) meets = when one of them does, and != when none does.
func (f Filter) holds(r record) bool {
	values := r.values(f.Field)
	if len(values) == 0 {
		values = []string{""}
	}
	return slices.ContainsFunc(values, f.match.MatchString) != f.not
}

func (q Query) keeps(r record) bool {
	if q.Changes && r.event.ReadOnly || q.Errors && r.text("errorCode") == "" {
		return false
	}
	if q.Search != "" && !strings.Contains(strings.ToLower(r.event.Record), strings.ToLower(q.Search)) {
		return false
	}
	for _, f := range q.Filters {
		if !f.holds(r) {
			return false
		}
	}
	return true
}

// String is the question as the query inspector shows it.
func (q Query) String() string {
	text := "event history"
	if q.Attribute != "" {
		text += " where " + q.Attribute + " = " + q.Value
	}
	further := len(q.Filters)
	for _, set := range []bool{q.Search != "", q.Changes, q.Errors} {
		if set {
			further++
		}
	}
	return fmt.Sprintf("%s, %d further conditions", text, further)
}
