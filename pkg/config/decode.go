// Package config decodes YAML strictly and with positions: every mistake of a
// file at once, each with file, line, column and the path of the field. It
// knows no section of the bridge's file; each package declares the struct of
// its own section, validates it, and names mistakes by path. The struct of
// the whole document is in package bridge.
package config

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

// Problem is one mistake. Path is the field as a user would write it, such as
// towers[0].show.critical.buzzer.
type Problem struct {
	Path    string `json:"path"`
	What    string `json:"what"`              // what is wrong
	Allowed string `json:"allowed,omitempty"` // what is allowed
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

// Problems is a list of mistakes; as an error it prints one a line.
type Problems []Problem

// Add appends a mistake.
func (ps *Problems) Add(path, allowed, what string, args ...any) {
	*ps = append(*ps, Problem{Path: path, What: fmt.Sprintf(what, args...), Allowed: allowed})
}

// Document is a decoded file: its values went into the struct given to
// Decode, the places they stood at are kept.
type Document struct {
	File string
	pos  map[string][2]int
}

// FileError is every mistake of one file.
type FileError struct {
	File     string
	Problems Problems
}

// Error prints file:line:column: field: what is wrong; what is allowed.
func (e *FileError) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d:%d: ", e.File, max(p.Line, 1), max(p.Column, 1))
		if p.Path != "" {
			b.WriteString(p.Path + ": ")
		}
		b.WriteString(p.What)
		if p.Allowed != "" {
			b.WriteString("; " + p.Allowed)
		}
	}
	return b.String()
}

// Locate gives problems their line and column, by the longest part of their
// path that stands in the file, and returns them in file order as an error;
// nil where there are none.
func (d *Document) Locate(problems Problems) error {
	if len(problems) == 0 {
		return nil
	}
	located := slices.Clone(problems)
	for i := range located {
		if located[i].Line != 0 {
			continue
		}
		for path := located[i].Path; ; path = parent(path) {
			if at, ok := d.pos[path]; ok {
				located[i].Line, located[i].Column = at[0], at[1]
				break
			}
			if path == "" {
				break
			}
		}
	}
	slices.SortStableFunc(located, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return &FileError{File: d.File, Problems: located}
}

func parent(path string) string {
	i := strings.LastIndexAny(path, ".[")
	if i < 0 {
		return ""
	}
	return path[:i]
}

// Raw is a part of the file that is decoded later, or by somebody else.
type Raw struct {
	// Value holds maps (map[string]any), lists, and scalars.
	Value any
	// Node is the YAML as it stands.
	Node *yaml.Node
}

// Set reports whether the part is in the file.
func (r Raw) Set() bool { return r.Node != nil }

// Unsupported marks a section that is known and not built yet: naming it is
// refused.
type Unsupported struct{}

// Duration is a length of time as Prometheus writes it: 30s, 5m, 8h, 90d.
type Duration time.Duration

// UnmarshalText reads 30s, 1h30m, 90d.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := model.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration; write for example 30s, 5m, 8h or 90d", text)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes the duration as Prometheus does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Duration) String() string { return model.Duration(d).String() }

// Regexp is a regular expression in RE2 syntax.
type Regexp struct{ *regexp.Regexp }

// UnmarshalText compiles the expression.
func (r *Regexp) UnmarshalText(text []byte) error {
	re, err := regexp.Compile(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a regular expression (%w); RE2 syntax, named groups as (?P<name>…)", text, err)
	}
	r.Regexp = re
	return nil
}

var (
	rawType         = reflect.TypeFor[Raw]()
	unsupportedType = reflect.TypeFor[Unsupported]()
	textType        = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// Decode reads one YAML document into a struct with yaml tags. Problems are
// returned unlocated mistakes already located; the document is returned with
// them, so that more can be found by validating what could be decoded.
func Decode(file string, r io.Reader, into any) (*Document, Problems) {
	doc := &Document{File: file, pos: map[string][2]int{"": {1, 1}}}
	var problems Problems
	var root yaml.Node
	dec := yaml.NewDecoder(r)
	switch err := dec.Decode(&root); {
	case errors.Is(err, io.EOF):
		problems.Add("", "write at least one setting", "the file is empty")
		return doc, problems
	case err != nil:
		return doc, append(problems, syntaxProblem(err))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		problems.Add("", "one YAML document a file", "a second document follows (---)")
	}
	d := decoder{doc: doc, problems: &problems}
	d.node("", root.Content[0], reflect.ValueOf(into).Elem())
	return doc, problems
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func syntaxProblem(err error) Problem {
	text := err.Error()
	p := Problem{Line: 1, Column: 1}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = strings.TrimPrefix(text, m[0])
		if n, err := strconv.Atoi(m[1]); err == nil {
			p.Line = n
		}
	}
	p.What = "not YAML: " + text
	return p
}

type decoder struct {
	doc      *Document
	problems *Problems
	depth    int
}

func (d *decoder) add(n *yaml.Node, path, allowed, what string, args ...any) {
	*d.problems = append(*d.problems, Problem{
		Path: path, What: fmt.Sprintf(what, args...), Allowed: allowed, Line: n.Line, Column: n.Column,
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
	}
	return "something else"
}

// maxDepth bounds nesting, aliases that refer to themselves included.
const maxDepth = 100

func (d *decoder) node(path string, n *yaml.Node, v reflect.Value) {
	if d.depth++; d.depth > maxDepth {
		d.add(n, path, "", "nested too deeply")
		return
	}
	defer func() { d.depth-- }()
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if _, ok := d.doc.pos[path]; !ok || path == "" {
		d.doc.pos[path] = [2]int{n.Line, n.Column}
	}
	switch v.Type() {
	case rawType:
		raw := Raw{Node: n}
		if err := n.Decode(&raw.Value); err != nil {
			d.add(n, path, "", "%v", err)
		}
		d.positions(path, n, 0)
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

// positions remembers where the parts of raw YAML stand.
func (d *decoder) positions(path string, n *yaml.Node, depth int) {
	if depth > maxDepth {
		return
	}
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if _, ok := d.doc.pos[path]; !ok {
		d.doc.pos[path] = [2]int{n.Line, n.Column}
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			d.positions(join(path, n.Content[i].Value), n.Content[i+1], depth+1)
		}
	case yaml.SequenceNode:
		for i, c := range n.Content {
			d.positions(fmt.Sprintf("%s[%d]", path, i), c, depth+1)
		}
	}
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
		d.add(n, path, "write fields: "+strings.Join(fieldNames(v.Type()), ", "), "%s cannot stand here", kindName(n))
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
		case !known:
			d.add(key, at, "one of "+strings.Join(fieldNames(v.Type()), ", "), "unknown field")
		case seen[key.Value]:
			d.add(key, at, "write it once", "the field stands here a second time")
		default:
			seen[key.Value] = true
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
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		k := reflect.New(v.Type().Key()).Elem()
		k.SetString(key.Value)
		if v.MapIndex(k).IsValid() {
			d.add(key, at, "write it once", "the field stands here a second time")
			continue
		}
		d.doc.pos[at] = [2]int{value.Line, value.Column}
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
