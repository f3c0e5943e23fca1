package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type server struct {
	Name    string            `yaml:"name"`
	Port    int               `yaml:"port"`
	Secure  bool              `yaml:"secure"`
	Wait    Duration          `yaml:"wait"`
	Limit   *Duration         `yaml:"limit"`
	Pattern Regexp            `yaml:"pattern"`
	Tags    []string          `yaml:"tags"`
	Labels  map[string]string `yaml:"labels"`
	Raw     Raw               `yaml:"raw"`
	Quiet   Unsupported       `yaml:"quiet"`
	Hidden  string            `yaml:"-"`
}

type file struct {
	Listen  string         `yaml:"listen"`
	Servers []server       `yaml:"servers"`
	Show    map[string]Raw `yaml:"show"`
	Mutes   Unsupported    `yaml:"mutes"`
}

func TestDecode(t *testing.T) {
	var f file
	doc, problems := Decode("a.yaml", strings.NewReader(`
listen: 127.0.0.1:9560
servers:
  - name: 10
    port: 8080
    secure: true
    wait: 1h30m
    limit: 0s
    pattern: '^(?P<state>障害)'
    tags: [a, b]
    labels: {site: tokyo, n: 1}
    raw: {model: NHV6, ports: [1, 2]}
  - {name: , wait: 90d}
show:
  critical: {red: flash}
`), &f)
	if err := doc.Locate(problems); err != nil {
		t.Fatal(err)
	}
	s := f.Servers[0]
	if f.Listen != "127.0.0.1:9560" || s.Name != "10" || s.Port != 8080 || !s.Secure || time.Duration(s.Wait) != 90*time.Minute ||
		s.Limit == nil || *s.Limit != 0 || !s.Pattern.MatchString("障害です") || cmp.Diff([]string{"a", "b"}, s.Tags) != "" ||
		cmp.Diff(map[string]string{"site": "tokyo", "n": "1"}, s.Labels) != "" {
		t.Errorf("decoded %+v", s)
	}
	if d := cmp.Diff(map[string]any{"model": "NHV6", "ports": []any{1, 2}}, s.Raw.Value); d != "" || !s.Raw.Set() {
		t.Errorf("raw (-want +got):\n%s", d)
	}
	second := f.Servers[1]
	if second.Name != "" || second.Limit != nil || second.Raw.Set() || time.Duration(second.Wait) != 90*24*time.Hour {
		t.Errorf("decoded %+v", second)
	}
	if text, err := second.Wait.MarshalText(); err != nil || string(text) != "90d" {
		t.Errorf("written %s, %v", text, err)
	}
	if d := cmp.Diff(map[string]any{"red": "flash"}, f.Show["critical"].Value); d != "" {
		t.Errorf("show (-want +got):\n%s", d)
	}
}

func TestMistakes(t *testing.T) {
	deep := strings.Repeat("[", 150) + strings.Repeat("]", 150)
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "a.yaml:1:1: the file holds no settings; write fields: listen, servers, show"},
		{"comments only", "# nothing\n", "a.yaml:1:1: the file holds no settings; write fields: listen, servers, show"},
		{"nothing", "---\n", "a.yaml:2:1: nothing cannot stand here; write fields: listen, servers, show"},
		{"a list", "- a\n", "a.yaml:1:1: a list cannot stand here; write fields: listen, servers, show"},
		{"syntax", "listen: a\nservers: [\n", "a.yaml:2:1: not YAML: did not find expected node content"},
		{"tab", "listen: a\nservers:\n\t- a\n", "a.yaml:3:1: not YAML: the line is indented with a tab, which is not allowed; indent with spaces"},
		{"tab after spaces", "servers:\n  - name: a\n  \tport: 1\n", "a.yaml:3:3: not YAML: the line is indented with a tab, which is not allowed; indent with spaces"},
		{"tab some lines on", "servers:\n  - name: a\n\n  # more\n\tport: 1\n", "a.yaml:5:1: not YAML: the line is indented with a tab, which is not allowed; indent with spaces"},
		{"tab after a dash", "servers:\n  -\tname: a\n", "a.yaml:2:4: not YAML: the line is indented with a tab, which is not allowed; indent with spaces"},
		{"tab that is right", "servers: [\n\t@a]\n", "a.yaml:2:1: not YAML: found character that cannot start any token"},
		{"no tab", "listen: @a\nservers:\n\t- a\n", "a.yaml:1:1: not YAML: found character that cannot start any token"},
		{"undefined alias", "listen: *nobody\n", "a.yaml:1:1: not YAML: unknown anchor 'nobody' referenced"},
		{"two documents", "listen: a\n---\nlisten: b\n", "a.yaml:2:1: a second document follows (---); one YAML document a file"},
		{"second document is no YAML", "listen: a\n---\n[\n", "a.yaml:3:1: not YAML: did not find expected node content"},
		{"unknown field", "listen: a\nserver: []\n", "a.yaml:2:1: server: unknown field; one of listen, servers, show"},
		{"unknown field inside", "servers:\n  - nmae: a\n", "a.yaml:2:5: servers[0].nmae: unknown field; one of name, port, secure, wait, limit, pattern, tags, labels, raw"},
		{"hidden field", "servers: [{Hidden: a}]\n", "a.yaml:1:12: servers[0].Hidden: unknown field; one of name, port, secure, wait, limit, pattern, tags, labels, raw"},
		{"field twice", "listen: a\nlisten: b\n", "a.yaml:2:1: listen: the field stands here a second time; write it once"},
		{"field twice, first empty", "listen:\nlisten: b\n", "a.yaml:2:1: listen: the field stands here a second time; write it once"},
		{"entry twice", "servers: [{labels: {a: x, a: y}}]\n", "a.yaml:1:27: servers[0].labels.a: the field stands here a second time; write it once"},
		{"raw field twice", "show:\n  critical: {red: flash, red: steady}\n", "a.yaml:2:26: show.critical.red: the field stands here a second time; write it once"},
		{"not supported yet", "mutes: [a]\n", "a.yaml:1:8: mutes: not supported yet; remove it"},
		{"not supported yet inside", "servers: [{quiet: nights}]\n", "a.yaml:1:19: servers[0].quiet: not supported yet; remove it"},
		{"text for a number", "servers: [{port: http}]\n", `a.yaml:1:18: servers[0].port: "http" cannot stand here; write a whole number`},
		{"quoted number", "servers: [{port: \"80\"}]\n", `a.yaml:1:18: servers[0].port: "80" cannot stand here; write a whole number`},
		{"fraction", "servers: [{port: 8.5}]\n", `a.yaml:1:18: servers[0].port: "8.5" cannot stand here; write a whole number`},
		{"text for a switch", "servers: [{secure: yes please}]\n", `a.yaml:1:20: servers[0].secure: "yes please" cannot stand here; true or false`},
		{"list for a text", "listen: [a]\n", "a.yaml:1:9: listen: a list cannot stand here; write a single value"},
		{"mapping for a text", "listen: {a: b}\n", "a.yaml:1:9: listen: a mapping cannot stand here; write a single value"},
		{"text for a list", "servers: a\n", `a.yaml:1:10: servers: "a" cannot stand here; write a list: [a, b]`},
		{"text for a mapping", "show: a\n", `a.yaml:1:7: show: "a" cannot stand here; write name: value`},
		{"nothing in a list", "servers: [{tags: [a, ~]}]\n", "a.yaml:1:22: servers[0].tags[1]: nothing cannot stand here; write a single value"},
		{"duration", "servers: [{wait: soon}]\n", `a.yaml:1:18: servers[0].wait: "soon" is not a duration; write for example 30s, 5m, 8h or 90d`},
		{"duration behind a pointer", "servers: [{limit: [1s]}]\n", "a.yaml:1:19: servers[0].limit: a list cannot stand here; write a single value"},
		{"regular expression", "servers: [{pattern: '('}]\n", "a.yaml:1:21: servers[0].pattern: \"(\" is not a regular expression (error parsing regexp: missing closing ): `(`); RE2 syntax, named groups as (?P<name>…)"},
		{"a name that is none", "? [a]\n: b\n", "a.yaml:1:3: a list cannot be the name of a field; write a name"},
		{"a name by alias", "listen: &l a\n*l : b\n", "a.yaml:2:1: an alias cannot be the name of a field; write a name"},
		{"merge", "servers:\n  - &a {name: x}\n  - {<<: *a}\n", "a.yaml:3:6: servers[1].<<: unknown field; one of name, port, secure, wait, limit, pattern, tags, labels, raw"},
		{"a mistake behind an alias stands where the anchor is", "servers:\n  - &a {port: x}\n  - *a\n", "a.yaml:2:15: servers[0].port: \"x\" cannot stand here; write a whole number\na.yaml:2:15: servers[1].port: \"x\" cannot stand here; write a whole number"},
		{"deep", "show: {a: " + deep + "}\n", "a.yaml:1:109: show.a" + strings.Repeat("[0]", 98) + ": nested too deeply"},
		{"alias of itself", "show: {a: &a [*a]}\n", "a.yaml:1:15: show.a" + strings.Repeat("[0]", 98) + ": nested too deeply"},
		{
			"several at once, in the order of the file",
			"servers:\n  - port: a\n    mane: b\n    wait: c\n  - secure: d\nlisten: []\nmutes: 1\n",
			`a.yaml:2:11: servers[0].port: "a" cannot stand here; write a whole number
a.yaml:3:5: servers[0].mane: unknown field; one of name, port, secure, wait, limit, pattern, tags, labels, raw
a.yaml:4:11: servers[0].wait: "c" is not a duration; write for example 30s, 5m, 8h or 90d
a.yaml:5:13: servers[1].secure: "d" cannot stand here; true or false
a.yaml:6:9: listen: a list cannot stand here; write a single value
a.yaml:7:8: mutes: not supported yet; remove it`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f file
			doc, problems := Decode("a.yaml", strings.NewReader(c.text), &f)
			err := doc.Locate(problems)
			if err == nil {
				t.Fatalf("no mistake found; want\n%s", c.want)
			}
			if err.Error() != c.want {
				t.Errorf("got\n%s\nwant\n%s", err, c.want)
			}
		})
	}
}

// Aliases of aliases are stopped before they fill the memory.
func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("show:\n  a0: &a0 {x: y}\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "  a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	var f file
	_, problems := Decode("a.yaml", strings.NewReader(b.String()), &f)
	if len(problems) == 0 || len(problems) > 20 {
		t.Errorf("%d mistakes", len(problems))
	}
}

func TestLocate(t *testing.T) {
	var f file
	doc, problems := Decode("a.yaml", strings.NewReader("listen: a\nservers:\n  - name: x\n    labels: {a: b}\n    raw: {deep: [1, {er: 2}]}\n  - &y {name: y}\n  - *y\n"), &f)
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	for path, want := range map[string]string{
		"listen": "1:9", "servers": "3:3", "servers[0]": "3:5", "servers[0].name": "3:11", "servers[0].labels.a": "4:17",
		"servers[0].raw.deep[1].er": "5:26", "servers[1].name": "6:15", "servers[2].name": "6:15",
		"servers[2]": "7:5",
		// What is missing is told where it belongs.
		"servers[0].port": "3:5", "servers[0].labels.z.y": "4:13", "servers[7].name": "3:3", "show": "1:1", "": "1:1",
	} {
		err := doc.Locate(Problems{{Path: path, What: "missing"}})
		var mistakes *FileError
		if !errors.As(err, &mistakes) {
			t.Fatalf("%q: %v", path, err)
		}
		if got := fmt.Sprintf("%d:%d", mistakes.Problems[0].Line, mistakes.Problems[0].Column); got != want {
			t.Errorf("%q stands at %s, want %s", path, got, want)
		}
	}
	given := Problems{{Path: "listen", What: "z"}, {Path: "servers", What: "a", Line: 1, Column: 1}}
	if got, want := doc.Locate(given).Error(), "a.yaml:1:1: servers: a\na.yaml:1:9: listen: z"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if given[0].Line != 0 {
		t.Error("Locate changed the problems it was given")
	}
	if err := doc.Locate(nil); err != nil {
		t.Errorf("no mistake: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "---", "# c", "listen: a", "servers: [{name: a, port: 1, wait: 1h}]", "show: {a: {b: [1, {c: d}]}}", "show: &a [*a]", "show: &a {b: *a}", "? [a]\n: b",
		"servers:\n  - &x {name: a}\n  - *x\n", "show: {a: 1, a: 2}", "show: {1: x, ~: y}", "listen: \"\\xff\"", "a: |\n  b\n", "show: {a: !!binary aGVsbG8=, b: !!timestamp 2026-10-06, c: !x y}",
		"show: {<<: {a: b}}", "listen: a\n--- b", "%YAML 1.2\n---\nlisten: a", "listen：a\nservers：\n　- ｎame: x，", "servers: ［{name: １}］\n---\nshow：x\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var into file
		doc, problems := Decode("a.yaml", strings.NewReader(text), &into)
		lines := strings.Count(text, "\n") + strings.Count(text, "\r") + strings.Count(text, "\u0085") + strings.Count(text, "\u2028") + strings.Count(text, "\u2029") + 2
		for _, p := range problems {
			if p.What == "" || p.Line < 0 || p.Line > lines {
				t.Errorf("mistake %+v in %d lines", p, lines)
			}
		}
		if err := doc.Locate(problems); (err != nil) != (len(problems) > 0) {
			t.Errorf("%d problems, error %v", len(problems), err)
		}
	})
}
