package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Input methods for Japanese and Chinese write full-width forms of the characters
// of ASCII (Unicode, block Halfwidth and Fullwidth Forms, and U+3000). To YAML
// they are letters like any other.

const (
	wideSpace = '\u3000'
	wideColon = '：'
	wideFirst = '！' // of the forms of ! to ~, in the order of ASCII
	wideLast  = '～'
)

// narrow returns the character of ASCII that a full-width one is a form of, any
// other as it is.
func narrow(r rune) rune {
	switch {
	case r == wideSpace:
		return ' '
	case r >= wideFirst && r <= wideLast:
		return r - wideFirst + '!'
	}
	return r
}

// wideName names a full-width character.
func wideName(r rune) string {
	switch r {
	case wideSpace: // which would show nothing
		return "the full-width space (U+3000)"
	case wideColon:
		return "the full-width colon ： (U+FF1A)"
	}
	return fmt.Sprintf("the full-width %c (%U)", r, r)
}

// narrowName is what to write for it.
func narrowName(r rune) string {
	switch r {
	case wideSpace:
		return "a space"
	case wideColon:
		return `": "`
	}
	return string(narrow(r))
}

// wideIn says what to write for the first full-width character of a text that is
// meant as ASCII, "" where there is none, or where it stands among others that
// ASCII has no form of: there it is part of what is written in Japanese.
func wideIn(text string) string {
	hint := ""
	for i, r := range text {
		if narrow(r) >= 0x80 {
			return ""
		}
		if narrow(r) == r || hint != "" {
			continue
		}
		as := narrowName(r)
		if r == wideColon && aPort.MatchString(text[i:]) {
			as = `":"`
		}
		hint = "write " + as + " for " + wideName(r)
	}
	return hint
}

// aPort matches the colon of an address and what follows: after it a field's value
// may be a number, too, but its name is no address.
var aPort = regexp.MustCompile(`^：[0-9０-９]{2,5}$`)

// wideHint is wideIn for a value or a name; of a mapping it is the first name,
// which tells of a list whose dashes are full-width.
func wideHint(n *yaml.Node) string {
	if n.Kind == yaml.MappingNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	return wideIn(n.Value)
}

// hinted puts what is to be written for a full-width character before what is
// allowed.
func hinted(hint, allowed string) string {
	if hint == "" || allowed == "" {
		return hint + allowed
	}
	return hint + "; " + allowed
}

// Where a full-width character may be meant as one that makes up YAML: in the
// indentation, after the name of a field, after one of YAML's own, and between
// the entries of a list or mapping in one line.
var (
	wideIndent = regexp.MustCompile(`^[ －\x{3000}-]*`)
	wideColons = regexp.MustCompile(`(?:^[ －\x{3000}-]*|[{｛,，][ \x{3000}]*)["']?[A-Za-z_][\w.-]*["']?[ \x{3000}]*(：)`)
	wideAfter  = regexp.MustCompile(`[:,-](\x{3000})`)
	wideFlow   = regexp.MustCompile(`[｛｝［］，]`)
	aFlow      = regexp.MustCompile(`[{}\[\]｛｝［］]`)
)

// suspect is a full-width character that may be what a syntax error is about.
type suspect struct {
	line, at int // line from 0, byte in the line
	r        rune
	as       string // what it may be meant as
}

// maxSuspects bounds how often a file is read to find out.
const maxSuspects = 40

func suspects(lines []string) []suspect {
	var list []suspect
	for i, line := range lines {
		indent := len(wideIndent.FindString(line))
		colons := groups(wideColons, line)
		spaces := groups(wideAfter, line)
		inFlow := aFlow.MatchString(line)
		for at, r := range line {
			as := string(narrow(r))
			switch {
			case narrow(r) == r:
				continue
			case at < indent && r == wideSpace:
				as = "  " // which is as wide
			case at < indent, spaces[at], inFlow && wideFlow.MatchString(string(r)):
			case colons[at]:
				as = ": "
			default:
				continue
			}
			if list = append(list, suspect{i, at, r, as}); len(list) == maxSuspects {
				return list
			}
		}
	}
	return list
}

// groups returns where the first group of an expression stands in a line.
func groups(re *regexp.Regexp, line string) map[int]bool {
	at := map[int]bool{}
	for _, m := range re.FindAllStringSubmatchIndex(line, -1) {
		at[m[2]] = true
	}
	return at
}

// replace writes the suspects, but for one, as what they may be meant as.
func replace(lines []string, list []suspect, but int) []byte {
	out := append([]string(nil), lines...)
	for i := len(list) - 1; i >= 0; i-- { // from the end of a line, so that places before stay
		if s := list[i]; i != but {
			out[s.line] = out[s.line][:s.at] + s.as + out[s.line][s.at+len(string(s.r)):]
		}
	}
	return []byte(strings.Join(out, "\n"))
}

// notYAML is the syntax error of a file, "" where it has none.
func notYAML(file []byte) string {
	dec := yaml.NewDecoder(bytes.NewReader(file))
	for {
		var n yaml.Node
		switch err := dec.Decode(&n); {
		case errors.Is(err, io.EOF):
			return ""
		case err != nil:
			return err.Error()
		}
	}
}

// errorLine is the line that a syntax error names, 0 where it names none.
func errorLine(syntax string) int {
	m := yamlLine.FindStringSubmatch(syntax)
	if m == nil || m[1] == "" {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// wideSyntax finds the full-width characters that a file with a syntax error is
// no YAML for: without them it reads further, and with any of them it does not.
func wideSyntax(file []byte) Problems {
	lines := strings.Split(string(file), "\n")
	list := suspects(lines)
	if len(list) == 0 {
		return nil
	}
	without := notYAML(replace(lines, list, -1))
	if was := notYAML(file); without == was || without != "" && errorLine(without) <= errorLine(was) {
		return nil // nor does it read further without them
	}
	var problems Problems
	for i, s := range list {
		if notYAML(replace(lines, list, i)) != without {
			problems = append(problems, Problem{
				What: "not YAML: " + wideName(s.r) + " stands here", Allowed: "write " + narrowName(s.r),
				Line: s.line + 1, Column: len([]rune(lines[s.line][:s.at])) + 1,
			})
		}
	}
	return problems
}
