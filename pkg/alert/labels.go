package alert

import (
	"fmt"
	"slices"
	"strings"
)

// Label is one name with its value.
type Label struct{ Name, Value string }

// Labels is a set of labels, sorted by name, no name twice, no value empty
// (an absent label and an empty one are the same, as in Prometheus). A sorted
// slice instead of a map: a hundred thousand alerts stay small, and every
// listing comes out in the same order. In JSON and YAML it is an object.
type Labels []Label

// LabelsOf makes Labels from a map.
func LabelsOf(m map[string]string) Labels {
	if len(m) == 0 {
		return nil
	}
	ls := make(Labels, 0, len(m))
	for n, v := range m {
		if v != "" {
			ls = append(ls, Label{intern(n), intern(v)})
		}
	}
	slices.SortFunc(ls, byName)
	return ls
}

func byName(a, b Label) int { return strings.Compare(a.Name, b.Name) }

// Get returns the value of a label, "" where it is absent.
func (ls Labels) Get(name string) string {
	for i := range ls {
		if ls[i].Name == name {
			return ls[i].Value
		}
	}
	return ""
}

// Map returns the labels as a new map.
func (ls Labels) Map() map[string]string {
	m := make(map[string]string, len(ls))
	for _, l := range ls {
		m[l.Name] = l.Value
	}
	return m
}

// With returns the labels with more laid over them. An empty value removes.
func (ls Labels) With(more map[string]string) Labels {
	if len(more) == 0 {
		return ls
	}
	merged := make(Labels, 0, len(ls)+len(more))
	for _, l := range ls {
		if _, over := more[l.Name]; !over {
			merged = append(merged, l)
		}
	}
	for n, v := range more {
		if v != "" {
			merged = append(merged, Label{n, v})
		}
	}
	if len(merged) == 0 {
		return nil
	}
	slices.SortFunc(merged, byName)
	return merged
}

// Equal reports whether both hold the same labels.
func (ls Labels) Equal(o Labels) bool { return slices.Equal(ls, o) }

// Fingerprint is the hash that Prometheus and Alertmanager give the same
// labels, as 16 hexadecimal digits: FNV-1a of 64 bits over every name and
// value, each followed by the byte 0xff.
func (ls Labels) Fingerprint() string {
	const offset, prime = 14695981039346656037, 1099511628211
	sum := uint64(offset)
	add := func(s string) {
		for i := range len(s) {
			sum = (sum ^ uint64(s[i])) * prime
		}
		sum = (sum ^ 0xff) * prime
	}
	for _, l := range ls {
		add(l.Name)
		add(l.Value)
	}
	return fmt.Sprintf("%016x", sum)
}

// String writes {a="b", c="d"}.
func (ls Labels) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, l := range ls {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s=%q", l.Name, l.Value)
	}
	b.WriteByte('}')
	return b.String()
}
