package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/notifier"
)

// bundled is stamped at build: "patlite=SHA256", separated by spaces.
var bundled = ""

// resolveNotifier finds a notifier's executable and the SHA-256 it must have:
// as configured, or bundled and lying beside this program.
func resolveNotifier(n bridge.NotifierConfig) (path, sha256 string, err error) {
	if n.Path != "" {
		return n.Path, n.SHA256, nil
	}
	for _, stamp := range strings.Fields(bundled) {
		if name, sum, _ := strings.Cut(stamp, "="); name == n.Name {
			sha256 = sum
		}
	}
	if sha256 == "" {
		return "", "", fmt.Errorf("this andon was built without the bundled notifier %s; name its path and sha256 in the configuration, or build with: go tool mage build", n.Name)
	}
	self, err := os.Executable()
	if err != nil {
		return "", "", fmt.Errorf("find the folder of this program: %w", err)
	}
	if real, err := filepath.EvalSymlinks(self); err == nil {
		self = real
	}
	path = filepath.Join(filepath.Dir(self), "andon-notifier-"+n.Name)
	if _, err := os.Stat(path); err != nil {
		return "", "", fmt.Errorf("the bundled notifier must lie beside andon: %w", err)
	}
	return path, sha256, nil
}

// askNotifier starts a notifier for a moment.
func askNotifier(ctx context.Context, n bridge.NotifierConfig, ask func(context.Context, bridge.Describer) error) error {
	path, sum, err := resolveNotifier(n)
	if err != nil {
		return err
	}
	return notifier.Ask(ctx, path, sum, func(ctx context.Context, c *notifier.Client) error { return ask(ctx, c) })
}
