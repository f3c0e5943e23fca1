// Package e2e_test shows with the real programs that the whole path works:
// Alertmanager → andon serve → its notifier → virtual towers, over real
// sockets. Every scenario has programs, a folder and towers of its own. It
// tells what the towers are to show; a state that no line told fails it.
//
// Only loopback is used, and nothing is judged by how long it took: what is
// waited for has a generous deadline.
package e2e_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/andonhq/andon/pkg/internal/rig"
)

// programs are what the scenarios start.
var programs rig.Binaries

func TestMain(m *testing.M) {
	flag.Parse()
	if run := flag.Lookup("test.run"); testing.Short() && run.Value.String() == "" {
		if err := run.Value.Set("^TestFiringAndResolved$"); err != nil {
			panic(err)
		}
	}
	var err error
	if programs, err = rig.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
