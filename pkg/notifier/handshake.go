package notifier

import (
	"context"
	"errors"
	"os"

	plugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	pb "github.com/andonhq/andon/pkg/notifier/proto"
)

// What host and notifier must agree on before they speak gRPC. The cookie
// keeps people from starting a notifier by hand; it protects nothing.
const (
	protocolVersion = 1
	cookieKey       = "ANDON_NOTIFIER"
	cookieValue     = "andon.notifier.v1"
	pluginName      = "notifier"

	// hostPIDKey is the environment variable that tells a notifier the process
	// id of its host.
	hostPIDKey = "ANDON_HOST_PID"
)

var handshake = plugin.HandshakeConfig{
	ProtocolVersion:  protocolVersion,
	MagicCookieKey:   cookieKey,
	MagicCookieValue: cookieValue,
}

// StartedByHost tells whether this process was started by a Host, and so
// should Serve.
func StartedByHost() bool { return os.Getenv(cookieKey) == cookieValue }

// glue is the notifier as go-plugin sees it, at both ends.
type glue struct {
	plugin.NetRPCUnsupportedPlugin
	server pb.NotifierServer // at the serving side
}

var _ plugin.GRPCPlugin = (*glue)(nil)

func (g *glue) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	if g.server == nil {
		return errors.New("no notifier to serve")
	}
	pb.RegisterNotifierServer(s, g.server)
	return nil
}

func (g *glue) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return pb.NewNotifierClient(conn), nil
}
