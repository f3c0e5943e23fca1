package notifier

import (
	"context"
	"os"

	hclog "github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// A notifier receives settings and states; nothing it is sent is large.
const maxMessage = 4 << 20

// Serve serves a notifier to the host that started this process and returns
// when the host has no more use for it. When the host is gone, killed or
// not, Serve ends the process within half a second. In a process that was not
// started by a Host it ends the process with status 1; see Main.
//
// Standard output belongs to the protocol from here on.
//
// It returns false where it could not serve; standard error says why.
func Serve(f Factory) bool { return serve(f, DefaultTiming) }

func serve(f Factory, timing Timing) (served bool) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ss := newStations(f, timing)
	defer ss.close()

	// go-plugin replaces os.Stderr; the logger keeps the real one.
	log := hclog.New(&hclog.LoggerOptions{Level: hclog.Info, Output: os.Stderr, JSONFormat: true})
	orphaned := watchParent(ctx, parentCheck)
	go func() {
		select {
		case <-orphaned:
			removeSockets(os.Getenv(plugin.EnvUnixSocketDir))
			os.Exit(exitOrphaned)
		case <-ctx.Done():
		}
	}()
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake,
		VersionedPlugins: map[int]plugin.PluginSet{
			protocolVersion: {pluginName: &glue{server: &server{factory: f, stations: ss, ended: ctx.Done()}}},
		},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			served = true
			return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(maxMessage))...)
		},
		Logger: log,
	})
	return served
}
