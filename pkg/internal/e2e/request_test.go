package e2e_test

import (
	"io"
	"net/http"
	"strings"
)

// request is one HTTP request; a body makes it a POST.
type request struct {
	url, token, body string
	method           string
	user, password   string
	header           map[string]string
}

// ask sends a request and returns status and body.
func (w *world) ask(c *http.Client, r request) (int, string) {
	w.Helper()
	status, body, err := w.try(c, r)
	w.must(err)
	return status, body
}

func (w *world) try(c *http.Client, r request) (int, string, error) {
	if r.method == "" {
		r.method = http.MethodGet
		if r.body != "" {
			r.method = http.MethodPost
		}
	}
	req, err := http.NewRequestWithContext(w.Context(), r.method, r.url, strings.NewReader(r.body))
	if err != nil {
		return 0, "", err
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	if r.user != "" {
		req.SetBasicAuth(r.user, r.password)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}
