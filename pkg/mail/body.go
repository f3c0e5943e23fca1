package mail

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/jhillyerd/enmime/v2"
)

// maxHTML bounds what is given to the HTML parser, in bytes.
const maxHTML = 256 << 10

// body returns the text of a mail and the character set that its first text
// part declares.
func body(root *enmime.Part) (text, charset string) {
	var plain, html []*enmime.Part
	var walk func(p *enmime.Part)
	walk = func(p *enmime.Part) {
		for ; p != nil; p = p.NextSibling {
			switch kind := strings.TrimPrefix(p.ContentType, opaque); {
			case p.Disposition == "attachment":
			case p.FirstChild != nil:
				walk(p.FirstChild)
			case kind == "text/html":
				html = append(html, p)
			case kind == "", strings.HasPrefix(kind, "multipart/"), kind != p.ContentType && !isData(kind):
				// A multipart without parts is one that forgot its boundary.
				plain = append(plain, p)
			}
		}
	}
	walk(root)
	for _, p := range append(plain[:len(plain):len(plain)], html...) {
		if charset = declared(p); charset != "" {
			break
		}
	}
	var b strings.Builder
	for _, p := range plain {
		part := decodeBytes(p.Content, declared(p))
		if strings.TrimSpace(part) == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n--\n")
		}
		b.WriteString(part)
		if b.Len() > 2*MaxText {
			break
		}
	}
	if b.Len() > 0 || len(html) == 0 {
		return b.String(), charset
	}
	return htmlText(html[0]), charset
}

// isData tells text types that are not meant to be read.
func isData(kind string) bool {
	return kind == "text/calendar" || kind == "text/css" || kind == "text/javascript" || kind == "text/x-vcard" || kind == "text/vcard"
}

func declared(p *enmime.Part) string {
	value := p.Header.Get("Content-Type")
	if value == "" {
		return ""
	}
	_, params := parseMediaType(value)
	return params["charset"]
}

// metaCharset is how HTML declares its own character set.
var metaCharset = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]+)`)

func htmlText(p *enmime.Part) string {
	content := p.Content
	if len(content) > maxHTML {
		content = content[:maxHTML]
	}
	charset := declared(p)
	if lookup(charset) == nil {
		if m := metaCharset.FindSubmatch(content[:min(len(content), 4096)]); m != nil {
			charset = string(m[1])
		}
	}
	page := enmime.NewPart("text/html")
	page.Header.Set("Content-Type", "text/html; charset=utf-8")
	page.Content = []byte(decodeBytes(content, charset))
	envelope, err := enmime.EnvelopeFromPart(page)
	if err != nil || envelope.Text == "" {
		return ""
	}
	return envelope.Text
}

// cleanText ends lines with \n and drops control characters, which no
// reader needs and some databases refuse.
func cleanText(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r) || r == '\uFEFF':
			return -1
		}
		return r
	}, s)
}
