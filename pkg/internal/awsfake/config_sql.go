package awsfake

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func parseAdvanced(text string) (*advanced, error) {
	tokens, err := sqlTokens(text)
	if err != nil {
		return nil, err
	}
	p := &sqlParser{tokens}
	q := &advanced{where: func(map[string]any) bool { return true }}
	if !p.take("SELECT") {
		return nil, errors.New("SELECT is expected")
	}
	for ok := true; ok; ok = p.take(",") {
		if p.take("COUNT", "(", "*", ")") {
			q.fields = append(q.fields, "COUNT(*)")
			continue
		}
		n, err := p.property()
		if err != nil {
			return nil, err
		}
		if n == "*" {
			q.fields = append(q.fields, starFields...)
			continue
		}
		q.fields = append(q.fields, n)
	}
	for _, w := range []string{"FROM", "AS", "DISTINCT", "HAVING", "JOIN", "UNION"} {
		if strings.EqualFold(p.peek(), w) {
			return nil, fmt.Errorf("%s is not supported", w)
		}
	}
	if p.take("WHERE") {
		if q.where, err = p.conditions(0); err != nil {
			return nil, err
		}
	}
	if p.take("GROUP", "BY") {
		for ok := true; ok; ok = p.take(",") {
			n, err := p.property()
			if err != nil {
				return nil, err
			}
			q.groupBy = append(q.groupBy, n)
		}
	}
	if p.take("ORDER", "BY") {
		if p.take("COUNT", "(", "*", ")") {
			q.orderBy = "COUNT(*)"
		} else if q.orderBy, err = p.property(); err != nil {
			return nil, err
		}
		q.descending = p.take("DESC")
		if !q.descending {
			p.take("ASC")
		}
	}
	if p.peek() != "" {
		return nil, fmt.Errorf("unexpected %q", p.peek())
	}
	return q, nil
}

func (p *sqlParser) property() (string, error) {
	t := p.next()
	if t == "" || !isWordByte(t[0]) && t != "*" {
		return "", fmt.Errorf("a property is expected, not %q", t)
	}
	return t, nil
}

// conditions parses OR of AND of comparisons; NOT and parentheses too.
func (p *sqlParser) conditions(depth int) (func(map[string]any) bool, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	left, err := p.conjunction(depth)
	for err == nil && p.take("OR") {
		a := left
		var b func(map[string]any) bool
		b, err = p.conjunction(depth)
		left = func(d map[string]any) bool { return a(d) || b(d) }
	}
	return left, err
}

func (p *sqlParser) conjunction(depth int) (func(map[string]any) bool, error) {
	left, err := p.comparison(depth)
	for err == nil && p.take("AND") {
		a := left
		var b func(map[string]any) bool
		b, err = p.comparison(depth)
		left = func(d map[string]any) bool { return a(d) && b(d) }
	}
	return left, err
}

func (p *sqlParser) comparison(depth int) (func(map[string]any) bool, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	if p.take("NOT") {
		c, err := p.comparison(depth + 1)
		return func(d map[string]any) bool { return !c(d) }, err
	}
	if p.take("(") {
		c, err := p.conditions(depth + 1)
		if err == nil && !p.take(")") {
			err = errors.New(") is expected")
		}
		return c, err
	}
	name, err := p.property()
	if err != nil {
		return nil, err
	}
	path := strings.Split(name, ".")
	some := func(ok func(any) bool) func(map[string]any) bool {
		return func(d map[string]any) bool { return slices.ContainsFunc(values(d, path), ok) }
	}
	switch op := strings.ToUpper(p.next()); op {
	case "=", "!=", "<>", ">", "<", ">=", "<=":
		want, err := p.literal()
		return some(func(v any) bool { return holds(op, compareValues(v, want)) }), err
	case "LIKE":
		want, err := p.literal()
		pattern := fmt.Sprint(want)
		if err == nil && len(strings.TrimRight(pattern, "%_")) < 3 {
			err = errors.New("LIKE needs at least three characters before its wildcard")
		}
		return some(func(v any) bool {
			prefix, wild := strings.CutSuffix(pattern, "%")
			return wild && strings.HasPrefix(fmt.Sprint(v), prefix) || fmt.Sprint(v) == pattern
		}), err
	case "IN":
		if !p.take("(") {
			return nil, errors.New("( is expected after IN")
		}
		var list []any
		for ok := true; ok; ok = p.take(",") {
			v, err := p.literal()
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		if !p.take(")") {
			return nil, errors.New(") is expected")
		}
		return some(func(v any) bool {
			return slices.ContainsFunc(list, func(w any) bool { return compareValues(v, w) == 0 })
		}), nil
	default:
		return nil, fmt.Errorf("a comparison is expected, not %q", op)
	}
}

func holds(op string, n int) bool {
	switch op {
	case "=":
		return n == 0
	case "!=", "<>":
		return n != 0
	case ">":
		return n > 0
	case "<":
		return n < 0
	case ">=":
		return n >= 0
	}
	return n <= 0
}

func (p *sqlParser) literal() (any, error) {
	t := p.next()
	switch {
	case len(t) >= 2 && (t[0] == '\'' || t[0] == '"'):
		return t[1 : len(t)-1], nil
	case strings.EqualFold(t, "true"):
		return true, nil
	case strings.EqualFold(t, "false"):
		return false, nil
	}
	v, err := strconv.ParseFloat(t, 64)
	if err != nil {
		return nil, fmt.Errorf("a value is expected, not %q", t)
	}
	return v, nil
}
