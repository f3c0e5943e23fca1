package awsfake

import (
	"errors"
	"slices"
)

// reduce is SUM, AVG, MIN and MAX: of an array a series, of a series a number.
func reduce(name string, v value) value {
	if v.isScalar {
		return v
	}
	if !v.isArray {
		all := []float64{}
		for _, s := range v.series {
			for _, x := range s.points {
				all = append(all, x)
			}
		}
		return value{scalar: fold(name, all), isScalar: true}
	}
	columns := map[int64][]float64{}
	out := &series{period: 60, points: map[int64]float64{}}
	for i, s := range v.series {
		if i == 0 || s.period > out.period {
			out.period = s.period
		}
		for t, x := range s.points {
			columns[t] = append(columns[t], x)
		}
	}
	for t, c := range columns {
		out.points[t] = fold(name, c)
	}
	return value{series: []*series{out}}
}

func fold(name string, all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all) // the order of a map must not show in the last digit of a sum
	sum := 0.0
	for _, x := range all {
		sum += x
	}
	switch name {
	case "SUM":
		return sum
	case "AVG":
		return sum / float64(len(all))
	case "MIN":
		return all[0]
	}
	return all[len(all)-1]
}

// fill puts values where a series has no points: a number, the last value, or a
// line between the neighbours.
func (e *evaluation) fill(v, with value, word *mathNode) value {
	if v.isScalar {
		return v
	}
	out := value{isArray: v.isArray}
	for _, s := range v.series {
		d := &series{label: s.label, period: s.period, points: map[int64]float64{}, metric: s.metric, stat: s.stat}
		last := int64(-1)
		for t := e.from - e.from%s.period; t < e.to && t < e.now.Unix(); t += s.period {
			if x, ok := s.points[t]; ok {
				if word.text == "LINEAR" && last >= 0 {
					d.line(last, t, x)
				}
				d.points[t], last = x, t
				continue
			}
			switch {
			case with.isScalar:
				d.points[t] = with.scalar
			case word.text == "REPEAT" && last >= 0:
				d.points[t] = d.points[last]
			}
		}
		out.series = append(out.series, d)
	}
	return out
}

// line fills the gap between two neighbours, evenly.
func (s *series) line(from, to int64, end float64) {
	start := s.points[from]
	for t := from + s.period; t < to; t += s.period {
		s.points[t] = start + (end-start)*float64(t-from)/float64(to-from)
	}
}

// choose is IF(condition, then, else).
func choose(args []value) (value, error) {
	if len(args) < 2 || len(args) > 3 {
		return value{}, errors.New("IF needs two or three arguments")
	}
	cond, then := args[0], args[1]
	otherwise := func(int64) (float64, bool) { return 0, false }
	if len(args) == 3 {
		otherwise = args[2].at
	}
	if cond.isScalar {
		if cond.scalar != 0 {
			return then, nil
		}
		if len(args) == 3 {
			return args[2], nil
		}
		return value{isArray: true}, nil
	}
	out := value{isArray: cond.isArray}
	for _, s := range cond.series {
		d := &series{label: s.label, period: s.period, points: map[int64]float64{}}
		for t, c := range s.points {
			pick := otherwise
			if c != 0 {
				pick = then.at
			}
			if x, ok := pick(t); ok {
				d.points[t] = x
			}
		}
		out.series = append(out.series, d)
	}
	return out, nil
}

// at is a number, or the value of a single series at a time.
func (v value) at(t int64) (float64, bool) {
	if v.isScalar {
		return v.scalar, true
	}
	if len(v.series) != 1 {
		return 0, false
	}
	x, ok := v.series[0].points[t]
	return x, ok
}
