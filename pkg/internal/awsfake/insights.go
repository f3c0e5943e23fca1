package awsfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// insightRow is a log event, or a group of them, on its way through a query.
type insightRow struct {
	values map[string]string
	shown  []string // columns in order
	at     time.Time
}

// timeFormat is how @timestamp and bin() are written.
const timeFormat = "2006-01-02 15:04:05.000"

func (e logEvent) pointer() string {
	return fmt.Sprintf("%016x%016x", e.at.UnixMilli(), mix(uint64(e.at.UnixMilli())^uint64(len(e.message))))
}

func newRow(account string, g *logGroup, e logEvent) insightRow {
	v := map[string]string{
		"@timestamp": e.at.Format(timeFormat), "@message": e.message, "@logStream": e.stream, "@log": account + ":" + g.name,
		"@ingestionTime": e.at.Add(800 * time.Millisecond).Format(timeFormat), "@ptr": e.pointer(),
	}
	switch {
	case strings.HasPrefix(e.message, "{"):
		var doc map[string]any
		if json.Unmarshal([]byte(e.message), &doc) == nil {
			flatten(v, "", doc)
		}
	case g.fields != nil:
		for i, x := range strings.Fields(e.message) {
			if i < len(g.fields) {
				v[g.fields[i]] = x
			}
		}
	}
	return insightRow{values: v, at: e.at}
}

func flatten(to map[string]string, prefix string, v any) {
	switch x := v.(type) {
	case map[string]any:
		for k, y := range x {
			if prefix != "" {
				k = prefix + "." + k
			}
			flatten(to, k, y)
		}
	case []any:
		for i, y := range x {
			flatten(to, fmt.Sprintf("%s.%d", prefix, i), y)
		}
	case float64:
		to[prefix] = strconv.FormatFloat(x, 'f', -1, 64)
	case nil:
	default:
		to[prefix] = fmt.Sprint(x)
	}
}

func (r insightRow) fields() []resultField {
	out := []resultField{}
	for _, c := range r.shown {
		if v, ok := r.values[c]; ok {
			out = append(out, resultField{c, v})
		}
	}
	return out
}

// insights is a parsed query: commands in order.
type insights struct{ commands []command }

type command interface {
	apply(rows []insightRow) []insightRow
}

// run returns the rows and how many events matched the filters.
func (q *insights) run(rows []insightRow, most int) ([]insightRow, float64) {
	slices.SortStableFunc(rows, func(a, b insightRow) int { return b.at.Compare(a.at) }) // newest first unless sorted
	matched, grouped := -1, false
	shown := []string{"@timestamp", "@message"}
	limited := false
	for _, c := range q.commands {
		switch x := c.(type) {
		case fieldsCommand:
			shown = x.names
		case *statsCommand:
			if matched < 0 {
				matched = len(rows)
			}
			grouped, shown = true, x.columns()
		case limitCommand:
			if matched < 0 {
				matched = len(rows)
			}
			limited = true
		}
		rows = c.apply(rows)
	}
	if matched < 0 {
		matched = len(rows)
	}
	if !limited && len(rows) > most || len(rows) > most {
		rows = rows[:most]
	}
	if !grouped {
		shown = append(slices.Clone(shown), "@ptr")
	}
	for i := range rows {
		rows[i].shown = shown
	}
	return rows, float64(matched)
}

type fieldsCommand struct {
	names []string
	bins  map[string]time.Duration // bin(5m) as a field
	as    map[string]string        // new name → old name
}

func (c fieldsCommand) apply(rows []insightRow) []insightRow {
	for _, r := range rows {
		for name, d := range c.bins {
			r.values[name] = r.at.Truncate(d).Format(timeFormat)
		}
		for name, old := range c.as {
			if v, ok := r.values[old]; ok {
				r.values[name] = v
			}
		}
	}
	return rows
}

type filterCommand struct{ test func(insightRow) bool }

func (c filterCommand) apply(rows []insightRow) []insightRow {
	return slices.DeleteFunc(rows, func(r insightRow) bool { return !c.test(r) })
}

type parseCommand struct {
	field string
	match func(string) map[string]string
}

func (c parseCommand) apply(rows []insightRow) []insightRow {
	for _, r := range rows {
		for k, v := range c.match(r.values[c.field]) {
			r.values[k] = v
		}
	}
	return rows
}

type sortCommand struct {
	field string
	desc  bool
}

func (c sortCommand) apply(rows []insightRow) []insightRow {
	slices.SortStableFunc(rows, func(a, b insightRow) int {
		n := compareText(a.values[c.field], b.values[c.field])
		if c.desc {
			return -n
		}
		return n
	})
	return rows
}

// compareText compares as numbers where both are.
func compareText(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX != nil || errY != nil {
		return strings.Compare(a, b)
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

type limitCommand int

func (c limitCommand) apply(rows []insightRow) []insightRow { return rows[:min(int(c), len(rows))] }

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
