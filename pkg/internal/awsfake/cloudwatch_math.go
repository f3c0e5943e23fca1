package awsfake

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

func errUnknownID(id string) error { return fmt.Errorf("%s is not the id of a query", id) }
func errCircle(id string) error    { return fmt.Errorf("%s refers to itself", id) }

func checkPeriod(p int64) error {
	switch {
	case p == 1, p == 5, p == 10, p == 20, p == 30, p > 0 && p%60 == 0 && p <= 86400*365:
		return nil
	}
	return fmt.Errorf("period must be 1, 5, 10, 20, 30 or a multiple of 60, not %d", p)
}

// value is what a part of an expression has become: one number, one series, or
// an array of series.
type value struct {
	scalar   float64
	isScalar bool
	isArray  bool
	series   []*series
}

// math evaluates a metric math expression.
func (e *evaluation) math(q *metricDataQuery) ([]*series, error) {
	tree, err := parseMath(q.Expression)
	if err != nil {
		return nil, err
	}
	period := q.Period
	v, err := e.eval(tree, q.AccountID, &period)
	if err != nil {
		return nil, err
	}
	if v.isScalar {
		return nil, fmt.Errorf("the expression must return a time series, not a number")
	}
	for _, s := range v.series {
		if !v.isArray && s.metric == nil {
			s.label = q.ID
		}
	}
	return v.series, nil
}

func (e *evaluation) eval(n *mathNode, account string, period *int64) (value, error) {
	switch n.kind {
	case mathNumber:
		return value{scalar: n.number, isScalar: true}, nil
	case mathName:
		found, err := e.query(n.text)
		if err != nil {
			return value{}, err
		}
		array := len(found) != 1 || e.queries[n.text].MetricStat == nil && strings.Contains(e.queries[n.text].Expression, "SEARCH")
		return value{series: found, isArray: array}, nil
	case mathOperator:
		return e.operate(n, account, period)
	case mathCall:
		return e.apply(n, account, period)
	}
	return value{}, fmt.Errorf("a text stands where a number or series is expected")
}

func (e *evaluation) operate(n *mathNode, account string, period *int64) (value, error) {
	a, err := e.eval(n.args[0], account, period)
	if err != nil {
		return value{}, err
	}
	b, err := e.eval(n.args[1], account, period)
	if err != nil {
		return value{}, err
	}
	op := operators[n.text]
	switch {
	case a.isScalar && b.isScalar:
		return value{scalar: op(a.scalar, b.scalar), isScalar: true}, nil
	case b.isScalar:
		return a.each(func(v float64) float64 { return op(v, b.scalar) }), nil
	case a.isScalar:
		return b.each(func(v float64) float64 { return op(a.scalar, v) }), nil
	case len(a.series) == 1 && !a.isArray:
		return b.zip(a.series[0], func(v, w float64) float64 { return op(w, v) }), nil
	case len(b.series) == 1 && !b.isArray:
		return a.zip(b.series[0], op), nil
	}
	return value{}, fmt.Errorf("%s cannot be used between two arrays of series", n.text)
}

var operators = map[string]func(a, b float64) float64{
	"+": func(a, b float64) float64 { return a + b },
	"-": func(a, b float64) float64 { return a - b },
	"*": func(a, b float64) float64 { return a * b },
	"/": func(a, b float64) float64 { return a / b },
	"^": math.Pow,
	">": func(a, b float64) float64 { return truth(a > b) }, "<": func(a, b float64) float64 { return truth(a < b) },
	">=": func(a, b float64) float64 { return truth(a >= b) }, "<=": func(a, b float64) float64 { return truth(a <= b) },
	"==": func(a, b float64) float64 { return truth(a == b) }, "!=": func(a, b float64) float64 { return truth(a != b) },
	"AND": func(a, b float64) float64 { return truth(a != 0 && b != 0) }, "OR": func(a, b float64) float64 { return truth(a != 0 || b != 0) },
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// each maps all points; what is not a number is no point.
func (v value) each(fn func(float64) float64) value {
	return v.derive(func(_ int64, x float64) (float64, bool) { return fn(x), true })
}

func (v value) zip(other *series, fn func(a, b float64) float64) value {
	return v.derive(func(t int64, x float64) (float64, bool) {
		y, ok := other.points[t]
		return fn(x, y), ok
	})
}

func (v value) derive(fn func(int64, float64) (float64, bool)) value {
	out := value{isArray: v.isArray}
	for _, s := range v.series {
		d := &series{label: s.label, period: s.period, points: make(map[int64]float64, len(s.points))}
		for t, x := range s.points {
			if y, ok := fn(t, x); ok && !math.IsNaN(y) && !math.IsInf(y, 0) {
				d.points[t] = y
			}
		}
		out.series = append(out.series, d)
	}
	return out
}

// apply calls a function.
func (e *evaluation) apply(n *mathNode, account string, period *int64) (value, error) {
	name := strings.ToUpper(n.text)
	switch name {
	case "SEARCH":
		return e.search(n, account)
	case "METRICS":
		return e.metrics(n)
	}
	args := make([]value, len(n.args))
	for i, a := range n.args {
		if a.kind == mathName && slices.Contains(fillWords, a.text) && e.queries[a.text] == nil {
			continue // FILL's REPEAT and LINEAR
		}
		v, err := e.eval(a, account, period)
		if err != nil {
			return value{}, err
		}
		args[i] = v
	}
	if len(args) == 0 {
		return value{}, fmt.Errorf("%s needs an argument", name)
	}
	first := args[0]
	switch name {
	case arrayCall:
		out := value{isArray: true}
		for _, a := range args {
			out.series = append(out.series, a.series...)
		}
		return out, nil
	case "ABS":
		return numeric(first, math.Abs), nil
	case "CEIL":
		return numeric(first, math.Ceil), nil
	case "FLOOR":
		return numeric(first, math.Floor), nil
	case "SUM", "AVG", "MIN", "MAX":
		return reduce(name, first), nil
	case "REMOVE_EMPTY":
		out := value{isArray: true}
		for _, s := range first.series {
			if len(s.points) > 0 {
				out.series = append(out.series, s)
			}
		}
		return out, nil
	case "PERIOD":
		if len(first.series) != 1 {
			return value{}, fmt.Errorf("PERIOD needs one series")
		}
		return value{scalar: float64(first.series[0].period), isScalar: true}, nil
	case "FILL":
		if len(args) != 2 {
			return value{}, fmt.Errorf("FILL needs a series and a value")
		}
		return e.fill(first, args[1], n.args[1]), nil
	case "IF":
		return choose(args)
	}
	return value{}, fmt.Errorf("function %s is not supported", name)
}

var fillWords = []string{"REPEAT", "LINEAR"}

func numeric(v value, fn func(float64) float64) value {
	if v.isScalar {
		return value{scalar: fn(v.scalar), isScalar: true}
	}
	return v.each(fn)
}

// metrics is METRICS() and METRICS('text'): all metric queries of the call
// whose id contains the text, in the order of their ids.
func (e *evaluation) metrics(n *mathNode) (value, error) {
	part := ""
	if len(n.args) > 0 {
		part = n.args[0].text
	}
	var ids []string
	for id, q := range e.queries {
		if q.MetricStat != nil && strings.Contains(id, part) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	out := value{isArray: true}
	for _, id := range ids {
		s, err := e.query(id)
		if err != nil {
			return value{}, err
		}
		out.series = append(out.series, s...)
	}
	return out, nil
}
