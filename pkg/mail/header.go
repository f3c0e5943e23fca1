package mail

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"
)

// field returns a header field, decoded. bodyCharset helps to guess the
// character set of one written raw.
func field(p *enmime.Part, name, bodyCharset string) string {
	return decodeHeader(p.Header.Get(name), bodyCharset)
}

// encodedWord is RFC 2047's, taken wherever it stands: many mailers glue it
// to other text or put it in quotes.
var encodedWord = regexp.MustCompile(`=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=`)

// decodeHeader decodes the encoded words of a header field. Neighbours in one
// character set are joined as bytes first, because mailers split characters
// between them.
func decodeHeader(value, bodyCharset string) string {
	value, _ = cut(value, maxHeader)
	words := encodedWord.FindAllStringSubmatchIndex(value, -1)
	if words == nil {
		return decodeBytes([]byte(value), bodyCharset)
	}
	var out strings.Builder
	var pending []byte
	var charset string
	end := 0
	flush := func() {
		out.WriteString(decodeBytes(pending, charset))
		pending = pending[:0]
	}
	for i, w := range words {
		between := value[end:w[0]]
		cs, _, _ := strings.Cut(value[w[2]:w[3]], "*") // RFC 2231 language
		neighbours := i > 0 && strings.TrimSpace(between) == ""
		if !neighbours || !strings.EqualFold(cs, charset) {
			flush()
		}
		if !neighbours {
			out.WriteString(decodeBytes([]byte(between), bodyCharset))
		}
		charset = cs
		pending = append(pending, wordBytes(value[w[4]:w[5]], value[w[6]:w[7]])...)
		end = w[1]
	}
	flush()
	out.WriteString(decodeBytes([]byte(value[end:]), bodyCharset))
	return out.String()
}

func wordBytes(kind, text string) []byte {
	if strings.EqualFold(kind, "b") {
		return lenientBase64(text)
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, c := range []byte(text) {
		if c == '_' {
			c = ' '
		}
		b.WriteByte(c)
	}
	// A damaged escape ends the reader; what came before it counts.
	data, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(b.String())))
	if err != nil && len(data) == 0 {
		return []byte(text)
	}
	// The reader drops blanks at the end of a line; here they are text.
	if n := len(b.String()) - len(strings.TrimRight(b.String(), " ")); err == nil && n > 0 {
		data = append(data, strings.Repeat(" ", n)...)
	}
	return data
}

func lenientBase64(text string) []byte {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '+', r == '/':
			return r
		}
		return -1
	}, text)
	data, _ := base64.RawStdEncoding.DecodeString(clean) // as far as it goes
	return data
}

// loneAddress is a display name that breaks the rules, such as one with
// unquoted brackets, before the only address of the field.
var loneAddress = regexp.MustCompile(`^[^<>@,;:"]*<([^<>@\s",;:()\\]+@[^<>@\s",;:()\\]+)>\s*$`)

// addresses returns every address of the given header fields. The fields are
// parsed before their encoded words are decoded, so that no name can pretend
// to be an address. What is no address list at all gives none.
func addresses(values []string, bodyCharset string) []string {
	parser := netmail.AddressParser{WordDecoder: &mime.WordDecoder{
		CharsetReader: func(_ string, r io.Reader) (io.Reader, error) { return r, nil },
	}}
	var out []string
	for _, value := range values {
		if len(value) > maxHeader {
			value = value[:maxHeader]
		}
		if !isASCII(value) {
			value = decodeBytes([]byte(value), bodyCharset)
		}
		list, err := parser.ParseList(value)
		if err != nil {
			if m := loneAddress.FindStringSubmatch(value); m != nil {
				out = append(out, m[1])
			}
			continue
		}
		for _, a := range list {
			out = append(out, a.Address)
		}
	}
	return out
}

// isASCII reports whether the text holds printable ASCII only: raw
// ISO-2022-JP is seven bits wide, but has escapes.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] == 0x1b {
			return false
		}
	}
	return true
}

// zones are the named zones that appear in mail, in seconds east of UTC.
var zones = map[string]int{
	"UTC": 0, "GMT": 0, "UT": 0, "Z": 0,
	"JST": 9 * 3600, "KST": 9 * 3600,
	"EST": -5 * 3600, "EDT": -4 * 3600, "CST": -6 * 3600, "CDT": -5 * 3600,
	"MST": -7 * 3600, "MDT": -6 * 3600, "PST": -8 * 3600, "PDT": -7 * 3600,
}

// parseDate reads a Date header; zero where it makes no sense.
func parseDate(value string) time.Time {
	t, err := netmail.ParseDate(strings.TrimSpace(value))
	if err != nil || t.Year() < 1990 || t.Year() > 9000 {
		return time.Time{}
	}
	// The standard parser reads a zone name it does not know as UTC.
	name, offset := t.Zone()
	if name == "" || offset != 0 {
		return t
	}
	east, known := zones[name]
	if !known {
		return time.Time{}
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.FixedZone(name, east))
}

// oneLine makes control characters blanks, trims, and cuts.
func oneLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	s, _ = cut(strings.TrimSpace(s), limit)
	return s
}

// cut shortens text to at most limit bytes, between characters.
func cut(s string, limit int) (string, bool) {
	if len(s) <= limit {
		return s, false
	}
	n := limit
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	if n == 0 { // no character begins anywhere: raw bytes
		n = limit
	}
	return s[:n], true
}
