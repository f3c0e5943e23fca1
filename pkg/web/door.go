package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/text"
)

// Closed is why a request does not come as far as the board.
type Closed struct {
	Status int
	// Why is an error of package access.
	Why error
	// Passwords: there are users who could log in with one.
	Passwords bool
}

// doorStyle is all of the page's style: the style sheet of the board is behind
// the door.
const doorStyle = `
:root { color-scheme: light dark; --bg: #eef1f5; --card: #fff; --line: #d5dce4; --text: #15202b; --soft: #51606f; --strong: #14406e; --on: #fff; }
@media (prefers-color-scheme: dark) { :root { --bg: #0a0f15; --card: #131b24; --line: #263340; --text: #e8eef4; --soft: #9fb0c0; --strong: #cfe4ff; --on: #08223d; } }
* { box-sizing: border-box; margin: 0; }
body { background: var(--bg); color: var(--text); line-height: 1.55; overflow-wrap: anywhere; font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
body:lang(ja) { font-family: "Hiragino Sans", "BIZ UDPGothic", "Yu Gothic UI", Meiryo, "Noto Sans JP", "Noto Sans CJK JP", system-ui, sans-serif; line-break: strict; }
header { display: flex; align-items: center; gap: 0.5rem; padding: 0.6rem 1.25rem; background: #10161d; color: #fff; font-weight: 700; }
header span { display: inline-grid; gap: 2px; }
header i { width: 0.75rem; height: 0.34rem; border-radius: 1px; background: #ff4b3e; }
header i + i { background: #ffb21a; }
header i + i + i { background: #2fd47a; }
main { max-width: 44rem; margin: 2.5rem auto; padding: 1.5rem 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; display: grid; gap: 0.9rem; justify-items: start; }
h1 { font-size: 1.45rem; line-height: 1.3; }
p { color: var(--soft); }
a { background: var(--strong); color: var(--on); border-radius: 0.4rem; padding: 0.4rem 1rem; text-decoration: none; font-weight: 600; }
`

// doorPolicy lets the page have that style and nothing else.
var doorPolicy = func() string {
	sum := sha256.Sum256([]byte(doorStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; frame-ancestors 'none'"
}()

// Refuse answers a browser, in its language, with what is missing and how to
// come in. Nothing of the board is on that page.
func Refuse(w http.ResponseWriter, r *http.Request, c Closed) {
	var b bytes.Buffer
	lang := text.For(r.Header.Get("Accept-Language"))
	title, how := c.words()
	page := struct {
		text.Lang
		Title, Again text.Key
		How          []text.Key
		Path         string
		Style        template.CSS
	}{lang, title, "door.again", how, local(r.URL.Path), template.CSS(doorStyle)}
	if c.Status == http.StatusUnauthorized && c.Passwords {
		page.Again = "door.log_in"
	}
	if r.Method != http.MethodGet {
		page.Path = "/" // what a form was sent to is no page
	}
	if err := templates.ExecuteTemplate(&b, "door.html", page); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	if c.Status == http.StatusUnauthorized {
		// Without a password to type, a browser should not ask for one.
		challenge := `Bearer realm="andon"`
		if c.Passwords {
			challenge = `Basic realm="andon", charset="UTF-8"`
		}
		h.Set("WWW-Authenticate", challenge)
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", doorPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(c.Status)
	_, _ = w.Write(b.Bytes()) // who has gone cannot be told
}

// words say what is missing, and how to come in.
func (c Closed) words() (title text.Key, how []text.Key) {
	switch {
	case errors.Is(c.Why, access.ErrThisMachine):
		return "door.machine", []text.Key{"door.machine_here", "door.machine_users"}
	case errors.Is(c.Why, access.ErrOnBehalf):
		return "door.behalf", []text.Key{"door.behalf_how"}
	case c.Status == http.StatusServiceUnavailable:
		return "door.busy", []text.Key{"door.busy_how"}
	}
	title = "error.login"
	if errors.Is(c.Why, access.ErrWrong) {
		title = "door.wrong"
	}
	if !c.Passwords {
		return title, []text.Key{"door.no_passwords", "door.proxy"}
	}
	return title, []text.Key{"door.password", "door.proxy"}
}

// WantsPage reports whether a request asks for a page, as browsers do when
// somebody opens one, and not for something to be read by a program (RFC 9110,
// section 12.5.1).
func WantsPage(r *http.Request) bool {
	for item := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		if media, params, _ := strings.Cut(item, ";"); strings.EqualFold(strings.TrimSpace(media), "text/html") {
			return wanted(params)
		}
	}
	return false
}

// wanted reports whether the parameters of an item of an Accept header leave it
// a quality above zero.
func wanted(params string) bool {
	for p := range strings.SplitSeq(params, ";") {
		if q, found := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(p, " ", "")), "q="); found {
			return strings.Trim(q, "0.") != ""
		}
	}
	return true
}
