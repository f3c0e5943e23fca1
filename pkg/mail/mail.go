// Package mail turns one received mail, as bytes, into its text and the
// fields that alert rules look at: subject, senders, date, Message-ID. It
// reads the character sets that Japanese monitoring systems write
// (ISO-2022-JP, Shift_JIS, EUC-JP, UTF-8, with the vendor characters of code
// page 932), encoded or raw, declared rightly, wrongly or not at all.
//
// Package receive calls it. It is pure: it opens nothing, asks no clock and
// decides nothing about trust; who may send is the caller's question. It is
// bounded in input, parts, nesting and output.
package mail

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/jhillyerd/enmime/v2"
)

// Limits of one mail. A mail beyond MaxSize, MaxParts or MaxMultiparts is an
// error; text beyond MaxText is cut.
const (
	// MaxSize is the whole mail in bytes. A mail that comes through Amazon
	// SES and SNS has at most 150 KB.
	MaxSize = 4 << 20
	// MaxParts is how many MIME parts there may be.
	MaxParts = 200
	// MaxMultiparts is how many of them may hold further parts; it bounds
	// the nesting.
	MaxMultiparts = 20
	// MaxText is how much of the decoded text is kept, in bytes.
	MaxText = 64 << 10
	// maxHeader is how much of one header field is read, in bytes.
	maxHeader = 8 << 10
	// maxHeaders is how much the header block of a mail or of one of its
	// parts may have, in bytes.
	maxHeaders = 256 << 10
)

var (
	// ErrTooLarge is returned for a mail over MaxSize.
	ErrTooLarge = errors.New("the mail is too large")
	// ErrTooComplex is returned for a mail with too many parts or headers, or parts
	// nested too deeply.
	ErrTooComplex = errors.New("the mail has too many parts or headers")
	// ErrNotMail is returned for what has no mail header, or a broken one.
	ErrNotMail = errors.New("not a mail")
)

// Message is a mail, decoded.
type Message struct {
	// Subject is one line, at most 1 KiB.
	Subject string
	// From holds the address of every author, in the order of the header,
	// without names; a mail that can be trusted has exactly one.
	From []string
	// FromText and ToText are the headers as a person reads them.
	FromText, ToText string
	// To holds the addresses of the To header.
	To []string
	// Date is the Date header; zero where it is missing or makes no sense.
	Date time.Time
	// MessageID is the Message-ID header as sent, "" where there is none.
	MessageID string
	// Text is the body: the text/plain parts, or where they are missing or blank
	// the HTML as text. Lines end with \n.
	Text string
	// Truncated tells that Text was cut at MaxText.
	Truncated bool
}

// Parse reads one mail (RFC 5322 with MIME, RFC 2045 to 2049). What is
// merely damaged is read as far as it goes; an error is one of ErrTooLarge,
// ErrTooComplex and ErrNotMail.
func Parse(raw []byte) (*Message, error) {
	if len(raw) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(raw), MaxSize)
	}
	raw = bytes.TrimLeft(raw, "\r\n")
	if bytes.HasPrefix(raw, []byte("From ")) { // the line that mbox files put before a mail
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	if !startsWithHeader(raw) {
		return nil, fmt.Errorf("%w: it does not begin with a header such as \"From: \"", ErrNotMail)
	}
	if n := headerSize(raw); n > maxHeaders {
		return nil, fmt.Errorf("%w: over %d bytes of headers", ErrTooComplex, maxHeaders)
	}
	g := guard{raw: raw}
	parser := enmime.NewParser(
		enmime.MaxStoredPartErrors(1),
		enmime.SkipMalformedParts(true),
		enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.SetCustomParseMediaType(g.mediaType),
		enmime.SetReadPartErrorPolicy(func(_ *enmime.Part, err error) bool {
			return enmime.IsBase64CorruptInputError(err)
		}),
	)
	root, err := parser.ReadParts(bytes.NewReader(raw))
	switch {
	case g.exceeded != nil:
		return nil, g.exceeded
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNotMail, err)
	}
	return message(root), nil
}

func message(root *enmime.Part) *Message {
	text, charset := body(root)
	m := &Message{
		Subject:   oneLine(field(root, "Subject", charset), 1<<10),
		FromText:  oneLine(field(root, "From", charset), 1<<10),
		ToText:    oneLine(field(root, "To", charset), 1<<10),
		From:      addresses(root.Header["From"], charset),
		To:        addresses(root.Header["To"], charset),
		Date:      parseDate(root.Header.Get("Date")),
		MessageID: oneLine(field(root, "Message-Id", charset), 998),
	}
	m.Text, m.Truncated = cut(cleanText(text), MaxText)
	return m
}

// Readable is the mail as it is shown to a person: the decoded headers, an
// empty line, the text.
func (m *Message) Readable() string {
	var b strings.Builder
	for _, h := range [][2]string{{"From", m.FromText}, {"To", m.ToText}, {"Subject", m.Subject}, {"Message-ID", m.MessageID}} {
		if h[1] != "" {
			b.WriteString(h[0] + ": " + h[1] + "\n")
		}
	}
	if !m.Date.IsZero() {
		b.WriteString("Date: " + m.Date.Format(time.RFC1123Z) + "\n")
	}
	b.WriteString("\n" + m.Text)
	if m.Truncated {
		b.WriteString("\n[…]\n")
	}
	return b.String()
}

// guard watches the parser through its callback for media types: enmime
// itself knows no limits.
type guard struct {
	raw        []byte
	multiparts int
	parts      int
	exceeded   error
}

// opaque stands before the type of text parts, so that enmime undoes their
// transfer encoding and leaves their character set alone: the guess when the
// declaration is wrong is made here, from the bytes.
const opaque = "x-opaque-"

func (g *guard) mediaType(value string) (string, map[string]string, []string, error) {
	if g.exceeded != nil {
		return "", nil, nil, g.exceeded
	}
	kind, params := parseMediaType(value)
	if strings.HasPrefix(kind, "text/") {
		delete(params, "boundary") // text holds no parts, whatever it says
	}
	if b := params["boundary"]; b != "" {
		g.multiparts++
		// Each part begins with its delimiter, so counting delimiters bounds
		// the parts before they are read. The parser asks twice for each
		// multipart.
		g.parts += bytes.Count(g.raw, []byte("--"+b))
		if g.multiparts > 2*MaxMultiparts || g.parts > 2*(MaxParts+MaxMultiparts) {
			g.exceeded = fmt.Errorf("%w: at most %d, and %d that hold others", ErrTooComplex, MaxParts, MaxMultiparts)
			return "", nil, nil, g.exceeded
		}
	}
	if strings.HasPrefix(kind, "text/") {
		kind = opaque + kind
	}
	return kind, params, nil, nil
}

// parseMediaType reads a media type, leniently: what cannot be parsed is
// plain text with a character set where one can be found.
func parseMediaType(value string) (string, map[string]string) {
	kind, params, err := mime.ParseMediaType(value)
	if err == nil || errors.Is(err, mime.ErrInvalidMediaParameter) {
		if params == nil {
			params = map[string]string{}
		}
		if err != nil {
			addLoose(params, value)
		}
		return kind, params
	}
	params = map[string]string{}
	addLoose(params, value)
	kind, _, _ = strings.Cut(value, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	if !strings.Contains(kind, "/") && kind != "attachment" && kind != "inline" {
		kind = "text/plain"
	}
	return kind, params
}

// addLoose finds charset and boundary in a media type that breaks the rules,
// such as one with unquoted specials.
func addLoose(params map[string]string, value string) {
	for part := range strings.SplitSeq(value, ";") {
		name, v, ok := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if ok && params[name] == "" && slices.Contains([]string{"charset", "boundary"}, name) {
			params[name] = strings.Trim(strings.TrimSpace(v), `"' `)
		}
	}
}

func headerSize(raw []byte) int {
	end := len(raw)
	for _, blank := range []string{"\n\n", "\n\r\n"} {
		if i := bytes.Index(raw[:end], []byte(blank)); i >= 0 {
			end = i
		}
	}
	return end
}

// startsWithHeader reports whether the first line looks like "Name: value".
func startsWithHeader(raw []byte) bool {
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	name, _, ok := bytes.Cut(line, []byte(":"))
	name = bytes.TrimRight(name, " \t")
	if !ok || len(name) == 0 || len(name) > 128 {
		return false
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return name[0] != '{' && name[0] != '"'
}
