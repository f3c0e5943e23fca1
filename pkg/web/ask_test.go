package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// asking is a request of a test: who asks, in which language.
type asking struct {
	who, lang string
}

var (
	sato  = asking{"sato", "en"}
	guest = asking{"guest", "en"}
)

// as makes a request, with a form where there is one.
func (a asking) do(t *testing.T, h http.Handler, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if a.who != "" {
		r.SetBasicAuth(a.who, "secret")
	}
	r.Header.Set("Accept-Language", a.lang)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func (a asking) get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	return a.do(t, h, http.MethodGet, path, nil)
}

// post sends a form and follows the answer like a browser; it returns the
// page's sentence about what was done.
func (a asking) post(t *testing.T, h http.Handler, path string, form url.Values) string {
	t.Helper()
	if form == nil {
		form = url.Values{}
	}
	w := a.do(t, h, http.MethodPost, path, form)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("POST %s: %d %s", path, w.Code, w.Body)
	}
	page := a.get(t, h, w.Header().Get("Location"))
	if page.Code != http.StatusOK {
		t.Fatalf("GET %s: %d", w.Header().Get("Location"), page.Code)
	}
	_, rest, ok := strings.Cut(page.Body.String(), `role="status">`)
	if !ok {
		t.Fatalf("POST %s: the page says nothing", path)
	}
	sentence, _, _ := strings.Cut(rest, "</p>")
	return sentence
}

func contains(t *testing.T, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %.2000s", w.Code, status, w.Body)
	}
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

func lacks(t *testing.T, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(w.Body.String(), text) {
			t.Errorf("the page has %q", text)
		}
	}
}

func newPost(t *testing.T, path string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(""))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth("sato", "secret")
	return r
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
