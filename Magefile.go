//go:build mage

// The project's commands: go tool mage -l lists them. It needs Go, and Node for
// the front end (magefile_front.go); what a command needs beyond that it
// installs or names.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/magefile/mage/mg"
)

// Default is what go tool mage does alone.
var Default = Build

const (
	binDir              = "bin"
	alertmanagerModule  = "github.com/prometheus/alertmanager/cmd/alertmanager"
	alertmanagerVersion = "v0.31.1" // the newest whose command builds from its module
)

// mageFiles are this program.
var mageFiles = []string{"Magefile.go", "magefile_front.go", "magefile_package.go"}

// Demo runs the main job on this machine: Alertmanager, bridge, two virtual
// towers, and a story; where Node is there, the data source's front end on a
// fake AWS, too. ONCE=1 tells the story alone and ends.
func Demo(ctx context.Context) error {
	p := newProgress("demo", 7)
	if err := build(ctx, p); err != nil {
		return err
	}
	environment := env("ANDON_BIN=" + absolute(binDir))
	if os.Getenv("ONCE") != "1" && nodeMissing(ctx) == nil {
		if err := errors.Join(buildPlugin(ctx, p), buildFront(ctx, p)); err != nil {
			fmt.Println("WITHOUT the page to try a query, which could not be built:", err)
		} else {
			environment = append(environment, "ANDON_WORKBENCH="+absolute("."))
		}
	}
	p.step(fmt.Sprintf("telling the story (Ctrl-C ends it; from elsewhere: kill %d)", os.Getpid()))
	c := exec.Command(filepath.Join(binDir, "andon-demo"))
	c.Env, c.Stdout, c.Stderr = environment, os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go passOn(ctx, c.Process, ended)
	err := c.Wait()
	close(ended)
	return failed(c, err)
}

// passOn ends a process when this one is told to end, or when mage is gone:
// otherwise the demo would outlive "go tool mage demo". An interrupt that is
// sent to the process of "go tool mage" alone ends there: mage takes it and
// passes nothing on. A terminal's Ctrl-C reaches all of them.
func passOn(ctx context.Context, p *os.Process, ended <-chan struct{}) {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(told)
	parent := os.Getppid()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		select {
		case <-ended:
			return
		case <-ctx.Done():
		case <-told:
		case <-look.C:
			if os.Getppid() == parent {
				continue
			}
		}
		_ = p.Signal(os.Interrupt) // it may have ended meanwhile
		<-ended
		return
	}
}

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

// --- building

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

// --- checking

func lint(ctx context.Context, p *progress, missing []systemPackage) error {
	p.step("go vet")
	if err := run(ctx, nil, "go", "vet", "./pkg/..."); err != nil {
		return err
	}
	if err := run(ctx, nil, "go", append([]string{"vet", "-tags=mage"}, mageFiles...)...); err != nil {
		return err
	}
	p.step("staticcheck")
	if err := run(ctx, nil, "go", "tool", "-modfile=tools/go.mod", "staticcheck", "./pkg/..."); err != nil {
		return err
	}
	p.step("gofumpt, generated code")
	out, err := output(ctx, nil, "go", append([]string{"tool", "-modfile=tools/go.mod", "gofumpt", "-l", "pkg"}, mageFiles...)...)
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

// --- what the system must have

// systemPackage is a Debian package, the command that shows it is there, and
// what cannot be done without it.
type systemPackage struct{ pkg, file, what string }

var needed = []systemPackage{
	{"protobuf-compiler", "/usr/bin/protoc", "the check that the notifier protocol's code is generated"},
	{"libprotobuf-dev", "/usr/include/google/protobuf/timestamp.proto", "the check that the notifier protocol's code is generated"},
	{"chromium", "/usr/bin/chromium", "the front end's tests in a browser"},
	{"fonts-noto-cjk", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "Japanese text in the front end's tests and pictures"},
}

// lacks reports whether a package is among those that are missing.
func lacks(missing []systemPackage, pkg string) bool {
	return slices.ContainsFunc(missing, func(m systemPackage) bool { return m.pkg == pkg })
}

// systemPackages installs what is missing where it may, and returns what is
// missing still. With CI=true that is an error.
func systemPackages(ctx context.Context, p *progress) ([]systemPackage, error) {
	p.step("system packages")
	missing := absent()
	if len(missing) > 0 && os.Getuid() == 0 {
		if _, err := exec.LookPath("apt-get"); err == nil {
			names := []string{}
			for _, m := range missing {
				names = append(names, m.pkg)
			}
			apt := env("DEBIAN_FRONTEND=noninteractive")
			if _, err := output(ctx, apt, "apt-get", append([]string{"install", "-y", "-q", "--no-install-recommends"}, names...)...); err != nil {
				if _, err := output(ctx, apt, "apt-get", "update", "-q"); err != nil {
					return nil, err
				}
				if _, err := output(ctx, apt, "apt-get", append([]string{"install", "-y", "-q", "--no-install-recommends"}, names...)...); err != nil {
					return nil, err
				}
			}
		}
	}
	missing = absent()
	if len(missing) > 0 && os.Getenv("CI") == "true" {
		return nil, missingError(missing)
	}
	return missing, nil
}

func absent() []systemPackage {
	var missing []systemPackage
	for _, n := range needed {
		if _, err := os.Stat(n.file); err != nil {
			missing = append(missing, n)
		}
	}
	return missing
}

func missingError(missing []systemPackage) error {
	if len(missing) == 0 {
		return nil
	}
	names := []string{}
	for _, m := range missing {
		names = append(names, m.pkg)
	}
	return fmt.Errorf("these packages are missing: %s (Debian: apt-get install %s)", strings.Join(names, ", "), strings.Join(names, " "))
}

// --- running

// progress says which step of how many runs, and how long it has taken so far.
type progress struct {
	name    string
	at, all int
	start   time.Time
}

func newProgress(name string, steps int) *progress {
	return &progress{name: name, all: steps, start: time.Now()}
}

func (p *progress) step(what string) {
	p.at++
	fmt.Printf("[%s %d/%d, %s] %s\n", p.name, p.at, max(p.at, p.all), time.Since(p.start).Round(time.Second), what)
}

func (p *progress) done() {
	fmt.Printf("[%s done in %s]\n", p.name, time.Since(p.start).Round(time.Second))
}

func env(more ...string) []string { return append(os.Environ(), more...) }

func run(ctx context.Context, environment []string, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Env, c.Stdout, c.Stderr = environment, os.Stdout, os.Stderr
	return failed(c, c.Run())
}

// output runs a command and returns what it printed on standard output; what
// it printed is shown where it fails.
func output(ctx context.Context, environment []string, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = environment
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%w\n%s%s", failed(c, err), out, errs.String())
	}
	return string(out), nil
}

func failed(c *exec.Cmd, err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return mg.Fatalf(exit.ExitCode(), "%s: %v", strings.Join(c.Args[:min(len(c.Args), 4)], " "), err)
	}
	return err
}

// last returns the last lines of a text.
func last(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n") + "\n"
}

func absolute(path string) string {
	a, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return a
}
