package alert

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"pgregory.net/rapid"
)

func anyMap(t *rapid.T, label string) map[string]string {
	text := rapid.OneOf(rapid.SampledFrom([]string{
		"", "a", "host", "db1", "障害", "<b>&\"quoted\"\\", "line\u2028break", "tab\there", "\x7f", "bad\xff", strings.Repeat("long ", 20),
	}), rapid.String())
	return rapid.MapOfN(text, text, 0, 8).Draw(t, label)
}

// withoutEmpty is what labels keep of a map.
func withoutEmpty(m map[string]string) map[string]string {
	kept := maps.Clone(m)
	maps.DeleteFunc(kept, func(_, v string) bool { return v == "" })
	if kept == nil {
		kept = map[string]string{}
	}
	return kept
}

func TestLabelsAreASortedMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMap(t, "labels")
		ls := LabelsOf(m)
		if d := cmp.Diff(withoutEmpty(m), ls.Map()); d != "" {
			t.Fatalf("map of labels (-want +got):\n%s", d)
		}
		for i := 1; i < len(ls); i++ {
			if ls[i-1].Name >= ls[i].Name {
				t.Fatalf("not sorted: %q before %q", ls[i-1].Name, ls[i].Name)
			}
		}
		for n, v := range m {
			if ls.Get(n) != v {
				t.Fatalf("Get(%q) = %q, want %q", n, ls.Get(n), v)
			}
		}
		if ls.Get("absent label") != m["absent label"] {
			t.Fatal("an absent label has a value")
		}
	})
}

func TestLabelsWith(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, more := anyMap(t, "base"), anyMap(t, "more")
		ls := LabelsOf(base)
		before := fmt.Sprint(ls)
		want := maps.Clone(base)
		maps.Copy(want, more)
		if got := ls.With(more); !got.Equal(LabelsOf(want)) {
			t.Fatalf("%v with %v = %v, want %v", ls, more, got, LabelsOf(want))
		}
		if fmt.Sprint(ls) != before {
			t.Fatal("With changed its receiver")
		}
	})
}

func TestLabelsJSONIsThatOfAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ls := LabelsOf(anyMap(t, "labels"))
		got, err := json.Marshal(ls)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(ls.Map())
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Fatalf("JSON %s, want %s", got, want)
		}
		sameJSON(t, got)
	})
}

// sameJSON checks that Labels read data as a map of strings does.
func sameJSON(t interface{ Fatalf(string, ...any) }, data []byte) {
	var m map[string]string
	want := json.Unmarshal(data, &m)
	var ls Labels
	err := json.Unmarshal(data, &ls)
	if (err == nil) != (want == nil) {
		t.Fatalf("read %q: error %v, that of a map %v", data, err, want)
	}
	if err == nil && !ls.Equal(LabelsOf(m)) {
		t.Fatalf("read %q: %v, as a map %v", data, ls, LabelsOf(m))
	}
}

func FuzzLabelsUnmarshalJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, ` { } `, `null`, `[]`, `{"a":"b"}`, `{"b":"1","a":"2"}`, `{"a":"1","a":"2"}`, `{"a":""}`, `{"a":"\u3042"}`, `{"a":"あ"}`,
		`{ "a" : "b" , "c" : "d" }`, `{"a":"b",}`, `{"a":null}`, `{"a":1}`, `{"a":"b"`, `{"a":"b"}}`, `{"a":"` + "\xff" + `"}`, `{"a":"b":"c"}`, "{\"a\":\"\n\"}",
		"{\"a\":\"b\"\v}", "{\u00a0\"a\":\"b\"}", `{"a":"1","b":"2","a":""}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sameJSON(t, data)
		// And as part of a larger value, where encoding/json has looked first.
		var whole struct{ Labels Labels }
		if json.Unmarshal(fmt.Appendf(nil, `{"Labels":%s}`, data), &whole) == nil && json.Valid(data) {
			var m map[string]string
			if err := json.Unmarshal(data, &m); err != nil {
				t.Fatalf("read %q inside a struct, which is no map of strings: %v", data, err)
			}
			if !whole.Labels.Equal(LabelsOf(m)) {
				t.Fatalf("read %q: %v, as a map %v", data, whole.Labels, LabelsOf(m))
			}
		}
	})
}

func TestFingerprintIsThatOfPrometheus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ls := LabelsOf(anyMap(t, "labels"))
		set := model.LabelSet{}
		for _, l := range ls {
			set[model.LabelName(l.Name)] = model.LabelValue(l.Value)
		}
		if got, want := ls.Fingerprint(), set.Fingerprint().String(); got != want {
			t.Fatalf("fingerprint of %v: %s, Prometheus has %s", ls, got, want)
		}
	})
}

func TestLabelsString(t *testing.T) {
	ls := LabelsOf(map[string]string{"b": `say "x"`, "a": "障害"})
	if got, want := ls.String(), `{a="障害", b="say \"x\""}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

var typical = LabelsOf(map[string]string{
	"alertname": "DiskWillFillIn4Hours", "instance": "db-017.tokyo.example.jp:9100", "job": "node", "severity": "critical", "site": "tokyo", "mountpoint": "/var/lib/postgresql",
})

func BenchmarkLabelsMarshalJSON(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := typical.MarshalJSON(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLabelsUnmarshalJSON(b *testing.B) {
	data, err := typical.MarshalJSON()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var ls Labels
		if err := ls.UnmarshalJSON(data); err != nil {
			b.Fatal(err)
		}
	}
}
