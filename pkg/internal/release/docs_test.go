package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

var (
	project  = filepath.Join("..", "..", "..")
	anyLink  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	fence    = regexp.MustCompile("(?ms)^ *```(\\w*)\n(.*?)^ *```")
	headings = regexp.MustCompile(`(?m)^(#+) +(.+)$`)
)

// manual are the texts for readers, by their paths within the project.
func manual(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		names, err := filepath.Glob(filepath.Join(project, pattern))
		if err != nil || len(names) < 3 {
			t.Fatalf("%s: %d texts, %v", pattern, len(names), err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			within, err := filepath.Rel(project, name)
			if err != nil {
				t.Fatal(err)
			}
			texts[filepath.ToSlash(within)] = string(text)
		}
	}
	return texts
}

// Every link within the project leads to a file that there is, and to a heading
// that it has.
func TestLinks(t *testing.T) {
	for name, text := range manual(t) {
		for _, m := range anyLink.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			to, heading, _ := strings.Cut(m[1], "#")
			target := filepath.Join(project, name)
			if to != "" {
				target = filepath.Join(project, filepath.Dir(name), to)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s leads to %s: %v", name, m[1], err)
				continue
			}
			if heading == "" {
				continue
			}
			there, err := os.ReadFile(target)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(sections(string(there)), func(s string) bool { return anchor(s) == heading }) {
				t.Errorf("%s leads to %s, which has no such heading", name, m[1])
			}
		}
	}
}

// sections are the headings of a text, as it has them.
func sections(text string) []string {
	var out []string
	for _, m := range headings.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		out = append(out, m[2])
	}
	return out
}

// anchor is what GitHub and Grafana make of a heading in an address: small
// letters, digits and hyphens, nothing for what is neither.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// A text and its Japanese version have the same sections, in number and level,
// and the same JSON: an example is added to both or to none.
func TestLanguages(t *testing.T) {
	texts := manual(t)
	shorter := []string{"docs/operation.md"} // metrics and API are in the English text only
	for _, name := range []string{"README.md", "docs/datasource.md", "docs/grafana-alerting.md", "docs/operation.md"} {
		english, japanese := texts[name], texts[strings.TrimSuffix(name, ".md")+".ja.md"]
		if d := cmp.Diff(blocks(english, "json"), blocks(japanese, "json")); d != "" {
			t.Errorf("%s: the examples differ from the Japanese ones:\n%s", name, d)
		}
		if !slices.Contains(shorter, name) {
			if d := cmp.Diff(levels(english), levels(japanese)); d != "" {
				t.Errorf("%s: the sections differ from the Japanese ones:\n%s\n%q\n%q", name, d, sections(english), sections(japanese))
			}
		}
	}
}

// blocks are the fenced blocks of a language.
func blocks(text, language string) []string {
	var out []string
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		if m[1] == language {
			out = append(out, m[2])
		}
	}
	return out
}

func levels(text string) []string {
	var out []string
	for _, m := range headings.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		out = append(out, m[1])
	}
	return out
}

// The dashboards' provider reads the folder into which the archive puts them.
func TestProvider(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(project, "provisioning", "grafana", "dashboards", "andon.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := readManifest(filepath.Join(project, "plugin.json"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "path: /var/lib/grafana/plugins/" + m.ID + "/dashboards\n"; !strings.Contains(string(text), want) {
		t.Errorf("the provider has no %q", want)
	}
	for _, i := range m.Includes {
		if filepath.Dir(i.Path) != "dashboards" {
			t.Errorf("%s is not in the folder dashboards", i.Path)
		}
	}
}
