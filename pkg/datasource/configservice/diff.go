package configservice

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

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
