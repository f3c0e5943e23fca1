// Package rig starts the real programs for end-to-end tests, the demo and the
// benchmarks: Alertmanager, the bridge with its notifier, virtual towers; and
// it plays Amazon SNS with a key of its own. Everything listens on loopback.
package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Process is a running program.
type Process struct {
	Name string
	cmd  *exec.Cmd
	out  *tail
	done chan struct{}
	err  error
}

// Start runs a program. Its output is kept, the last of it, and written to a
// file in dir named after it.
func Start(dir, name, path string, env []string, args ...string) (*Process, error) {
	log, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &Process{Name: name, out: &tail{file: log}, done: make(chan struct{})}
	p.cmd = exec.Command(path, args...)
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", name, err), log.Close())
	}
	go func() {
		p.err = p.cmd.Wait()
		_ = log.Close()
		close(p.done)
	}()
	return p, nil
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Signal sends a signal.
func (p *Process) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Kill ends the process as kill -9 does, and waits.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stopWithin is how long a process may take to end when it is asked to.
const stopWithin = 15 * time.Second

// Stop asks the process to end and waits; one that does not is killed, which
// is an error.
func (p *Process) Stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		if p.err != nil {
			return fmt.Errorf("%s: %w\n%s", p.Name, p.err, p.Output())
		}
		return nil
	case <-time.After(stopWithin):
		p.Kill()
		return fmt.Errorf("%s did not stop within %s\n%s", p.Name, stopWithin, p.Output())
	}
}

// Output is the last of what the process printed.
func (p *Process) Output() string { return p.out.String() }

// tail keeps the last bytes written.
type tail struct {
	mu   sync.Mutex
	file *os.File
	kept []byte
}

const tailBytes = 1 << 20

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - tailBytes; over > 0 {
		t.kept = bytes.Clone(t.kept[over:])
	}
	_, _ = t.file.Write(b)
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}

// FreeAddress returns a loopback address that nobody listens on now. Its port
// is below those that systems give to outgoing connections (from 32768 on
// Linux, 49152 elsewhere): one of them must not take it while a program that
// is started again is down.
func FreeAddress() (string, error) {
	const lowest, end, tries = 10240, 32768, 100
	var err error
	for range tries {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", lowest+rand.IntN(end-lowest))); err == nil {
			return l.Addr().String(), l.Close()
		}
	}
	return "", fmt.Errorf("find a free port: %w", err)
}

// Until waits for a condition, asking every few milliseconds. The error tells
// what was waited for.
func Until(ctx context.Context, what string, condition func() bool) error {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s: %w", what, context.Cause(ctx))
		case <-ticker.C:
		}
	}
	return nil
}

// Answers reports whether a URL answers 200.
func Answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// upWithin is how long a program may take to come up.
const upWithin = 30 * time.Second

// up waits until a process answers at a URL, or has ended.
func (p *Process) up(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, upWithin, fmt.Errorf("not within %s", upWithin))
	defer cancel()
	ended := false
	err := Until(ctx, p.Name+" answers", func() bool {
		select {
		case <-p.done:
			ended = true
			return true
		default:
			return Answers(ctx, url)
		}
	})
	if ended {
		err = fmt.Errorf("%s ended: %w", p.Name, p.err)
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, p.Output())
	}
	return nil
}
