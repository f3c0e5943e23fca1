package awsfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var selector = regexp.MustCompile(`^\$((?:\.[A-Za-z0-9_@-]+|\[\d+\])+)`)

func jsonPattern(in string) (func(string) bool, error) {
	body, ok := strings.CutSuffix(in[1:], "}")
	if !ok {
		return nil, errors.New("missing }")
	}
	p := &patternParser{in: body, leaf: jsonLeaf}
	test, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.take("") && p.in != "" {
		return nil, fmt.Errorf("unexpected %q", p.in)
	}
	return func(m string) bool {
		var doc any
		return json.Unmarshal([]byte(m), &doc) == nil && test(doc)
	}, nil
}

func jsonLeaf(p *patternParser) (func(any) bool, error) {
	p.take("")
	m := selector.FindStringSubmatch(p.in)
	if m == nil {
		return nil, fmt.Errorf("a selector such as $.name is expected at %q", p.in)
	}
	p.in = p.in[len(m[0]):]
	path := strings.FieldsFunc(m[1], func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	for _, word := range []struct {
		text string
		test func(any, bool) bool
	}{
		{"IS NULL", func(v any, there bool) bool { return there && v == nil }},
		{"IS TRUE", func(v any, _ bool) bool { return v == true }},
		{"IS FALSE", func(v any, _ bool) bool { return v == false }},
		{"NOT EXISTS", func(_ any, there bool) bool { return !there }},
	} {
		if p.take(word.text) {
			return func(doc any) bool { return word.test(dig(doc, path)) }, nil
		}
	}
	test, err := p.operation()
	if err != nil {
		return nil, err
	}
	return func(doc any) bool {
		v, there := dig(doc, path)
		switch v.(type) {
		case nil, map[string]any, []any:
			return false // a selector that points to an array or object does not match
		}
		return there && test(fmt.Sprint(v))
	}, nil
}

// dig follows a path of names and indexes.
func dig(doc any, path []string) (any, bool) {
	for _, name := range path {
		switch x := doc.(type) {
		case map[string]any:
			v, ok := x[name]
			if !ok {
				return nil, false
			}
			doc = v
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			doc = x[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

func spacePattern(in string) (func(string) bool, error) {
	body, ok := strings.CutSuffix(in[1:], "]")
	if !ok {
		return nil, errors.New("missing ]")
	}
	var tests []func(any) bool
	open := false // "..." at the front
	for i, part := range strings.Split(body, ",") {
		part = strings.TrimSpace(part)
		if part == "..." {
			if i > 0 {
				return nil, errors.New("... may stand at the front only")
			}
			open = true
			continue
		}
		p := &patternParser{in: part, leaf: func(p *patternParser) (func(any) bool, error) {
			p.take("")
			n := 0
			for n < len(p.in) && isWordByte(p.in[n]) {
				n++
			}
			if n == 0 {
				return nil, fmt.Errorf("a field is expected at %q", p.in)
			}
			if p.in = p.in[n:]; strings.TrimSpace(p.in) == "" {
				return func(any) bool { return true }, nil
			}
			test, err := p.operation()
			return func(v any) bool { s, _ := v.(string); return test(s) }, err
		}}
		test, err := p.or(0)
		if err != nil {
			return nil, err
		}
		if p.take("") && p.in != "" {
			return nil, fmt.Errorf("unexpected %q", p.in)
		}
		tests = append(tests, test)
	}
	return func(m string) bool {
		fields := splitFields(m)
		if open && len(fields) > len(tests) {
			fields = fields[len(fields)-len(tests):]
		}
		if len(fields) != len(tests) {
			return false
		}
		for i, t := range tests {
			if !t(fields[i]) {
				return false
			}
		}
		return true
	}, nil
}

// splitFields splits at spaces; text in [] or "" is one field.
func splitFields(m string) []string {
	var out []string
	for m = strings.TrimLeft(m, " "); m != ""; m = strings.TrimLeft(m, " ") {
		if closing := map[byte]string{'[': "]", '"': `"`}[m[0]]; closing != "" {
			if text, rest, ok := strings.Cut(m[1:], closing); ok {
				out, m = append(out, text), rest
				continue
			}
		}
		text, rest, _ := strings.Cut(m, " ")
		out, m = append(out, text), rest
	}
	return out
}
