package awsfake

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// statsCommand is stats f(x) as name, … by g, bin(5m).
type statsCommand struct {
	functions []aggregate
	by        []grouping
}

type aggregate struct {
	name, function, field string
	percentile            float64
}

type grouping struct {
	name string
	bin  time.Duration // zero: by the field of that name
}

func (c *statsCommand) columns() []string {
	var out []string
	for _, g := range c.by {
		out = append(out, g.name)
	}
	for _, f := range c.functions {
		out = append(out, f.name)
	}
	return out
}

func (c *statsCommand) apply(rows []insightRow) []insightRow {
	groups := map[string][]insightRow{}
	keys := map[string]map[string]string{}
	for _, r := range rows {
		key := map[string]string{}
		text := ""
		for _, g := range c.by {
			v := r.values[g.name]
			if g.bin > 0 {
				v = r.at.Truncate(g.bin).Format(timeFormat)
			}
			if v != "" {
				key[g.name] = v
			}
			text += v + "\x00"
		}
		groups[text] = append(groups[text], r)
		keys[text] = key
	}
	var out []insightRow
	for text, members := range groups {
		row := insightRow{values: keys[text], at: members[0].at}
		for _, f := range c.functions {
			if v, ok := f.of(members); ok {
				row.values[f.name] = v
			}
		}
		out = append(out, row)
	}
	slices.SortFunc(out, func(a, b insightRow) int {
		for _, g := range c.by {
			if n := strings.Compare(b.values[g.name], a.values[g.name]); n != 0 {
				if g.bin == 0 {
					return -n
				}
				return n // newest first
			}
		}
		return 0
	})
	return out
}

func (a aggregate) of(rows []insightRow) (string, bool) {
	var numbers []float64
	distinct := map[string]bool{}
	n := 0
	for _, r := range rows {
		v, ok := r.values[a.field]
		if !ok && a.field != "*" {
			continue
		}
		n++
		distinct[v] = true
		if x, err := strconv.ParseFloat(v, 64); err == nil {
			numbers = append(numbers, x)
		}
	}
	switch a.function {
	case "count":
		return strconv.Itoa(n), true
	case "count_distinct":
		return strconv.Itoa(len(distinct)), true
	}
	if len(numbers) == 0 {
		return "", false
	}
	v := 0.0
	if a.function == "pct" {
		slices.Sort(numbers)
		v = numbers[min(len(numbers)-1, int(a.percentile/100*float64(len(numbers))))]
	} else {
		v = fold(strings.ToUpper(a.function), numbers)
	}
	return strconv.FormatFloat(v, 'f', -1, 64), true
}
