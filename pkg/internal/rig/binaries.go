package rig

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
)

// Binaries are the programs to start.
type Binaries struct {
	Andon, Notifier, Alertmanager string
}

// AlertmanagerVersion is the newest whose command builds from its module.
const AlertmanagerVersion = "v0.31.1"

var find = sync.OnceValues(findBinaries)

// Find returns the programs in the folder that the environment variable
// ANDON_BIN names; without it they are built into the project's bin folder.
func Find() (Binaries, error) { return find() }

func findBinaries() (Binaries, error) {
	dir := os.Getenv("ANDON_BIN")
	if dir == "" {
		_, here, _, _ := runtime.Caller(0)
		root := filepath.Join(filepath.Dir(here), "..", "..", "..")
		dir = filepath.Join(root, "bin")
		if err := Build(context.Background(), root, dir, func(string) {}); err != nil {
			return Binaries{}, err
		}
	}
	b := Binaries{filepath.Join(dir, "andon"), filepath.Join(dir, "andon-notifier-patlite"), filepath.Join(dir, "alertmanager")}
	for _, path := range []string{b.Andon, b.Notifier, b.Alertmanager} {
		if _, err := os.Stat(path); err != nil {
			return Binaries{}, fmt.Errorf("find programs: %w; build them with: go tool mage build", err)
		}
	}
	return b, nil
}

// Build builds the bridge with its notifier, and Alertmanager, into a folder.
// say is told each step.
func Build(ctx context.Context, root, dir string, say func(string)) error {
	say("building andon-notifier-patlite")
	notifier := filepath.Join(dir, "andon-notifier-patlite")
	if err := goBuild(ctx, root, notifier, "./pkg/cmd/andon-notifier-patlite", "-s -w"); err != nil {
		return err
	}
	data, err := os.ReadFile(notifier)
	if err != nil {
		return fmt.Errorf("stamp the notifier: %w", err)
	}
	sum := sha256.Sum256(data)
	say("building andon")
	stamp := "-s -w -X main.bundled=patlite=" + hex.EncodeToString(sum[:])
	if err := goBuild(ctx, root, filepath.Join(dir, "andon"), "./pkg/cmd/andon", stamp); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "alertmanager")); err == nil {
		return nil
	}
	say("building Alertmanager " + AlertmanagerVersion + " (once; a few minutes on a fresh machine)")
	install := exec.CommandContext(ctx, "go", "install", "github.com/prometheus/alertmanager/cmd/alertmanager@"+AlertmanagerVersion)
	install.Dir = os.TempDir()
	install.Env = append(os.Environ(), "GOBIN="+dir, "CGO_ENABLED=0", "GOFLAGS=-trimpath")
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("build Alertmanager: %w\n%s", err, out)
	}
	return nil
}

func goBuild(ctx context.Context, root, out, pkg, ldflags string) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", out, pkg)
	c.Dir = root
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", pkg, err, text)
	}
	return nil
}
