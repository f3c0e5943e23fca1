package awsfake

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// maxPattern is the longest filter pattern.
const maxPattern = 1024

// ParseFilterPattern compiles a filter pattern of CloudWatch Logs: terms, "a
// phrase", ?any, -none, %regular expression%, { $.json = "value" } and
// [space, delimited = fields].
func ParseFilterPattern(in string) (func(message string) bool, error) {
	in = strings.TrimSpace(in)
	switch {
	case len(in) > maxPattern:
		return nil, fmt.Errorf("longer than %d characters", maxPattern)
	case strings.HasPrefix(in, "{"):
		return jsonPattern(in)
	case strings.HasPrefix(in, "["):
		return spacePattern(in)
	}
	return termPattern(in)
}

func termPattern(in string) (func(string) bool, error) {
	var all, any, none []func(string) bool
	for in != "" {
		list := &all
		switch in[0] {
		case '?':
			list, in = &any, in[1:]
		case '-':
			list, in = &none, in[1:]
		}
		var test func(string) bool
		switch {
		case strings.HasPrefix(in, `"`), strings.HasPrefix(in, "%"):
			end := strings.IndexByte(in[1:], in[0])
			if end < 0 {
				return nil, fmt.Errorf("missing %c", in[0])
			}
			text := in[1 : 1+end]
			test = func(m string) bool { return strings.Contains(m, text) }
			if in[0] == '%' {
				re, err := regexp.Compile(text)
				if err != nil {
					return nil, err
				}
				test = re.MatchString
			}
			in = in[end+2:]
		default:
			word, rest, _ := strings.Cut(in, " ")
			if word == "" {
				return nil, errors.New("a term is expected")
			}
			if i := strings.IndexFunc(word, func(r rune) bool { return r < 0x80 && !isWordByte(byte(r)) }); i >= 0 {
				return nil, fmt.Errorf("%q must be in double quotes", word)
			}
			test = func(m string) bool { return strings.Contains(m, word) }
			in = rest
		}
		*list = append(*list, test)
		in = strings.TrimLeft(in, " ")
	}
	return func(m string) bool {
		for _, t := range all {
			if !t(m) {
				return false
			}
		}
		for _, t := range none {
			if t(m) {
				return false
			}
		}
		for _, t := range any {
			if t(m) {
				return true
			}
		}
		return len(any) == 0
	}, nil
}

// operand compares one value with what a pattern asks for.
func operand(op, want string) (func(string) bool, error) {
	switch op {
	case "=", "!=":
		expression := "^" + strings.ReplaceAll(regexp.QuoteMeta(want), `\*`, ".*") + "$"
		if len(want) > 1 && want[0] == '%' && want[len(want)-1] == '%' {
			expression = want[1 : len(want)-1]
		}
		re, err := regexp.Compile("(?s)" + expression)
		if err != nil {
			return nil, err
		}
		number, numeric := strconv.ParseFloat(want, 64)
		return func(got string) bool {
			same := re.MatchString(got)
			if v, err := strconv.ParseFloat(got, 64); numeric == nil && err == nil {
				same = same || v == number
			}
			return same == (op == "=")
		}, nil
	}
	number, err := strconv.ParseFloat(want, 64)
	if err != nil {
		return nil, fmt.Errorf("%s needs a number, not %q", op, want)
	}
	return func(got string) bool {
		v, err := strconv.ParseFloat(got, 64)
		if err != nil {
			return false
		}
		switch op {
		case ">":
			return v > number
		case "<":
			return v < number
		case ">=":
			return v >= number
		}
		return v <= number
	}, nil
}

// patternParser parses conditions joined by && and ||.
type patternParser struct {
	in   string
	leaf func(*patternParser) (func(any) bool, error)
}

func (p *patternParser) take(s string) bool {
	p.in = strings.TrimLeft(p.in, " \t")
	rest, ok := strings.CutPrefix(p.in, s)
	if ok {
		p.in = rest
	}
	return ok
}

func (p *patternParser) or(depth int) (func(any) bool, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	left, err := p.and(depth)
	for err == nil && p.take("||") {
		a := left
		var b func(any) bool
		b, err = p.and(depth)
		left = func(v any) bool { return a(v) || b(v) }
	}
	return left, err
}

func (p *patternParser) and(depth int) (func(any) bool, error) {
	left, err := p.one(depth)
	for err == nil && p.take("&&") {
		a := left
		var b func(any) bool
		b, err = p.one(depth)
		left = func(v any) bool { return a(v) && b(v) }
	}
	return left, err
}

func (p *patternParser) one(depth int) (func(any) bool, error) {
	if p.take("(") {
		c, err := p.or(depth + 1)
		if err == nil && !p.take(")") {
			err = errors.New("missing )")
		}
		return c, err
	}
	return p.leaf(p)
}

// operation reads =, != … and a value.
func (p *patternParser) operation() (func(string) bool, error) {
	for _, op := range []string{"!=", ">=", "<=", "=", ">", "<"} {
		if !p.take(op) {
			continue
		}
		p.in = strings.TrimLeft(p.in, " \t")
		if p.in != "" && (p.in[0] == '"' || p.in[0] == '%') {
			end := strings.IndexByte(p.in[1:], p.in[0])
			if end < 0 {
				return nil, fmt.Errorf("missing %c", p.in[0])
			}
			want := p.in[1 : 1+end]
			if p.in[0] == '%' {
				want = p.in[:end+2]
			}
			p.in = p.in[end+2:]
			return operand(op, want)
		}
		i := strings.IndexAny(p.in, " \t)&|,]}")
		if i < 0 {
			i = len(p.in)
		}
		want := p.in[:i]
		if want == "" {
			return nil, fmt.Errorf("a value is expected after %s", op)
		}
		p.in = p.in[i:]
		return operand(op, want)
	}
	return nil, fmt.Errorf("a comparison is expected at %q", p.in)
}
