package journal

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// TestTheLogIsBroughtOver commits more than the log's bound and expects that
// the log began anew meanwhile, nothing being lost.
func TestTheLogIsBroughtOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "andon.db")
	j, _, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("x", 1<<20)
	const entries = 200 // MiB
	for i := range uint64(entries) {
		e := alert.Entry{Change: i + 1, At: time.Unix(1, 0), Kind: alert.Recorded, Identity: "a", Original: text}
		if err := j.Commit(t.Context(), &Batch{Entries: []alert.Entry{e}}); err != nil {
			t.Fatal(err)
		}
		j.checkpointIfDue(t.Context())
	}
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > logBound+4<<20 {
		t.Errorf("the log has grown to %d bytes", info.Size())
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j, c, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if c.Last != entries {
		t.Errorf("%d entries are left of %d", c.Last, entries)
	}
}
