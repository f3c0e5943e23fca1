package pluginhost

import (
	"errors"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

func TestStreamResource(t *testing.T) {
	w := begin(t, anchor)
	r := &backend.CallResourceRequest{PluginContext: w.context(), Path: "regions", URL: "regions", Method: "GET"}
	whole, err := w.host.CallResource(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	var parts []byte
	err = w.host.StreamResource(t.Context(), r, func(part *backend.CallResourceResponse) error {
		parts = append(parts, part.Body...)
		return nil
	})
	if err != nil || string(parts) != string(whole.Body) || len(parts) == 0 {
		t.Errorf("in parts %q, %v; whole %q", parts, err, whole.Body)
	}
	enough := errors.New("enough")
	if err := w.host.StreamResource(t.Context(), r, func(*backend.CallResourceResponse) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("who takes no more gets %v", err)
	}
}

func TestProcess(t *testing.T) {
	w := begin(t, anchor)
	if w.host.PID() <= 0 || w.host.Exited() {
		t.Errorf("a running plugin: process %d, ended %v", w.host.PID(), w.host.Exited())
	}
	w.host.Close()
	if !w.host.Exited() {
		t.Error("a closed plugin has not ended")
	}
	r := &backend.CallResourceRequest{PluginContext: w.context(), Path: "regions", Method: "GET"}
	if _, err := w.host.CallResource(t.Context(), r); err == nil {
		t.Error("a closed plugin answers")
	}
}
