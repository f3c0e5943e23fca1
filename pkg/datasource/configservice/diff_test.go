package configservice

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func doc(t *testing.T, text string) any {
	t.Helper()
	v, ok := parse(text, maxDepth)
	if !ok {
		t.Fatalf("%s is no document", text)
	}
	return v
}

func TestDiff(t *testing.T) {
	for _, tc := range []struct {
		name, before, after string
		want                []string
	}{
		{"the same", `{"a":[1,{"b":null}]}`, `{"a":[1,{"b":null}]}`, nil},
		{"fields", `{"a":1,"b":2,"c":3}`, `{"b":2.5,"c":3,"d":{"e":true}}`, []string{"DELETE a 1 <nil>", "UPDATE b 2 2.5", "CREATE d <nil> map[e:true]"}},
		{"null is a value", `{"a":null}`, `{"b":null}`, []string{"DELETE a <nil> <nil>", "CREATE b <nil> <nil>"}},
		{"another kind", `{"a":{"b":1}}`, `{"a":[1]}`, []string{"UPDATE a map[b:1] [1]"}},
		{"large numbers keep their digits", `{"a":9007199254740993}`, `{"a":9007199254740992}`, []string{"UPDATE a 9007199254740993 9007199254740992"}},
		{"order of a list", `{"a":["x","y"],"b":[{"c":1},{"c":2}]}`, `{"a":["y","x"],"b":[{"c":2},{"c":1}]}`, nil},
		{"members of a list", `{"a":["x","y"]}`, `{"a":["y","z","z"]}`, []string{"DELETE a[] x <nil>", "CREATE a[] <nil> z", "CREATE a[] <nil> z"}},
		{
			"members with an id", `{"g":[{"groupId":"sg-1","groupName":"web"},{"groupId":"sg-2","groupName":"db"}]}`,
			`{"g":[{"groupId":"sg-3","groupName":"new"},{"groupId":"sg-1","groupName":"www"}]}`,
			[]string{"UPDATE g[groupId=sg-1].groupName web www", "DELETE g[groupId=sg-2] map[groupId:sg-2 groupName:db] <nil>", "CREATE g[groupId=sg-3] <nil> map[groupId:sg-3 groupName:new]"},
		},
		{"tags", `{"tags":[{"key":"a","value":"1"}]}`, `{"tags":[{"key":"a","value":"2"}]}`, []string{"UPDATE tags[key=a].value 1 2"}},
		{"the one member that differs", `{"a":[{"p":1,"q":1},{"p":2}]}`, `{"a":[{"p":2},{"p":1,"q":3}]}`, []string{"UPDATE a[0].q 1 3"}},
		{"JSON in a text", `{"policy":"{\"Action\":\"s3:Get\"}"}`, `{"policy":"{\"Action\":\"s3:Put\"}"}`, []string{"UPDATE policy.Action s3:Get s3:Put"}},
		{"JSON in a percent-encoded text", `{"p":"%7B%22A%22%3A1%7D"}`, `{"p":"%7B%22A%22%3A2%7D"}`, []string{"UPDATE p.A 1 2"}},
		{"a name that needs quotes", `{"a b":1}`, `{"a b":2}`, []string{`UPDATE ["a b"] 1 2`}},
		{"all", `[]`, `{}`, []string{"UPDATE  [] map[]"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before, after := doc(t, tc.before), doc(t, tc.after)
			var got []string
			for _, c := range diff(before, after) {
				got = append(got, fmt.Sprint(c.Change, " ", c.Path, " ", c.Before, " ", c.After))
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			checkApplied(t, before, after)
		})
	}
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

// checkApplied checks that the difference, done to before, gives after.
func checkApplied(t failer, before, after any) {
	t.Helper()
	changes := diff(before, after)
	root := clone(before)
	for _, c := range changes {
		root = apply(t, root, c.at, c)
	}
	if canonical(root) != canonical(after) {
		t.Fatalf("before %s\nafter  %s\nchanges %+v\ngave   %s", canonical(before), canonical(after), changes, canonical(root))
	}
	if (len(changes) == 0) != (canonical(before) == canonical(after)) {
		t.Fatalf("%d changes between %s and %s", len(changes), canonical(before), canonical(after))
	}
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := maps.Clone(v)
		for k, x := range out {
			out[k] = clone(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = clone(x)
		}
		return out
	}
	return v
}

// apply does one change to a document and returns it.
func apply(t failer, v any, at []step, c Change) any {
	t.Helper()
	if len(at) == 0 {
		if c.Change != Updated || canonical(v) != canonical(c.Before) {
			t.Fatalf("%+v does not fit %s", c, canonical(v))
		}
		return clone(c.After)
	}
	s, last := at[0], len(at) == 1
	if s.kind == 'f' {
		m := v.(map[string]any)
		_, there := m[s.name]
		switch {
		case there == (last && c.Change == Created):
			t.Fatalf("%+v does not fit %s", c, canonical(v))
		case last && c.Change == Created:
			m[s.name] = clone(c.After)
		case last && c.Change == Deleted:
			delete(m, s.name)
		default:
			m[s.name] = apply(t, m[s.name], at[1:], c)
		}
		return m
	}
	list := v.([]any)
	if last && c.Change == Created {
		return append(list, clone(c.After))
	}
	i := s.index
	switch s.kind {
	case 'k':
		i = slices.IndexFunc(list, func(x any) bool { return x.(map[string]any)[s.name] == s.value })
	case 'm':
		i = slices.IndexFunc(list, func(x any) bool { return canonical(x) == canonical(c.Before) })
	}
	if i < 0 || i >= len(list) {
		t.Fatalf("%+v finds nothing in %s", c, canonical(v))
	}
	if last && c.Change == Deleted {
		return slices.Delete(list, i, i+1)
	}
	list[i] = apply(t, list[i], at[1:], c)
	return list
}

// documents draws JSON documents of few names and values, so that two of them
// have much in common.
func documents(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kind := rapid.IntRange(0, 7).Draw(t, "kind")
		if depth == 0 {
			kind = min(kind, 3)
		}
		switch kind {
		case 0:
			return json.Number(fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "number")))
		case 1:
			return rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "text")
		case 2:
			return rapid.Bool().Draw(t, "bool")
		case 3:
			return nil
		case 4, 5:
			out := []any{}
			for range rapid.IntRange(0, 4).Draw(t, "members") {
				out = append(out, documents(depth-1).Draw(t, "member"))
			}
			return out
		}
		out := map[string]any{}
		for _, name := range []string{"key", "groupId", "name", "x y"} {
			if rapid.Bool().Draw(t, name) {
				out[name] = documents(depth-1).Draw(t, "value")
			}
		}
		return out
	})
}

func TestDiffAppliedGivesTheNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkApplied(t, documents(4).Draw(t, "before"), documents(4).Draw(t, "after"))
	})
}

func FuzzDiff(f *testing.F) {
	f.Add(`{"a":[{"groupId":"x","b":1}]}`, `{"a":[{"groupId":"x","b":2},{"groupId":"y"}]}`)
	f.Add(`{"policy":"{\"a\":[1,1,2]}"}`, `{"policy":"{\"a\":[2,1]}"}`)
	f.Add(`[[1],[2]]`, `[[1,3],[2]]`)
	f.Add(strings.Repeat("[", 70)+strings.Repeat("]", 70), `{"a":"%7B%7D"}`)
	f.Fuzz(func(t *testing.T, before, after string) {
		b, isB := parse(before, maxDepth)
		a, isA := parse(after, maxDepth)
		if !isB || !isA || len(before)+len(after) > 4<<10 {
			return
		}
		checkApplied(t, b, a)
	})
}

func TestParseLeavesTextsAlone(t *testing.T) {
	for _, text := range []string{"", "x", "1", `"a"`, "{", `{}{}`, "{}]", "[1,]", strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1)} {
		if v, ok := parse(text, maxDepth); ok {
			t.Errorf("%s became %v", text, v)
		}
	}
	deep := strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)
	if _, ok := parse(deep, maxDepth); !ok {
		t.Error("a document within the depth was left alone")
	}
	inner, err := json.Marshal(map[string]string{"a": deep})
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := parse(string(inner), maxDepth); !ok || v.(map[string]any)["a"] != deep {
		t.Errorf("a text that goes too deep did not stay one: %v", v)
	}
}
