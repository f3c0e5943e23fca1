//go:build mage

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// platforms are those that the archive has programs for.
var platforms = []string{"linux_amd64", "linux_arm64"}

// Package makes bin/andonhq-andon-datasource-VERSION.zip, what is unpacked into
// Grafana's plugin folder: front end, back end, bridge and notifier, dashboards,
// manual. The same commit gives the same bytes.
func Package(ctx context.Context) error {
	if err := nodeMissing(ctx); err != nil {
		return err
	}
	p := newProgress("package", 3+len(platforms))
	if err := installed(ctx, p); err != nil {
		return err
	}
	p.step("building the front end")
	if err := npm(ctx, "build"); err != nil {
		return err
	}
	stamp, err := releaseStamp(ctx)
	if err != nil {
		return err
	}
	for _, platform := range platforms {
		p.step("building the programs for " + platform)
		dir := filepath.Join(binDir, "release", platform)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		system, processor, _ := strings.Cut(platform, "_")
		// What git knows of the working tree would be in the programs otherwise.
		target := []string{"GOOS=" + system, "GOARCH=" + processor, "GOFLAGS=-buildvcs=false"}
		if err := buildBridge(ctx, dir, stamp, target...); err != nil {
			return err
		}
		if err := goBuild(ctx, filepath.Join(dir, "gpx_andon"), "./pkg", "", target...); err != nil {
			return err
		}
	}
	p.step("packing and checking")
	when, err := output(ctx, nil, "git", "log", "-1", "--format=%ct")
	if err != nil {
		return err
	}
	defer p.done()
	return run(ctx, nil, "go", "run", "./pkg/internal/release", "-time", strings.TrimSpace(when), "-out", binDir)
}

// releaseStamp is what tells a released andon its version, that of the plugin,
// and its commit.
func releaseStamp(ctx context.Context) (string, error) {
	text, err := os.ReadFile("plugin.json")
	if err != nil {
		return "", err
	}
	var plugin struct {
		Info struct {
			Version string `json:"version"`
		} `json:"info"`
	}
	if err := json.Unmarshal(text, &plugin); err != nil {
		return "", fmt.Errorf("plugin.json: %w", err)
	}
	commit, err := output(ctx, nil, "git", "rev-parse", "--short=12", "HEAD")
	if err != nil {
		return "", err
	}
	return "-X main.version=" + plugin.Info.Version + " -X main.commit=" + strings.TrimSpace(commit), nil
}
