package awsapi

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"pgregory.net/rapid"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestAlarmHistoryWholeAndNewestFirst(t *testing.T) {
	inBubble(t, awsfake.Options{FleetHosts: 50, FleetAlarms: 200}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		q := AlarmHistoryQuery{From: f.Anchor().Add(-24 * time.Hour), To: f.Anchor()}
		all, err := c.AlarmHistory(t.Context(), q)
		if err != nil || len(all.Items) == 0 || all.Limited || all.Incomplete {
			t.Fatalf("%d items, limited %v, incomplete %v: %v", len(all.Items), all.Limited, all.Incomplete, err)
		}
		if !slices.IsSortedFunc(all.Items, func(a, b cwtypes.AlarmHistoryItem) int { return b.Timestamp.Compare(*a.Timestamp) }) {
			t.Error("not newest first")
		}
		if want := max(1, (len(all.Items)+99)/100); f.Counts().Of("DescribeAlarmHistory") != want {
			t.Errorf("%d calls for %d items", f.Counts().Of("DescribeAlarmHistory"), len(all.Items))
		}
		q.Limit = 1
		if one, err := c.AlarmHistory(t.Context(), q); err != nil || len(one.Items) != 1 || !one.Limited {
			t.Errorf("limit 1: %d items, limited %v: %v", len(one.Items), one.Limited, err)
		}
	})
}

func TestAHistoryRefreshAsksForTheTailOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := awsfake.New(awsfake.Options{Now: bubbleNow, FleetHosts: 1000, FleetAlarms: 2000})
		f.SetRate("DescribeAlarmHistory", awsfake.Rate{PerSecond: 3, Burst: 10})
		f.Throttle(true)
		f.SetDelay(30 * time.Millisecond)
		rec := &recorder{next: f}
		sh := NewShared(SharedOptions{Now: bubbleNow})
		c := client(t, open(t, rec, keys(awsfake.AdminKey), sh))
		view := func(noCache bool) (AlarmHistoryAnswer, time.Duration) {
			t.Helper()
			var wg sync.WaitGroup
			var mu sync.Mutex
			var out AlarmHistoryAnswer
			began := time.Now()
			for range 10 {
				wg.Go(func() {
					now := bubbleNow()
					a, err := c.AlarmHistory(t.Context(), AlarmHistoryQuery{From: now.Add(-24 * time.Hour), To: now, NoCache: noCache})
					if err != nil || a.Incomplete || a.Limited {
						t.Errorf("incomplete %v, limited %v: %v", a.Incomplete, a.Limited, err)
					}
					mu.Lock()
					defer mu.Unlock()
					out = a
				})
			}
			wg.Wait()
			return out, time.Since(began)
		}
		a, took := view(false)
		pages := (len(a.Items) + historyRecords - 1) / historyRecords
		if n := f.Counts().Of("DescribeAlarmHistory"); len(a.Items) < 500 || n != pages || n > 6 || took > 250*time.Millisecond {
			t.Errorf("%d items in %d calls and %s", len(a.Items), n, took)
		}
		for i := range 10 {
			<-time.After(30 * time.Second)
			before := f.Counts().Of("DescribeAlarmHistory")
			view(false)
			if n := f.Counts().Of("DescribeAlarmHistory") - before; n != 1 {
				t.Errorf("refresh %d took %d calls, want 1 for ten viewers", i, n)
			}
		}
		before := f.Counts().Of("DescribeAlarmHistory")
		if view(true); f.Counts().Of("DescribeAlarmHistory")-before < pages {
			t.Error("a refresh without cache did not ask for everything")
		}
		if n := f.Counts().Throttled; n != 0 {
			t.Errorf("%d calls throttled", n)
		}
		sh.Wait()
	})
}

// TestHistoryCachedAndUncachedAreEqual looks through any sequence of ranges, types
// and limits at a history that goes on.
func TestHistoryCachedAndUncachedAreEqual(t *testing.T) {
	clock := newClock()
	f := awsfake.New(awsfake.Options{Now: clock.now, FleetHosts: 100, FleetAlarms: 300})
	rapid.Check(t, func(rt *rapid.T) {
		synctest.Test(t, func(t *testing.T) {
			sh, other := NewShared(SharedOptions{Now: clock.now}), NewShared(SharedOptions{Now: clock.now})
			kept, plain := client(t, open(t, f, keys(awsfake.AdminKey), sh)), client(t, open(t, f, keys(awsfake.AdminKey), other))
			for range 6 {
				clock.add(time.Duration(rapid.IntRange(10, 900).Draw(rt, "seconds")) * time.Second)
				to := clock.now().Add(-time.Duration(rapid.IntRange(0, 7200).Draw(rt, "back")) * time.Second)
				q := AlarmHistoryQuery{
					From: to.Add(-time.Duration(rapid.IntRange(1, 50_000).Draw(rt, "length")) * time.Second), To: to,
					Limit: rapid.SampledFrom([]int{0, 1, 7, 120}).Draw(rt, "limit"),
				}
				if rapid.Bool().Draw(rt, "every type") {
					q.ItemTypes = []cwtypes.HistoryItemType{cwtypes.HistoryItemTypeStateUpdate, cwtypes.HistoryItemTypeAction}
				}
				cached, err := kept.AlarmHistory(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				q.NoCache = true
				fresh, err := plain.AlarmHistory(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if diff := differ(historyLines(fresh), historyLines(cached)); diff != "" || fresh.Incomplete || cached.Incomplete {
					t.Fatalf("%+v: -uncached +cached:\n%s", q, diff)
				}
			}
			sh.Wait()
			other.Wait()
		})
	})
}

func historyLines(a AlarmHistoryAnswer) []string {
	var out []string
	for _, i := range a.Items {
		out = append(out, i.Timestamp.Format(time.RFC3339)+" "+*i.AlarmName+" "+*i.HistorySummary)
	}
	return out
}

// TestAHistoryContinues: a budget that is too short for all pages.
func TestAHistoryContinues(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, FleetHosts: 1000, FleetAlarms: 2000}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		f.SetDelay(time.Second)
		q := AlarmHistoryQuery{From: f.Anchor().Add(-24 * time.Hour), To: f.Anchor(), Budget: 2500 * time.Millisecond}
		var sizes []int
		for range 6 {
			a, err := c.AlarmHistory(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, len(a.Items))
			if !a.Incomplete {
				break
			}
		}
		if len(sizes) < 3 || !slices.IsSorted(sizes) || sizes[len(sizes)-1] < 500 {
			t.Errorf("items after each call: %v", sizes)
		}
	})
}

// TestALookupThatCrossesATickIsWhole begins at the end of a tick and ends in the
// next, as does a caller who joins it then.
func TestALookupThatCrossesATickIsWhole(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, FleetHosts: 50, FleetAlarms: 200}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		f.SetDelay(300 * time.Millisecond)
		<-time.After(time.Until(time.Now().Truncate(10 * time.Second).Add(9800 * time.Millisecond)))
		to := bubbleNow()
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				<-time.After(time.Duration(i) * 50 * time.Millisecond)
				if a, err := c.AlarmHistory(t.Context(), AlarmHistoryQuery{From: to.Add(-24 * time.Hour), To: to}); err != nil || a.Incomplete {
					t.Errorf("caller %d: incomplete %v, %v", i, a.Incomplete, err)
				}
			})
		}
		wg.Wait()
		if n := f.Counts().Of("DescribeAlarmHistory"); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}
