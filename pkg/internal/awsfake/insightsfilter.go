package awsfake

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

func (p *insightsParser) or(depth int) (func(insightRow) bool, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	left, err := p.and(depth)
	for err == nil && p.take("or") {
		a := left
		var b func(insightRow) bool
		b, err = p.and(depth)
		left = func(r insightRow) bool { return a(r) || b(r) }
	}
	return left, err
}

func (p *insightsParser) and(depth int) (func(insightRow) bool, error) {
	left, err := p.test(depth)
	for err == nil && p.take("and") {
		a := left
		var b func(insightRow) bool
		b, err = p.test(depth)
		left = func(r insightRow) bool { return a(r) && b(r) }
	}
	return left, err
}

func (p *insightsParser) test(depth int) (func(insightRow) bool, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	switch {
	case p.take("not"):
		t, err := p.test(depth + 1)
		return func(r insightRow) bool { return !t(r) }, err
	case p.take("("):
		t, err := p.or(depth + 1)
		if err == nil && !p.take(")") {
			err = errors.New("missing )")
		}
		return t, err
	case p.take("ispresent", "("):
		f, err := p.field()
		if err == nil && !p.take(")") {
			err = errors.New("missing )")
		}
		return func(r insightRow) bool { _, ok := r.values[f]; return ok }, err
	}
	f, err := p.field()
	if err != nil {
		return nil, err
	}
	not := p.take("not")
	op := strings.ToLower(p.next())
	var match func(string) bool
	if op == "in" {
		match, err = p.list()
	} else {
		match, err = insightMatch(op, p.next())
	}
	return func(r insightRow) bool { v, ok := r.values[f]; return (ok && match(v)) != not }, err
}

func (p *insightsParser) list() (func(string) bool, error) {
	if !p.take("[") {
		return nil, errors.New("[ is expected after in")
	}
	var all []string
	for ok := true; ok; ok = p.take(",") {
		all = append(all, strings.Trim(p.next(), `"'`))
	}
	if !p.take("]") {
		return nil, errors.New("missing ]")
	}
	return func(v string) bool { return slices.Contains(all, v) }, nil
}

func insightMatch(op, want string) (func(string) bool, error) {
	if want == "" {
		return nil, fmt.Errorf("a value is expected after %s", op)
	}
	expression := len(want) > 1 && want[0] == '/'
	text := want
	if strings.IndexByte(`"'/`, want[0]) >= 0 {
		text = want[1 : len(want)-1]
	}
	switch op {
	case "like", "=~":
		if !expression && op == "like" {
			return func(v string) bool { return strings.Contains(v, text) }, nil
		}
		re, err := regexp.Compile(text)
		if err != nil {
			return nil, err
		}
		return re.MatchString, nil
	case "=", "!=", ">", "<", ">=", "<=":
		return func(v string) bool { return holds(op, compareText(v, text)) }, nil
	}
	return nil, fmt.Errorf("unexpected symbol found %s", op)
}
