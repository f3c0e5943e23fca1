// Package pluginhost starts a Grafana data source's back end as Grafana does and
// speaks the plugin protocol with it: queries, resources, health.
//
// Tests and the workbench run the built gpx_andon with it. It is no Grafana: it
// keeps no settings, checks no rights and draws nothing.
package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/grpcplugin"
	"github.com/grafana/grafana-plugin-sdk-go/genproto/pluginv2"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
)

// Host is a running plugin.
type Host struct {
	client *plugin.Client
	data   pluginv2.DataClient
	lists  pluginv2.ResourceClient
	health pluginv2.DiagnosticsClient
}

// Start starts the program and waits until it serves. env is its whole
// environment, as NAME=value. What it logs goes to log, where that is not nil.
func Start(program string, env []string, log *slog.Logger) (*Host, error) {
	command := exec.Command(program)
	command.Env = env
	out := hclog.NewNullLogger()
	if log != nil {
		out = hclog.New(&hclog.LoggerOptions{Name: "plugin", Level: hclog.Debug, Output: lines{log}})
	}
	c := plugin.NewClient(&plugin.ClientConfig{
		Cmd: command,
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion: grpcplugin.ProtocolVersion, MagicCookieKey: grpcplugin.MagicCookieKey, MagicCookieValue: grpcplugin.MagicCookieValue,
		},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		SkipHostEnv:      true,
		Logger:           out,
		VersionedPlugins: map[int]plugin.PluginSet{grpcplugin.ProtocolVersion: {
			"data":        &grpcplugin.DataGRPCPlugin{},
			"resource":    &grpcplugin.ResourceGRPCPlugin{},
			"diagnostics": &grpcplugin.DiagnosticsGRPCPlugin{},
		}},
	})
	h := &Host{client: c}
	if err := h.dispense(); err != nil {
		c.Kill()
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	return h, nil
}

func (h *Host) dispense() error {
	conn, err := h.client.Client()
	if err != nil {
		return err
	}
	parts := map[string]any{}
	for _, name := range []string{"data", "resource", "diagnostics"} {
		if parts[name], err = conn.Dispense(name); err != nil {
			return fmt.Errorf("dispense %s: %w", name, err)
		}
	}
	var ok [3]bool
	h.data, ok[0] = parts["data"].(pluginv2.DataClient)
	h.lists, ok[1] = parts["resource"].(pluginv2.ResourceClient)
	h.health, ok[2] = parts["diagnostics"].(pluginv2.DiagnosticsClient)
	if ok != [3]bool{true, true, true} {
		return errors.New("the plugin serves something else than data, resources and health")
	}
	return nil
}

// Close ends the plugin and waits for its end.
func (h *Host) Close() { h.client.Kill() }

// PID is the number of the plugin's process, 0 where it has none.
func (h *Host) PID() int {
	if c := h.client.ReattachConfig(); c != nil {
		return c.Pid
	}
	return 0
}

// Exited reports whether the plugin has ended.
func (h *Host) Exited() bool { return h.client.Exited() }

// QueryData asks queries, as a panel does.
func (h *Host) QueryData(ctx context.Context, r *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	out, err := h.data.QueryData(ctx, backend.ToProto().QueryDataRequest(r))
	if err != nil {
		return nil, fmt.Errorf("query the plugin: %w", err)
	}
	return backend.FromProto().QueryDataResponse(out)
}

// CheckHealth is what "Save & test" does.
func (h *Host) CheckHealth(ctx context.Context, r *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	out, err := h.health.CheckHealth(ctx, &pluginv2.CheckHealthRequest{PluginContext: backend.ToProto().PluginContext(r.PluginContext), Headers: r.Headers})
	if err != nil {
		return nil, fmt.Errorf("check the plugin's health: %w", err)
	}
	return backend.FromProto().CheckHealthResponse(out), nil
}

// CallResource asks a resource and returns its whole answer.
func (h *Host) CallResource(ctx context.Context, r *backend.CallResourceRequest) (*backend.CallResourceResponse, error) {
	var whole *backend.CallResourceResponse
	err := h.StreamResource(ctx, r, func(part *backend.CallResourceResponse) error {
		if whole == nil {
			whole = part
		} else {
			whole.Body = append(whole.Body, part.Body...)
		}
		return nil
	})
	return whole, err
}

// StreamResource asks a resource and hands over its answer as the parts come.
// The first has status and headers; of the others only the body counts. An
// error of send ends the call.
func (h *Host) StreamResource(ctx context.Context, r *backend.CallResourceRequest, send func(*backend.CallResourceResponse) error) error {
	ctx, cancel := context.WithCancel(ctx) // ends the stream where send fails
	defer cancel()
	stream, err := h.lists.CallResource(ctx, backend.ToProto().CallResourceRequest(r))
	for first := true; err == nil; first = false {
		var part *pluginv2.CallResourceResponse
		part, err = stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && !first:
			return nil
		case errors.Is(err, io.EOF):
			err = errors.New("the plugin gave no answer")
		case err == nil:
			if err := send(backend.FromProto().CallResourceResponse(part)); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("call resource %s: %w", r.Path, err)
}

// lines writes the plugin's log lines to a logger.
type lines struct{ log *slog.Logger }

func (l lines) Write(p []byte) (int, error) {
	l.log.Info(string(p))
	return len(p), nil
}
