package awsfake

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// insightTokens splits a query into words, "texts", /expressions/ and marks.
func insightTokens(in string) ([]string, error) {
	var out []string
	for i := 0; i < len(in); {
		b := in[i]
		switch {
		case strings.IndexByte(" \t\r\n", b) >= 0:
			i++
		case b == '#':
			for i < len(in) && in[i] != '\n' {
				i++
			}
		case b == '"' || b == '\'' || b == '/' || b == '`':
			j := i + 1
			for j < len(in) && in[j] != b {
				if in[j] == '\\' {
					j++
				}
				j++
			}
			if j >= len(in) {
				return nil, fmt.Errorf("missing %c", b)
			}
			out = append(out, in[i:j+1])
			i = j + 1
		case isNameByte(b):
			j := i
			for j < len(in) && isNameByte(in[j]) {
				j++
			}
			out = append(out, in[i:j])
			i = j
		default:
			n := 1
			for _, op := range []string{"!=", ">=", "<=", "=~"} {
				if strings.HasPrefix(in[i:], op) {
					n = 2
				}
			}
			out = append(out, in[i:i+n])
			i += n
		}
	}
	return out, nil
}

func isNameByte(b byte) bool { return isWordByte(b) || b == '@' || b == '.' || b == '-' || b >= 0x80 }

// parseInsights parses fields, display, filter, parse, stats, sort and limit.
func parseInsights(text string) (*insights, error) {
	tokens, err := insightTokens(text)
	if err != nil {
		return nil, err
	}
	q := &insights{}
	for len(tokens) > 0 {
		end := slices.Index(tokens, "|")
		if end < 0 {
			end = len(tokens)
		}
		p := &insightsParser{sqlParser{tokens[:end]}}
		c, err := p.command()
		if err != nil {
			return nil, err
		}
		if p.peek() != "" {
			return nil, fmt.Errorf("unexpected symbol found %s", p.peek())
		}
		q.commands = append(q.commands, c)
		tokens = tokens[end:]
		if len(tokens) == 1 {
			return nil, errors.New("a command is expected after |")
		}
		if len(tokens) > 0 {
			tokens = tokens[1:]
		}
	}
	if len(q.commands) == 0 {
		return nil, errors.New("the query is empty")
	}
	return q, nil
}

type insightsParser struct{ sqlParser }

func (p *insightsParser) command() (command, error) {
	switch word := strings.ToLower(p.next()); word {
	case "fields", "display":
		return p.fields()
	case "filter", "where":
		t, err := p.or(0)
		return filterCommand{t}, err
	case "parse":
		return p.parse()
	case "stats":
		return p.stats()
	case "sort", "order":
		p.take("by")
		f, err := p.field()
		if err != nil {
			return nil, err
		}
		c := sortCommand{field: f, desc: p.take("desc")}
		if !c.desc {
			p.take("asc")
		}
		return c, nil
	case "limit", "head":
		n, err := strconv.Atoi(p.next())
		if err != nil || n < 1 || n > maxQueryRows {
			return nil, fmt.Errorf("limit needs a number from 1 to %d", maxQueryRows)
		}
		return limitCommand(n), nil
	default:
		return nil, fmt.Errorf("unexpected symbol found %s", word)
	}
}

func (p *insightsParser) field() (string, error) {
	t := p.next()
	if len(t) > 2 && t[0] == '`' {
		return t[1 : len(t)-1], nil
	}
	if t == "" || !isNameByte(t[0]) {
		return "", fmt.Errorf("a field is expected, not %q", t)
	}
	return t, nil
}

func (p *insightsParser) fields() (command, error) {
	c := fieldsCommand{bins: map[string]time.Duration{}, as: map[string]string{}}
	for ok := true; ok; ok = p.take(",") {
		g, err := p.grouping()
		if err != nil {
			return nil, err
		}
		name := g.name
		if p.take("as") {
			if name, err = p.field(); err != nil {
				return nil, err
			}
			c.as[name] = g.name
		}
		if g.bin > 0 {
			c.bins[name] = g.bin
			delete(c.as, name)
		}
		c.names = append(c.names, name)
	}
	return c, nil
}

var binUnit = map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}

// grouping reads a field or bin(5m).
func (p *insightsParser) grouping() (grouping, error) {
	name, err := p.field()
	if err != nil || name != "bin" || !p.take("(") {
		return grouping{name: name}, err
	}
	text := p.next()
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	n, err := strconv.Atoi(digits)
	unit := binUnit[text[len(digits):]]
	if err != nil || n < 1 || n > 1e6 || unit == 0 || !p.take(")") {
		return grouping{}, fmt.Errorf("bin(%s: a period such as 5m is expected", text)
	}
	return grouping{"bin(" + text + ")", time.Duration(n) * unit}, nil
}

var aggregates = []string{"count", "count_distinct", "sum", "avg", "min", "max", "pct"}

func (p *insightsParser) stats() (command, error) {
	c := &statsCommand{}
	for ok := true; ok; ok = p.take(",") {
		a := aggregate{function: strings.ToLower(p.next()), field: "*"}
		if !slices.Contains(aggregates, a.function) || !p.take("(") {
			return nil, fmt.Errorf("unexpected function %s", a.function)
		}
		var err error
		if !p.take("*") && p.peek() != ")" {
			if a.field, err = p.field(); err != nil {
				return nil, err
			}
		}
		a.name = a.function + "(" + a.field + ")"
		if a.function == "pct" {
			if !p.take(",") {
				return nil, errors.New("pct needs a percentile")
			}
			if a.percentile, err = strconv.ParseFloat(p.next(), 64); err != nil || a.percentile < 0 || a.percentile > 100 {
				return nil, errors.New("pct needs a percentile from 0 to 100")
			}
			a.name = fmt.Sprintf("pct(%s,%v)", a.field, a.percentile)
		}
		if !p.take(")") {
			return nil, errors.New("missing )")
		}
		if p.take("as") {
			if a.name, err = p.field(); err != nil {
				return nil, err
			}
		}
		c.functions = append(c.functions, a)
	}
	if p.take("by") {
		for ok := true; ok; ok = p.take(",") {
			g, err := p.grouping()
			if err != nil {
				return nil, err
			}
			if p.take("as") {
				if g.name, err = p.field(); err != nil {
					return nil, err
				}
			}
			c.by = append(c.by, g)
		}
	}
	return c, nil
}

// parse reads parse @message "a * b" as x, or /(?<x>…)/.
func (p *insightsParser) parse() (command, error) {
	c := parseCommand{field: "@message"}
	if t := p.peek(); t != "" && isNameByte(t[0]) {
		c.field = p.next()
	}
	pattern := p.next()
	if len(pattern) < 2 {
		return nil, errors.New("parse needs a pattern")
	}
	inner := pattern[1 : len(pattern)-1]
	var names []string
	if pattern[0] == '/' {
		re, err := regexp.Compile(inner)
		if err != nil {
			return nil, err
		}
		names = re.SubexpNames()
		c.match = submatches(re, names)
		return c, nil
	}
	if !p.take("as") {
		return nil, errors.New("as is expected")
	}
	names = []string{""}
	for ok := true; ok; ok = p.take(",") {
		n, err := p.field()
		if err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	re, err := regexp.Compile(strings.ReplaceAll(regexp.QuoteMeta(inner), `\*`, "(.*?)") + "$")
	if !strings.HasSuffix(inner, "*") && err == nil {
		re, err = regexp.Compile(strings.ReplaceAll(regexp.QuoteMeta(inner), `\*`, "(.*?)"))
	}
	if err != nil {
		return nil, err
	}
	if re.NumSubexp() != len(names)-1 {
		return nil, fmt.Errorf("parse: %d fields for %d asterisks", len(names)-1, re.NumSubexp())
	}
	c.match = submatches(re, names)
	return c, nil
}

func submatches(re *regexp.Regexp, names []string) func(string) map[string]string {
	return func(s string) map[string]string {
		out := map[string]string{}
		for i, v := range re.FindStringSubmatch(s) {
			if i > 0 && names[i] != "" {
				out[names[i]] = v
			}
		}
		return out
	}
}
