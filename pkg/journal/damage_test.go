package journal

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/alert"
)

// files are the contents of a journal's file and of its log, "" where there is
// none.
func files(t *testing.T, path string) map[string]string {
	t.Helper()
	m := map[string]string{}
	for _, suffix := range []string{"", "-wal", "-journal"} {
		data, err := os.ReadFile(path + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		m[suffix] = string(data)
	}
	return m
}

// sound makes a journal with some alerts and history, closed.
func sound(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "andon.db")
	j, _ := mustOpen(t, path)
	var batch Batch
	for i := 1; i <= 500; i++ {
		batch.Alerts, batch.Entries = append(batch.Alerts, typical(i)), append(batch.Entries, entry(i, typical(i)))
	}
	mustCommit(t, j, &batch)
	mustClose(t, j)
	return path
}

// killed makes a journal whose last commit is in the log only, as kill -9
// leaves it: it is a copy made while the journal was open.
func killed(t *testing.T) string {
	t.Helper()
	path := sound(t)
	j, _ := mustOpen(t, path)
	mustCommit(t, j, &Batch{Alerts: []*alert.Alert{typical(1000)}, Entries: []alert.Entry{entry(1000, typical(1000))}})
	to := filepath.Join(t.TempDir(), "andon.db")
	for suffix, data := range files(t, path) {
		if data != "" {
			write(t, to+suffix, []byte(data))
		}
	}
	mustClose(t, j)
	return to
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func edit(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, change(data))
}

// script runs SQL on a file as another program does.
func script(t *testing.T, path, sqlText string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(sqlText); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// pageWith finds a page in the middle of the file that holds a text: neither
// the root of a table nor its last page.
func pageWith(t *testing.T, data []byte, text string) int {
	t.Helper()
	middle := len(data) / 2
	at := bytes.Index(data[middle:], []byte(text))
	if at < 0 {
		t.Fatalf("no %s in the file", text)
	}
	return (middle + at) / 4096
}

// alertPage finds a page of alerts: only their rows have this field.
func alertPage(t *testing.T, data []byte) int { return pageWith(t, data, `"raisedAt"`) }

// names are the files in the folder of a journal.
func names(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestDamagedJournalIsLeftAlone(t *testing.T) {
	flip := func(b []byte) {
		for i := range b {
			b[i] ^= 0xff
		}
	}
	for _, c := range []struct {
		name string
		make func(*testing.T) string
		want error
	}{
		{"random bytes", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "andon.db")
			write(t, path, bytes.Repeat([]byte("no database "), 1000))
			return path
		}, ErrCorrupt},
		{"a few bytes", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "andon.db")
			write(t, path, []byte("SQLite format 3\x00"))
			return path
		}, ErrCorrupt},
		{"truncated in the middle", func(t *testing.T) string {
			path := sound(t)
			edit(t, path, func(b []byte) []byte { return b[:len(b)/2] })
			return path
		}, ErrCorrupt},
		{"truncated inside a page", func(t *testing.T) string {
			path := sound(t)
			edit(t, path, func(b []byte) []byte { return b[:3*4096+100] })
			return path
		}, ErrCorrupt},
		{"only a header", func(t *testing.T) string {
			path := sound(t)
			edit(t, path, func(b []byte) []byte { return b[:100] })
			return path
		}, ErrCorrupt},
		{"a flipped page", func(t *testing.T) string {
			path := sound(t)
			edit(t, path, func(b []byte) []byte {
				p := alertPage(t, b)
				flip(b[p*4096 : (p+1)*4096])
				return b
			})
			return path
		}, ErrCorrupt},
		{"a page of zeros", func(t *testing.T) string {
			path := sound(t)
			edit(t, path, func(b []byte) []byte {
				p := alertPage(t, b)
				clear(b[p*4096 : (p+1)*4096])
				return b
			})
			return path
		}, ErrCorrupt},
		{"a flipped page, commits in the log", func(t *testing.T) string {
			path := killed(t)
			edit(t, path, func(b []byte) []byte {
				p := alertPage(t, b)
				flip(b[p*4096 : (p+1)*4096])
				return b
			})
			return path
		}, ErrCorrupt},
		{"an alert that is no JSON", func(t *testing.T) string {
			path := sound(t)
			script(t, path, `UPDATE alerts SET alert = x'7b00' WHERE rowid = 17`)
			return path
		}, ErrCorrupt},
		{"a table is missing", func(t *testing.T) string {
			path := sound(t)
			script(t, path, `DROP TABLE seen`)
			return path
		}, ErrCorrupt},
		{"newer", func(t *testing.T) string {
			path := sound(t)
			script(t, path, `PRAGMA user_version = 99; CREATE TABLE future (x)`)
			return path
		}, ErrNewer},
		{"newer, in the log only", func(t *testing.T) string {
			path := sound(t)
			db, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(`PRAGMA user_version = 99`); err != nil {
				t.Fatal(err)
			}
			to := filepath.Join(t.TempDir(), "andon.db")
			for suffix, data := range files(t, path) {
				if data != "" {
					write(t, to+suffix, []byte(data))
				}
			}
			return to
		}, ErrNewer},
		{"another program's", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "andon.db")
			script(t, path, `CREATE TABLE bookmarks (url); INSERT INTO bookmarks VALUES ('x')`)
			return path
		}, ErrCorrupt},
		{"another program's, with a log", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "andon.db")
			script(t, path, `PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url); INSERT INTO bookmarks VALUES ('x')`)
			return path
		}, ErrCorrupt},
		{"another program's, with its mark", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "andon.db")
			script(t, path, `PRAGMA application_id = 1196444487; CREATE TABLE x (y)`)
			return path
		}, ErrCorrupt},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := c.make(t)
			before, beside := files(t, path), names(t, path)
			j, _, err := Open(t.Context(), path)
			if err == nil {
				mustClose(t, j)
				t.Fatal("it was opened")
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			for suffix, data := range files(t, path) {
				if data != before[suffix] {
					t.Errorf("file %q was changed: %d bytes, had %d", suffix, len(data), len(before[suffix]))
				}
			}
			if left := names(t, path); !slices.Equal(left, beside) {
				t.Errorf("beside it there are %q, there were %q", left, beside)
			}
		})
	}
}

func TestAfterKill(t *testing.T) {
	path := killed(t)
	if files(t, path)["-wal"] == "" {
		t.Fatal("there is no log to be read")
	}
	j, c := mustOpen(t, path)
	defer mustClose(t, j)
	if len(c.Alerts) != 501 || c.Last != 1000 {
		t.Errorf("%d alerts, last change %d", len(c.Alerts), c.Last)
	}
}

// The last commit's frames are cut off, as power loss may leave them: what
// was there before is read.
func TestTornLog(t *testing.T) {
	path := killed(t)
	edit(t, path+"-wal", func(b []byte) []byte { return b[:len(b)-100] })
	j, c := mustOpen(t, path)
	defer mustClose(t, j)
	if len(c.Alerts) != 500 || c.Last != 500 {
		t.Errorf("%d alerts, last change %d", len(c.Alerts), c.Last)
	}
}

// A history that is damaged does not keep the board from being read; asking
// for it fails.
func TestDamagedHistory(t *testing.T) {
	path := sound(t)
	edit(t, path, func(b []byte) []byte {
		p := pageWith(t, b, "original original")
		clear(b[p*4096 : (p+1)*4096])
		return b
	})
	j, c := mustOpen(t, path)
	defer mustClose(t, j)
	if len(c.Alerts) != 500 {
		t.Errorf("%d alerts", len(c.Alerts))
	}
	if entries, err := j.History(t.Context(), Query{Limit: 1000}); err == nil {
		t.Errorf("%d entries were read", len(entries))
	}
}
