package text

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestCatalogueIsComplete keeps both languages whole: no text empty, the same
// arguments in both.
func TestCatalogueIsComplete(t *testing.T) {
	verb := regexp.MustCompile(`%(?:\[(\d)\])?([a-z])`)
	args := func(text string) string {
		var all []string
		for i, m := range verb.FindAllStringSubmatch(text, -1) {
			all = append(all, cmp.Or(m[1], strconv.Itoa(i+1))+m[2])
		}
		slices.Sort(all)
		return fmt.Sprint(all)
	}
	check := func(key string, b both) {
		for i, text := range b {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: empty in %s", key, Lang{i}.Tag())
			}
		}
		if en, ja := args(b[0]), args(b[1]); en != ja {
			t.Errorf("%s: arguments %s in English, %s in Japanese", key, en, ja)
		}
	}
	for _, texts := range []map[Key]both{catalogue, panels} {
		for key, b := range texts {
			check(string(key), b)
		}
	}
	for key := range panels {
		if _, twice := catalogue[key]; twice {
			t.Errorf("%s is of the page and of panels", key)
		}
	}
	for class, list := range names {
		for name, b := range list {
			check(string(class)+"/"+name, b)
		}
	}
}

// TestPanelsAreUsed reads the code of the data source: the texts that it names
// must be there, and those that are there must be named. What belongs to all of
// the catalogue, or to this package, is left to the test below.
func TestPanelsAreUsed(t *testing.T) {
	quoted := regexp.MustCompile(`"((?:notice|stat|column|fault|health|bridge|threshold)\.[a-z_]+)"`)
	named := map[Key]bool{"fault.deadline": true}
	for _, pattern := range []string{"../awsapi/*.go", "../datasource/*.go", "../datasource/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no code: %v", pattern, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			code, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range quoted.FindAllSubmatch(code, -1) {
				key := Key(m[1])
				if named[key] = true; panels[key] == (both{}) {
					t.Errorf("%s: %q is not in the catalogue", file, key)
				}
			}
		}
	}
	for key := range panels {
		if !named[key] {
			t.Errorf("%q is used nowhere", key)
		}
	}
}

// TestCatalogueIsUsed reads the page's templates and code: every key they name
// must be there, and every key that is there must be named.
func TestCatalogueIsUsed(t *testing.T) {
	quoted := regexp.MustCompile(`"([a-z]+\.[a-z_]+)"`)
	call := regexp.MustCompile(`\bT\(?\s*"([^"]+)"`)
	named := map[Key]bool{}
	files, err := filepath.Glob("../web/templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	code, err := filepath.Glob("../web/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, code...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(data), -1) {
			if _, ok := catalogue[Key(m[1])]; !ok {
				t.Errorf("%s: %q is not in the catalogue", file, m[1])
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(string(data), -1) {
			named[Key(m[1])] = true
		}
	}
	for key := range catalogue {
		if !named[key] {
			t.Errorf("%q is used nowhere", key)
		}
	}
}

func TestFor(t *testing.T) {
	for accept, want := range map[string]Lang{
		"":                                 English,
		"ja":                               Japanese,
		"ja-JP,ja;q=0.9,en-US;q=0.8":       Japanese,
		"en-US,en;q=0.9,ja;q=0.8":          English,
		"fr-FR,fr;q=0.9":                   English,
		"fr-FR,ja;q=0.4":                   Japanese,
		"de;q=0.9, ja;q=0.5, en;q=0.7":     English,
		"*":                                English,
		"ja;q=nonsense":                    English,
		strings.Repeat("ja,", 5000) + "en": Japanese,
		"\x00\xff":                         English,
	} {
		if got := For(accept); got != want {
			t.Errorf("For(%.40q) = %s, want %s", accept, got.Tag(), want.Tag())
		}
	}
}

func FuzzFor(f *testing.F) {
	f.Add("ja-JP,ja;q=0.9,en-US;q=0.8")
	f.Add("*")
	f.Fuzz(func(t *testing.T, accept string) {
		if l := For(accept); l != English && l != Japanese {
			t.Errorf("For(%q) = %v", accept, l)
		}
	})
}

func TestT(t *testing.T) {
	if got := English.T("alerts.more", "9,800"); got != "and 9,800 more" {
		t.Errorf("got %q", got)
	}
	if got := Japanese.T("alerts.more", "9,800"); got != "ほか 9,800件" {
		t.Errorf("got %q", got)
	}
	if got := Japanese.T("no.such_key", 1); got != "no.such_key" {
		t.Errorf("a missing key is %q", got)
	}
}

func TestNameKeepsWhatItDoesNotKnow(t *testing.T) {
	type severity string
	if got := Name(Japanese, Severity, severity("critical")); got != "重大" {
		t.Errorf("critical: %q", got)
	}
	if got := Name(Japanese, Severity, severity("P1")); got != "P1" || Known(Severity, "P1") {
		t.Errorf("P1: %q", got)
	}
	if got := Name(English, Class("no such class"), "x"); got != "x" {
		t.Errorf("unknown class: %q", got)
	}
}

func TestNote(t *testing.T) {
	for _, c := range []struct{ kind, note, en, ja string }{
		{"ended", "resolved by its sender", "resolved by its sender", "送信元で解消"},
		{"raised", "was warning", "was warning", "変更前：警告"},
		{"lowered", "was P1", "was P1", "変更前：P1"},
		{"raised", "the rules were changed: was critical", "the rules were changed: was critical", "ルールが変更された（変更前：重大）"},
		{"acknowledged", "was restarted", "was restarted", "was restarted"}, // a person's comment
		{"recorded", "refused: was not signed", "refused: was not signed", "refused: was not signed"},
		{"raised", "", "", ""},
	} {
		if got := Note(English, c.kind, c.note); got != c.en {
			t.Errorf("%s %q: %q, want %q", c.kind, c.note, got, c.en)
		}
		if got := Note(Japanese, c.kind, c.note); got != c.ja {
			t.Errorf("%s %q: %q, want %q", c.kind, c.note, got, c.ja)
		}
	}
}

func TestDurations(t *testing.T) {
	for _, c := range []struct {
		d      time.Duration
		en, ja string
	}{
		{0, "0 s", "0秒"},
		{45 * time.Second, "45 s", "45秒"},
		{3 * time.Minute, "3 min", "3分"},
		{3*time.Minute + 20*time.Second, "3 min 20 s", "3分20秒"},
		{59*time.Minute + 59*time.Second, "59 min", "59分"},
		{2*time.Hour + 5*time.Minute, "2 h 5 min", "2時間5分"},
		{24 * time.Hour, "1 d", "1日"},
		{75 * time.Hour, "3 d 3 h", "3日3時間"},
		{-90 * time.Second, "1 min 30 s", "1分30秒"},
	} {
		if got := English.Duration(c.d); got != c.en {
			t.Errorf("English.Duration(%s) = %q, want %q", c.d, got, c.en)
		}
		if got := Japanese.Duration(c.d); got != c.ja {
			t.Errorf("Japanese.Duration(%s) = %q, want %q", c.d, got, c.ja)
		}
	}
}

func TestTimes(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	now := time.Date(2026, 10, 6, 20, 42, 5, 0, tokyo)
	for _, c := range []struct {
		t                      time.Time
		ago, mae, clock, tokei string
	}{
		{now, "just now", "たった今", "20:42:05", "20:42:05"},
		{now.Add(-42 * time.Second), "42 s ago", "42秒前", "20:41:23", "20:41:23"},
		{now.Add(-3*time.Minute - 9*time.Second), "3 min ago", "3分前", "20:38:56", "20:38:56"},
		{now.Add(-2*time.Hour - 50*time.Minute).UTC(), "2 h ago", "2時間前", "17:52:05", "17:52:05"},
		{now.Add(-26 * time.Hour), "1 d ago", "1日前", "5 Oct 18:42", "10月5日 18:42"},
		{now.AddDate(-1, 0, 0), "365 d ago", "365日前", "2025-10-06 20:42", "2025-10-06 20:42"},
		{now.Add(90 * time.Second), "in 1 min", "1分後", "20:43:35", "20:43:35"},
	} {
		got := [4]string{English.Ago(c.t, now), Japanese.Ago(c.t, now), English.Clock(c.t, now), Japanese.Clock(c.t, now)}
		if want := [4]string{c.ago, c.mae, c.clock, c.tokei}; got != want {
			t.Errorf("%s: got %q, want %q", c.t, got, want)
		}
	}
	if got := Japanese.Full(now.UTC(), now); got != "2026-10-06 20:42:05 JST" {
		t.Errorf("Full: %q", got)
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -12345: "-12,345", 1234567: "1,234,567"} {
		if got := English.Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
}
