package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestFullWidth: what an input method left full-width is named, with its place
// and what to write, wherever a mistake comes of it.
func TestFullWidth(t *testing.T) {
	const (
		colon   = `not YAML: the full-width colon ： (U+FF1A) stands here; write ": "`
		space   = "not YAML: the full-width space (U+3000) stands here; write a space"
		fields  = "; one of listen, servers, show"
		aSpace  = "write a space for the full-width space (U+3000)"
		aColon  = `write ": " for the full-width colon ： (U+FF1A)`
		missing = "a.yaml:3:1: not YAML: did not find expected node content"
	)
	for _, c := range []struct{ name, text, want string }{
		{"colon of the first field", "listen：a\nservers: []\n", "a.yaml:1:7: " + colon},
		{"colon of a section", "listen: a\nservers：\n  - name: x\n", "a.yaml:2:8: " + colon},
		{"colon in a list", "servers:\n  - name：x\n    port: 80\n", "a.yaml:2:9: " + colon},
		{"all of them", "servers:\n  - name: x\n    port：80\n    wait：1h\n", "a.yaml:3:9: " + colon + "\na.yaml:4:9: " + colon},
		{"colon of the whole file", "listen：a\n", `a.yaml:1:1: "listen：a" cannot stand here; ` + aColon + "; write fields: listen, servers, show"},
		{"colon of an entry", "servers: [{name：x}]\n", `a.yaml:1:12: servers[0].name：x: unknown field; ` + aColon + "; one of name, port, secure, wait, limit, pattern, tags, labels, raw"},
		{"colons in a value", "listen: a：b\nservers：[]\n", "a.yaml:2:8: " + colon},
		{"space after a colon", "listen:　a\nservers: []\n", "a.yaml:1:8: " + space},
		{"space before a name", "listen: a\n　servers: []\n", "a.yaml:2:1: 　servers: unknown field; " + aSpace + fields},
		{"indented by spaces", "servers:\n　　- name: x\n", "a.yaml:2:1: 　　- name: unknown field; " + aSpace + fields},
		{"space after a dash", "servers:\n  -　name: x\n", "a.yaml:2:3: servers: a mapping cannot stand here; " + aSpace + "; write a list: [a, b]"},
		{"dash", "servers:\n  － name: x\n", "a.yaml:2:3: servers: a mapping cannot stand here; write - for the full-width － (U+FF0D); write a list: [a, b]"},
		{"comma", "servers: [{name: x，port: 80}]\n", "a.yaml:1:19: not YAML: the full-width ， (U+FF0C) stands here; write ,"},
		{
			"brackets", "servers: ［{name: x, port: 80}］\n",
			"a.yaml:1:10: not YAML: the full-width ［ (U+FF3B) stands here; write [\na.yaml:1:30: not YAML: the full-width ］ (U+FF3D) stands here; write ]",
		},
		{"digit", "servers: [{port: ８０}]\n", `a.yaml:1:18: servers[0].port: "８０" cannot stand here; write 8 for the full-width ８ (U+FF18); write a whole number`},
		{"digit of a duration", "servers: [{wait: ３0s}]\n", `a.yaml:1:18: servers[0].wait: "３0s" is not a duration; write 3 for the full-width ３ (U+FF13); write for example 30s, 5m, 8h or 90d`},
		{"letter of a switch", "servers: [{secure: ｔrue}]\n", `a.yaml:1:20: servers[0].secure: "ｔrue" cannot stand here; write t for the full-width ｔ (U+FF54); true or false`},
		{"letter of a name", "ｌisten: a\n", "a.yaml:1:1: ｌisten: unknown field; write l for the full-width ｌ (U+FF4C)" + fields},
		{"second document", "listen: a\n---\nlisten：a\nservers: []\n", "a.yaml:3:7: " + colon},
		// What is full-width and right is not to blame for another mistake.
		{"free text", "# 注：意　\nlisten: 「host：障害」　です\nservers: [\n", missing},
		{"text in quotes", "listen: \"障害：　発生\"\nshow: {a: '，｝'}\nservers: [\n", missing},
		{"text after a name", "listen: host：down\nshow: {a: x：y}\nservers: [\n", missing},
		{"a paragraph", "listen: |\n  　この装置は\n  停止中\nshow:\n  a: [1, 2\n", "a.yaml:4:1: not YAML: did not find expected ',' or ']'"},
		{"a text of several lines", "listen: 障害\n  host：web1 を確認\nservers: [1, 2\n", "a.yaml:2:1: not YAML: did not find expected ',' or ']'"},
		{"half a name", "servers: [{port: ops（東京）}]\n", `a.yaml:1:18: servers[0].port: "ops（東京）" cannot stand here; write a whole number`},
		{"in Japanese", "servers: [{port: 番号８０}]\n", `a.yaml:1:18: servers[0].port: "番号８０" cannot stand here; write a whole number`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f file
			doc, problems := Decode("a.yaml", strings.NewReader(c.text), &f)
			if err := doc.Locate(problems); err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

// What a package finds wrong with a value later is told with it.
func TestFullWidthFoundLater(t *testing.T) {
	var f file
	doc, problems := Decode("a.yaml", strings.NewReader("listen: １92.0.2.1\nservers: [{raw: {model: ＮHV6}, labels: {ａ: x}}]\nshow: {赤：x: {b: 　c, d: 警告　です}}\n"), &f)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got, want := wideIn("127.0.0.1：28080"), `write ":" for the full-width colon ： (U+FF1A)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for path, want := range map[string]string{
		"listen":               `1:9: listen: wrong; write 1 for the full-width １ (U+FF11); right`,
		"servers[0].raw.model": `2:25: servers[0].raw.model: wrong; write N for the full-width Ｎ (U+FF2E); right`,
		"servers[0].labels.ａ":  `2:44: servers[0].labels.ａ: wrong; write a for the full-width ａ (U+FF41); right`,
		"servers[0].name":      `2:11: servers[0].name: wrong; right`,
		"show.赤：x.b":           `3:17: show.赤：x.b: wrong; write a space for the full-width space (U+3000); right`,
		"show.赤：x.d":           `3:24: show.赤：x.d: wrong; right`,
	} {
		if got := doc.Locate(Problems{{Path: path, What: "wrong", Allowed: "right"}}).Error(); got != "a.yaml:"+want {
			t.Errorf("got  %s\nwant a.yaml:%s", got, want)
		}
	}
}

// A file that is full of them is looked into so often and no oftener.
func TestFullWidthHasABound(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "name%d：x\n", i)
	}
	if got := len(suspects(strings.Split(b.String(), "\n"))); got != maxSuspects {
		t.Errorf("%d characters are looked into, expected %d", got, maxSuspects)
	}
	var f file
	doc, problems := Decode("a.yaml", strings.NewReader(b.String()), &f)
	if err := doc.Locate(problems); err == nil || len(problems) > maxSuspects {
		t.Errorf("%d mistakes: %v", len(problems), err)
	}
}
