package awsfake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// search is SEARCH('{namespace,dimension…} terms', 'statistic', period). Without an
// account it searches the caller's and all that are linked to it.
func (e *evaluation) search(n *mathNode, account string) (value, error) {
	if len(n.args) < 2 || n.args[0].kind != mathText || n.args[1].kind != mathText {
		return value{}, errors.New("SEARCH needs a search text, a statistic and a period")
	}
	if len(n.args[0].text) > 1024 {
		return value{}, errors.New("the search expression is longer than 1024 characters")
	}
	period := int64(300)
	if len(n.args) > 2 {
		period = int64(n.args[2].number)
	}
	if err := checkPeriod(period); err != nil {
		return value{}, err
	}
	st, err := parseStatistic(n.args[1].text)
	if err != nil {
		return value{}, err
	}
	match, err := parseSearch(n.args[0].text)
	if err != nil {
		return value{}, err
	}
	var found []*metric
	for _, owner := range []string{e.c.account, SecondAccount} {
		if account != "" && owner != account || owner == SecondAccount && e.c.account != MainAccount {
			continue
		}
		for _, m := range e.f.world.realm(owner, e.c.region).metrics {
			if m.activeSince(e.now.Add(-listedFor)) && match(m) {
				found = append(found, m)
			}
		}
	}
	slices.SortFunc(found, func(a, b *metric) int { return strings.Compare(a.key(), b.key()) })
	e.billed += min(len(found), maxSeries)
	if len(found) > maxSeries {
		found = found[:maxSeries]
		e.messages = append(e.messages, messageData{"MaxMetricsExceeded", "Maximum number of allowed metrics exceeded"})
	}
	out := value{isArray: true}
	for _, m := range found {
		s := e.read(m, st, n.args[1].text, period)
		s.label = distinguish(m, found)
		out.series = append(out.series, s)
	}
	return out, nil
}

// distinguish labels a metric by what differs within a search's results.
func distinguish(m *metric, all []*metric) string {
	if len(all) == 1 {
		return m.name
	}
	var parts []string
	for _, d := range m.dims {
		if slices.ContainsFunc(all, func(o *metric) bool { v, _ := o.dim(d.Name); return v != d.Value }) {
			parts = append(parts, d.Value)
		}
	}
	if len(parts) == 0 || slices.ContainsFunc(all, func(o *metric) bool { return o.name != m.name }) {
		parts = append(parts, m.name)
	}
	return strings.Join(parts, " ")
}

// parseSearch compiles a search text: a schema in braces, then terms joined by
// AND (also by a space), OR and NOT; a term is text, "text", or name=value with
// "value" in full.
func parseSearch(in string) (func(*metric) bool, error) {
	in = strings.TrimSpace(in)
	schema := func(*metric) bool { return true }
	if strings.HasPrefix(in, "{") {
		end := strings.IndexByte(in, '}')
		if end < 0 {
			return nil, errors.New("SEARCH: missing }")
		}
		schema = matchSchema(strings.Split(in[1:end], ","))
		in = in[end+1:]
	}
	p := &searchParser{in: in}
	if p.space(); p.in == "" {
		return schema, nil
	}
	terms, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.in != "" {
		return nil, fmt.Errorf("SEARCH: unexpected %q", p.in)
	}
	return func(m *metric) bool { return schema(m) && terms(m) }, nil
}

// matchSchema matches a namespace and, where dimensions are named, exactly them.
func matchSchema(parts []string) func(*metric) bool {
	for i := range parts {
		parts[i] = strings.Trim(strings.TrimSpace(parts[i]), `"`)
	}
	return func(m *metric) bool {
		if m.namespace != parts[0] {
			return false
		}
		if len(parts) == 1 {
			return true
		}
		if len(m.dims) != len(parts)-1 {
			return false
		}
		for _, d := range m.dims {
			if !slices.Contains(parts[1:], d.Name) {
				return false
			}
		}
		return true
	}
}

type searchParser struct{ in string }

func (p *searchParser) space() { p.in = strings.TrimLeft(p.in, " \t\r\n") }

func (p *searchParser) word(w string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.in, w)
	if ok && (rest == "" || strings.ContainsAny(rest[:1], " (\"")) {
		p.in = rest
		return true
	}
	return false
}

func (p *searchParser) or(depth int) (func(*metric) bool, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	left, err := p.and(depth)
	for err == nil && p.word("OR") {
		a := left
		var b func(*metric) bool
		b, err = p.and(depth)
		left = func(m *metric) bool { return a(m) || b(m) }
	}
	return left, err
}

func (p *searchParser) and(depth int) (func(*metric) bool, error) {
	left, err := p.term(depth)
	for err == nil {
		if !p.word("AND") {
			p.space()
			if p.in == "" || p.in[0] == ')' || p.in == "OR" || strings.HasPrefix(p.in, "OR ") {
				return left, nil
			}
		}
		a := left
		var b func(*metric) bool
		b, err = p.term(depth)
		left = func(m *metric) bool { return a(m) && b(m) }
	}
	return left, err
}

func (p *searchParser) term(depth int) (func(*metric) bool, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	if p.word("NOT") {
		t, err := p.term(depth + 1)
		return func(m *metric) bool { return !t(m) }, err
	}
	p.space()
	if strings.HasPrefix(p.in, "(") {
		p.in = p.in[1:]
		t, err := p.or(depth + 1)
		if err == nil {
			if p.space(); !strings.HasPrefix(p.in, ")") {
				return nil, errors.New("SEARCH: missing )")
			}
			p.in = p.in[1:]
		}
		return t, err
	}
	text, _, err := p.text()
	if err != nil {
		return nil, err
	}
	if p.space(); !strings.HasPrefix(p.in, "=") {
		return func(m *metric) bool { return m.mentions(text) }, nil
	}
	p.in = p.in[1:]
	return p.values(text, depth)
}

// values is what stands after name=: a value, or ("a" OR "b").
func (p *searchParser) values(name string, depth int) (func(*metric) bool, error) {
	p.space()
	if strings.HasPrefix(p.in, "(") && depth < maxNesting {
		p.in = p.in[1:]
		var any []func(*metric) bool
		for {
			t, err := p.values(name, depth+1)
			if err != nil {
				return nil, err
			}
			any = append(any, t)
			if p.space(); strings.HasPrefix(p.in, ")") {
				p.in = p.in[1:]
				return func(m *metric) bool {
					return slices.ContainsFunc(any, func(t func(*metric) bool) bool { return t(m) })
				}, nil
			}
			if !p.word("OR") {
				return nil, errors.New("SEARCH: OR or ) expected")
			}
		}
	}
	want, exact, err := p.text()
	if err != nil {
		return nil, err
	}
	return func(m *metric) bool {
		got, ok := m.property(name)
		if exact {
			return ok && got == want
		}
		return ok && strings.Contains(strings.ToLower(got), strings.ToLower(want))
	}, nil
}

// text is "a text", or what stands up to the next space, ) or =.
func (p *searchParser) text() (text string, quoted bool, err error) {
	p.space()
	if strings.HasPrefix(p.in, `"`) {
		end := strings.IndexByte(p.in[1:], '"')
		if end < 0 {
			return "", false, errors.New(`SEARCH: missing "`)
		}
		text, p.in = p.in[1:1+end], p.in[end+2:]
		return text, true, nil
	}
	i := strings.IndexAny(p.in, " \t\r\n)(=\"")
	if i < 0 {
		i = len(p.in)
	}
	if i == 0 {
		return "", false, fmt.Errorf("SEARCH: unexpected %q", p.in)
	}
	text, p.in = p.in[:i], p.in[i:]
	return text, false, nil
}

func (m *metric) property(name string) (string, bool) {
	switch name {
	case "MetricName":
		return m.name, true
	case "Namespace":
		return m.namespace, true
	case ":aws.AccountId":
		return m.account, true
	}
	return m.dim(name)
}

func (m *metric) mentions(text string) bool {
	all := m.namespace + " " + m.name
	for _, d := range m.dims {
		all += " " + d.Name + " " + d.Value
	}
	return strings.Contains(strings.ToLower(all), strings.ToLower(text))
}
