package board

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/alert"
)

// naive is the board without any index: everything is looked up by reading all
// of it.
type naive struct {
	alerts map[alert.Identity]*alert.Alert
	taken  map[alert.Identity]bool // deadlines that Due has handed out
}

func (n *naive) next() time.Time {
	var next time.Time
	for id, a := range n.alerts {
		if at := Deadline(a); !n.taken[id] && !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

func (n *naive) due(now time.Time) []alert.Identity {
	var due []alert.Identity
	for id, a := range n.alerts {
		if at := Deadline(a); !n.taken[id] && !at.IsZero() && !at.After(now) {
			due = append(due, id)
		}
	}
	slices.Sort(due)
	return due
}

func (n *naive) counts() map[Count]int {
	m := map[Count]int{}
	for _, a := range n.alerts {
		if a.Open() {
			m[Count{a.Severity, a.Phase()}]++
		}
	}
	return m
}

func anyAlert(t *rapid.T, id alert.Identity) *alert.Alert {
	seconds := func(name string) time.Time {
		n := rapid.IntRange(-1, 30).Draw(t, name)
		if n < 0 {
			return time.Time{}
		}
		return t0.Add(time.Duration(n) * time.Second)
	}
	a := &alert.Alert{
		Identity: id, Severity: rapid.SampledFrom(severities[1:]).Draw(t, "severity"),
		Order:    rapid.SampledFrom([]alert.Order{alert.ByArrival, alert.ByTime}).Draw(t, "order"),
		Sequence: rapid.SampledFrom(alert.Sequences).Draw(t, "sequence"),
		Abnormal: rapid.Bool().Draw(t, "abnormal"), Stale: rapid.Bool().Draw(t, "stale"),
		EndsAt: seconds("endsAt"), SeenAt: t0, EndedAt: t0.Add(-TombstoneFor).Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "endedAt")) * time.Second),
		Expire: time.Duration(rapid.IntRange(0, 3).Draw(t, "expire")) * 10 * time.Second,
	}
	if rapid.Bool().Draw(t, "acked") {
		a.Ack = &alert.Ack{By: "sato"}
	}
	if rapid.Bool().Draw(t, "ended") {
		a.Ended, a.Abnormal, a.Stale, a.Ack = true, false, false, nil
	}
	return a
}

func TestBoardAgainstNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, model := New(), &naive{map[alert.Identity]*alert.Alert{}, map[alert.Identity]bool{}}
		ids := rapid.SampledFrom([]alert.Identity{"a", "b", "c", "d", "e", "f"})
		var taken []alert.Identity
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				a := anyAlert(t, id)
				b.Put(id, a)
				model.alerts[id] = a
				delete(model.taken, id)
			},
			"forget": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				b.Put(id, nil)
				delete(model.alerts, id)
				delete(model.taken, id)
			},
			"due": func(t *rapid.T) {
				now := t0.Add(time.Duration(rapid.IntRange(-1, 31).Draw(t, "now")) * time.Second)
				limit := rapid.IntRange(0, 7).Draw(t, "limit")
				all := model.due(now)
				got := b.Due(now, limit)
				if len(got) != min(limit, len(all)) {
					t.Fatalf("due with limit %d: %v, of %v", limit, got, all)
				}
				for i, id := range got {
					if !slices.Contains(all, id) || model.taken[id] {
						t.Fatalf("due: %q is not due, or twice, in %v", id, got)
					}
					if i > 0 && Deadline(model.alerts[id]).Before(Deadline(model.alerts[got[i-1]])) {
						t.Fatalf("due: %v is not most overdue first", got)
					}
					model.taken[id] = true
				}
				taken = append(taken, got...)
			},
			"requeue": func(*rapid.T) {
				b.Requeue(taken)
				for _, id := range taken {
					delete(model.taken, id)
				}
				taken = nil
			},
			"": func(t *rapid.T) {
				if got, want := b.Next(), model.next(); !got.Equal(want) {
					t.Fatalf("next deadline %v, want %v", got, want)
				}
				if d := cmp.Diff(model.counts(), b.Counts()); d != "" {
					t.Fatalf("counts (-want +got):\n%s", d)
				}
				if b.Len() != len(model.alerts) {
					t.Fatalf("%d alerts, want %d", b.Len(), len(model.alerts))
				}
				open := 0
				b.All(func(a *alert.Alert) bool {
					if model.alerts[a.Identity] != a || !a.Open() {
						t.Fatalf("All calls with %v", a)
					}
					open++
					return true
				})
				want := 0
				for id, a := range model.alerts {
					if b.Get(id) != a {
						t.Fatalf("Get(%q) is not what was put", id)
					}
					if a.Open() {
						want++
					}
				}
				if open != want {
					t.Fatalf("All calls with %d alerts, %d are open", open, want)
				}
			},
		})
	})
}

func TestBoardAllStopsWhereAsked(t *testing.T) {
	b := New()
	for _, id := range []alert.Identity{"a", "b", "c"} {
		b.Put(id, &alert.Alert{Identity: id, Severity: "critical", Abnormal: true})
	}
	calls := 0
	b.All(func(*alert.Alert) bool { calls++; return calls < 2 })
	if calls != 2 {
		t.Errorf("called %d times", calls)
	}
}

// A sender may write an end time that no clock of nanoseconds since 1970 holds.
func TestBoardFarDeadline(t *testing.T) {
	far := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	b := New()
	b.Put("a", &alert.Alert{Identity: "a", Abnormal: true, Severity: "critical", EndsAt: far})
	if due := b.Due(t0, 10); len(due) != 0 {
		t.Errorf("due now: %v", due)
	}
	if !b.Next().Equal(far) {
		t.Errorf("next deadline %v, want %v", b.Next(), far)
	}
}

func TestForgettable(t *testing.T) {
	for _, c := range []struct {
		name string
		a    *alert.Alert
		want bool
	}{
		{"nothing", nil, true},
		{"open", &alert.Alert{Order: alert.ByArrival}, false},
		{"ended by arrival", &alert.Alert{Order: alert.ByArrival, Ended: true}, true},
		{"tombstone", &alert.Alert{Order: alert.ByTime, Ended: true}, false},
	} {
		if got := Forgettable(c.a); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// BenchmarkBoardPut shows that a change costs the same however many alerts
// are open.
func BenchmarkBoardPut(b *testing.B) {
	for _, size := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			board := New()
			ids := make([]alert.Identity, size)
			for i := range ids {
				ids[i] = alert.Identity(fmt.Sprintf("am/%016x", i))
				board.Put(ids[i], &alert.Alert{Identity: ids[i], Severity: "warning", Abnormal: true, SeenAt: t0, Expire: time.Duration(i+1) * time.Second})
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				// A hundred alerts change: the caches of the machine are not
				// what is measured.
				a := *board.Get(ids[i%100])
				a.Severity = severities[1+i%4]
				a.SeenAt = a.SeenAt.Add(time.Minute)
				board.Put(a.Identity, &a)
			}
		})
	}
}
