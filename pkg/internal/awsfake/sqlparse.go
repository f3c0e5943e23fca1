package awsfake

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sqlTokens splits a query into words, 'texts', "names" and marks.
func sqlTokens(in string) ([]string, error) {
	var out []string
	for i := 0; i < len(in); {
		switch b := in[i]; {
		case strings.IndexByte(" \t\r\n", b) >= 0:
			i++
		case b == '\'' || b == '"':
			end := strings.IndexByte(in[i+1:], b)
			if end < 0 {
				return nil, fmt.Errorf("missing %c", b)
			}
			out = append(out, in[i:i+end+2])
			i += end + 2
		case isWordByte(b) || b == '.' || b == ':' || b == '*' || b == '-' || b == '%':
			j := i
			for j < len(in) && (isWordByte(in[j]) || strings.IndexByte(".:*-%[]", in[j]) >= 0) {
				j++
			}
			out = append(out, in[i:j])
			i = j
		case strings.HasPrefix(in[i:], "!="), strings.HasPrefix(in[i:], ">="), strings.HasPrefix(in[i:], "<="), strings.HasPrefix(in[i:], "<>"):
			out = append(out, in[i:i+2])
			i += 2
		default:
			out = append(out, string(b))
			i++
		}
	}
	return out, nil
}

// sqlParser walks over tokens; both SQL dialects use it.
type sqlParser struct{ tokens []string }

func (p *sqlParser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *sqlParser) next() string {
	t := p.peek()
	if t != "" {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *sqlParser) take(words ...string) bool {
	if len(p.tokens) < len(words) {
		return false
	}
	for i, w := range words {
		if !strings.EqualFold(p.tokens[i], w) {
			return false
		}
	}
	p.tokens = p.tokens[len(words):]
	return true
}

// name reads a bare or quoted name or text.
func (p *sqlParser) name() (string, error) {
	t := strings.Trim(p.next(), `'"`)
	if t == "" || len(t) == 1 && !isWordByte(t[0]) && t != "*" {
		return "", fmt.Errorf("a name is expected, not %q", t)
	}
	return t, nil
}

func parseInsight(text string) (*insight, error) {
	tokens, err := sqlTokens(text)
	if err != nil {
		return nil, err
	}
	p := &sqlParser{tokens}
	in := &insight{limit: maxSeries}
	if !p.take("SELECT") {
		return nil, errors.New("SELECT is expected")
	}
	in.function = strings.ToUpper(p.next())
	if !slices.Contains([]string{"AVG", "SUM", "MIN", "MAX", "COUNT"}, in.function) || !p.take("(") {
		return nil, fmt.Errorf("function %q is not supported", in.function)
	}
	if in.metric, err = p.name(); err != nil {
		return nil, err
	}
	if !p.take(")") || !p.take("FROM") {
		return nil, errors.New(") FROM is expected")
	}
	if err = p.source(in); err != nil {
		return nil, err
	}
	if p.take("WHERE") {
		if err = p.insightWhere(in); err != nil {
			return nil, err
		}
	}
	if p.take("GROUP", "BY") {
		for ok := true; ok; ok = p.take(",") {
			d, err := p.name()
			if err != nil {
				return nil, err
			}
			in.groupBy = append(in.groupBy, d)
		}
	}
	return in, p.insightOrder(in)
}

func (p *sqlParser) source(in *insight) (err error) {
	if !p.take("SCHEMA", "(") {
		in.namespace, err = p.name()
		return err
	}
	if in.namespace, err = p.name(); err != nil {
		return err
	}
	in.schema = []string{}
	for p.take(",") {
		d, err := p.name()
		if err != nil {
			return err
		}
		in.schema = append(in.schema, d)
	}
	if !p.take(")") {
		return errors.New(") is expected after SCHEMA")
	}
	return nil
}

func (p *sqlParser) insightWhere(in *insight) error {
	for ok := true; ok; ok = p.take("AND") {
		var t sqlTerm
		var err error
		if t.name, err = p.name(); err != nil {
			return err
		}
		switch op := p.next(); op {
		case "=":
		case "!=", "<>":
			t.not = true
		default:
			return fmt.Errorf("= or != is expected, not %q", op)
		}
		if len(p.peek()) < 2 || p.peek()[0] != '\'' {
			return fmt.Errorf("a text in single quotes is expected, not %q", p.peek())
		}
		t.value = strings.Trim(p.next(), "'")
		in.where = append(in.where, t)
	}
	return nil
}

func (p *sqlParser) insightOrder(in *insight) error {
	if p.take("ORDER", "BY") {
		in.orderBy = strings.ToUpper(p.next())
		if !p.take("(", ")") {
			return errors.New("() is expected after ORDER BY's function")
		}
		in.descending = p.take("DESC")
		if !in.descending {
			p.take("ASC")
		}
	}
	if p.take("LIMIT") {
		n, err := strconv.Atoi(p.next())
		if err != nil || n < 1 || n > maxSeries {
			return fmt.Errorf("LIMIT must be 1 to %d", maxSeries)
		}
		in.limit = n
	}
	if p.peek() != "" {
		return fmt.Errorf("unexpected %q", p.peek())
	}
	return nil
}
