package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decoder carries one document into Go values.
type decoder struct {
	doc      *Document
	problems *Problems
	depth    int
	nodes    int
	stopped  bool // a limit was passed; nothing more is read
}

func (d *decoder) add(n *yaml.Node, path, allowed, what string, args ...any) {
	*d.problems = append(*d.problems, Problem{
		Path: path, What: fmt.Sprintf(what, args...), Allowed: hinted(wideHint(n), allowed), Line: n.Line, Column: n.Column,
	})
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "nothing"
		}
		return strconv.Quote(n.Value)
	case yaml.AliasNode:
		return "an alias"
	}
	return "something else"
}

// maxDepth bounds nesting, aliases that refer to themselves included; maxNodes
// bounds what aliases of aliases can blow up to.
const (
	maxDepth = 100
	maxNodes = 300_000
)

// enter counts a node and follows its alias. It returns nil once the file was
// nested too deeply or has become too large.
func (d *decoder) enter(path string, n *yaml.Node) *yaml.Node {
	d.depth++
	d.nodes++
	switch {
	case d.stopped:
		return nil
	case d.nodes > maxNodes:
		d.add(n, path, "use fewer aliases", "the file is too large")
	case d.depth > maxDepth:
		d.add(n, path, "", "nested too deeply")
	}
	if d.stopped = d.nodes > maxNodes || d.depth > maxDepth; d.stopped {
		return nil
	}
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func (d *decoder) node(path string, n *yaml.Node, v reflect.Value) {
	defer func() { d.depth-- }()
	if n = d.enter(path, n); n == nil {
		return
	}
	if _, ok := d.doc.pos[path]; !ok || path == "" {
		d.doc.pos[path] = [2]int{n.Line, n.Column}
	}
	d.hint(path, n)
	switch v.Type() {
	case rawType:
		raw := Raw{Node: n}
		before := len(*d.problems)
		d.depth--
		d.positions(path, n)
		d.depth++
		if len(*d.problems) == before {
			if err := n.Decode(&raw.Value); err != nil {
				d.add(n, path, "", "%s", rawError(err))
			}
		}
		v.Set(reflect.ValueOf(raw))
		return
	case unsupportedType:
		d.add(n, path, "remove it", "not supported yet")
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		d.node(path, n, v.Elem())
		return
	}
	if v.CanAddr() && v.Addr().Type().Implements(textType) {
		d.text(path, n, v)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.object(path, n, v)
	case reflect.Map:
		d.mapping(path, n, v)
	case reflect.Slice:
		d.list(path, n, v)
	default:
		d.scalar(path, n, v)
	}
}

// hint remembers what to write for a full-width character of a value, or of a
// name that is free, for who finds out later that it cannot be.
func (d *decoder) hint(path string, n *yaml.Node) {
	if n.Kind != yaml.ScalarNode {
		return
	}
	if hint := wideIn(n.Value); hint != "" {
		d.doc.hints[path] = hint
	}
}

// rawError is what the YAML library says of a part of the file, without its
// own name and lines.
func rawError(err error) string {
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		return yamlLine.ReplaceAllString("yaml: "+strings.Join(typed.Errors, ", "), "")
	}
	return strings.TrimPrefix(err.Error(), "yaml: ")
}

// positions remembers where the parts of raw YAML stand.
func (d *decoder) positions(path string, n *yaml.Node) {
	defer func() { d.depth-- }()
	if n = d.enter(path, n); n == nil {
		return
	}
	if _, ok := d.doc.pos[path]; !ok {
		d.doc.pos[path] = [2]int{n.Line, n.Column}
	}
	d.hint(path, n)
	switch n.Kind {
	case yaml.MappingNode:
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			at := join(path, key.Value)
			if !d.key(path, key) || !d.once(at, key, seen) {
				continue
			}
			d.hint(at, key)
			d.positions(at, value)
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			d.positions(fmt.Sprintf("%s[%d]", path, i), c)
		}
	}
}

// key reports whether a key is a plain name.
func (d *decoder) key(path string, key *yaml.Node) bool {
	if key.Kind != yaml.ScalarNode {
		d.add(key, path, "write a name", "%s cannot be the name of a field", kindName(key))
		return false
	}
	return true
}

// once reports whether a key stands there for the first time.
func (d *decoder) once(path string, key *yaml.Node, seen map[string]bool) bool {
	if seen[key.Value] {
		d.add(key, path, "write it once", "the field stands here a second time")
		return false
	}
	seen[key.Value] = true
	return true
}

func (d *decoder) text(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		d.add(n, path, "write a single value", "%s cannot stand here", kindName(n))
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.Value)); err != nil {
		what, allowed, _ := strings.Cut(err.Error(), "; ")
		d.add(n, path, allowed, "%s", what)
	}
}

func (d *decoder) object(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.add(n, path, allowedIn(v.Type()), "%s cannot stand here", kindName(n))
		return
	}
	fields := map[string]int{}
	for i := range v.NumField() {
		if name := fieldName(v.Type().Field(i)); name != "" {
			fields[name] = i
		}
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		index, known := fields[key.Value]
		switch {
		case !d.key(path, key):
		case !known:
			d.add(key, at, "one of "+strings.Join(fieldNames(v.Type()), ", "), "unknown field")
		case d.once(at, key, seen):
			d.doc.pos[at] = [2]int{value.Line, value.Column}
			if value.Kind == yaml.ScalarNode && value.Tag == "!!null" {
				continue
			}
			d.node(at, value, v.Field(index))
		}
	}
}

func (d *decoder) mapping(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.add(n, path, "write name: value", "%s cannot stand here", kindName(n))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		k := reflect.New(v.Type().Key()).Elem()
		k.SetString(key.Value)
		if !d.key(path, key) || !d.once(at, key, seen) {
			continue
		}
		d.doc.pos[at] = [2]int{value.Line, value.Column}
		d.hint(at, key)
		e := reflect.New(v.Type().Elem()).Elem()
		d.node(at, value, e)
		v.SetMapIndex(k, e)
	}
}

func (d *decoder) list(path string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		d.add(n, path, "write a list: [a, b]", "%s cannot stand here", kindName(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, c := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.doc.pos[at] = [2]int{c.Line, c.Column}
		d.node(at, c, v.Index(i))
	}
}

func (d *decoder) scalar(path string, n *yaml.Node, v reflect.Value) {
	bad := func(allowed string) { d.add(n, path, allowed, "%s cannot stand here", kindName(n)) }
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		bad("write a single value")
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Bool:
		b, err := strconv.ParseBool(n.Value)
		if err != nil || n.Tag != "!!bool" {
			bad("true or false")
			return
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(n.Value, 10, 64)
		if err != nil || n.Tag != "!!int" {
			bad("write a whole number")
			return
		}
		v.SetInt(i)
	default:
		panic("config: no decoding for " + v.Type().String())
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" {
		return ""
	}
	return name
}

// allowedIn says what a user may write where a struct is read.
func allowedIn(t reflect.Type) string { return "write fields: " + strings.Join(fieldNames(t), ", ") }

// fieldNames lists the fields a user may write, leaving out those that are
// not supported yet.
func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if name := fieldName(t.Field(i)); name != "" && t.Field(i).Type != unsupportedType {
			names = append(names, name)
		}
	}
	return names
}
