package configservice

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
)

// maxColumns bounds an advanced query's table.
const maxColumns = 200

// selected is one row of an advanced query.
type selected map[string]any

func advanced(ctx context.Context, a question) (data.Frames, error) {
	var (
		mu    sync.Mutex
		named []string // by SELECT; the same in every place
	)
	rows, err := everywhere(ctx, a, func(ctx context.Context, s source) (found[selected], error) {
		l, err := pages(ctx, a.Q.Limit, nil, func(ctx context.Context, token *string) ([]selected, *string, error) {
			in := &configservice.SelectResourceConfigInput{Expression: &a.Q.Expression, Limit: pageSize, NextToken: token}
			out, err := call(ctx, s, listTTL, in, s.c.Config().SelectResourceConfig)
			if err != nil {
				return nil, nil, err
			}
			page, fields := read(out)
			mu.Lock()
			defer mu.Unlock()
			if len(fields) > len(named) {
				named = fields
			}
			return page, out.NextToken, nil
		})
		return found[selected]{rows: l.items, limited: l.limited, late: l.late}, err
	})
	if err != nil {
		return nil, err
	}
	names := columns(named, rows)
	if len(names) > maxColumns {
		a.Note(data.NoticeSeverityInfo, "notice.columns_cut")
		names = names[:maxColumns]
	}
	f := data.NewFrame("query")
	for _, name := range names {
		values := make([]any, len(rows))
		for i, r := range rows {
			values[i] = cell(r.x, name)
		}
		f.Fields = append(f.Fields, column(name, values))
	}
	if a.Several() {
		account, region := make([]string, len(rows)), make([]string, len(rows))
		for i, r := range rows {
			account[i], region[i] = r.Account, r.Region
		}
		accountName, regionName := query.PlaceNames(func(name string) bool { return slices.Contains(names, name) })
		f.Fields = append(f.Fields, data.NewField(accountName, nil, account), data.NewField(regionName, nil, region))
	}
	return table(f), nil
}

// read decodes a page, and gives the fields as SELECT names them. A result that
// is no object keeps its text.
func read(out *configservice.SelectResourceConfigOutput) (rows []selected, fields []string) {
	if out.QueryInfo != nil {
		for _, f := range out.QueryInfo.SelectFields {
			if name := deref(f.Name); name != "" && name != "*" {
				fields = append(fields, name)
			}
		}
	}
	for _, text := range out.Results {
		var doc map[string]any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&doc); err != nil {
			doc = map[string]any{"result": text}
		}
		rows = append(rows, selected(doc))
	}
	return rows, fields
}

// columns are the fields of SELECT in their order, then by name whatever else
// the results have.
func columns(named []string, rows []row[selected]) []string {
	var names []string
	for _, name := range named {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	rest := map[string]bool{}
	for _, r := range rows {
		for key := range r.x {
			rest[key] = true
		}
	}
	for _, name := range names {
		top, _, _ := strings.Cut(name, ".")
		maps.DeleteFunc(rest, func(key string, _ bool) bool { return strings.EqualFold(key, name) || strings.EqualFold(key, top) })
	}
	return append(names, slices.Sorted(maps.Keys(rest))...)
}

// cell is the value of a column: of the key with its name, else of the path; of
// a path through a list, the list of values.
func cell(doc map[string]any, name string) any {
	if v := lookup(doc, name); v != nil { // COUNT(*)
		return v
	}
	return along(doc, strings.Split(name, "."))
}

func along(v any, path []string) any {
	for i, name := range path {
		if members, ok := v.([]any); ok {
			var out []any
			for _, m := range members {
				if x := along(m, path[i:]); x != nil {
					out = append(out, x)
				}
			}
			if out == nil {
				return nil
			}
			return out
		}
		v = lookup(v, name)
	}
	return v
}

// column is a field of the narrowest type that all its values have: numbers,
// truth values, times, texts, else JSON.
func column(name string, values []any) *data.Field {
	all := func(is func(any) bool) bool {
		some := false
		for _, v := range values {
			if v != nil && !is(v) {
				return false
			}
			some = some || v != nil
		}
		return some
	}
	isTime := func(v any) bool { _, ok := timeOf(v); return ok }
	switch {
	case all(func(v any) bool { _, ok := numberOf(v); return ok }):
		return data.NewField(name, nil, fill(values, numberOf))
	case all(func(v any) bool { _, ok := v.(bool); return ok }):
		return data.NewField(name, nil, fill(values, func(v any) (bool, bool) { b, ok := v.(bool); return b, ok }))
	case strings.HasSuffix(strings.ToLower(name), "time") && all(isTime):
		return data.NewField(name, nil, fill(values, timeOf))
	case all(func(v any) bool { _, ok := v.(string); return ok }) || !all(func(any) bool { return true }):
		return data.NewField(name, nil, fill(values, func(v any) (string, bool) { s, ok := v.(string); return s, ok }))
	}
	return data.NewField(name, nil, fill(values, func(v any) (json.RawMessage, bool) { return readable(v), v != nil }))
}

func fill[T any](values []any, of func(any) (T, bool)) []*T {
	out := make([]*T, len(values))
	for i, v := range values {
		if x, ok := of(v); ok {
			out[i] = &x
		}
	}
	return out
}

func numberOf(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

func timeOf(v any) (time.Time, bool) {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, s)
	return t.UTC(), err == nil
}
