package main

import (
	"strings"
	"testing"
)

// TestTablesOfJapanese: a full-width character takes two places on a terminal,
// a half-width one and a letter one, a combining mark none.
func TestTablesOfJapanese(t *testing.T) {
	var b strings.Builder
	var tt table
	tt.row("SEVERITY", "NAME", "WHO", "IDENTITY")
	tt.row("critical", "[障害] web01 決済サービス", "-", "a")
	tt.row("warning", "ＣＰＵ高負荷", "鈴木", "b")
	tt.row("info", "ﾃﾞｨｽｸ", "", "")
	tt.row("info", "か\u3099 e\u0301", "x", "")
	tt.line("1 skipped: 既に確認済みのため、この行はどの列も広げない長い説明です")
	tt.row("info", "two\nlines\x1b[2J\u202e", "y", "c")
	if err := tt.writeTo(&b); err != nil {
		t.Fatal(err)
	}
	want := `
SEVERITY  NAME                       WHO   IDENTITY
critical  [障害] web01 決済サービス  -     a
warning   ＣＰＵ高負荷               鈴木  b
info      ﾃﾞｨｽｸ
info      ` + "か\u3099 e\u0301" + `                       x
1 skipped: 既に確認済みのため、この行はどの列も広げない長い説明です
info      two lines [2J              y     c
`
	if got := "\n" + b.String(); got != want {
		t.Errorf("got%s\nwant%s", strings.ReplaceAll(got, " ", "·"), strings.ReplaceAll(want, " ", "·"))
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		text, want string
	}{
		{"short", "short"},
		{"0123456789", "0123456789"},
		{"0123456789a", "012345678…"},
		{"決済サービス", "決済サー…"},
		{"決済サーa", "決済サーa"},
	} {
		if got := clip(c.text, 10); got != c.want {
			t.Errorf("%s: got %q, expected %q", c.text, got, c.want)
		}
	}
}

// The lists use it: a Japanese name pushes nothing out of its column.
func TestAlertsOfJapaneseNames(t *testing.T) {
	newFakeAPI(t, map[string]answer{"GET /api/v1/alerts": {200, `[
		{"identity":"mail/1","name":"[障害] web01 決済サービス","severity":"critical","phase":"unacknowledged","abnormal":true,"opened_at":"2026-10-06T10:42:00Z"},
		{"identity":"am/2","name":"DiskFull","severity":"warning","phase":"unacknowledged","abnormal":true,"opened_at":"2026-10-06T10:42:00Z"}]`}})
	status, out, errs := run(t, t.Context(), "alerts")
	lines := strings.Split(out, "\n")
	if status != exitDone || len(lines) != 4 {
		t.Fatalf("status %d %s\n%s", status, errs, out)
	}
	for i, want := range map[int]string{0: "WHO  IDENTITY", 1: "-    mail/1", 2: "-    am/2"} {
		before, after, _ := strings.Cut(lines[i], want)
		if after != "" || cells.StringWidth(before) != cells.StringWidth(strings.Split(lines[0], "WHO")[0]) {
			t.Errorf("line %d is out of line:\n%s", i, out)
		}
	}
}
