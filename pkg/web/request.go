package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/text"
)

// page is one request being answered, and what every template may ask.
type page struct {
	w http.ResponseWriter
	r *http.Request

	text.Lang
	Now time.Time
	// Who is the zero Identity where there are no users.
	Who      access.Identity
	HasUsers bool
	Said     string // what became of the reader's last request
	Path     string // for marking the entry of the navigation
	Version  string // of the assets
}

// MayAct reports whether buttons are shown and obeyed.
func (p *page) MayAct() bool { return p.HasUsers && p.Who.May(access.Operator) }

// policy lets the page load its own files and send its own forms, nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// open begins an answer: language, who asks, headers.
func (s *server) open(w http.ResponseWriter, r *http.Request) (*page, error) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	// Not no-referrer: browsers would then send "Origin: null" with our own
	// forms, and over plain HTTP the Origin is all that tells them from a
	// stranger's.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Language")
	p := &page{
		w: w, r: r, Lang: text.For(r.Header.Get("Accept-Language")), Now: s.Now().In(s.Zone),
		HasUsers: s.HasUsers(), Path: r.URL.Path, Version: version,
	}
	if !p.HasUsers {
		return p, nil
	}
	var err error
	if p.Who, err = s.Who(r); err != nil {
		if ctx := r.Context().Err(); ctx != nil {
			return p, ctx
		}
		return p, &noLogin{err}
	}
	return p, nil
}

// refusal is an error with a status and a text for the reader.
type refusal struct {
	status int
	key    text.Key
}

func (e *refusal) Error() string { return string(e.key) }

// noLogin is that nobody known made a request.
type noLogin struct{ why error }

func (e *noLogin) Error() string { return e.why.Error() }

// reading serves a page to everybody who may read.
func (s *server) reading(h func(*page) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := s.open(w, r)
		if err == nil {
			p.Said = sentence(p, r.URL.Query())
			err = h(p)
		}
		if err != nil {
			s.refuse(p, err)
		}
	}
}

// acting obeys a form of somebody who may act, and sends the browser back to
// where the form was.
func (s *server) acting(h func(*page) (said, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		p, err := s.open(w, r)
		if err == nil && !p.MayAct() {
			err = errForbidden
		}
		var done said
		if err == nil && r.ParseForm() != nil {
			err = &refusal{http.StatusBadRequest, "error.form"}
		}
		if err == nil {
			done, err = h(p)
		}
		if err != nil {
			s.refuse(p, err)
			return
		}
		s.cache.drop() // the reader is to see what they did
		http.Redirect(w, r, done.location(r.PostFormValue("back")), http.StatusSeeOther)
	}
}

// maxForm is the largest body of a form in bytes.
const maxForm = 64 << 10

// local returns a path of this page to go back to, "/" for anything else.
func local(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\\\r\n") {
		return "/"
	}
	return u.EscapedPath()
}

// refuse answers with an error page.
func (s *server) refuse(p *page, err error) {
	status, detail := http.StatusServiceUnavailable, ""
	var key text.Key
	var r *refusal
	var stranger *noLogin
	switch {
	case p.r.Context().Err() != nil:
		return // nobody is there to read it
	case errors.As(err, &stranger):
		Refuse(p.w, p.r, Closed{Status: http.StatusUnauthorized, Why: stranger.why, Passwords: true})
		return
	case errors.As(err, &r):
		status, key = r.status, r.key
	case errors.Is(err, errNotFound):
		status, key = http.StatusNotFound, "error.not_found"
	case errors.Is(err, errForbidden) && !p.HasUsers:
		status, key = http.StatusForbidden, "error.no_users"
	case errors.Is(err, errForbidden):
		status, key = http.StatusForbidden, "error.forbidden"
	default:
		key, detail = "error.unavailable", err.Error()
		s.Log.Warn("page not served", "path", p.r.URL.Path, "error", err)
	}
	_ = p.render(status, "error.html", struct {
		*page
		Title, Detail string
	}{p, p.T(key), detail})
}

// render answers with a template. It writes nothing where that fails.
func (p *page) render(status int, name string, data any) error {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	h := p.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	if b.Len() < worthPacking || !acceptsGzip(p.r.Header.Get("Accept-Encoding")) {
		p.w.WriteHeader(status)
		_, _ = p.w.Write(b.Bytes())
		return nil
	}
	h.Set("Content-Encoding", "gzip")
	p.w.WriteHeader(status)
	z, err := gzip.NewWriterLevel(p.w, gzip.BestSpeed)
	if err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	_, _ = z.Write(b.Bytes())
	_ = z.Close()
	return nil
}

// worthPacking is the size in bytes from which a page is sent compressed: a
// board in a storm is most of a megabyte, to every screen, behind a VPN.
const worthPacking = 4 << 10

// acceptsGzip reports whether a browser takes gzip (RFC 9110, section 12.5.3).
func acceptsGzip(accept string) bool {
	for item := range strings.SplitSeq(accept, ",") {
		coding, params, _ := strings.Cut(item, ";")
		if strings.TrimSpace(coding) == "gzip" {
			return wanted(params)
		}
	}
	return false
}
