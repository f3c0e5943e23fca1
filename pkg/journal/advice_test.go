package journal

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/alert"
)

func TestAdvice(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("open: %w", ErrNewer), "install the version of andon that wrote /var/lib/andon.db"},
		{fmt.Errorf("open: %w", ErrCorrupt), "put a backup in its place"},
		{errors.New("permission denied"), "readable and writable"},
	} {
		if got := Advice("/var/lib/andon.db", c.err); !strings.Contains(got, c.want) {
			t.Errorf("%v: %s", c.err, got)
		}
	}
}

func TestAdviceOnAFullDisk(t *testing.T) {
	j, _ := mustOpen(t, filepath.Join(t.TempDir(), "andon.db"))
	defer mustClose(t, j)
	if _, err := j.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	a := typical(1)
	a.Rule = strings.Repeat("x", 1<<20)
	err := j.Commit(t.Context(), &Batch{Alerts: []*alert.Alert{a}})
	if err == nil {
		t.Fatal("it was committed")
	}
	if got := Advice(j.Path(), err); !strings.Contains(got, "make room on the disk") {
		t.Errorf("%v: %s", err, got)
	}
}
