// Package notifier is the plugin protocol between the bridge and the child
// processes that drive signal towers: the host side, which starts a notifier,
// watches it and starts it again (Host, Ask), and the serving side, which
// gives a set of drivers everything a notifier needs (Main, Serve, Factory,
// Driver). The contract itself is proto/notifier.proto.
//
// The bridge's daemon and `andon check` use the host side; the notifiers under
// pkg/cmd use the serving side. The package decides nothing about lights: only
// the host's Apply says what a tower shall show, and the notifier reports what
// it sees. It never opens the tower's protocol itself, keeps no state on disk
// and queues nothing.
//
// # For authors of notifiers in other languages
//
// A notifier is an executable that speaks hashicorp/go-plugin's handshake
// (core version 1, application version 1, gRPC, plugin name "notifier") and
// serves notifier.proto beside go-plugin's health service. It prints nothing
// on standard output but the handshake line; what it writes to standard error
// is logged, as level, message and fields where it is hclog's JSON. It gets no
// environment but go-plugin's and ANDON_HOST_PID, and must end by itself when
// its parent is no longer that process, since nothing else ends it when the
// host is killed; the end of its standard input means nothing. A wrapper
// script must exec it.
package notifier
