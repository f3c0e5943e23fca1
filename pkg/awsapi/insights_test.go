package awsapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func secureLog(f *awsfake.Fake) InsightsQuery {
	return InsightsQuery{
		Groups: []string{"/var/log/secure"}, Query: "fields @timestamp, @message | limit 5",
		From: f.Anchor().Add(-time.Hour), To: f.Anchor(),
	}
}

func TestInsightsQueriesEndOrAreStopped(t *testing.T) {
	for name, tc := range map[string]struct {
		takes, budget, cancel, deadline time.Duration
		stops                           int
		partial, fails                  bool
	}{
		"the query ends":                {takes: 2 * time.Second},
		"the budget ends":               {takes: time.Hour, budget: 5 * time.Second, stops: 1, partial: true},
		"the deadline comes":            {takes: time.Hour, deadline: 5 * time.Second, stops: 1, partial: true},
		"the caller goes":               {takes: time.Hour, cancel: 3 * time.Second, stops: 1, fails: true},
		"the caller goes at the start":  {takes: time.Hour, cancel: 15 * time.Millisecond, stops: 1, fails: true},
		"the budget ends at the start":  {takes: time.Hour, budget: 15 * time.Millisecond, stops: 1, partial: true},
		"the default budget is 25 s":    {takes: 24 * time.Second},
		"the default budget is no more": {takes: 26 * time.Second, stops: 1, partial: true},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: tc.takes}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
				f.SetDelay(30 * time.Millisecond)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tc.cancel > 0 {
					time.AfterFunc(tc.cancel, cancel)
				}
				if tc.deadline > 0 {
					ctx, cancel = context.WithTimeout(ctx, tc.deadline)
					defer cancel()
				}
				q := secureLog(f)
				q.Budget = tc.budget
				began := time.Now()
				a, err := c.RunInsights(ctx, q)
				if d := time.Since(began); d > 25*time.Second {
					t.Errorf("answered after %s", d)
				}
				sh.Wait()
				if tc.fails != errors.Is(err, context.Canceled) || !tc.fails && err != nil || f.Counts().Of("StopQuery") != tc.stops {
					t.Errorf("%d stops, error %v", f.Counts().Of("StopQuery"), err)
				}
				if a.Partial != tc.partial || !tc.fails && !tc.partial && len(a.Rows) != 5 {
					t.Errorf("%d rows, partial %v", len(a.Rows), a.Partial)
				}
			})
		})
	}
}

func TestIdenticalInsightsQueriesAreOne(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: 10 * time.Second}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
		ask := func(q InsightsQuery, leave ...time.Duration) {
			var wg sync.WaitGroup
			for i := range 10 {
				wg.Go(func() {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if i < len(leave) {
						time.AfterFunc(leave[i], cancel)
					}
					if a, err := c.RunInsights(ctx, q); (err != nil) != (i < len(leave)) || err == nil && len(a.Rows) != 5 {
						t.Errorf("caller %d: %d rows, %v", i, len(a.Rows), err)
					}
				})
			}
			wg.Wait()
			sh.Wait()
		}
		count := func(starts, stops int) {
			t.Helper()
			if n := f.Counts(); n.Of("StartQuery") != starts || n.Of("StopQuery") != stops {
				t.Errorf("%d started, %d stopped, want %d and %d", n.Of("StartQuery"), n.Of("StopQuery"), starts, stops)
			}
		}
		q := secureLog(f)
		// The one who began it may go: the others wait on.
		ask(q, time.Second, 2*time.Second)
		count(1, 0)
		q.NoCache = true
		ask(q, time.Second, time.Second, time.Second, time.Second, time.Second, time.Second, time.Second, time.Second, time.Second, 2*time.Second)
		count(2, 1)
	})
}

func TestClosedInsightsAnswersAreKept(t *testing.T) {
	clock := newClock()
	f := awsfake.New(awsfake.Options{Now: clock.now})
	sh := NewShared(SharedOptions{Now: clock.now})
	c := client(t, open(t, f, keys(awsfake.AdminKey), sh))
	closed, recent := secureLog(f), secureLog(f)
	closed.From, closed.To = closed.From.Add(-time.Hour), closed.To.Add(-time.Hour)
	run := func(q InsightsQuery, want int) {
		t.Helper()
		// The fake's clock stands still unless somebody waits for its query.
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			for tick := time.NewTicker(time.Millisecond); ; {
				select {
				case <-ctx.Done():
					tick.Stop()
					return
				case <-tick.C:
					clock.add(100 * time.Millisecond)
				}
			}
		})
		a, err := c.RunInsights(t.Context(), q)
		stop()
		wg.Wait()
		if got := f.Counts().Of("StartQuery"); err != nil || len(a.Rows) != 5 || got != want {
			t.Errorf("%d rows, %v, %d started, want %d", len(a.Rows), err, got, want)
		}
	}
	run(closed, 1)
	run(closed, 1)
	run(recent, 2)
	run(recent, 3)
	clock.add(insightsFor)
	run(closed, 4)
	closed.NoCache = true
	run(closed, 5)
	sh.Wait()
}

func TestInsightsQueriesQueueForTheRegionsLimit(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: 2 * time.Second}, func(t *testing.T, f *awsfake.Fake, _ *Client, _ *Shared) {
		sh := NewShared(SharedOptions{LogQueries: 3})
		c := client(t, open(t, f, keys(awsfake.AdminKey), sh))
		began := time.Now()
		var mu sync.Mutex
		var refused int
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				q := secureLog(f)
				q.Query += fmt.Sprint(" # ", i)
				if i == 11 {
					q.Budget = time.Second // not enough for its turn
				}
				_, err := c.RunInsights(t.Context(), q)
				var slow *Throttled
				if errors.As(err, &slow) && errors.Is(err, errQueriesFull) {
					mu.Lock()
					refused++
					mu.Unlock()
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		sh.Wait()
		if d := time.Since(began); d < 6*time.Second || refused > 1 {
			t.Errorf("11 queries of 2 s, 3 at once, took %s; %d refused", d, refused)
		}
		for _, other := range []string{"eu-central-1", ""} {
			if leave, err := sh.queries.enter(t.Context(), c.account, other, func() {}); err != nil {
				t.Error("a place was not given back:", err)
			} else {
				leave()
			}
		}
	})
}

// TestInsightsWaitWhileOthersUseTheQueries: the account's queries are all used by
// somebody else.
func TestInsightsWaitWhileOthersUseTheQueries(t *testing.T) {
	full := &awsfake.Error{Code: "LimitExceededException", Message: "Account maximum query concurrency limit of [100] reached."}
	for name, tc := range map[string]struct {
		freeAfter time.Duration
		throttled bool
	}{"one ends": {freeAfter: 8 * time.Second}, "none ends": {freeAfter: time.Minute, throttled: true}} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
				f.FailNext("StartQuery", -1, full)
				free := time.AfterFunc(tc.freeAfter, func() { f.FailNext("StartQuery", 0, nil) })
				defer free.Stop()
				began := time.Now()
				a, err := c.RunInsights(t.Context(), secureLog(f))
				var slow *Throttled
				if errors.As(err, &slow) != tc.throttled || !tc.throttled && len(a.Rows) != 5 || time.Since(began) > 25*time.Second {
					t.Errorf("%d rows, %v after %s", len(a.Rows), err, time.Since(began))
				}
				if rate := sh.limits.bucket(limitKey{c.account, c.region, "logs:StartQuery"}).current; rate != 5 {
					t.Errorf("slowed down to %v a second, which frees nothing", rate)
				}
			})
		})
	}
}
