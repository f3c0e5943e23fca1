package notifier

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"time"

	"github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/emptypb"
)

// How long an orderly end may take: the request for it, and the exit.
const (
	shutdownDeadline = 500 * time.Millisecond
	exitDeadline     = time.Second
)

// shutdownMethod is go-plugin's; its package for it is internal.
const shutdownMethod = "/plugin.GRPCController/Shutdown"

// child is one run of a notifier: go-plugin's client is good for one start
// only, and so is a child.
type child struct {
	*Client
	process *process
	plugin  *plugin.Client
	conn    *grpc.ClientConn
	words   *lastWords
	pid     int
}

// launch says how a child is started.
type launch struct {
	path, sha256, socketDir string
	timeout                 time.Duration
	log                     *slog.Logger
}

// start starts a child and returns when it speaks gRPC. The end of ctx during
// the start ends the child; afterwards only kill and shutdown do.
func (l launch) start(ctx context.Context) (_ *child, err error) {
	if err := verify(l.path, l.sha256); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, l.timeout, fmt.Errorf("it did not speak within %v", l.timeout))
	defer cancel()
	c := &child{words: &lastWords{}}
	endsStart := func() bool { return true }
	c.plugin = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: map[int]plugin.PluginSet{protocolVersion: {pluginName: &glue{}}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true,
		StartTimeout:     l.timeout,
		// go-plugin's SecureConfig looks at Cmd only, which it does not allow
		// beside RunnerFunc; its TempDir works with RunnerFunc only.
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: l.socketDir},
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, dir string) (runner.Runner, error) {
			p, err := newProcess(l.path, cmd.Env)
			if err != nil {
				return nil, errors.Join(err, os.RemoveAll(dir))
			}
			c.process = p
			endsStart = context.AfterFunc(ctx, func() { _ = p.Kill(ctx) })
			return p, nil
		},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)),
		},
		Logger:     newPluginLog(l.log),
		Stderr:     c.words,
		SyncStdout: strayOutput{l.log, "stdout"},
		SyncStderr: strayOutput{l.log, "stderr"},
	})
	protocol, err := c.plugin.Client()
	if !endsStart() {
		err = context.Cause(ctx)
	}
	if err != nil {
		c.kill()
		return nil, fmt.Errorf("start notifier %s: %w", l.path, c.explain(err))
	}
	c.pid = c.process.pid
	c.conn = protocol.(*plugin.GRPCClient).Conn
	c.Client = newClient(c.conn)
	return c, nil
}

// kill ends the process at once, stopped or wedged as it may be, and cleans up
// after it. go-plugin's Kill comes second: it asks the process first and has
// no deadline for the answer.
func (c *child) kill() {
	if c.process != nil {
		_ = c.process.Kill(context.Background())
	}
	c.plugin.Kill()
	if c.process != nil {
		<-c.process.closed
	}
}

// shutdown lets the process end by itself, for a moment. It ends go-plugin's
// way of asking after a deadline, which its own Kill does not.
func (c *child) shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownDeadline)
	defer cancel()
	// The answer is often cut off, since the server ends before it is sent.
	_ = c.conn.Invoke(ctx, shutdownMethod, &emptypb.Empty{}, &emptypb.Empty{})
	timer := time.NewTimer(exitDeadline)
	defer timer.Stop()
	select {
	case <-c.process.exited:
	case <-timer.C:
	}
	c.kill()
}

// exit says how a process ended that was not told to.
func (c *child) exit() error {
	<-c.process.closed // until then its last words may be under way
	err := errors.New("ended without being told to")
	if c.process.err != nil {
		err = fmt.Errorf("ended: %w", c.process.err)
	}
	return c.explain(err)
}

func (c *child) explain(err error) error {
	if words := c.words.String(); words != "" {
		return fmt.Errorf("%w: %s", err, words)
	}
	return err
}

// ping asks go-plugin's health service. go-plugin's own Ping has no deadline.
func (c *child) ping(ctx context.Context) error {
	r, err := grpc_health_v1.NewHealthClient(c.conn).Check(ctx,
		&grpc_health_v1.HealthCheckRequest{Service: plugin.GRPCServiceName})
	if err != nil {
		return fmt.Errorf("ping notifier: %w", err)
	}
	if r.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		return fmt.Errorf("ping notifier: health is %v", r.GetStatus())
	}
	return nil
}
