package notifier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin/runner"
)

// pipeGrace is how long what a dead notifier wrote last is still read, where
// a process it left behind keeps its pipes open.
const pipeGrace = 500 * time.Millisecond

// process is one notifier process, as go-plugin runs it. go-plugin's own
// runner hands out neither the moment of exit (a grandchild that holds the
// pipes hides it) nor, without a race, the process while it starts; it also
// gives the child the host's standard input. This one does better, and lets
// go-plugin put the socket into a folder of its choice.
type process struct {
	path           string
	cmd            *exec.Cmd
	stdout, stderr *pipe

	mu      sync.Mutex
	started bool
	killed  bool
	pid     int

	exited chan struct{} // closed when the process is gone
	closed chan struct{} // closed when its pipes are too
	err    error         // how it ended; valid once exited is closed
}

var _ runner.Runner = (*process)(nil)

// newProcess prepares a process with an environment of env and nothing else.
func newProcess(path string, env []string) (*process, error) {
	p := &process{path: path, exited: make(chan struct{}), closed: make(chan struct{})}
	stdout, outW, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe for notifier: %w", err)
	}
	stderr, errW, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make pipe for notifier: %w", err), stdout.Close(), outW.Close())
	}
	p.stdout, p.stderr = newPipe(stdout), newPipe(stderr)
	p.cmd = exec.Command(path)
	p.cmd.Env = append(env, hostPIDKey+"="+strconv.Itoa(os.Getpid()))
	p.cmd.Stdout, p.cmd.Stderr = outW, errW
	ownGroup(p.cmd)
	return p, nil
}

// Start starts the process, unless it was killed before.
func (p *process) Start(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	outW, errW := p.cmd.Stdout.(*os.File), p.cmd.Stderr.(*os.File)
	defer outW.Close()
	defer errW.Close()
	err := errors.New("ended before it was started")
	if !p.killed {
		err = p.cmd.Start()
	}
	if err != nil {
		_ = p.stdout.Close()
		_ = p.stderr.Close()
		close(p.exited)
		close(p.closed)
		return fmt.Errorf("start notifier: %w", err)
	}
	p.started = true
	p.pid = p.cmd.Process.Pid
	go p.reap()
	return nil
}

// reap waits for the process, ends what it left behind, and closes the pipes.
func (p *process) reap() {
	p.err = p.cmd.Wait()
	close(p.exited)
	killGroup(p.pid)
	timer := time.NewTimer(pipeGrace)
	defer timer.Stop()
	for _, r := range []*pipe{p.stdout, p.stderr} {
		select {
		case <-r.drained:
		case <-timer.C:
			timer.Reset(0)
		}
		_ = r.Close()
	}
	close(p.closed)
}

// Wait waits until the process is gone.
func (p *process) Wait(context.Context) error {
	<-p.exited
	return p.err
}

// Kill ends the process and what it started, stopped or not. It may be called
// at any time and again.
func (p *process) Kill(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killed = true
	if !p.started {
		return nil
	}
	select {
	case <-p.exited:
		return nil
	default:
	}
	killGroup(p.pid)
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill notifier: %w", err)
	}
	return nil
}

// Stdout carries the handshake.
func (p *process) Stdout() io.ReadCloser { return p.stdout }

// Stderr carries the log.
func (p *process) Stderr() io.ReadCloser { return p.stderr }

// Name is the path of the executable.
func (p *process) Name() string { return p.path }

// ID is never empty: go-plugin takes an empty one for a process that needs no
// cleaning up, and would leave the socket's folder behind.
func (p *process) ID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strconv.Itoa(p.pid)
}

// Diagnose names what may be wrong with an executable that does not speak.
func (p *process) Diagnose(context.Context) string {
	return "it printed no handshake: is it a notifier, built for this machine and executable?"
}

// PluginToHost and HostToPlugin: both run in the same file system.
func (p *process) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

func (p *process) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// pipe is a pipe's reading end that tells when nothing more comes.
type pipe struct {
	f       *os.File
	once    sync.Once
	drained chan struct{}
}

func newPipe(f *os.File) *pipe { return &pipe{f: f, drained: make(chan struct{})} }

func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.f.Read(b)
	if err != nil {
		p.once.Do(func() { close(p.drained) })
		// A pipe that was closed at this end is at its end, not broken.
		err = io.EOF
	}
	return n, err
}

func (p *pipe) Close() error { return p.f.Close() }
