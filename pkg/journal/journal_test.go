package journal

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/andonhq/andon/pkg/alert"
)

func mustOpen(t *testing.T, path string) (*Journal, *Contents) {
	t.Helper()
	j, c, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return j, c
}

func mustClose(t *testing.T, j *Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func mustCommit(t *testing.T, j *Journal, b *Batch) {
	t.Helper()
	if err := j.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// full is an alert with every field set.
func full() *alert.Alert {
	a := typical(1)
	a.Identity, a.Mail, a.Note, a.Order = "rule/mail-ng{host=\"db1\"}", true, "INSUFFICIENT_DATA", alert.ByTime
	a.Sent = &alert.Sent{Labels: alert.LabelsOf(map[string]string{"件名": "障害 <&> \"x\"\\"}), Default: "info"}
	a.Ack = &alert.Ack{By: "佐藤", At: t0, Comment: "on it"}
	a.EndsAt, a.EndedAt, a.Stale, a.Ended = t0.Add(time.Hour), t0.Add(2*time.Hour), true, true
	a.Expire, a.ExpireEnds, a.EndOnAck, a.Original = 8*time.Hour, true, true, 5
	a.Stamps = &alert.Stamps{Firing: alert.Stamp{At: t0.Add(1), Server: t0.Add(2), Tie: "0003 x"}, Resolved: alert.Stamp{At: t0}}
	return a
}

var byIdentity = cmpopts.SortSlices(func(a, b *alert.Alert) bool { return a.Identity < b.Identity })

func TestWhatWasCommittedIsLoaded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "andon.db")
	j, c := mustOpen(t, path)
	if len(c.Alerts) != 0 || len(c.Seen) != 0 || len(c.State) != 0 || c.Last != 0 {
		t.Fatalf("a new journal has %+v", c)
	}
	if j.Path() != path {
		t.Errorf("path %s", j.Path())
	}
	first, second, gone := full(), typical(2), typical(3)
	mustCommit(t, j, &Batch{Alerts: []*alert.Alert{typical(1), second, gone}, Entries: []alert.Entry{entry(1, second), entry(2, gone)}})
	changed := typical(2)
	changed.Severity, changed.Changed = "disaster", 7
	state := map[string]json.RawMessage{"tower/ops-room": json.RawMessage(`{"since":"2026-10-06T10:42:00Z"}`)}
	mustCommit(t, j, &Batch{
		Alerts: []*alert.Alert{first, changed}, Forget: []alert.Identity{gone.Identity, "never known"},
		Entries: []alert.Entry{entry(7, changed)}, Seen: []Seen{{"a", t0}, {"b", t0.Add(time.Hour)}, {"a", t0.Add(time.Minute)}}, State: state,
	})
	mustCommit(t, j, &Batch{ForgetSeen: t0.Add(time.Minute), State: map[string]json.RawMessage{"tower/ops-room": json.RawMessage(`{}`), "x": json.RawMessage(`1`)}})
	mustCommit(t, j, &Batch{})
	want := &Contents{
		Alerts: []*alert.Alert{typical(1), changed, first}, Seen: []Seen{{"b", t0.Add(time.Hour)}}, Last: 7,
		State: map[string]json.RawMessage{"tower/ops-room": json.RawMessage(`{}`), "x": json.RawMessage(`1`)},
	}
	loaded, err := j.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, loaded, byIdentity); d != "" {
		t.Errorf("loaded (-want +got):\n%s", d)
	}
	mustClose(t, j)
	// Closed means that the files are: the log is in the journal, and gone.
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log after closing: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file after closing: %v, %v", info.Mode(), err)
	}
	j, c = mustOpen(t, path)
	defer mustClose(t, j)
	if d := cmp.Diff(want, c, byIdentity); d != "" {
		t.Errorf("opened again (-want +got):\n%s", d)
	}
}

func TestManyAlerts(t *testing.T) {
	j, _ := mustOpen(t, filepath.Join(t.TempDir(), "andon.db"))
	defer mustClose(t, j)
	var batch Batch
	for i := range 3000 {
		batch.Alerts = append(batch.Alerts, typical(i))
	}
	mustCommit(t, j, &batch)
	c, err := j.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(batch.Alerts, c.Alerts, byIdentity); d != "" {
		t.Errorf("loaded (-want +got):\n%s", d)
	}
}

// The name of the file is a name, not part of a URL.
func TestStrangePaths(t *testing.T) {
	for _, name := range []string{"with space.db", "what?mode=memory.db", "100%41.db", "a#b.db", "障害.db", "a&b=c;d.db"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			j, _ := mustOpen(t, path)
			mustCommit(t, j, &Batch{Alerts: []*alert.Alert{typical(1)}})
			if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
			mustClose(t, j)
			j, c := mustOpen(t, path)
			defer mustClose(t, j)
			if len(c.Alerts) != 1 {
				t.Errorf("%d alerts", len(c.Alerts))
			}
		})
	}
}

func TestOpenWhereThereIsNoFolder(t *testing.T) {
	_, _, err := Open(t.Context(), filepath.Join(t.TempDir(), "missing", "andon.db"))
	if err == nil || errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNewer) {
		t.Errorf("error %v", err)
	}
}

func TestFailedCommitChangesNothing(t *testing.T) {
	j, _ := mustOpen(t, filepath.Join(t.TempDir(), "andon.db"))
	defer mustClose(t, j)
	mustCommit(t, j, &Batch{Alerts: []*alert.Alert{typical(1)}, Entries: []alert.Entry{entry(1, typical(1))}})
	err := j.Commit(t.Context(), &Batch{
		Alerts: []*alert.Alert{typical(2)}, Forget: []alert.Identity{typical(1).Identity}, Entries: []alert.Entry{entry(2, typical(2)), entry(1, typical(2))},
	})
	if err == nil || !strings.Contains(err.Error(), j.Path()) {
		t.Fatalf("a change number given out twice: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.Commit(ended, &Batch{Alerts: []*alert.Alert{typical(3)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	c, err := j.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]*alert.Alert{typical(1)}, c.Alerts); d != "" || c.Last != 1 {
		t.Errorf("last change %d, alerts (-want +got):\n%s", c.Last, d)
	}
	mustCommit(t, j, &Batch{Alerts: []*alert.Alert{typical(2)}, Entries: []alert.Entry{entry(2, typical(2))}})
	if c, err = j.Load(t.Context()); err != nil || len(c.Alerts) != 2 || c.Last != 2 {
		t.Errorf("the next commit: %+v, %v", c, err)
	}
}

// cancelAt ends the n-th time it is asked, as a deadline does in the middle of
// a commit.
type cancelAt struct {
	context.Context
	n *int
}

func (c cancelAt) Err() error {
	if *c.n--; *c.n < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// A commit that ran out of time has either happened, and said so, or not.
func TestCommitThatRunsOutOfTime(t *testing.T) {
	j, _ := mustOpen(t, filepath.Join(t.TempDir(), "andon.db"))
	defer mustClose(t, j)
	committed := 0
	for n := 0; committed == 0; n++ {
		left := n
		a := typical(n)
		err := j.Commit(cancelAt{t.Context(), &left}, &Batch{Alerts: []*alert.Alert{a}, Entries: []alert.Entry{entry(1, a)}})
		c, loadErr := j.Load(t.Context())
		if loadErr != nil {
			t.Fatal(loadErr)
		}
		if err == nil {
			committed = 1
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if len(c.Alerts) != committed || int(c.Last) != committed {
			t.Fatalf("time ran out at look %d, error %v: %d alerts", n, err, len(c.Alerts))
		}
		if n > 100 {
			t.Fatal("never committed")
		}
	}
}

func TestReadersDuringCommits(t *testing.T) {
	j, _ := mustOpen(t, filepath.Join(t.TempDir(), "andon.db"))
	defer mustClose(t, j)
	const commits = 100
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for more := true; more; {
				select {
				case <-done:
					more = false // one look at the end
				default:
				}
				c, err := j.Load(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				entries, err := j.History(t.Context(), Query{Limit: 1000})
				if err != nil {
					t.Error(err)
					return
				}
				// Each commit puts two alerts and two entries: never one.
				if len(c.Alerts)%2 != 0 || len(entries)%2 != 0 || !slices.IsSortedFunc(entries, func(a, b alert.Entry) int { return int(b.Change) - int(a.Change) }) {
					t.Errorf("half a commit is seen: %d alerts, %d entries", len(c.Alerts), len(entries))
					return
				}
			}
		})
	}
	for i := 1; i <= commits; i++ {
		a, b := typical(2*i), typical(2*i+1)
		mustCommit(t, j, &Batch{Alerts: []*alert.Alert{a, b}, Entries: []alert.Entry{entry(2*i, a), entry(2*i+1, b)}})
	}
	close(done)
	readers.Wait()
	if c, err := j.Load(t.Context()); err != nil || len(c.Alerts) != 2*commits {
		t.Errorf("%d alerts, %v", len(c.Alerts), err)
	}
}
