package awsfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

type selectIn struct {
	Expression string
	Limit      *int32
	NextToken  *string
}

type fieldInfo struct{ Name string }

type selectOut struct {
	Results   []string
	QueryInfo struct{ SelectFields []fieldInfo }
	NextToken *string `json:",omitempty"`
}

// advanced is a parsed advanced query: SELECT properties | COUNT(*) WHERE …
// GROUP BY p ORDER BY p ASC|DESC.
type advanced struct {
	fields     []string
	where      func(map[string]any) bool
	groupBy    []string
	orderBy    string
	descending bool
}

// starFields is what SELECT * gives.
var starFields = []string{
	"accountId", "arn", "availabilityZone", "awsRegion", "configurationItemCaptureTime", "configurationItemStatus", "resourceCreationTime", "resourceId", "resourceName", "resourceType",
}

func (f *Fake) selectResourceConfig(c *call, in *selectIn) (*selectOut, error) {
	if err := checkLimit(in.Limit, configPage); err != nil {
		return nil, err
	}
	q, err := parseAdvanced(in.Expression)
	if err != nil {
		return nil, errf("InvalidExpressionException", "The expression is not valid: %v", err)
	}
	r := f.realm(c)
	var rows []map[string]any
	for _, x := range r.resources {
		if i := x.current(f.now()); i != nil && !i.deleted() {
			if doc := r.document(x, i); q.where(doc) {
				rows = append(rows, doc)
			}
		}
	}
	if len(q.groupBy) > 0 || slices.ContainsFunc(q.fields, isCount) {
		rows = q.group(rows)
	}
	if q.orderBy != "" {
		slices.SortStableFunc(rows, func(a, b map[string]any) int {
			n := compareValues(first(a, q.orderBy), first(b, q.orderBy))
			if q.descending {
				return -n
			}
			return n
		})
	}
	rows, next, err := page(Config, rows, limit(in.Limit, 25, configPage), in.NextToken, request(c, in.Expression))
	if err != nil {
		return nil, err
	}
	out := &selectOut{Results: []string{}, NextToken: next}
	for _, p := range q.fields {
		out.QueryInfo.SelectFields = append(out.QueryInfo.SelectFields, fieldInfo{p})
	}
	for _, doc := range rows {
		b, err := json.Marshal(project(doc, q.fields))
		if err != nil {
			return nil, err
		}
		out.Results = append(out.Results, string(b))
	}
	return out, nil
}

// document is a resource as an advanced query sees it.
func (r *realm) document(x *resource, i *item) map[string]any {
	var doc map[string]any
	b, _ := json.Marshal(r.configurationItem(x, i))
	_ = json.Unmarshal(b, &doc)
	var configuration any
	b, _ = json.Marshal(i.configuration)
	_ = json.Unmarshal(b, &configuration)
	doc["configuration"] = configuration
	doc["configurationItemCaptureTime"] = i.at.Format("2006-01-02T15:04:05.000Z")
	doc["resourceCreationTime"] = x.created.Format("2006-01-02T15:04:05.000Z")
	tags := []any{}
	for k, v := range x.tags {
		tags = append(tags, map[string]any{"key": k, "value": v, "tag": k + "=" + v})
	}
	slices.SortFunc(tags, func(a, b any) int { return compareValues(a.(map[string]any)["tag"], b.(map[string]any)["tag"]) })
	doc["tags"] = tags
	return doc
}

func isCount(p string) bool { return strings.HasPrefix(p, "COUNT(") }

func (q *advanced) group(rows []map[string]any) []map[string]any {
	var out []map[string]any
	index := map[string]map[string]any{}
	for _, doc := range rows {
		g := project(doc, q.groupBy)
		b, _ := json.Marshal(g)
		row := index[string(b)]
		if row == nil {
			row = g
			index[string(b)] = row
			out = append(out, row)
		}
		for _, p := range q.fields {
			if isCount(p) {
				n, _ := row[p].(float64)
				row[p] = n + 1
			}
		}
	}
	return out
}

// values returns all values at a path; arrays are looked into.
func values(doc any, path []string) []any {
	if list, ok := doc.([]any); ok {
		var out []any
		for _, x := range list {
			out = append(out, values(x, path)...)
		}
		return out
	}
	if len(path) == 0 {
		return []any{doc}
	}
	m, ok := doc.(map[string]any)
	if !ok || m[path[0]] == nil {
		return nil
	}
	return values(m[path[0]], path[1:])
}

func first(doc map[string]any, path string) any {
	if v, ok := doc[path]; ok {
		return v // COUNT(*)
	}
	if v := values(doc, strings.Split(path, ".")); len(v) > 0 {
		return v[0]
	}
	return nil
}

// project keeps the paths asked for, nested as they were.
func project(doc map[string]any, paths []string) map[string]any {
	out := map[string]any{}
	for _, p := range paths {
		if v, ok := doc[p]; ok {
			out[p] = v
			continue
		}
		parts := strings.Split(p, ".")
		copyPath(out, doc, parts)
	}
	return out
}

func copyPath(to, from map[string]any, path []string) {
	v, ok := from[path[0]]
	if !ok {
		return
	}
	if len(path) == 1 {
		to[path[0]] = v
		return
	}
	switch inner := v.(type) {
	case map[string]any:
		next, ok := to[path[0]].(map[string]any)
		if !ok {
			next = map[string]any{}
			to[path[0]] = next
		}
		copyPath(next, inner, path[1:])
	case []any:
		list, ok := to[path[0]].([]any)
		if !ok {
			list = make([]any, len(inner))
			to[path[0]] = list
		}
		for i, x := range inner {
			m, ok := x.(map[string]any)
			if !ok {
				continue
			}
			next, ok := list[i].(map[string]any)
			if !ok {
				next = map[string]any{}
				list[i] = next
			}
			copyPath(next, m, path[1:])
		}
	}
}

func compareValues(a, b any) int {
	x, isX := a.(float64)
	y, isY := b.(float64)
	if isX && isY {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}
