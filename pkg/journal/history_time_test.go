package journal

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A stretch of time gives what a look at every entry gives: with gaps in the
// numbers, many entries of one moment, and a clock that was set back, or stood
// hours ahead for a while.
func TestHistoryByTime(t *testing.T) {
	j, _ := mustOpen(t, filepath.Join(t.TempDir(), "andon.db"))
	defer mustClose(t, j)
	check := func(name string, from, to time.Time, want []uint64) {
		t.Helper()
		entries, err := j.History(t.Context(), Query{From: from, To: to, Limit: 1000})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := []uint64{}
		for _, e := range entries {
			got = append(got, e.Change)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	check("an empty journal", t0, t0.Add(time.Hour), []uint64{})

	var batch Batch
	at, change := t0, 0
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		change += 1 + random.IntN(5)
		switch {
		case i == 150:
			at = at.Add(-50 * time.Second) // the clock was set back
		case i%3 > 0:
			at = at.Add(time.Duration(random.IntN(20)) * time.Second)
		}
		e := entry(change, typical(i))
		e.At = at
		if i >= 200 && i < 220 {
			e.At = at.Add(2 * time.Hour) // and was put right
		}
		batch.Entries = append(batch.Entries, e)
	}
	mustCommit(t, j, &batch)
	within := func(from, to time.Time) []uint64 {
		numbers := []uint64{}
		for _, e := range slices.Backward(batch.Entries) {
			if (from.IsZero() || !e.At.Before(from)) && (to.IsZero() || !e.At.After(to)) {
				numbers = append(numbers, e.Change)
			}
		}
		return numbers
	}
	last := batch.Entries[len(batch.Entries)-1].At
	if n := len(within(last.Add(time.Hour), time.Time{})); n != 20 {
		t.Fatalf("%d entries are ahead", n)
	}
	for name, c := range map[string]struct{ from, to time.Time }{
		"all":                   {t0.Add(-time.Hour), last.Add(time.Hour)},
		"no bounds":             {},
		"from only":             {from: t0.Add(10 * time.Minute)},
		"to only":               {to: t0.Add(10 * time.Minute)},
		"one moment":            {batch.Entries[100].At, batch.Entries[100].At},
		"before all":            {t0.Add(-2 * time.Hour), t0.Add(-time.Hour)},
		"after all":             {last.Add(time.Hour), last.Add(2 * time.Hour)},
		"the wrong way around":  {last, t0},
		"where it stood ahead":  {from: last.Add(time.Hour)},
		"where it was set back": {batch.Entries[150].At, batch.Entries[149].At},
		"beyond what is kept":   {time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		check(name, c.from, c.to, within(c.from, c.to))
	}
	for range 100 {
		from := t0.Add(time.Duration(random.Int64N(int64(last.Sub(t0)))))
		to := from.Add(time.Duration(random.Int64N(int64(10 * time.Minute))))
		check("some stretch", from, to, within(from, to))
	}
}
