//go:build mage

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// mageFiles are this program.
func mageFiles() ([]string, error) { return filepath.Glob("[Mm]agefile*.go") }

func lint(ctx context.Context, p *progress, missing []systemPackage) error {
	p.step("go vet")
	if err := run(ctx, nil, "go", "vet", "./pkg/..."); err != nil {
		return err
	}
	files, err := mageFiles()
	if err != nil {
		return err
	}
	if err := run(ctx, nil, "go", append([]string{"vet", "-tags=mage"}, files...)...); err != nil {
		return err
	}
	p.step("staticcheck")
	if err := run(ctx, nil, "go", "tool", "-modfile=tools/go.mod", "staticcheck", "./pkg/..."); err != nil {
		return err
	}
	p.step("gofumpt, generated code")
	out, err := output(ctx, nil, "go", append([]string{"tool", "-modfile=tools/go.mod", "gofumpt", "-l", "pkg"}, files...)...)
	if err != nil {
		return err
	}
	if out != "" {
		return fmt.Errorf("not formatted (go tool -modfile=tools/go.mod gofumpt -w pkg *.go):\n%s", out)
	}
	if lacks(missing, "protobuf-compiler") || lacks(missing, "libprotobuf-dev") {
		return nil
	}
	return generatedIsCurrent(ctx)
}

// generatedIsCurrent makes the generated code anew and compares.
func generatedIsCurrent(ctx context.Context) error {
	files, err := filepath.Glob("pkg/notifier/proto/*.pb.go")
	if err != nil {
		return err
	}
	before := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		before[f] = string(data)
	}
	if err := run(ctx, nil, "go", "generate", "./pkg/notifier/proto"); err != nil {
		return err
	}
	for f, was := range before {
		data, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		if string(data) != was {
			return fmt.Errorf("%s is not what its source gives; commit what go tool mage generate makes", f)
		}
	}
	return nil
}

// withoutRace are the packages in which no goroutines meet, or that start
// other programs only: the race detector would find nothing there and slow
// them down.
var withoutRace = []string{
	"/pkg/alert", "/pkg/lamp", "/pkg/config", "/pkg/text", "/pkg/mail", "/pkg/classify", "/pkg/board", "/pkg/tower",
	"/pkg/internal/e2e", "/pkg/internal/pluginhost", "/pkg/internal/layers", "/pkg/internal/bench", "/pkg/internal/dashboards", "/pkg/internal/release", "/pkg/cmd/andon-demo",
}

// packages splits the packages that have tests into those to test with the
// race detector and those without.
func packages(ctx context.Context) (race, plain []string, err error) {
	out, err := output(ctx, nil, "go", "list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}", "./pkg/...")
	if err != nil {
		return nil, nil, err
	}
next:
	for _, pkg := range strings.Fields(out) {
		for _, suffix := range withoutRace {
			if strings.HasSuffix(pkg, suffix) {
				plain = append(plain, pkg)
				continue next
			}
		}
		race = append(race, pkg)
	}
	return race, plain, nil
}

// fuzzAll runs every fuzz target for a while.
func fuzzAll(ctx context.Context, each time.Duration) (string, error) {
	out, err := output(ctx, nil, "go", "test", "-list=^Fuzz", "./pkg/...")
	if err != nil {
		return "", err
	}
	var targets []string
	var report strings.Builder
	for _, line := range strings.Split(out, "\n") {
		if strings.HasPrefix(line, "Fuzz") {
			targets = append(targets, line)
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "ok" {
			continue
		}
		for _, t := range targets {
			fmt.Printf("  fuzzing %s %s\n", fields[1], t)
			text, err := output(ctx, nil, "go", "test", "-run=^$", "-fuzz=^"+t+"$", "-fuzztime="+each.String(), fields[1])
			if err != nil {
				return "", err
			}
			report.WriteString(t + ": " + last(text, 3))
		}
		targets = nil
	}
	return report.String(), nil
}
