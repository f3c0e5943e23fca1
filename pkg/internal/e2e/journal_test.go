package e2e_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A journal that cannot be opened is left as it is: the bridge runs, says so
// on its towers, and takes nothing that it could not keep.
func TestJournalThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		damage func(journal []byte) []byte
		says   string
	}{
		"not a database": {func([]byte) []byte { return []byte("these are my notes, not a journal\n") }, "put a backup in its place"},
		"damaged": {func(j []byte) []byte {
			for i := 4096; i < len(j); i++ {
				j[i] ^= 0xA5
			}
			return j
		}, "put a backup in its place"},
		"newer": {func(j []byte) []byte {
			j[63] = 99 // SQLite's user_version, the version of the schema
			return j
		}, "install the version of andon that wrote"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			w.Deliver("DiskFull severity=critical host=db1")
			w.Expect(opsRoom, red)
			w.Expect(hall, redInHall)
			w.stop()
			file := filepath.Join(w.dir, "andon.db")
			sound, err := os.ReadFile(file)
			w.must(err)
			damaged := c.damage(bytes.Clone(sound))
			w.must(os.WriteFile(file, damaged, 0o600))

			w.start()
			w.Expect(opsRoom, bridgeFailed)
			w.Expect(hall, bridgeFailed)
			for _, send := range []struct {
				receiver, token string
				body            []byte
			}{
				{"alertmanager", amToken, webhook("firing", "NoSpace severity=critical")},
				{"aws", "", w.signed(alarm("ALARM", time.Now()))},
			} {
				if status, answer := w.post(send.receiver, send.token, send.body); status != http.StatusServiceUnavailable {
					t.Errorf("receiver %s answered %d, expected 503: %s", send.receiver, status, answer)
				}
			}
			if status, _ := w.get("/-/ready", ""); status != http.StatusServiceUnavailable {
				t.Errorf("/-/ready answered %d, expected 503", status)
			}
			if status, _ := w.get("/-/healthy", ""); status != http.StatusOK {
				t.Errorf("/-/healthy answered %d, expected 200", status)
			}
			if s, err := w.bridge.Client.Status(w.Context()); err != nil || s.Failed == "" {
				t.Errorf("the status says %q, %v; expected why the bridge failed", s.Failed, err)
			}
			if !strings.Contains(w.log(), c.says) {
				t.Errorf("the log does not say how to restore: %s", c.says)
			}
			w.stop()
			if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, damaged) {
				t.Errorf("the file was changed (%v)", err)
			}
			// Reading alone may leave an empty log beside it.
			if log, err := os.ReadFile(file + "-wal"); err == nil && len(log) > 0 {
				t.Errorf("%d bytes were written into its log", len(log))
			}

			w.must(os.WriteFile(file, sound, 0o600)) // restored
			w.start()
			w.Expect(opsRoom, red)
			w.Expect(hall, redInHall)
			w.OnBoard("DiskFull")
		})
	}
}
