package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/andonhq/andon/pkg/api/client"
)

// Bridge is a running bridge with its configuration in a folder.
type Bridge struct {
	*Process
	Dir, URL, Config string
	// Client has the token in TokenFile.
	Client    *client.Client
	TokenFile string
	bin       Binaries
	args      []string
}

// NewBridge writes a configuration; Start starts it. The text may use
// {{dir}} for the folder and {{address}} for the free address to listen on.
func NewBridge(bin Binaries, dir, text string, args ...string) (*Bridge, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	b := &Bridge{Dir: dir, URL: "http://" + address, Config: filepath.Join(dir, "andon.yaml"), TokenFile: filepath.Join(dir, "operator-token"), bin: bin, args: args}
	if err := os.WriteFile(b.TokenFile, []byte("operator-secret\n"), 0o600); err != nil {
		return nil, err
	}
	if b.Client, err = client.New(b.URL, "operator-secret", nil); err != nil {
		return nil, err
	}
	return b, b.Write(text)
}

// Write replaces the configuration.
func (b *Bridge) Write(text string) error {
	text = string(bytes.ReplaceAll([]byte(text), []byte("{{dir}}"), []byte(b.Dir)))
	text = string(bytes.ReplaceAll([]byte(text), []byte("{{address}}"), []byte(b.URL[len("http://"):])))
	return os.WriteFile(b.Config, []byte(text), 0o600)
}

// Start starts the bridge and waits until it answers.
func (b *Bridge) Start(ctx context.Context) error {
	p, err := Start(b.Dir, "andon", b.bin.Andon, nil, append([]string{"serve", "--config", b.Config}, b.args...)...)
	if err != nil {
		return err
	}
	b.Process = p
	return p.up(ctx, b.URL+"/-/healthy")
}

// Alertmanager is a running Alertmanager with its data in a folder.
type Alertmanager struct {
	*Process
	Dir, URL string
	bin      Binaries
}

// NewAlertmanager writes a configuration that sends everything to a webhook
// with a bearer token, grouped by alertname, almost at once.
func NewAlertmanager(bin Binaries, dir, webhook, token string) (*Alertmanager, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	a := &Alertmanager{Dir: dir, URL: "http://" + address, bin: bin}
	text := fmt.Sprintf(`route:
  receiver: andon
  group_by: [alertname]
  group_wait: 50ms
  group_interval: 200ms
  repeat_interval: 4h
receivers:
  - name: andon
    webhook_configs:
      - url: %s
        send_resolved: true
        http_config: {authorization: {credentials: %s}}
`, webhook, token)
	return a, os.WriteFile(filepath.Join(dir, "alertmanager.yml"), []byte(text), 0o600)
}

// Start starts Alertmanager and waits until it is ready.
func (a *Alertmanager) Start(ctx context.Context) error {
	p, err := Start(a.Dir, "alertmanager", a.bin.Alertmanager, nil,
		"--config.file="+filepath.Join(a.Dir, "alertmanager.yml"), "--storage.path="+filepath.Join(a.Dir, "alertmanager"),
		"--web.listen-address="+a.URL[len("http://"):], "--cluster.listen-address=")
	if err != nil {
		return err
	}
	a.Process = p
	return p.up(ctx, a.URL+"/-/ready")
}

// Alert is one alert for Alertmanager's API.
type Alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations,omitempty"`
	StartsAt    time.Time         `json:"startsAt,omitzero"`
	EndsAt      time.Time         `json:"endsAt,omitzero"`
}

// Push posts alerts as Prometheus does. One with EndsAt in the past is
// resolved.
func (a *Alertmanager) Push(ctx context.Context, alerts ...Alert) error {
	body, err := json.Marshal(alerts)
	if err != nil {
		return err
	}
	status, answer, err := Post(ctx, a.URL+"/api/v2/alerts", "", body)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d: %s", status, answer)
	}
	if err != nil {
		return fmt.Errorf("push alerts to Alertmanager: %w", err)
	}
	return nil
}

// Post posts JSON, with a bearer token where it is not empty, and returns the
// status and the body.
func Post(ctx context.Context, url, token string, body []byte) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	_, err = answer.ReadFrom(resp.Body)
	return resp.StatusCode, answer.String(), err
}
