package configservice

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
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

// diff is what has to be done to before to get after, sorted by path. The order
// of a list's members is no difference: Config gives the same list now in this
// order, now in another. Both are documents as encoding/json decodes them.
func diff(before, after any) []Change {
	var d differ
	d.compare(nil, before, after)
	slices.SortStableFunc(d.changes, func(a, b Change) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return strings.Compare(canonical(a.Before)+canonical(a.After), canonical(b.Before)+canonical(b.After))
	})
	return d.changes
}

type differ struct{ changes []Change }

func (d *differ) add(at []step, change string, before, after any) {
	d.changes = append(d.changes, Change{Path: pathText(at), Change: change, Before: before, After: after, at: slices.Clone(at)})
}

func (d *differ) compare(at []step, before, after any) {
	switch b := before.(type) {
	case map[string]any:
		if a, ok := after.(map[string]any); ok {
			d.objects(at, b, a)
			return
		}
	case []any:
		if a, ok := after.([]any); ok {
			d.lists(at, b, a)
			return
		}
	}
	if canonical(before) != canonical(after) {
		d.add(at, Updated, before, after)
	}
}

func (d *differ) objects(at []step, before, after map[string]any) {
	names := maps.Clone(before)
	maps.Copy(names, after)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		b, was := before[name]
		a, is := after[name]
		here := append(at[:len(at):len(at)], step{kind: 'f', name: name})
		switch {
		case !was:
			d.add(here, Created, nil, a)
		case !is:
			d.add(here, Deleted, b, nil)
		default:
			d.compare(here, b, a)
		}
	}
}

func (d *differ) lists(at []step, before, after []any) {
	if name := identity(before, after); name != "" {
		d.keyed(at, name, before, after)
		return
	}
	// Equal members cancel out.
	left := map[string][]int{}
	for i, b := range before {
		text := canonical(b)
		left[text] = append(left[text], i)
	}
	var gone, came []int
	for i, a := range after {
		text := canonical(a)
		if same := left[text]; len(same) > 0 {
			left[text] = same[1:]
			continue
		}
		came = append(came, i)
	}
	for _, rest := range left {
		gone = append(gone, rest...)
	}
	slices.Sort(gone)
	if len(gone) == 1 && len(came) == 1 && alike(before[gone[0]], after[came[0]]) {
		d.compare(append(at[:len(at):len(at)], step{kind: 'i', index: gone[0]}), before[gone[0]], after[came[0]])
		return
	}
	here := append(at[:len(at):len(at)], step{kind: 'm'})
	for _, i := range gone {
		d.add(here, Deleted, before[i], nil)
	}
	for _, i := range came {
		d.add(here, Created, nil, after[i])
	}
}

func alike(a, b any) bool {
	switch a.(type) {
	case map[string]any:
		_, ok := b.(map[string]any)
		return ok
	case []any:
		_, ok := b.([]any)
		return ok
	}
	return false
}

func (d *differ) keyed(at []step, name string, before, after []any) {
	old := map[string]any{}
	for _, b := range before {
		old[b.(map[string]any)[name].(string)] = b
	}
	for _, a := range after {
		value := a.(map[string]any)[name].(string)
		here := append(at[:len(at):len(at)], step{kind: 'k', name: name, value: value})
		if b, was := old[value]; was {
			delete(old, value)
			d.compare(here, b, a)
			continue
		}
		d.add(here, Created, nil, a)
	}
	for value, b := range old {
		d.add(append(at[:len(at):len(at)], step{kind: 'k', name: name, value: value}), Deleted, b, nil)
	}
}

// identity is the field that tells the members of both lists apart: a text that
// each member has and no two of a list share. Empty where there is none.
func identity(before, after []any) string {
	if len(before) == 0 || len(after) == 0 {
		return ""
	}
	first, ok := before[0].(map[string]any)
	if !ok {
		return ""
	}
	best, bestRank := "", 0
	for _, name := range slices.Sorted(maps.Keys(first)) {
		if r := identityRank(name); r > bestRank && tellsApart(name, before) && tellsApart(name, after) {
			best, bestRank = name, r
		}
	}
	return best
}

// identityRank is how likely a name is that of an identity; 0 means it is none.
func identityRank(name string) int {
	switch lower := strings.ToLower(name); {
	case lower == "key":
		return 5 // of a tag
	case lower == "id":
		return 4
	case strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID"):
		return 3
	case strings.HasSuffix(lower, "arn"):
		return 2
	case strings.HasSuffix(lower, "name"):
		return 1
	}
	return 0
}

func tellsApart(name string, list []any) bool {
	seen := make(map[string]bool, len(list))
	for _, x := range list {
		m, _ := x.(map[string]any)
		value, ok := m[name].(string)
		if !ok || seen[value] {
			return false
		}
		seen[value] = true
	}
	return true
}

// canonical is a document as text that is the same for documents that differ in
// the order of lists only.
func canonical(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var b strings.Builder
		b.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strconv.Quote(name) + ":" + canonical(v[name]))
		}
		b.WriteByte('}')
		return b.String()
	case []any:
		members := make([]string, len(v))
		for i, x := range v {
			members[i] = canonical(x)
		}
		slices.Sort(members)
		return "[" + strings.Join(members, ",") + "]"
	case string:
		return strconv.Quote(v)
	}
	return fmt.Sprint(v) // json.Number, bool, nil
}

// maxDepth bounds the nesting that is looked into; what lies deeper stays text.
const maxDepth = 64

// parse decodes a text that holds a JSON object or list, and opens the texts in
// it that hold such themselves, as policies do. Numbers keep their digits.
func parse(text string, depth int) (any, bool) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "%7B") || strings.HasPrefix(text, "%7b") { // IAM's policies
		if plain, err := url.PathUnescape(text); err == nil {
			text = plain
		}
	}
	if depth <= 0 || text == "" || text[0] != '{' && text[0] != '[' {
		return nil, false
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false // something follows
	}
	return open(v, depth)
}

func open(v any, depth int) (any, bool) {
	switch x := v.(type) {
	case map[string]any:
		for name, member := range x {
			inner, ok := open(member, depth-1)
			if !ok {
				return nil, false
			}
			x[name] = inner
		}
	case []any:
		for i, member := range x {
			inner, ok := open(member, depth-1)
			if !ok {
				return nil, false
			}
			x[i] = inner
		}
	case string:
		if inner, ok := parse(x, depth); ok {
			return inner, true
		}
	}
	return v, depth > 0
}
