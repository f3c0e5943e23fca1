package awsapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/bubble"
)

// slowly is a query that runs on after its caller's budget has ended.
func slowly(f *awsfake.Fake) InsightsQuery {
	q := secureLog(f)
	q.RunsOn = 5 * time.Minute
	return q
}

// followed is one whose caller asks again at once.
func followed(f *awsfake.Fake) InsightsQuery {
	q := slowly(f)
	q.Follow, q.Budget = true, 3*time.Second
	return q
}

// moved is the query some time later: its range has moved on with the clock.
func moved(q InsightsQuery, by time.Duration) InsightsQuery {
	q.From, q.To = q.From.Add(by), q.To.Add(by)
	return q
}

func counted(t *testing.T, f *awsfake.Fake, starts, stops int) {
	t.Helper()
	if n := f.Counts(); n.Of("StartQuery") != starts || n.Of("StopQuery") != stops {
		t.Errorf("%d started, %d stopped, want %d and %d", n.Of("StartQuery"), n.Of("StopQuery"), starts, stops)
	}
}

// TestASlowInsightsQueryIsTakenUpAgain: what has not ended within the budget is
// there for the next refresh, whose range has moved on, and AWS begins it once.
func TestASlowInsightsQueryIsTakenUpAgain(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: 65 * time.Second}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
		q := slowly(f)
		began := time.Now()
		var last InsightsAnswer
		for round := range 3 {
			at := time.Since(began)
			a, err := c.RunInsights(t.Context(), moved(q, at))
			if err != nil {
				t.Fatal(err)
			}
			if want := round < 2; a.Partial != want || a.Running != want {
				t.Errorf("round %d: partial %v, running %v", round, a.Partial, a.Running)
			}
			if !a.From.Equal(q.From) || !a.To.Equal(q.To) {
				t.Errorf("round %d is of %s to %s", round, a.From, a.To)
			}
			if round == 1 && a.Took < 50*time.Second {
				t.Errorf("it says that it took %s", a.Took)
			}
			last = a
			bubble.Pass(5 * time.Second)
		}
		if len(last.Rows) != 5 || last.Statistics.BytesScanned == 0 {
			t.Errorf("%d rows, %v bytes", len(last.Rows), last.Statistics.BytesScanned)
		}
		// With the rows the next ones were begun, which are for the next caller.
		counted(t, f, 2, 0)
		if _, err := c.RunInsights(t.Context(), moved(q, time.Since(began))); err != nil {
			t.Fatal(err)
		}
		counted(t, f, 2, 0)
		sh.Wait()
	})
}

// TestAnInsightsQueryThatNobodyAsksAgainIsStopped: in its time, whether its last
// caller's budget ended or he went.
func TestAnInsightsQueryThatNobodyAsksAgainIsStopped(t *testing.T) {
	for name, tc := range map[string]struct {
		query          func(*awsfake.Fake) InsightsQuery
		leave, stopped time.Duration
	}{
		"the budget ended":          {slowly, 0, 25*time.Second + 5*time.Minute},
		"a follower comes no more":  {followed, 0, 3*time.Second + followedFor},
		"a follower breaks it off":  {followed, 2 * time.Second, 2*time.Second + brokenFor},
		"he has gone before it ran": {followed, 10 * time.Millisecond, 10*time.Millisecond + brokenFor},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: time.Hour}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tc.leave > 0 {
					time.AfterFunc(tc.leave, cancel)
				}
				began := time.Now()
				if _, err := c.RunInsights(ctx, tc.query(f)); (err != nil) != (tc.leave > 0) {
					t.Error(err)
				}
				bubble.Pass(tc.stopped - time.Since(began) - 500*time.Millisecond)
				counted(t, f, 1, 0)
				bubble.Pass(2 * time.Second)
				counted(t, f, 1, 1)
				sh.Wait()
				if len(sh.insights.m) != 0 {
					t.Errorf("%d questions are remembered", len(sh.insights.m))
				}
			})
		})
	}
}

// TestAnInsightsQueryThatEndedMeanwhileIsReady: for the next caller, once.
func TestAnInsightsQueryThatEndedMeanwhileIsReady(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: 40 * time.Second}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
		q := slowly(f)
		q.NoCache = true // as alert rules ask
		if a, err := c.RunInsights(t.Context(), q); err != nil || !a.Running {
			t.Fatalf("running %v, %v", a.Running, err)
		}
		bubble.Pass(35 * time.Second)
		began := time.Now()
		a, err := c.RunInsights(t.Context(), moved(q, time.Minute))
		if err != nil || a.Partial || len(a.Rows) != 5 || time.Since(began) != 0 {
			t.Errorf("%d rows, partial %v, after %s: %v", len(a.Rows), a.Partial, time.Since(began), err)
		}
		counted(t, f, 1, 0)
		sh.Wait()
	})
}

// TestOnlyWhatTheClockMovedIsTakenUp: another range, question, or wish for fresh
// rows is a query of its own.
func TestOnlyWhatTheClockMovedIsTakenUp(t *testing.T) {
	for name, change := range map[string]func(*InsightsQuery){
		"a range before":       func(q *InsightsQuery) { *q = moved(*q, -time.Minute) },
		"a range far later":    func(q *InsightsQuery) { *q = moved(*q, time.Hour) },
		"a longer range":       func(q *InsightsQuery) { q.From = q.From.Add(-time.Minute) },
		"a shorter range":      func(q *InsightsQuery) { q.From = q.From.Add(30 * time.Minute) },
		"another limit":        func(q *InsightsQuery) { q.Limit = 7 },
		"another text":         func(q *InsightsQuery) { q.Query += " " },
		"past what was kept":   func(q *InsightsQuery) { q.NoCache = true },
		"another log group":    func(q *InsightsQuery) { q.Groups = []string{"/shop/application"} },
		"one more, as a group": func(q *InsightsQuery) { q.Groups = append(q.Groups, "/shop/application") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: time.Hour}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
				q := slowly(f)
				for range 2 {
					if _, err := c.RunInsights(t.Context(), q); err != nil {
						t.Fatal(err)
					}
				}
				counted(t, f, 1, 0)
				change(&q)
				if _, err := c.RunInsights(t.Context(), q); err != nil {
					t.Fatal(err)
				}
				counted(t, f, 2, 0)
				bubble.Pass(10 * time.Minute)
				sh.Wait()
				counted(t, f, 2, 2)
			})
		})
	}
}

// TestAnInsightsQueryHasATimeLimit: that of the settings, however many wait.
func TestAnInsightsQueryHasATimeLimit(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: time.Hour}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
		c.longest = time.Minute
		q := slowly(f)
		var a InsightsAnswer
		began := time.Now()
		for a.Running = true; a.Running; {
			var err error
			if a, err = c.RunInsights(t.Context(), moved(q, time.Since(began))); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); !a.Partial || took != time.Minute {
			t.Errorf("partial %v after %s", a.Partial, took)
		}
		sh.Wait()
		counted(t, f, 1, 1)
	})
}

// TestFewInsightsQueriesRunWithoutACaller: beyond the bound the oldest is stopped.
func TestFewInsightsQueriesRunWithoutACaller(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: time.Hour}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
		var wg sync.WaitGroup
		for i := range maxUnwanted + 4 {
			wg.Go(func() {
				q := slowly(f)
				q.Query += fmt.Sprint(" # ", i)
				if _, err := c.RunInsights(t.Context(), q); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		bubble.Pass(time.Minute)
		counted(t, f, maxUnwanted+4, 4)
		bubble.Pass(5 * time.Minute)
		sh.Wait()
		counted(t, f, maxUnwanted+4, maxUnwanted+4)
	})
}

// TestWhoTakesAnInsightsQueryUpAgainIsToldWhatItTookSince: nothing is told twice.
func TestWhoTakesAnInsightsQueryUpAgainIsToldWhatItTookSince(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: 40 * time.Second}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
		var sum Usage
		for range 2 {
			ctx, meter := WithUsage(t.Context())
			a, err := c.RunInsights(ctx, slowly(f))
			if err != nil {
				t.Fatal(err)
			}
			if u := meter.Usage(); u.BytesScanned != a.Usage.BytesScanned {
				t.Errorf("the caller is told of %d bytes, his answer of %d", u.BytesScanned, a.Usage.BytesScanned)
			}
			sum.Add(a.Usage)
		}
		n := f.Counts()
		if sum.Calls["logs:StartQuery"] != 1 || sum.Calls["logs:GetQueryResults"] != n.Of("GetQueryResults") || sum.Joined != 1 || sum.BytesScanned != n.BytesScanned {
			t.Errorf("told %+v of %d results, %d bytes", sum, n.Of("GetQueryResults"), n.BytesScanned)
		}
		sh.Wait()
	})
}

// TestACancelledCallerStartsNothing: who has gone before he is heard.
func TestACancelledCallerStartsNothing(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.RunInsights(ctx, slowly(f)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		sh.Wait()
		counted(t, f, 0, 0)
	})
}

// TestTheRowsOfAFollowedInsightsQueryLieReady: of several regions one ends first,
// and is asked for along with the others until the last has ended. Whoever asks for
// the first time has it begun anew.
func TestTheRowsOfAFollowedInsightsQueryLieReady(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
		q := followed(f)
		q.To = bubbleNow() // a range that is not settled, whose answers are kept for nobody
		ask := func(q InsightsQuery, starts int) {
			t.Helper()
			if a, err := c.RunInsights(t.Context(), q); err != nil || a.Partial || len(a.Rows) != 5 {
				t.Errorf("%d rows, %v", len(a.Rows), err)
			}
			counted(t, f, starts, 0)
		}
		again := q
		again.Again = true
		ask(q, 1)
		for range 4 {
			bubble.Pass(10 * time.Second)
			ask(again, 1)
		}
		ask(q, 2) // "today" is the same range all day
		ask(again, 2)
		again.NoCache = true
		ask(again, 3)
		ask(again, 3)
		bubble.Pass(followedFor + time.Second)
		ask(again, 4)
		bubble.Pass(followedFor + time.Second)
		sh.Wait()
		if len(sh.insights.m) != 0 {
			t.Errorf("%d questions are remembered", len(sh.insights.m))
		}
	})
}

// TestManyFollowersHaveTheirQueriesBegunOnce: more than may run on with nobody
// there, and more than AWS begins in their first seconds.
func TestManyFollowersHaveTheirQueriesBegunOnce(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: 20 * time.Second}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
		const many = 40
		var wg sync.WaitGroup
		for i := range many {
			wg.Go(func() {
				q := followed(f)
				q.Query += fmt.Sprint(" # ", i)
				for rounds := 0; ; rounds++ {
					a, err := c.RunInsights(t.Context(), q)
					if err != nil || rounds > 30 || !a.Running && (a.Partial || len(a.Rows) != 5) {
						t.Errorf("panel %d, round %d: %d rows, partial %v, %v", i, rounds, len(a.Rows), a.Partial, err)
						return
					}
					if !a.Running {
						return
					}
					q.Again = true
				}
			})
		}
		wg.Wait()
		counted(t, f, many, 0)
		sh.Wait()
	})
}

// TestASlowRuleHasRowsEachTime: the first evaluation of a query of 40 s has none,
// each further one those of the one before.
func TestASlowRuleHasRowsEachTime(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: 40 * time.Second}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
		began := time.Now()
		for minute := range 5 {
			at := time.Duration(minute) * time.Minute
			bubble.Pass(at - time.Since(began))
			q := moved(slowly(f), at)
			q.NoCache = true
			a, err := c.RunInsights(t.Context(), q)
			if err != nil || a.Partial != (minute == 0) {
				t.Errorf("minute %d: partial %v, %v", minute, a.Partial, err)
			}
			if late := q.To.Sub(a.To); minute > 0 && late != time.Minute {
				t.Errorf("minute %d: rows of %s before", minute, late)
			}
		}
		bubble.Pass(6 * time.Minute)
		sh.Wait()
		counted(t, f, 5, 0)
	})
}
