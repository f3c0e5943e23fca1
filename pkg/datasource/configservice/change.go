package configservice

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Change is one difference between two JSON documents.
//
// Path names where: configuration.state.name; a member of a list by what
// identifies it, configuration.securityGroups[groupId=sg-1]; a list's member
// that nothing identifies by its place in the older document, [0], or, where it
// came or went as a whole, by [].
type Change struct {
	Path   string `json:"path"`
	Change string `json:"change"` // Created, Updated or Deleted
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`

	at []step
}

// The kinds of changes, in the words of Config's own notifications.
const (
	Created = "CREATE"
	Updated = "UPDATE"
	Deleted = "DELETE"
)

// step is one step of a path: into a field, to the member of a list whose field
// has a value, to the member with an index, or to whichever member is equal.
type step struct {
	kind  byte // 'f', 'k', 'i', 'm'
	name  string
	value string
	index int
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func pathText(steps []step) string {
	var b strings.Builder
	for _, s := range steps {
		switch {
		case s.kind == 'k':
			fmt.Fprintf(&b, "[%s=%s]", s.name, s.value)
		case s.kind == 'i':
			fmt.Fprintf(&b, "[%d]", s.index)
		case s.kind == 'm':
			b.WriteString("[]")
		case !plainName.MatchString(s.name):
			fmt.Fprintf(&b, "[%s]", strconv.Quote(s.name))
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.name)
		}
	}
	return b.String()
}
