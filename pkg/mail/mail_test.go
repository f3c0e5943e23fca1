package mail

import (
	"encoding/base64"
	"errors"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

const (
	subject  = "[障害] ホスト① ﾃﾞｨｽｸ使用率～95％"
	bodyText = "ホスト: db1\n状態: 障害\nﾊﾝｶｸｶﾅと①②～も読める\nはい。\n"
)

var charsets = map[string]encoding.Encoding{
	"ISO-2022-JP": japanese.ISO2022JP,
	"Shift_JIS":   japanese.ShiftJIS,
	"EUC-JP":      japanese.EUCJP,
	"UTF-8":       unicode.UTF8,
	"cp932":       japanese.ShiftJIS,
	"CP50221":     japanese.ISO2022JP,
	"eucJP-ms":    japanese.EUCJP,
}

func encode(t testing.TB, enc encoding.Encoding, s string) string {
	t.Helper()
	out, err := enc.NewEncoder().String(s)
	if err != nil {
		t.Fatalf("encode %q: %v", s, err)
	}
	return out
}

func word(charset, raw string) string {
	return "=?" + charset + "?B?" + base64.StdEncoding.EncodeToString([]byte(raw)) + "?="
}

func eml(headers []string, body string) []byte {
	return []byte(strings.Join(headers, "\r\n") + "\r\n\r\n" + strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\n", "\r\n"))
}

func parse(t testing.TB, raw []byte) *Message {
	t.Helper()
	m, err := Parse(raw)
	if err != nil {
		t.Fatalf("parse: %v\n%s", err, raw)
	}
	return m
}

func TestEveryCharacterSetInEveryTransferEncoding(t *testing.T) {
	transfer := map[string]func(string) string{
		"8bit":   func(s string) string { return s },
		"base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"quoted-printable": func(s string) string {
			var b strings.Builder
			w := quotedprintable.NewWriter(&b)
			_, _ = w.Write([]byte(s))
			_ = w.Close()
			return b.String()
		},
	}
	for charset, enc := range charsets {
		for cte, encodeBody := range transfer {
			t.Run(charset+" "+cte, func(t *testing.T) {
				m := parse(t, eml([]string{
					"From: " + word(charset, encode(t, enc, "監視")) + " <zabbix@monitor.example.jp>",
					"To: alerts@in.example.jp",
					"Subject: " + word(charset, encode(t, enc, subject)),
					"Date: Tue, 6 Oct 2026 22:00:04 +0900 (JST)",
					"Message-ID: <1@monitor.example.jp>",
					"Content-Type: text/plain; charset=" + charset,
					"Content-Transfer-Encoding: " + cte,
				}, encodeBody(encode(t, enc, bodyText))))
				want := &Message{
					Subject: subject, From: []string{"zabbix@monitor.example.jp"}, To: []string{"alerts@in.example.jp"},
					FromText: "監視 <zabbix@monitor.example.jp>", ToText: "alerts@in.example.jp",
					Date: time.Date(2026, 10, 6, 13, 0, 4, 0, time.UTC), MessageID: "<1@monitor.example.jp>", Text: bodyText,
				}
				if diff := cmp.Diff(want, m); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestSubjects(t *testing.T) {
	jis := encode(t, japanese.ISO2022JP, "障害発生")
	sjis := encode(t, japanese.ShiftJIS, "障害が発生しました")
	eucjp := encode(t, japanese.EUCJP, "障害が発生しました")
	for _, c := range []struct{ name, header, want string }{
		{"plain", "PROBLEM: disk full", "PROBLEM: disk full"},
		{"two words are joined", word("UTF-8", "障害") + "\r\n " + word("utf-8", "発生"), "障害発生"},
		{"a character split between words", word("UTF-8", "障"[:2]) + "\r\n " + word("UTF-8", "障"[2:]+"害"), "障害"},
		{"shift state carried over", word("ISO-2022-JP", jis[:7]) + " " + word("ISO-2022-JP", jis[7:]), "障害発生"},
		{"glued to text", "[" + word("ISO-2022-JP", jis) + "]db1", "[障害発生]db1"},
		{"two character sets", word("ISO-2022-JP", jis) + " " + word("Shift_JIS", sjis), "障害発生障害が発生しました"},
		{"Q encoding", "=?UTF-8?Q?=E9=9A=9C=E5=AE=B3_db1_?= ok", "障害 db1  ok"},
		{"language", "=?UTF-8*ja?B?6Zqc5a6z?=", "障害"},
		{"raw UTF-8", "障害が発生", "障害が発生"},
		{"raw Shift_JIS", sjis, "障害が発生しました"},
		{"raw EUC-JP", eucjp, "障害が発生しました"},
		{"raw ISO-2022-JP", jis, "障害発生"},
		{"raw Latin 1", "f\xfcr alle", "für alle"},
		{"wrong declaration", word("UTF-8", sjis), "障害が発生しました"},
		{"us-ascii declared", word("US-ASCII", jis), "障害発生"},
		{"unknown character set", word("X-NOTHING", "障害"), "障害"},
		{"broken base64 is read as far as it goes", "=?UTF-8?B?6Zqc5a6z!!?=", "障害"},
		{"folded", "one\r\n two", "one two"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parse(t, eml([]string{"Subject: " + c.header, "From: a@b.example"}, "x"))
			if m.Subject != c.want {
				t.Errorf("got %q, want %q", m.Subject, c.want)
			}
		})
	}
}

func TestBodiesWithWrongOrNoCharacterSet(t *testing.T) {
	for _, c := range []struct{ name, charset, body, want string }{
		{"none, Shift_JIS", "", encode(t, japanese.ShiftJIS, bodyText), bodyText},
		{"none, EUC-JP", "", encode(t, japanese.EUCJP, "ディスク使用率が高いです。ｱﾗｰﾄ\n"), "ディスク使用率が高いです。ｱﾗｰﾄ\n"},
		{"none, ISO-2022-JP", "", encode(t, japanese.ISO2022JP, bodyText), bodyText},
		{"none, UTF-8", "", bodyText, bodyText},
		{"us-ascii, Shift_JIS", "us-ascii", encode(t, japanese.ShiftJIS, bodyText), bodyText},
		{"iso-8859-1, Shift_JIS", "iso-8859-1", encode(t, japanese.ShiftJIS, bodyText), bodyText},
		{"iso-8859-1, true", "iso-8859-1", "d\xe9j\xe0 vu, f\xfcr\n", "déjà vu, für\n"},
		{"utf-8, EUC-JP", "utf-8", encode(t, japanese.EUCJP, bodyText), bodyText},
		{"iso-2022-jp, Shift_JIS", "iso-2022-jp", encode(t, japanese.ShiftJIS, "障害が発生\n"), "障害が発生\n"},
		{"shift_jis, UTF-8", "shift_jis", "障害が発生しました。\n", "障害が発生しました。\n"},
		{"quoted twice", "charset=utf-8", "für\n", "für\n"},
		{"cut in a character", "utf-8", "障害が発生\xe9", "障害が発生\uFFFD"},
		{"BOM and control characters", "utf-8", "\uFEFFa\x00b\a\tc\n", "ab\tc\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			headers := []string{"From: a@b.example"}
			if c.charset != "" {
				headers = append(headers, "Content-Type: text/plain; charset="+c.charset)
			}
			if got := parse(t, eml(headers, c.body)).Text; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAuthors(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers []string
		want    []string
	}{
		{"one", []string{"From: Monitor <m@x.example>"}, []string{"m@x.example"}},
		{"several in a field", []string{"From: m@x.example, Evil <e@y.example>"}, []string{"m@x.example", "e@y.example"}},
		{"several fields", []string{"From: m@x.example", "From: e@y.example"}, []string{"m@x.example", "e@y.example"}},
		{"an address in the name", []string{`From: "m@x.example" <e@y.example>`}, []string{"e@y.example"}},
		{"an address in an encoded name", []string{"From: " + word("UTF-8", "<m@x.example>") + " <e@y.example>"}, []string{"e@y.example"}},
		{"a comment", []string{"From: e@y.example (m@x.example)"}, []string{"e@y.example"}},
		{"unquoted brackets", []string{"From: [Monitor] <m@x.example>"}, []string{"m@x.example"}},
		{"two in brackets, broken", []string{"From: [a] <m@x.example> <e@y.example>"}, nil},
		{"raw Shift_JIS name", []string{"From: " + encode(t, japanese.ShiftJIS, "監視サーバ") + " <m@x.example>"}, []string{"m@x.example"}},
		{"group", []string{"From: team: m@x.example, e@y.example;"}, []string{"m@x.example", "e@y.example"}},
		{"none", []string{"From: nobody"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, parse(t, eml(append(c.headers, "Subject: x"), "")).From); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDates(t *testing.T) {
	want := time.Date(2026, 10, 6, 13, 0, 4, 0, time.UTC)
	for header, w := range map[string]time.Time{
		"Tue, 06 Oct 2026 13:00:04 +0000": want,
		"6 Oct 2026 22:00:04 +0900 (JST)": want,
		"Tue, 6 Oct 2026 22:00:04 JST":    want,
		"Tue, 6 Oct 2026 13:00:04 GMT":    want,
		"Tue, 6 Oct 2026 13:00:04 QQQ":    {},
		"yesterday":                       {},
		"":                                {},
	} {
		if got := parse(t, eml([]string{"From: a@b.example", "Date: " + header}, "")).Date; !got.Equal(w) {
			t.Errorf("%q: got %v, want %v", header, got, w)
		}
	}
}

func TestStructure(t *testing.T) {
	part := func(kind, body string, headers ...string) string {
		return "--b\nContent-Type: " + kind + "\n" + strings.Join(append(headers, ""), "\n") + "\n" + body + "\n"
	}
	html := "<html><head><style>p{}</style></head><body><h1>障害</h1><p>host=db1<br>state=NG</p><script>x()</script></body></html>"
	for _, c := range []struct{ name, kind, body, want string }{
		{"alternative", "multipart/alternative; boundary=b", part("text/plain; charset=utf-8", "平文") + part("text/html", "<p>html</p>") + "--b--\n", "平文"},
		{"mixed", "multipart/mixed; boundary=b", part("text/plain", "one") + part("application/pdf", "%PDF") +
			part("text/plain", "notes", "Content-Disposition: attachment; filename=n.txt") + part("text/plain", "two") + "--b--\n", "one\n--\ntwo"},
		{"blank text, HTML", "multipart/alternative; boundary=b", part("text/plain", " ") + part("text/html; charset=utf-8", html) + "--b--\n", "**\n障害\n**\n\nhost=db1\nstate=NG"},
		{"HTML only", "text/html; charset=utf-8", html, "**\n障害\n**\n\nhost=db1\nstate=NG"},
		{"HTML that declares itself", "text/html", "<meta charset=shift_jis><p>" + encode(t, japanese.ShiftJIS, "障害が発生") + "</p>", "障害が発生"},
		{"never closed", "multipart/mixed; boundary=b", part("text/plain", "one"), "one"},
		{"no boundary", "multipart/mixed", "text\n", "text\n"},
		{"text that claims parts", "text/plain; boundary=b", "a\n--b\nc\n", "a\n--b\nc\n"},
		{"unparsable type", "text/plain; charset=utf-8; name=a b (c", "für\n", "für\n"},
		{"attachment with a broken name", "multipart/mixed; boundary=b", part("text/plain", "one") +
			part("text/plain", "two", "Content-Disposition: attachment; filename=a b (c") + "--b--\n", "one"},
		{"nothing", "multipart/mixed; boundary=b", "--b--\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.TrimRight(parse(t, eml([]string{"From: a@b.example", "Content-Type: " + c.kind}, c.body)).Text, "\n")
			if diff := cmp.Diff(strings.TrimRight(c.want, "\n"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// nested builds a mail whose parts hold each other, depth deep.
func nested(depth int) []byte {
	var b strings.Builder
	b.WriteString("From: a@b.example\nContent-Type: multipart/mixed; boundary=b0\n\n")
	for i := range depth {
		fmt.Fprintf(&b, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i, i+1)
	}
	fmt.Fprintf(&b, "--b%d\n\ndeep\n", depth)
	return []byte(b.String())
}

func wide(parts int) []byte {
	return []byte("From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", parts) + "--b--\n")
}

func TestBombsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		raw  []byte
		want error
	}{
		{"deep enough", nested(MaxMultiparts - 2), nil},
		{"too deep", nested(MaxMultiparts + 1), ErrTooComplex},
		{"far too deep", nested(60_000), ErrTooComplex},
		{"many parts", wide(MaxParts), nil},
		{"too many parts", wide(2 * MaxParts), ErrTooComplex},
		{"far too many parts", wide(500_000), ErrTooComplex},
		{"one boundary for all", []byte("From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" +
			strings.Repeat("--b\nContent-Type: multipart/mixed; boundary=b\n\n", 50_000)), ErrTooComplex},
		{"too large", []byte("From: a@b.example\n\n" + strings.Repeat("x", MaxSize)), ErrTooLarge},
		{"too many headers", []byte(strings.Repeat("X-A: b\n", 100_000) + "\nbody"), ErrTooComplex},
		{"JSON", []byte(`{"a":"b"}`), ErrNotMail},
		{"text", []byte("hello\n"), ErrNotMail},
		{"nothing", nil, ErrNotMail},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Parse(c.raw); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestLongTextIsCut(t *testing.T) {
	m := parse(t, eml([]string{"From: a@b.example", "Subject: " + strings.Repeat("長", 2000)}, strings.Repeat("長", MaxText)))
	if len(m.Text) > MaxText || !m.Truncated || !utf8.ValidString(m.Text) || strings.Contains(m.Text, "\uFFFD") {
		t.Errorf("%d bytes, truncated %v", len(m.Text), m.Truncated)
	}
	if len(m.Subject) > 1<<10 || strings.Contains(m.Subject, "\uFFFD") {
		t.Errorf("subject has %d bytes", len(m.Subject))
	}
}

func TestReadable(t *testing.T) {
	m := parse(t, eml([]string{"From: =?UTF-8?B?55uj6KaW?= <a@b.example>", "Subject: s", "Date: Tue, 06 Oct 2026 13:00:04 +0000"}, "text\n"))
	want := "From: 監視 <a@b.example>\nSubject: s\nDate: Tue, 06 Oct 2026 13:00:04 +0000\n\ntext\n"
	if diff := cmp.Diff(want, m.Readable()); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(nested(3))
	f.Add(wide(3))
	for charset, enc := range charsets {
		f.Add(eml([]string{
			"From: " + word(charset, encode(f, enc, "監視")) + " <a@b.example>", "Subject: " + word(charset, encode(f, enc, subject)),
			"Date: Tue, 6 Oct 2026 22:00:04 +0900 (JST)", "Content-Type: text/plain; charset=" + charset,
		}, encode(f, enc, bodyText)))
	}
	f.Add(eml([]string{"From: a@b.example", "Content-Type: text/html"}, "<p>x</p>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Parse(raw)
		if err != nil {
			if !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrTooComplex) && !errors.Is(err, ErrNotMail) {
				t.Fatalf("untyped error: %v", err)
			}
			return
		}
		for _, s := range append([]string{m.Subject, m.FromText, m.ToText, m.MessageID, m.Text, m.Readable()}, m.From...) {
			if !utf8.ValidString(s) {
				t.Fatalf("not UTF-8: %q", s)
			}
		}
		if len(m.Text) > MaxText || strings.ContainsAny(m.Subject, "\r\n\x00") || strings.ContainsAny(m.Text, "\r\x00") {
			t.Fatalf("unclean: %q %q", m.Subject, m.Text)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	raw := eml([]string{
		"From: " + word("ISO-2022-JP", encode(b, japanese.ISO2022JP, "監視")) + " <a@b.example>",
		"Subject: " + word("ISO-2022-JP", encode(b, japanese.ISO2022JP, subject)),
		"Date: Tue, 6 Oct 2026 22:00:04 +0900 (JST)", "Message-ID: <1@b.example>", "Content-Type: text/plain; charset=ISO-2022-JP",
	}, encode(b, japanese.ISO2022JP, strings.Repeat(bodyText, 10)))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWorstMail is the largest mail with the deepest allowed nesting.
func BenchmarkWorstMail(b *testing.B) {
	raw := nested(MaxMultiparts - 2)
	raw = append(raw, strings.Repeat("x", MaxSize-len(raw))...)
	for b.Loop() {
		if _, err := Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}
