package awsfake

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// insight is a parsed Metrics Insights query:
// SELECT f(metric) FROM "ns" | SCHEMA("ns", dims…) WHERE d = 'v' AND …
// GROUP BY d, … ORDER BY f() ASC|DESC LIMIT n.
type insight struct {
	function, metric, namespace string
	schema                      []string // dimensions; nil: any
	where                       []sqlTerm
	groupBy                     []string
	orderBy                     string
	descending                  bool
	limit                       int
}

type sqlTerm struct {
	name, value string
	not         bool
}

// maxAnalysed is how many metrics a query may process.
const maxAnalysed = 10000

func (e *evaluation) sql(account string, q *metricDataQuery) ([]*series, error) {
	in, err := parseInsight(q.Expression)
	if err != nil {
		return nil, err
	}
	if err := checkPeriod(q.Period); err != nil || q.Period < 60 {
		return nil, fmt.Errorf("a Metrics Insights query needs a period of 60 or a multiple of it")
	}
	st, _ := parseStatistic(in.function)
	groups := map[string][]*metric{}
	n := 0
	for _, m := range e.f.world.realm(account, e.c.region).metrics {
		if !in.selects(m) || !m.activeSince(e.now.Add(-listedFor)) {
			continue
		}
		if n++; n > maxAnalysed {
			break
		}
		label := in.function + "(" + in.metric + ")"
		if len(in.groupBy) > 0 {
			var parts []string
			for _, d := range in.groupBy {
				v, _ := m.dim(d)
				parts = append(parts, v)
			}
			label = strings.Join(parts, " ")
		}
		groups[label] = append(groups[label], m)
	}
	e.billed += n
	found := make([]*series, 0, len(groups))
	for label, members := range groups {
		found = append(found, e.group(label, members, st, in, q.Period))
	}
	in.sort(found)
	if len(found) > in.limit {
		found = found[:in.limit]
	}
	return found, nil
}

// group is one row of a query: the statistic over all its metrics' samples.
func (e *evaluation) group(label string, members []*metric, st statistic, in *insight, period int64) *series {
	out := &series{label: label, period: period, points: map[int64]float64{}, groups: map[string]string{}}
	for _, d := range in.groupBy {
		out.groups[d], _ = members[0].dim(d)
	}
	now := e.now.Unix()
	first := max(e.from, now-int64(listedFor.Seconds()))
	for t := first - first%period; t < e.to && t < now; t += period {
		var acc accumulator
		acc.init(st)
		for _, m := range members {
			for x := t; x < t+period; x += 60 {
				if lo, mean, hi, ok := m.minute(x); ok && e.f.arrival(m, x) <= now {
					acc.add(lo, mean, hi)
				}
			}
		}
		if v, ok := acc.result(); ok {
			out.points[t] = v
		}
	}
	if len(members) == 1 {
		out.metric, out.stat = members[0], "sql "+st.name
	}
	return out
}

func (in *insight) selects(m *metric) bool {
	if m.namespace != in.namespace || m.name != in.metric || in.schema != nil && len(m.dims) != len(in.schema) {
		return false
	}
	for _, d := range append(slices.Clone(in.schema), in.groupBy...) {
		if _, has := m.dim(d); !has {
			return false
		}
	}
	for _, t := range in.where {
		v, has := m.property(t.name)
		if t.name == "AWS.AccountId" {
			v, has = m.account, true
		}
		if !has || (v == t.value) == t.not {
			return false
		}
	}
	return true
}

// sort orders rows by a function over their points, then by label.
func (in *insight) sort(rows []*series) {
	weight := func(s *series) float64 {
		all := make([]float64, 0, len(s.points))
		for _, v := range s.points {
			all = append(all, v)
		}
		if in.orderBy == "COUNT" {
			return float64(len(all))
		}
		return fold(in.orderBy, all)
	}
	slices.SortFunc(rows, func(a, b *series) int {
		if in.orderBy != "" {
			x, y := weight(a), weight(b)
			if x != y {
				if (x < y) != in.descending {
					return -1
				}
				return 1
			}
		}
		return strings.Compare(a.label, b.label)
	})
}

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
