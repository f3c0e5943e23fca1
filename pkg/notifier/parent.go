package notifier

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// parentCheck is how often a notifier looks whether its host still lives.
const parentCheck = 500 * time.Millisecond

// watchParent returns a channel that is closed when the process's parent is
// not, or no longer, its host. A process whose parent dies is given another
// parent, so the parent's id tells; the end of standard input would not, since
// what stands there is none of the host's doing.
func watchParent(ctx context.Context, every time.Duration) <-chan struct{} {
	host, err := strconv.Atoi(os.Getenv(hostPIDKey))
	if err != nil {
		// A host that does not name itself: whoever is the parent now.
		host = os.Getppid()
	}
	gone := make(chan struct{})
	go func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for os.Getppid() == host {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
		close(gone)
	}()
	return gone
}

// removeSockets removes the socket that a dead host can no longer remove, and
// its folder if nothing else is in it.
func removeSockets(dir string) {
	if dir == "" {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.Type() == os.ModeSocket {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	_ = os.Remove(dir)
}
