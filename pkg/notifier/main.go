package notifier

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// Exit statuses of a notifier.
const (
	exitOK       = 0 // ended by its host, or --help, --version
	exitFailed   = 1 // could not serve
	exitByHand   = 2 // started by hand, or with an argument it does not know
	exitOrphaned = 3 // its host is gone
)

// Program is an executable that is a notifier.
type Program struct {
	// Name is that of the executable.
	Name string
	// About says in a few words which towers it drives.
	About string
	// Version is printed by --version; empty: that of the Go build.
	Version string
	Factory Factory
}

// Main is the main function of a notifier: it serves the host that started
// it, and tells somebody who started it by hand what it is. It does not
// return. Exit status: 0 ended by its host, or --help or --version; 1 it could
// not serve; 2 started by hand, or with an unknown argument; 3 its host is
// gone.
func Main(p Program) {
	if status, done := byHand(p, os.Args[1:], StartedByHost(), os.Stdout, os.Stderr); done {
		os.Exit(status)
	}
	if !Serve(p.Factory) {
		os.Exit(exitFailed)
	}
	os.Exit(exitOK)
}

// byHand answers a person; done is false where a host waits to be served.
func byHand(p Program, args []string, host bool, stdout, stderr io.Writer) (status int, done bool) {
	switch {
	case len(args) == 1 && args[0] == "--version":
		fmt.Fprintf(stdout, "%s %s (notifier protocol %d)\n", p.Name, p.version(), protocolVersion)
		return exitOK, true
	case len(args) == 1 && (args[0] == "--help" || args[0] == "-h"):
		p.usage(stdout)
		return exitOK, true
	case len(args) > 0:
		fmt.Fprintf(stderr, "%s: unknown argument %q\n\n", p.Name, args[0])
		p.usage(stderr)
		return exitByHand, true
	case !host:
		p.usage(stderr)
		return exitByHand, true
	}
	return exitOK, false
}

func (p Program) usage(w io.Writer) {
	fmt.Fprintf(w, `%[1]s %[2]s: %[3]s.

This program is a notifier of the Andon bridge. The bridge starts it, watches
it and ends it; started by hand it does nothing.

  andon serve --help        run the bridge
  andon check --help        check its configuration, towers included
  andon tower test NAME     light every lamp of a tower for a moment

Options:
  --version   print the version
  --help      print this text

Exit status:
  0  ended by the bridge, or --help or --version
  1  could not serve the bridge; standard error says why
  2  started by hand, or with an unknown argument
  3  the bridge is gone
`, p.Name, p.version(), p.About)
}

func (p Program) version() string {
	if p.Version != "" {
		return p.Version
	}
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "(unknown version)"
}
