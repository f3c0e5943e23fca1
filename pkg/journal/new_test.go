package journal

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/andonhq/andon/pkg/alert"
)

func TestNewJournal(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(*testing.T, string)
	}{
		{"no file", func(*testing.T, string) {}},
		{"empty file", func(t *testing.T, path string) { write(t, path, nil) }},
		{"killed before the schema was made", func(t *testing.T, path string) {
			script(t, path, `PRAGMA journal_mode = WAL`)
			if len(files(t, path)[""]) == 0 {
				t.Fatal("no header was written")
			}
		}},
		{"our mark, and nothing else", func(t *testing.T, path string) {
			script(t, path, fmt.Sprintf(`PRAGMA journal_mode = WAL; PRAGMA application_id = %d`, applicationID))
		}},
		{"killed before the log was moved", func(t *testing.T, path string) {
			from := filepath.Join(t.TempDir(), "andon.db")
			db, err := connect(from, "rwc", 1)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(fmt.Sprintf("BEGIN; %s; PRAGMA user_version = 1; PRAGMA application_id = %d; COMMIT", migrations[0], applicationID)); err != nil {
				t.Fatal(err)
			}
			for suffix, data := range files(t, from) {
				if data != "" {
					write(t, path+suffix, []byte(data))
				}
			}
			if binary.BigEndian.Uint32([]byte(files(t, path)[""])[68:]) != 0 {
				t.Fatal("the mark is in the file already")
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "andon.db")
			c.make(t, path)
			j, contents := mustOpen(t, path)
			if len(contents.Alerts) != 0 || contents.Last != 0 {
				t.Errorf("contents %+v", contents)
			}
			mustCommit(t, j, &Batch{Alerts: []*alert.Alert{typical(1)}})
			h, err := readHeader(path)
			if err != nil || !h.wal || (c.name != "killed before the log was moved" && (h.application != applicationID || int(h.version) != len(migrations))) {
				t.Errorf("header %+v, %v", h, err)
			}
			mustClose(t, j)
			j, contents = mustOpen(t, path)
			defer mustClose(t, j)
			if len(contents.Alerts) != 1 {
				t.Errorf("%d alerts", len(contents.Alerts))
			}
			var mode string
			var synchronous int
			if err := j.write.Stats(); err.OpenConnections != 1 {
				t.Errorf("%d writers", err.OpenConnections)
			}
			if err := j.conn.QueryRowContext(t.Context(), "PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
				t.Errorf("journal mode %s, %v", mode, err)
			}
			if err := j.conn.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&synchronous); err != nil || synchronous != 2 {
				t.Errorf("synchronous %d, %v", synchronous, err)
			}
		})
	}
}

// TestMigration opens a journal of the first schema: what no rule knew is found
// in what it has recorded.
func TestMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "andon.db")
	row := func(change int, kind, receiver, rule, note string) string {
		return fmt.Sprintf(`INSERT INTO history VALUES (%d, 0, '%s', 'x', '%s', 'warning', '%s', '', '%s', NULL, NULL, '');`, change, kind, receiver, rule, note)
	}
	script(t, path, "PRAGMA journal_mode = WAL;"+migrations[0]+
		row(1, "opened", "am", "", "")+row(2, "opened", "am", "vpn", "")+row(3, "ended", "am", "", "resolved by its sender")+
		row(4, "recorded", "mail", "", "severity record")+row(5, "recorded", "mail", "", "refused: a stranger")+
		row(6, "recorded", "am", "", "recovery of nothing that is open")+row(7, "opened", "andon", "", "")+
		fmt.Sprintf("PRAGMA user_version = 1; PRAGMA application_id = %d", applicationID))
	j, contents := mustOpen(t, path)
	defer mustClose(t, j)
	if contents.Last != 7 {
		t.Errorf("last change %d", contents.Last)
	}
	entries, err := j.History(t.Context(), Query{Unmatched: true})
	if err != nil || len(entries) != 2 || entries[0].Change != 4 || entries[1].Change != 1 {
		t.Errorf("%+v, %v", entries, err)
	}
}
