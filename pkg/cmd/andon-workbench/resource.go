package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// keptBack are the request's headers that Grafana does not hand on.
var keptBack = []string{"Accept-Encoding", "Connection", "Content-Length", "Cookie", "Host", "Origin", "Referer"}

// resource hands a request on to the plugin, and its answer back as it comes.
func (h *host) resource(w http.ResponseWriter, r *http.Request, s *source) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMost))
	if err != nil {
		fail(w, http.StatusRequestEntityTooLarge, err.Error())
		return
	}
	url := r.PathValue("path")
	if r.URL.RawQuery != "" {
		url += "?" + r.URL.RawQuery
	}
	headers := r.Header.Clone()
	for _, name := range keptBack {
		headers.Del(name)
	}
	who := h.context(r, s)
	headers.Set("X-Grafana-User", who.User.Login)
	started := false
	err = h.plugin.StreamResource(r.Context(), &backend.CallResourceRequest{
		PluginContext: who, Path: r.PathValue("path"), Method: r.Method, URL: url, Headers: headers, Body: body,
	}, func(part *backend.CallResourceResponse) error {
		if !started {
			started = true
			for name, values := range part.Headers {
				if !isHopByHop(name) {
					w.Header()[http.CanonicalHeaderKey(name)] = values
				}
			}
			w.Header().Set("Content-Security-Policy", "sandbox")
			w.WriteHeader(part.Status)
		}
		if _, err := w.Write(part.Body); err != nil {
			return err
		}
		if err := http.NewResponseController(w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		return nil
	})
	if err == nil {
		return
	}
	if started {
		panic(http.ErrAbortHandler) // the browser sees that the answer is cut short
	}
	h.trouble(w, r, err)
}

func isHopByHop(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Content-Length", "Set-Cookie":
		return true
	}
	return false
}

// health is what "Save & test" asks: 400 where the plugin is not healthy, as
// Grafana answers.
func (h *host) health(w http.ResponseWriter, r *http.Request, s *source) {
	out, err := h.plugin.CheckHealth(r.Context(), &backend.CheckHealthRequest{PluginContext: h.context(r, s)})
	if err != nil {
		h.trouble(w, r, err)
		return
	}
	status := http.StatusOK
	if out.Status != backend.HealthStatusOk {
		status = http.StatusBadRequest
	}
	answer := map[string]any{"status": out.Status.String(), "message": out.Message}
	if len(out.JSONDetails) > 0 {
		answer["details"] = json.RawMessage(out.JSONDetails)
	}
	reply(w, status, answer)
}
