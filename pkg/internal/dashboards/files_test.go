package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var committed = filepath.Join("..", "..", "..", "provisioning", "grafana", "dashboards")

// The committed files are what the program writes, and there are no others.
func TestCommittedFiles(t *testing.T) {
	all, err := files()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range all {
		got, err := os.ReadFile(filepath.Join(committed, name))
		if err != nil {
			t.Errorf("%v: run go tool mage dashboards", err)
			continue
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("%s is not what the program writes: run go tool mage dashboards\n%s", name, d)
		}
	}
	found, err := filepath.Glob(filepath.Join(committed, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if _, made := all[filepath.Base(f)]; !made {
			t.Errorf("%s is made by nobody", f)
		}
	}
}

var (
	addressOf = regexp.MustCompile(`/d/([a-z0-9-]+)\?`)
	chosen    = regexp.MustCompile(`var-([a-z]+)=`)
	variables = regexp.MustCompile(`\$\{?([a-z]+)\b`)
)

// Every link leads to a dashboard that there is, and sets variables that it has;
// every variable that is named is defined; ids are unique.
func TestLinksAndVariables(t *testing.T) {
	byUID := map[string]map[string]bool{}
	texts := map[string]string{}
	for _, l := range languages {
		for _, make := range makers {
			d := make(l).finished(l)
			if byUID[d.UID] != nil {
				t.Errorf("two dashboards are %s", d.UID)
			}
			byUID[d.UID] = map[string]bool{}
			for _, v := range d.Templating.List {
				byUID[d.UID][v.Name] = true
			}
			text, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			texts[d.UID] = strings.NewReplacer(`\u0026`, "&", `\"`, `"`).Replace(string(text))
			ids := map[int]bool{}
			for _, p := range d.Panels {
				if ids[p.ID] || p.GridPos.X+p.GridPos.W > width {
					t.Errorf("%s: panel %q has the id of another, or stands beyond the edge", d.UID, p.Title)
				}
				ids[p.ID] = true
			}
		}
	}
	links := 0
	for uid, text := range texts {
		for _, m := range variables.FindAllStringSubmatch(text, -1) {
			if !byUID[uid][m[1]] {
				t.Errorf("%s names $%s and has no such variable", uid, m[1])
			}
		}
		for _, at := range addressOf.FindAllStringSubmatchIndex(text, -1) {
			links++
			target := text[at[2]:at[3]]
			if byUID[target] == nil {
				t.Errorf("%s leads to %s, which there is not", uid, target)
			}
			if strings.HasSuffix(uid, "-ja") != strings.HasSuffix(target, "-ja") {
				t.Errorf("%s leads to %s, in another language", uid, target)
			}
			rest, _, _ := strings.Cut(text[at[1]:], `"`)
			for _, m := range chosen.FindAllStringSubmatch(rest, -1) {
				if !byUID[target][m[1]] {
					t.Errorf("%s sets the variable %s of %s, which has none", uid, m[1], target)
				}
			}
		}
	}
	if links < 10 {
		t.Errorf("%d links only", links)
	}
}

// What operators read is in Japanese on the Japanese dashboards: titles and
// column names.
func TestJapanese(t *testing.T) {
	for _, make := range makers {
		for _, p := range make(japanese).finished(japanese).Panels {
			if p.Title != "" && !regexp.MustCompile(`\p{Han}|\p{Hiragana}|\p{Katakana}`).MatchString(p.Title) {
				t.Errorf("panel %q", p.Title)
			}
			for _, tr := range p.Transformations {
				names, _ := tr.Options["include"].(map[string]any)
				for _, name := range stringsOf(names["names"]) {
					if japanese.column(name) == name && name != "id" {
						t.Errorf("panel %q: the column %q has no Japanese name", p.Title, name)
					}
				}
			}
		}
	}
}

func stringsOf(v any) []string {
	list, _ := v.([]string)
	return list
}

// What is asked for a dashboard in Japanese is told in Japanese; one in English
// leaves that to its reader.
func TestLanguageOfAnswers(t *testing.T) {
	for l, want := range map[language]any{english: nil, japanese: "ja"} {
		for _, make := range makers {
			d := make(l).finished(l)
			var queries []query
			for _, p := range d.Panels {
				queries = append(queries, p.Targets...)
			}
			for _, a := range d.Annotations.List {
				queries = append(queries, a.Target)
			}
			if len(queries) == 0 {
				t.Errorf("%s asks nothing", d.UID)
			}
			for _, q := range queries {
				if q["language"] != want {
					t.Errorf("%s asks %v in %v", d.UID, q["queryType"], q["language"])
				}
			}
		}
	}
}
