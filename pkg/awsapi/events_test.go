package awsapi

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// eventWorld is a CloudTrail history of one event every step, and the times at
// which it was asked.
func eventWorld(f *fakeAWS, step time.Duration, delay func(time.Time) time.Duration) *[]time.Time {
	asked := &[]time.Time{}
	f.on("cloudtrail:LookupEvents", func(c call) (any, *awsError) {
		now := time.Now()
		*asked = append(*asked, now)
		from, to := int64(c.in["StartTime"].(float64)), int64(c.in["EndTime"].(float64))
		at := time.Unix(floorTo(min(to, now.Unix()), int64(step/time.Second)), 0)
		if token, ok := c.in["NextToken"].(string); ok {
			n, _ := strconv.ParseInt(token, 10, 64)
			at = time.Unix(n, 0)
		}
		events := []any{}
		for ; at.Unix() >= from; at = at.Add(-step) {
			if now.Before(at.Add(delay(at))) {
				continue
			}
			if len(events) == 50 {
				return map[string]any{"Events": events, "NextToken": fmt.Sprint(at.Unix())}, nil
			}
			events = append(events, map[string]any{
				"EventId": fmt.Sprint("id-", at.Unix()), "EventTime": at.Unix(), "EventName": "StopInstances",
				"CloudTrailEvent": "{}", "Resources": []any{map[string]any{"ResourceName": "i-1", "ResourceType": "AWS::EC2::Instance"}},
			})
		}
		return map[string]any{"Events": events}, nil
	})
	return asked
}

func atOnce(time.Time) time.Duration { return 0 }

func noThreeInASecond(t *testing.T, asked []time.Time) {
	t.Helper()
	for i := range len(asked) - 2 {
		if d := asked[i+2].Sub(asked[i]); d < time.Second {
			t.Fatalf("three calls within %s", d)
		}
	}
}

func TestManyLookupsKeepTwoASecondAndTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		asked := eventWorld(f, 20*time.Second, atOnce)
		shared := NewShared(SharedOptions{})
		c := client(t, open(t, f, keys("AKIAONE"), shared))
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				// Each asks again and again for two minutes, as a dashboard does.
				for time.Since(start) < 2*time.Minute {
					began := time.Now()
					a, err := c.LookupEvents(t.Context(), EventQuery{From: began.Add(-6 * time.Hour), To: began, Limit: 4000, Attribute: "Username", Value: fmt.Sprint("u", i)})
					if err != nil {
						t.Error(err)
						return
					}
					if d := time.Since(began); d > 25*time.Second {
						t.Errorf("answered after %s", d)
					}
					if a.Incomplete && !a.Until.After(began.Add(-6*time.Hour)) {
						t.Errorf("incomplete, but whole until %s", a.Until)
					}
					<-time.After(5 * time.Second)
				}
			})
		}
		wg.Wait()
		noThreeInASecond(t, *asked)
		if n := len(*asked); n < 200 {
			t.Errorf("only %d calls in two minutes: the quota was not used", n)
		}
		shared.Wait()
	})
}

func TestTheNextLookupContinues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		asked := eventWorld(f, time.Second, atOnce)
		shared := NewShared(SharedOptions{})
		c := client(t, open(t, f, keys("AKIAONE"), shared))
		to := time.Now().Add(-time.Hour)
		q := EventQuery{From: to.Add(-3000 * time.Second), To: to, Limit: 4000, Budget: 10 * time.Second}
		var sizes []int
		for range 10 {
			a, err := c.LookupEvents(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, len(a.Events))
			if !a.Incomplete {
				break
			}
			if a.Until != a.Events[len(a.Events)-1].Time.Add(time.Second) && len(a.Events) > 0 {
				t.Errorf("whole until %s, oldest event %s", a.Until, a.Events[len(a.Events)-1].Time)
			}
		}
		if last := sizes[len(sizes)-1]; last != 3000 || len(sizes) < 3 || !slices.IsSorted(sizes) {
			t.Errorf("events after each call: %v, want 3000 in the end, over several calls", sizes)
		}
		before := len(*asked)
		if a, err := c.LookupEvents(t.Context(), q); err != nil || len(a.Events) != 3000 || a.Incomplete || len(*asked) != before {
			t.Errorf("again: %d events, %v, %d calls", len(a.Events), err, len(*asked)-before)
		}
		noThreeInASecond(t, *asked)
		shared.Wait()
	})
}

func TestLateEventsAppear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		eventWorld(f, 30*time.Second, func(at time.Time) time.Duration {
			return time.Duration(at.Unix()/30%15) * time.Minute
		})
		shared := NewShared(SharedOptions{})
		c := client(t, open(t, f, keys("AKIAONE"), shared))
		from, to := time.Now(), time.Now().Add(10*time.Minute)
		for range 40 {
			<-time.After(time.Minute)
			a, err := c.LookupEvents(t.Context(), EventQuery{From: from, To: to})
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			for at := from; at.Before(to) && !at.After(time.Now()); at = at.Add(30 * time.Second) {
				if !time.Now().Before(at.Add(time.Duration(at.Unix()/30%15) * time.Minute)) {
					want++
				}
			}
			if len(a.Events) != want {
				t.Fatalf("after %s: %d events, want %d", time.Since(from), len(a.Events), want)
			}
		}
		shared.Wait()
	})
}

func TestALookupLimitStopsEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		asked := eventWorld(f, time.Second, atOnce)
		shared := NewShared(SharedOptions{})
		c := client(t, open(t, f, keys("AKIAONE"), shared))
		to := time.Now().Add(-time.Hour)
		a, err := c.LookupEvents(t.Context(), EventQuery{From: to.Add(-time.Hour), To: to, Limit: 120})
		if err != nil || len(a.Events) != 120 || !a.Limited || a.Incomplete || len(*asked) != 3 {
			t.Errorf("%d events, limited %v, incomplete %v, %d calls, %v", len(a.Events), a.Limited, a.Incomplete, len(*asked), err)
		}
		_, err = c.LookupEvents(t.Context(), EventQuery{From: to.Add(-time.Hour), To: to, Attribute: "Region", Value: "x"})
		var bad *BadRequest
		if !errors.As(err, &bad) {
			t.Errorf("an attribute that does not exist: %v", err)
		}
		shared.Wait()
	})
}

func TestALookupOutlastsThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		eventWorld(f, time.Minute, atOnce)
		history := f.answers["cloudtrail:LookupEvents"]
		start := time.Now()
		f.on("cloudtrail:LookupEvents", func(c call) (any, *awsError) {
			if time.Since(start) < 5*time.Second {
				return nil, &awsError{400, "ThrottlingException", "Rate exceeded"}
			}
			return history(c)
		})
		shared := NewShared(SharedOptions{})
		c := client(t, open(t, f, keys("AKIAONE"), shared))
		a, err := c.LookupEvents(t.Context(), EventQuery{From: start.Add(-30 * time.Minute), To: start})
		if err != nil || a.Incomplete || len(a.Events) != 30 {
			t.Errorf("%d events, incomplete %v, %v", len(a.Events), a.Incomplete, err)
		}
		shared.Wait()
	})
}

// How far back the history goes is AWS's to say: a start that it refuses is
// moved to what it keeps.
func TestRangeOlderThanTheHistory(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		now := bubbleNow()
		f.FailNext("LookupEvents", 1, &awsfake.Error{Code: "InvalidTimeRangeException", Message: "too early"})
		got, err := c.LookupEvents(t.Context(), EventQuery{From: now.AddDate(-1, 0, 0), To: now, Attribute: "EventName", Value: "StopInstances"})
		if err != nil || len(got.Events) == 0 {
			t.Errorf("%d events, %v", len(got.Events), err)
		}
	})
}
