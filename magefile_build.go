//go:build mage

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func build(ctx context.Context, p *progress) error {
	if err := os.MkdirAll(binDir, 0o755); err != nil {
		return err
	}
	p.step("building andon-notifier-patlite and andon")
	if err := buildBridge(ctx, binDir, ""); err != nil {
		return err
	}
	p.step("building andon-demo")
	if err := goBuild(ctx, filepath.Join(binDir, "andon-demo"), "./pkg/cmd/andon-demo", ""); err != nil {
		return err
	}
	return buildAlertmanager(ctx, p)
}

// buildBridge builds the notifier, then andon, which starts the bundled notifier
// only if it is this very one.
func buildBridge(ctx context.Context, dir, ldflags string, environment ...string) error {
	notifier := filepath.Join(dir, "andon-notifier-patlite")
	if err := goBuild(ctx, notifier, "./pkg/cmd/andon-notifier-patlite", "", environment...); err != nil {
		return err
	}
	data, err := os.ReadFile(notifier)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	stamp := "-X main.bundled=patlite=" + hex.EncodeToString(sum[:]) + " " + ldflags
	return goBuild(ctx, filepath.Join(dir, "andon"), "./pkg/cmd/andon", strings.TrimSpace(stamp), environment...)
}

// buildPlugin is apart from build: the demo does without it.
func buildPlugin(ctx context.Context, p *progress) error {
	p.step("building gpx_andon, the data source's back end")
	return goBuild(ctx, filepath.Join(binDir, "gpx_andon"), "./pkg", "")
}

func goBuild(ctx context.Context, out, pkg, ldflags string, environment ...string) error {
	return run(ctx, env(append(environment, "CGO_ENABLED=0")...), "go", "build", "-trimpath", "-ldflags", strings.TrimSpace("-s -w "+ldflags), "-o", out, pkg)
}

const (
	alertmanagerModule  = "github.com/prometheus/alertmanager/cmd/alertmanager"
	alertmanagerVersion = "v0.31.1" // the newest whose command builds from its module
)

func buildAlertmanager(ctx context.Context, p *progress) error {
	program := filepath.Join(binDir, "alertmanager")
	if out, err := exec.CommandContext(ctx, program, "--version").CombinedOutput(); err == nil && strings.Contains(string(out), strings.TrimPrefix(alertmanagerVersion, "v")) {
		p.step("Alertmanager " + alertmanagerVersion + " is there")
		return nil
	}
	p.step("building Alertmanager " + alertmanagerVersion + " (once; a minute or two)")
	if err := run(ctx, env("GOBIN="+absolute(binDir), "CGO_ENABLED=0"), "go", "install", "-trimpath",
		"-ldflags", "-s -w -X github.com/prometheus/common/version.Version="+strings.TrimPrefix(alertmanagerVersion, "v"),
		alertmanagerModule+"@"+alertmanagerVersion); err != nil {
		return err
	}
	return nil
}
