//go:build mage

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/magefile/mage/mg"
)

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
