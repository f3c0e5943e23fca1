package awsapi

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// recalled is an answer of a history as the test compares it.
type recalled struct {
	items      []string
	limited    bool
	incomplete bool
	until      time.Time
}

// reading is one question to a history.
type reading struct {
	from, to time.Time
	limit    int
	noCache  bool
}

// histories are asked the same way; which is a choice among several questions.
var histories = map[string]func(t *testing.T, c *Client, which int, r reading) (recalled, error){
	"CloudTrail": func(t *testing.T, c *Client, which int, r reading) (recalled, error) {
		q := EventQuery{From: r.from, To: r.to, Limit: r.limit, NoCache: r.noCache}
		if which > 0 {
			q.Attribute, q.Value = "EventName", []string{"StopInstances", "DescribeInstances"}[which-1]
		}
		a, err := c.LookupEvents(t.Context(), q)
		return recalled{lines(t, a.Events), a.Limited, a.Incomplete, a.Until}, err
	},
	"alarm history": func(t *testing.T, c *Client, which int, r reading) (recalled, error) {
		q := AlarmHistoryQuery{From: r.from, To: r.to, Limit: r.limit, NoCache: r.noCache}
		if which > 0 {
			q.AlarmName = []string{awsfake.TunnelAlarm, "fleet-host-00007-cpu"}[which-1]
		}
		a, err := c.AlarmHistory(t.Context(), q)
		return recalled{lines(t, a.Items), a.Limited, a.Incomplete, a.Until}, err
	},
	"log filter": func(t *testing.T, c *Client, which int, r reading) (recalled, error) {
		q := FilterQuery{Group: "/var/log/secure", From: r.from, To: r.to, Limit: r.limit, NoCache: r.noCache}
		if which > 0 {
			q.Pattern = []string{"invalid", "NoSuchWord"}[which-1]
		}
		a, err := c.FilterLogs(t.Context(), q)
		return recalled{lines(t, a.Events), a.Limited, a.Incomplete, a.Until}, err
	},
}

func lines[T any](t *testing.T, items []T) []string {
	t.Helper()
	var out []string
	for _, i := range items {
		text, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

// Whatever was asked before, the answer is that of somebody who asks for the first
// time: of ranges that overlap, reach into the present or end long ago, with
// limits, of what comes late.
func TestHistoriesCachedAndUncachedAreEqual(t *testing.T) {
	for name, ask := range histories {
		t.Run(name, func(t *testing.T) {
			found := 0
			rapid.Check(t, func(rt *rapid.T) {
				delay := time.Duration(rapid.IntRange(0, 14).Draw(rt, "minutes late")) * time.Minute
				synctest.Test(t, func(t *testing.T) {
					now := newClock()
					f := awsfake.New(awsfake.Options{Now: now.now, TrailDelay: delay, FleetAlarms: 50})
					shared := NewShared(SharedOptions{Now: now.now})
					kept := client(t, open(t, f, keys(awsfake.AdminKey), shared))
					for range 6 {
						// Readings are a tick apart at least: within one the cache is trusted.
						now.add(time.Duration(rapid.IntRange(60, 2000).Draw(rt, "seconds")) * time.Second)
						to := now.now().Add(-time.Duration(rapid.IntRange(-5, 180).Draw(rt, "minutes back")) * time.Minute)
						r := reading{to.Add(-time.Duration(rapid.IntRange(1, 400).Draw(rt, "minutes long")) * time.Minute), to, rapid.IntRange(1, 120).Draw(rt, "limit"), false}
						which := rapid.IntRange(0, 2).Draw(rt, "which")
						got, err := ask(t, kept, which, r)
						if err != nil {
							t.Fatal(err)
						}
						other := NewShared(SharedOptions{Now: now.now})
						want, err := ask(t, client(t, open(t, f, keys(awsfake.AdminKey), other)), which, reading{r.from, r.to, 4000, true})
						if err != nil || want.incomplete || want.limited {
							t.Fatalf("uncached: incomplete %v, limited %v, %v", want.incomplete, want.limited, err)
						}
						found += len(want.items)
						n := min(r.limit, len(want.items))
						if !slices.Equal(got.items, want.items[:n]) || got.incomplete || n < r.limit && !got.until.Equal(want.until) {
							t.Fatalf("%+v: %d items until %s (incomplete: %v), of %d until %s", r, len(got.items), got.until, got.incomplete, len(want.items), want.until)
						}
						// Where the limit is just enough nobody may know that there is no more.
						if n < r.limit && got.limited || n < len(want.items) && !got.limited {
							t.Fatalf("%+v: limited %v, with %d items", r, got.limited, len(want.items))
						}
						other.Wait()
					}
					shared.Wait()
				})
			})
			if found == 0 {
				t.Error("there was nothing to find")
			}
		})
	}
}
