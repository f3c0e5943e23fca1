//go:build mage

// The project's commands: go tool mage -l lists them. It needs Go, and Node for
// the front end (magefile_front.go); what a command needs beyond that it
// installs or names.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Default is what go tool mage does alone.
var Default = Build

const binDir = "bin"

// Build builds andon, its notifier, the data source's back end, the demo, and
// the Alertmanager that tests and demo use, into bin; and the front end into
// dist.
func Build(ctx context.Context) error {
	front, err := nodeHere(ctx)
	if err != nil {
		return err
	}
	p := newProgress("build", 6)
	if err := build(ctx, p); err != nil {
		return err
	}
	if err := buildPlugin(ctx, p); err != nil {
		return err
	}
	if !front {
		fmt.Println("NOT BUILT:", nodeMissing(ctx))
		return nil
	}
	return buildFront(ctx, p)
}

// Test runs everything that is tested, lint first.
func Test(ctx context.Context) error {
	p := newProgress("test", 16)
	front, err := nodeHere(ctx)
	if err != nil {
		return err
	}
	missing, err := systemPackages(ctx, p)
	if err != nil {
		return err
	}
	if err := lint(ctx, p, missing); err != nil {
		return err
	}
	if err := build(ctx, p); err != nil {
		return err
	}
	if err := buildPlugin(ctx, p); err != nil {
		return err
	}
	if front {
		if err := buildFront(ctx, p); err != nil {
			return err
		}
		if err := lintFront(ctx, p); err != nil {
			return err
		}
		if err := testFront(ctx, p, missing); err != nil {
			return err
		}
	}
	with := env("ANDON_BIN=" + absolute(binDir))
	race, plain, err := packages(ctx)
	if err != nil {
		return err
	}
	p.step(fmt.Sprintf("testing %d packages with the race detector", len(race)))
	args := []string{"test", "-race", "-timeout=15m"}
	if err := run(ctx, with, "go", append(args, race...)...); err != nil {
		return err
	}
	p.step(fmt.Sprintf("testing %d packages, the end-to-end tests among them", len(plain)))
	if err := run(ctx, with, "go", append([]string{"test", "-timeout=20m"}, plain...)...); err != nil {
		return err
	}
	p.done()
	for _, m := range missing {
		fmt.Printf("NOT RUN for want of %s: %s\n", m.pkg, m.what)
	}
	if !front {
		fmt.Println("NOT RUN, the front end's tests:", nodeMissing(ctx))
	}
	return nil
}

// Lint checks the code without running it: go vet, staticcheck, gofumpt, and
// that generated code is what its source gives. The test of pkg/internal/layers
// keeps the imports in order.
func Lint(ctx context.Context) error {
	p := newProgress("lint", 5)
	missing, err := systemPackages(ctx, p)
	if err != nil {
		return err
	}
	defer p.done()
	return lint(ctx, p, missing)
}

// Bench measures the bridge and the data source and prints the figures.
// SECTIONS="intake lamp" runs some of them.
func Bench(ctx context.Context) error {
	p := newProgress("bench", 4)
	if err := build(ctx, p); err != nil {
		return err
	}
	p.step("measuring (about two minutes)")
	args := append([]string{"run", "./pkg/internal/bench"}, strings.Fields(os.Getenv("SECTIONS"))...)
	return run(ctx, env("ANDON_BIN="+absolute(binDir)), "go", args...)
}

// Soak runs the tests that count long: 500 crashes, fuzzing. Its result goes
// to docs/results.
func Soak(ctx context.Context) error {
	p := newProgress("soak", 5)
	if err := build(ctx, p); err != nil {
		return err
	}
	start := time.Now().UTC()
	p.step("killing the bridge 500 times under load")
	with := env("ANDON_BIN="+absolute(binDir), "ANDON_CRASHES=500")
	out, err := output(ctx, with, "go", "test", "-count=1", "-timeout=3h", "-v", "-run=TestCrash", "./pkg/internal/e2e")
	if err != nil {
		return err
	}
	p.step("fuzzing each decoder for a minute")
	fuzzed, err := fuzzAll(ctx, time.Minute)
	if err != nil {
		return err
	}
	report := fmt.Sprintf("# Soak of %s\n\n%s, %s/%s, %d CPUs\n\n## 500 crashes\n\n```\n%s```\n\n## Fuzzing, a minute each\n\n```\n%s```\n",
		start.Format("2006-01-02"), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), last(out, 12), fuzzed)
	file := filepath.Join("docs", "results", "soak-"+start.Format("2006-01-02")+".md")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	fmt.Println("the result is in", file)
	return os.WriteFile(file, []byte(report), 0o644)
}

// Generate makes the generated code anew.
func Generate(ctx context.Context) error {
	p := newProgress("generate", 2)
	if missing, err := systemPackages(ctx, p); err != nil || lacks(missing, "protobuf-compiler") || lacks(missing, "libprotobuf-dev") {
		return errors.Join(err, missingError(missing))
	}
	p.step("generating the notifier protocol")
	return run(ctx, nil, "go", "generate", "./pkg/...")
}
