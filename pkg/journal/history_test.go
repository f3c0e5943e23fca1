package journal

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/andonhq/andon/pkg/alert"
)

func TestHistory(t *testing.T) {
	j, _ := mustOpen(t, filepath.Join(t.TempDir(), "andon.db"))
	defer mustClose(t, j)
	var batch Batch
	for i := 1; i <= 250; i++ {
		e := entry(i, typical(i%2))
		e.At = t0.Add(time.Duration(i) * time.Nanosecond)
		if i%10 == 0 {
			e.Unmatched, e.Kind, e.Rule, e.Labels, e.Annotations = true, alert.Opened, "", nil, nil
		} else if i%5 == 0 {
			e.Kind, e.Rule = alert.Recorded, "" // refused, or a recovery
		}
		e.By, e.Note = "sato", fmt.Sprint(i)
		batch.Entries = append(batch.Entries, e)
	}
	mustCommit(t, j, &batch)
	changes := func(q Query) []uint64 {
		t.Helper()
		entries, err := j.History(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		numbers := []uint64{}
		for _, e := range entries {
			numbers = append(numbers, e.Change)
			want := batch.Entries[e.Change-1]
			if !q.Originals {
				want.Original = ""
			}
			if d := cmp.Diff(want, e, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("change %d (-want +got):\n%s", e.Change, d)
			}
		}
		return numbers
	}
	down := func(from, step, n int) []uint64 {
		numbers := []uint64{}
		for ; n > 0; n-- {
			numbers = append(numbers, uint64(from))
			from -= step
		}
		return numbers
	}
	for _, c := range []struct {
		name string
		q    Query
		want []uint64
	}{
		{"newest", Query{}, down(250, 1, 100)},
		{"with originals", Query{Limit: 3, Originals: true}, down(250, 1, 3)},
		{"more than there are", Query{Limit: 5000}, down(250, 1, 250)},
		{"next page", Query{Before: 151, Limit: 50}, down(150, 1, 50)},
		{"last page", Query{Before: 3}, down(2, 1, 2)},
		{"beyond the last", Query{Before: 1}, []uint64{}},
		{"one alert", Query{Identity: typical(1).Identity, Limit: 4}, down(249, 2, 4)},
		{"one alert, next page", Query{Identity: typical(1).Identity, Before: 243, Limit: 4}, down(241, 2, 4)},
		{"unknown alert", Query{Identity: "x"}, []uint64{}},
		{"unmatched", Query{Unmatched: true, Limit: 5}, down(250, 10, 5)},
		{"unmatched, next page", Query{Unmatched: true, Before: 30}, []uint64{20, 10}},
		{"unmatched of one alert", Query{Unmatched: true, Identity: typical(1).Identity}, []uint64{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, changes(c.q)); d != "" {
				t.Errorf("changes (-want +got):\n%s", d)
			}
		})
	}
	e, err := j.Entry(t.Context(), 7)
	if d := cmp.Diff(batch.Entries[6], e); d != "" || err != nil {
		t.Errorf("entry 7: %v (-want +got):\n%s", err, d)
	}
	if _, err := j.Entry(t.Context(), 9999); !errors.Is(err, ErrNoEntry) {
		t.Errorf("entry 9999: %v", err)
	}
}
