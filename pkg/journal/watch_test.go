package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/alert"
)

// growing commits so much that the file grows, and brings the log over.
func growing(t *testing.T, j *Journal, from int) {
	t.Helper()
	b := &Batch{}
	for i := range 200 {
		a := typical(from + i)
		b.Alerts = append(b.Alerts, a)
		b.Entries = append(b.Entries, entry(from+i, a))
	}
	mustCommit(t, j, b)
	if _, err := j.read.ExecContext(t.Context(), "PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
		t.Fatal(err)
	}
	if err := j.Lost(); err != nil {
		t.Fatalf("by its own checkpoint: %v", err)
	}
}

func bytesOf(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// TestALostJournalTakesNothing: what is committed to a file that is not there at
// the next start is not durable.
func TestALostJournalTakesNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, path string, old []byte)
		says  string
		mend  func(t *testing.T, path string) // nil: only a start does
	}{
		{
			"removed", func(t *testing.T, path string, _ []byte) { rename(t, path, path+".aside") }, "andon.db is gone",
			func(t *testing.T, path string) { rename(t, path+".aside", path) },
		},
		{
			"its folder moved", func(t *testing.T, path string, _ []byte) { rename(t, filepath.Dir(path), filepath.Dir(path)+".aside") }, "andon.db is gone",
			func(t *testing.T, path string) { rename(t, filepath.Dir(path)+".aside", filepath.Dir(path)) },
		},
		{"replaced", func(t *testing.T, path string, old []byte) {
			write(t, path+".backup", old)
			rename(t, path+".backup", path)
		}, "andon.db has been replaced", nil},
		{"the log removed", func(t *testing.T, path string, _ []byte) { rename(t, path+"-wal", path+".aside") }, "andon.db-wal is gone", nil},
		{"the index replaced", func(t *testing.T, path string, old []byte) {
			write(t, path+".other", old)
			rename(t, path+".other", path+"-shm")
		}, "andon.db-shm has been replaced", nil},
		{"an older copy written over it", func(t *testing.T, path string, old []byte) { write(t, path, old) }, "an older copy was written over", nil},
		{"emptied", func(t *testing.T, path string, _ []byte) { write(t, path, nil) }, "has been cut off", nil},
		{"another file written over it", func(t *testing.T, path string, _ []byte) {
			write(t, path, []byte(strings.Repeat("no journal ", 1000)))
		}, "something else was written", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "andon", "andon.db")
			if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			j, _ := mustOpen(t, path)
			if len(j.watched.aside) != 2 {
				t.Fatalf("watches %v", j.watched.aside)
			}
			growing(t, j, 1)
			old := bytesOf(t, path)
			growing(t, j, 1000)

			c.spoil(t, path, old)
			b := &Batch{Alerts: []*alert.Alert{typical(9000)}}
			err := j.Commit(t.Context(), b)
			if !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v", err)
			}
			if advice := Advice(path, err); !strings.Contains(advice, path) || !strings.Contains(advice, "back where they were") {
				t.Errorf("advice: %s", advice)
			}
			if c.mend != nil {
				c.mend(t, path)
				mustCommit(t, j, b)
				mustClose(t, j)
				j, contents := mustOpen(t, path)
				defer mustClose(t, j)
				if len(contents.Alerts) != 401 {
					t.Errorf("%d alerts after the file came back", len(contents.Alerts))
				}
				return
			}
			if _, statErr := os.Stat(path + "-wal"); statErr == nil {
				before := bytesOf(t, path)
				j.checkpoints.size.Store(0)
				j.checkpointIfDue(t.Context())
				if string(bytesOf(t, path)) != string(before) {
					t.Error("a checkpoint wrote into a file that is not ours")
				}
			}
			_ = j.Close() // of a file that was spoilt
		})
	}
}

// What others may do with an open journal is no loss: back it up, look into it,
// make it smaller.
func TestWhatIsNoLoss(t *testing.T) {
	path := filepath.Join(t.TempDir(), "andon.db")
	j, _ := mustOpen(t, path)
	defer mustClose(t, j)
	growing(t, j, 1)
	mustCommit(t, j, &Batch{Forget: identities(1, 150)})
	for _, sql := range []string{"VACUUM INTO '" + path + ".backup'", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "SELECT count(*) FROM alerts"} {
		script(t, path, sql)
		if err := j.Lost(); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
		mustCommit(t, j, &Batch{Alerts: []*alert.Alert{typical(5000)}})
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	growing(t, j, 2000)
}

func identities(from, to int) (ids []alert.Identity) {
	for i := from; i < to; i++ {
		ids = append(ids, typical(i).Identity)
	}
	return ids
}

func BenchmarkLost(b *testing.B) {
	j, _, err := Open(b.Context(), filepath.Join(b.TempDir(), "andon.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	for b.Loop() {
		if err := j.Lost(); err != nil {
			b.Fatal(fmt.Errorf("lost: %w", err))
		}
	}
}

// TestWhatSQLiteGoesOnWith: andon must not stop for what SQLite goes on with.
func TestWhatSQLiteGoesOnWith(t *testing.T) {
	t.Run("auto_vacuum set by hand", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "andon.db")
		j, _ := mustOpen(t, path)
		growing(t, j, 1)
		mustClose(t, j)
		script(t, path, "PRAGMA auto_vacuum = FULL; VACUUM")
		j, _ = mustOpen(t, path)
		defer mustClose(t, j)
		growing(t, j, 1000)
		before := len(bytesOf(t, path))
		script(t, path, "DELETE FROM history; PRAGMA wal_checkpoint(TRUNCATE)")
		if after := len(bytesOf(t, path)); after >= before {
			t.Fatalf("the file has not shrunk: %d bytes, then %d", before, after)
		}
		if err := j.Lost(); err != nil {
			t.Error(err)
		}
	})
	t.Run("the folder closed to others", func(t *testing.T) {
		if os.Geteuid() == 0 {
			// Nothing is closed to root: what the system says is what counts here.
			if err := same(string([]byte{'x', 0}), nil); err != nil {
				t.Errorf("a name that cannot be looked at: %v", err)
			}
			return
		}
		folder := filepath.Join(t.TempDir(), "andon")
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		j, _ := mustOpen(t, filepath.Join(folder, "andon.db"))
		defer mustClose(t, j)
		defer func() { _ = os.Chmod(folder, 0o700) }() //nolint:gosec // a folder
		if err := os.Chmod(folder, 0); err != nil {
			t.Fatal(err)
		}
		if err := j.Lost(); err != nil {
			t.Error(err)
		}
	})
}
