package web

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/text"
)

// TestTheDoor: who is not let in reads why and how to come in, in their language,
// on a page that needs nothing else.
func TestTheDoor(t *testing.T) {
	for name, c := range map[string]struct {
		Closed
		method, path   string
		challenge      string
		en, ja, button string
	}{
		"nobody": {
			Closed{401, access.ErrNoCredentials, true},
			"GET", "/history",
			"Basic", "the name and the password of a user", "ユーザー名とパスワードを入力", `<a href="/history">Log in<`,
		},
		"wrong": {
			Closed{401, access.ErrWrong, true},
			"GET", "/",
			"Basic", "Wrong name or password.", "正しくありません", `<a href="/">Log in<`,
		},
		"wrong, by a form": {
			Closed{401, access.ErrWrong, true},
			"POST", "/ack-all",
			"Basic", "Wrong name or password.", "正しくありません", `<a href="/">Log in<`,
		},
		"tokens only": {
			Closed{401, access.ErrNoCredentials, false},
			"GET", "/",
			"Bearer", "No user of this bridge has a password.", "パスワードを持つユーザーが登録されていません", `<a href="/">Try again<`,
		},
		"no users": {
			Closed{403, access.ErrThisMachine, false},
			"GET", "/",
			"", "own machine only", "動いているマシンからのみ", `<a href="/">Try again<`,
		},
		"on behalf": {
			Closed{403, access.ErrOnBehalf, true},
			"GET", "/",
			"", "X-Andon-On-Behalf-Of", "X-Andon-On-Behalf-Of", `<a href="/">Try again<`,
		},
		"busy": {
			Closed{503, access.ErrBusy, true},
			"GET", "/",
			"", "Try again in a moment.", "少し待って", `<a href="/">Try again<`,
		},
		"anything else": {
			Closed{503, errors.New("of no concern to a stranger"), true},
			"GET", "/",
			"", "Try again in a moment.", "少し待って", `<a href="/">Try again<`,
		},
		"a path that is an address": {
			Closed{401, access.ErrNoCredentials, true},
			"GET", "//evil.example/x",
			"Basic", "Log in to see the board.", "ログインしてください", `<a href="/">Log in<`,
		},
		"a path of markup": {
			Closed{401, access.ErrNoCredentials, true},
			"GET", "/" + nasty,
			"Basic", "Log in to see the board.", "ログインしてください", `<a href="/%3Cscript%3E`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			for lang, want := range map[string]string{"en": c.en, "ja": c.ja} {
				r := httptest.NewRequestWithContext(t.Context(), c.method, "/", nil)
				r.URL.Path = c.path
				r.Header.Set("Accept-Language", lang)
				w := httptest.NewRecorder()
				Refuse(w, r, c.Closed)
				contains(t, w, c.Status, want, `<html lang="`+lang+`">`)
				if lang == "en" {
					contains(t, w, c.Status, c.button)
				}
				lacks(t, w, " src=", "href=\"http", "door.", "<script", "of no concern", "url(")
				if got, _, _ := strings.Cut(w.Header().Get("WWW-Authenticate"), " "); got != c.challenge {
					t.Errorf("WWW-Authenticate is %q, expected %q", got, c.challenge)
				}
				style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(w.Body.String())
				if style == nil {
					t.Fatal("the page has no style")
				}
				sum := sha256.Sum256([]byte(style[1]))
				h := w.Header()
				if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
					t.Errorf("the policy does not allow the page's own style: %s", csp)
				}
				if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
					t.Errorf("headers %v", h)
				}
			}
		})
	}
	for _, c := range []Closed{{401, access.ErrNoCredentials, true}, {401, access.ErrWrong, false}, {403, access.ErrThisMachine, false}, {403, access.ErrOnBehalf, true}, {503, access.ErrBusy, true}} {
		title, how := c.words()
		for _, key := range append(how, title) {
			if text.English.T(key) == string(key) {
				t.Errorf("%s is not in the catalogue", key)
			}
		}
	}
}

func TestWantsPage(t *testing.T) {
	for accept, want := range map[string]bool{
		"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8": true,
		"Text/HTML":                        true,
		"application/json, text/html; q=1": true,
		"text/html;level=1;q=0.4":          true,
		"text/html;q=0":                    false,
		"text/html;q=0.00, */*":            false,
		"":                                 false,
		"*/*":                              false,
		"text/*":                           false,
		"application/json":                 false,
		"text/htmlx":                       false,
		"text/event-stream":                false,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Accept", accept)
		if got := WantsPage(r); got != want {
			t.Errorf("Accept: %s: %t", accept, got)
		}
	}
}
