// Package config decodes YAML strictly and with positions: every mistake of a
// file at once, each with file, line, column and the path of the field. It
// knows no section of the bridge's file; each package declares the struct of
// its own section, validates it, and names mistakes by path. The struct of
// the whole document is in package bridge.
package config

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	// hints say what to write for a full-width character of a value.
	hints map[string]string
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
		located[i].Allowed = hinted(d.hints[located[i].Path], located[i].Allowed)
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

var (
	rawType         = reflect.TypeFor[Raw]()
	unsupportedType = reflect.TypeFor[Unsupported]()
	textType        = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// Decode reads one YAML document into a struct with yaml tags; into is a
// pointer to it. The mistakes it returns have their line and column; the
// document is returned with them, so that more can be found by validating what
// could be decoded, and all be told at once by Locate.
func Decode(file string, r io.Reader, into any) (*Document, Problems) {
	doc := &Document{File: file, pos: map[string][2]int{"": {1, 1}}, hints: map[string]string{}}
	var problems Problems
	text, err := io.ReadAll(r)
	if err != nil {
		problems.Add("", "", "cannot be read: %v", err)
		return doc, problems
	}
	var root yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	switch err := dec.Decode(&root); {
	case errors.Is(err, io.EOF):
		problems.Add("", allowedIn(reflect.TypeOf(into).Elem()), "the file holds no settings")
		return doc, problems
	case err != nil:
		return doc, append(problems, syntaxProblems(err, text)...)
	}
	var second yaml.Node
	switch err := dec.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		problems = append(problems, syntaxProblems(err, text)...)
	default:
		problems = append(problems, Problem{
			What: "a second document follows (---)", Allowed: "one YAML document a file", Line: second.Line, Column: second.Column,
		})
	}
	d := decoder{doc: doc, problems: &problems}
	d.node("", root.Content[0], reflect.ValueOf(into).Elem())
	return doc, problems
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func syntaxProblems(err error, file []byte) Problems {
	if wide := wideSyntax(file); len(wide) > 0 {
		return wide
	}
	text := err.Error()
	p := Problem{Line: 1, Column: 1}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = strings.TrimPrefix(text, m[0])
		if n, err := strconv.Atoi(m[1]); err == nil {
			p.Line = n
		}
	}
	p.What = "not YAML: " + text
	if line, column := tabAt(text, file, p.Line); line > 0 {
		p.Line, p.Column = line, column
		p.What, p.Allowed = "not YAML: the line is indented with a tab, which is not allowed", "indent with spaces"
	}
	return Problems{p}
}

// leadingTab finds a tab before what a line says, unless that begins with one of
// the other characters that no token can begin with.
var leadingTab = regexp.MustCompile("^[ -]*(\t)[ \t-]*[^ \t\r@`%-]")

// tabAt finds the tab that a message of the YAML decoder is about; 0: it is about
// something else. The decoder's line is that of the tab, or where the tab spoils
// what goes on from above, some line before it.
func tabAt(message string, file []byte, line int) (at, column int) {
	lines := strings.Split(string(file), "\n")
	last := len(lines)
	switch message {
	case "found character that cannot start any token":
		last = line
	case "found a tab character that violates indentation":
	default:
		return 0, 0
	}
	for at := max(line, 1); at <= min(last, len(lines)); at++ {
		if m := leadingTab.FindStringSubmatchIndex(lines[at-1]); m != nil {
			return at, m[2] + 1
		}
	}
	return 0, 0
}
