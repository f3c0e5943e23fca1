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
