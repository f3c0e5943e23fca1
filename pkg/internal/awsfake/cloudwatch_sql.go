package awsfake

import (
	"fmt"
	"slices"
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
