// Command andon-notifier-patlite is the bridge's notifier for PATLITE signal
// towers: package patlite behind package notifier. The bridge starts it; by
// hand it only tells its version and what it is. Exit status: see
// notifier.Main.
package main

import "github.com/andonhq/andon/pkg/notifier"

// version is set at build time with -ldflags "-X main.version=…".
var version string

func main() {
	notifier.Main(notifier.Program{
		Name:    "andon-notifier-patlite",
		About:   "the driver of PATLITE signal towers",
		Version: version,
		Factory: factory{},
	})
}
