//go:build mage

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// The front end: what needs Node. Without it the rest is built and tested, and
// what was left out is told at the end.

const nodeMajor = 20

// nodeMissing tells why the front end cannot be built here; nil: it can.
func nodeMissing(ctx context.Context) error {
	text, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return fmt.Errorf("the front end needs Node %d or later and npm (Debian: apt-get install nodejs npm): %w", nodeMajor, err)
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(string(text)), "v"), ".")
	if n, err := strconv.Atoi(major); err != nil || n < nodeMajor {
		return fmt.Errorf("the front end needs Node %d or later, this is %s", nodeMajor, strings.TrimSpace(string(text)))
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return fmt.Errorf("the front end needs npm (Debian: apt-get install npm): %w", err)
	}
	return nil
}

// nodeHere reports whether the front end can be built; in CI it must be.
func nodeHere(ctx context.Context) (bool, error) {
	err := nodeMissing(ctx)
	if err != nil && os.Getenv("CI") == "true" {
		return false, err
	}
	return err == nil, nil
}

// installed installs the packages that package-lock.json names, where that has
// changed since.
func installed(ctx context.Context, p *progress) error {
	p.step("npm packages")
	lock, err := os.Stat("package-lock.json")
	if err != nil {
		return err
	}
	// npm writes this file last.
	if done, err := os.Stat(filepath.Join("node_modules", ".package-lock.json")); err == nil && !done.ModTime().Before(lock.ModTime()) {
		return nil
	}
	fmt.Println("  installing (a minute or two, once)")
	_, err = output(ctx, nil, "npm", "ci", "--no-audit", "--no-fund")
	return err
}

// npm runs scripts of package.json; what they print is shown where they fail.
func npm(ctx context.Context, scripts ...string) error {
	for _, s := range scripts {
		if _, err := output(ctx, nil, "npm", "run", "--loglevel=error", s); err != nil {
			return err
		}
	}
	return nil
}

// buildFront builds dist/, what Grafana loads, and the workbench's page and
// host.
func buildFront(ctx context.Context, p *progress) error {
	if err := installed(ctx, p); err != nil {
		return err
	}
	p.step("building the front end and the workbench")
	if err := npm(ctx, "build", "workbench:build"); err != nil {
		return err
	}
	return goBuild(ctx, filepath.Join(binDir, "andon-workbench"), "./pkg/cmd/andon-workbench", "")
}

// lintFront checks the front end's code without running it.
func lintFront(ctx context.Context, p *progress) error {
	p.step("the front end's types and lint")
	return npm(ctx, "typecheck", "lint")
}

// testFront tests the front end: its parts, then the whole in a browser.
func testFront(ctx context.Context, p *progress, missing []systemPackage) error {
	p.step("testing the front end")
	if err := npm(ctx, "test"); err != nil {
		return err
	}
	if lacks(missing, "chromium") {
		return nil
	}
	p.step("testing the front end in a browser")
	return npm(ctx, "test:browser")
}

// Workbench shows the data source's front end in a browser, with the real back
// end and a fake AWS behind it. It needs Node.
func Workbench(ctx context.Context) error {
	if err := nodeMissing(ctx); err != nil {
		return err
	}
	p := newProgress("workbench", 4)
	if err := buildPlugin(ctx, p); err != nil {
		return err
	}
	if err := buildFront(ctx, p); err != nil {
		return err
	}
	p.step("running (Ctrl-C ends it)")
	err := run(ctx, nil, filepath.Join(binDir, "andon-workbench"))
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Dashboards writes provisioning/grafana/dashboards anew.
func Dashboards(ctx context.Context) error {
	return run(ctx, nil, "go", "run", "./pkg/internal/dashboards")
}

// Screenshots takes the pictures of docs/images anew.
func Screenshots(ctx context.Context) error {
	if err := nodeMissing(ctx); err != nil {
		return err
	}
	p := newProgress("screenshots", 4)
	missing, err := systemPackages(ctx, p)
	if err != nil {
		return err
	}
	if lacks(missing, "chromium") || lacks(missing, "fonts-noto-cjk") {
		return errors.Join(missingError(missing))
	}
	if err := buildPlugin(ctx, p); err != nil {
		return err
	}
	if err := buildFront(ctx, p); err != nil {
		return err
	}
	return run(ctx, nil, "npm", "run", "--silent", "screenshots")
}
