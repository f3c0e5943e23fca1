package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/internal/rig"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

//go:embed andon.yaml
var bridgeConfiguration string

const (
	grafanaToken      = "grafana-secret"
	alertmanagerToken = "alertmanager-secret"
)

// bridge is a real bridge with a virtual tower, in a folder of its own.
type bridge struct {
	dir   string
	tower *virtual.Tower
	*rig.Bridge
}

// startBridge starts a bridge and gives it a few alerts, so that each kind of
// query has rows. The programs are those of the project's bin folder.
func startBridge(ctx context.Context, root string) (_ *bridge, err error) {
	bin, err := filepath.Abs(filepath.Join(root, "bin"))
	if err != nil {
		return nil, err
	}
	programs := rig.Binaries{Andon: filepath.Join(bin, "andon"), Notifier: filepath.Join(bin, "andon-notifier-patlite")}
	for _, path := range []string{programs.Andon, programs.Notifier} {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("there is no %s: build it with go tool mage build", path)
		}
	}
	b := &bridge{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start the bridge: %w", err), b.stop())
		}
	}()
	if b.dir, err = os.MkdirTemp("", "andon-workbench-"); err != nil {
		return nil, err
	}
	for name, secret := range map[string]string{"grafana-token": grafanaToken, "alertmanager-token": alertmanagerToken} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(secret+"\n"), 0o600); err != nil {
			return nil, err
		}
	}
	if b.tower, err = virtual.Start(virtual.Config{Model: "NHV6", HTTP: "127.0.0.1:0"}); err != nil {
		return nil, err
	}
	text := strings.ReplaceAll(bridgeConfiguration, "{{tower}}", b.tower.HTTPAddr())
	if b.Bridge, err = rig.NewBridge(programs, b.dir, text); err != nil {
		return nil, err
	}
	if err := b.Start(ctx); err != nil {
		return nil, err
	}
	return b, b.deliver(ctx, time.Now())
}

// deliver posts alerts as Alertmanager does.
func (b *bridge) deliver(ctx context.Context, now time.Time) error {
	type alert struct {
		Status      string            `json:"status"`
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
		StartsAt    time.Time         `json:"startsAt"`
		EndsAt      time.Time         `json:"endsAt"`
		Generator   string            `json:"generatorURL"`
		Fingerprint string            `json:"fingerprint"`
	}
	alerts := []alert{}
	for i, a := range [][4]string{
		{"VPNTunnelDown", "critical", "vpn-0123456789abcdef0", "Tunnel 203.0.113.10 is down"},
		{"DiskFull", "warning", "db-1", "/var is 91% full"},
		{"BackupLate", "warning", "batch-1", "The nightly backup has not ended"},
	} {
		alerts = append(alerts, alert{
			Status: "firing", Labels: map[string]string{"alertname": a[0], "severity": a[1], "instance": a[2]},
			Annotations: map[string]string{"summary": a[3]}, StartsAt: now.Add(time.Duration(i-20) * time.Minute), Fingerprint: fmt.Sprintf("%016x", i+1),
			Generator: "http://prometheus.example.jp:9090/graph?g0.expr=" + a[0],
		})
	}
	body, err := json.Marshal(map[string]any{"version": "4", "groupKey": "{}", "status": "firing", "receiver": "andon", "alerts": alerts})
	if err != nil {
		return err
	}
	status, answer, err := rig.Post(ctx, b.URL+"/receive/alertmanager", alertmanagerToken, body)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d: %s", status, answer)
	}
	if err != nil {
		return fmt.Errorf("give the bridge its alerts: %w", err)
	}
	return nil
}

// stop ends what has been started and removes the folder.
func (b *bridge) stop() error {
	var errs []error
	if b.Bridge != nil && b.Process != nil {
		errs = append(errs, b.Stop())
	}
	if b.tower != nil {
		errs = append(errs, b.tower.Close())
	}
	if b.dir != "" {
		errs = append(errs, os.RemoveAll(b.dir))
	}
	return errors.Join(errs...)
}
