package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// fakePlugin answers queries by their types, and keeps what it was asked.
type fakePlugin struct {
	queries   []*backend.QueryDataRequest
	resources []*backend.CallResourceRequest
	unhealthy bool
}

func (p *fakePlugin) QueryData(_ context.Context, r *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	p.queries = append(p.queries, r)
	out := backend.NewQueryDataResponse()
	for _, q := range r.Queries {
		one := backend.DataResponse{Status: backend.StatusOK}
		if q.QueryType == "bad" {
			one = backend.DataResponse{Error: errors.New("this is bad"), Status: backend.StatusBadRequest}
		}
		out.Responses[q.RefID] = one
	}
	return out, nil
}

func (p *fakePlugin) CheckHealth(context.Context, *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	if p.unhealthy {
		return &backend.CheckHealthResult{Status: backend.HealthStatusError, Message: "no credentials"}, nil
	}
	return &backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: "fine", JSONDetails: []byte(`{"capabilities":[]}`)}, nil
}

func (p *fakePlugin) StreamResource(_ context.Context, r *backend.CallResourceRequest, send func(*backend.CallResourceResponse) error) error {
	p.resources = append(p.resources, r)
	switch r.Path {
	case "gone":
		return errors.New("the plugin gave no answer")
	case "cut":
		_ = send(&backend.CallResourceResponse{Status: http.StatusOK, Body: []byte("half")})
		return errors.New("cut short")
	}
	return errors.Join(
		send(&backend.CallResourceResponse{Status: http.StatusTeapot, Headers: map[string][]string{"X-Kind": {"tea"}, "Set-Cookie": {"a=b"}}, Body: []byte("one ")}),
		send(&backend.CallResourceResponse{Body: []byte("two")}),
	)
}

func (*fakePlugin) Exited() bool { return false }

// bench is the workbench's server before a fake plugin, in a project's folder
// with just the files that it needs.
type bench struct {
	*testing.T
	*host
	plugin *fakePlugin
	url    string
}

func begin(t *testing.T) *bench {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"package.json": "{}", bundle: "define([])", "dist/plugin.json": `{"id":"` + pluginID + `"}`, page: "<!doctype html>page",
		shipped + "/unicons/bell.svg": "<svg>bell</svg>", additional: `{"icons":{"home":{"body":"<path/>"}}}`,
		"provisioning/grafana/dashboards/a.json": `{"uid":"a","title":"A"}`,
		"provisioning/grafana/dashboards/b.json": `{"title":"B"}`,
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := newSite(root, "")
	if err != nil {
		t.Fatal(err)
	}
	p := &fakePlugin{}
	b := &bench{T: t, plugin: p, host: &host{
		plugin: p, sources: newSources("http://127.0.0.1:1", "", ""), site: s, anchor: noon, now: func() time.Time { return noon },
	}}
	server := httptest.NewServer(guard(b.routes()))
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *bench) get(path string, header map[string]string) (int, string) {
	b.Helper()
	return b.do(http.MethodGet, path, header, "")
}

func (b *bench) post(path string, header map[string]string, body string) (int, string) {
	b.Helper()
	return b.do(http.MethodPost, path, header, body)
}

func (b *bench) put(path string, header map[string]string, body string) (int, string) {
	b.Helper()
	return b.do(http.MethodPut, path, header, body)
}

func (b *bench) do(method, path string, header map[string]string, body string) (int, string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	for name, value := range header {
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return answer.StatusCode, "cut short"
	}
	return answer.StatusCode, string(text)
}
