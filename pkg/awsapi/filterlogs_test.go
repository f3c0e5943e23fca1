package awsapi

import (
	"errors"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestFilterLogsNewestFirst(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		q := FilterQuery{Group: "/var/log/secure", Pattern: "invalid", From: f.Anchor().Add(-time.Hour), To: f.Anchor()}
		a, err := c.FilterLogs(t.Context(), q)
		if err != nil || len(a.Events) < 2 || a.Limited || a.Incomplete {
			t.Fatalf("%d events, limited %v, incomplete %v: %v", len(a.Events), a.Limited, a.Incomplete, err)
		}
		if *a.Events[0].Timestamp < *a.Events[1].Timestamp {
			t.Error("not newest first")
		}
		q.Limit = 1
		if one, err := c.FilterLogs(t.Context(), q); err != nil || len(one.Events) != 1 || !one.Limited {
			t.Errorf("limit 1: %d events, limited %v: %v", len(one.Events), one.Limited, err)
		}
	})
}

func TestFilteredLogsAreKeptAndTheTailIsAskedFor(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		q := FilterQuery{Group: "/var/log/secure", From: f.Anchor().Add(-6 * time.Hour), To: f.Anchor(), Limit: 10_000}
		ask := func() (events, calls int) {
			before := f.Counts().Of("FilterLogEvents")
			a, err := c.FilterLogs(t.Context(), q)
			if err != nil || a.Incomplete {
				t.Errorf("incomplete %v, %v", a.Incomplete, err)
			}
			return len(a.Events), f.Counts().Of("FilterLogEvents") - before
		}
		first, calls := ask()
		if first == 0 || calls == 0 {
			t.Fatalf("%d events in %d calls", first, calls)
		}
		if n, again := ask(); n != first || again != 0 {
			t.Errorf("at once again: %d events of %d, %d calls", n, first, again)
		}
		<-time.After(time.Minute)
		if n, again := ask(); n != first || again != 1 {
			t.Errorf("a minute later: %d events of %d, %d calls", n, first, again)
		}
		<-time.After(16 * time.Minute) // what came late from a cut-off agent is not hidden for longer
		if n, again := ask(); n != first || again != calls {
			t.Errorf("16 minutes later: %d events of %d, %d calls of %d", n, first, again, calls)
		}
		q.From, q.Limit = time.Date(2023, 12, 1, 0, 0, 0, 0, time.UTC), 3 // only the oldest first, until all is read
		if a, err := c.FilterLogs(t.Context(), q); err != nil || len(a.Events) != 3 || !a.Limited || a.Incomplete ||
			*a.Events[0].Timestamp < f.Anchor().Add(-time.Hour).UnixMilli() {
			t.Errorf("since 2023: %d events, limited %v, incomplete %v: %v", len(a.Events), a.Limited, a.Incomplete, err)
		}
		for _, wrong := range []FilterQuery{
			{From: q.From, To: q.To},
			{Group: "g", From: q.To, To: q.From},
			{Group: "g", From: q.From, To: q.To, Streams: []string{"a"}, StreamPrefix: "b"},
			{Group: "g", From: q.From, To: q.To, Streams: make([]string, 101)},
			{Group: "nothing-there", From: q.From, To: q.To},
		} {
			var bad *BadRequest
			if _, err := c.FilterLogs(t.Context(), wrong); !errors.As(err, &bad) {
				t.Errorf("%+v: %v", wrong, err)
			}
		}
	})
}

func TestFilteredLogsBeginWithTheNewest(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		q := FilterQuery{Group: "/var/log/secure", From: f.Anchor().Add(-60 * 24 * time.Hour), To: f.Anchor(), Limit: 3}
		a, err := c.FilterLogs(t.Context(), q)
		if err != nil || len(a.Events) != 3 || !a.Limited || a.Incomplete || *a.Events[2].Timestamp < f.Anchor().Add(-time.Hour).UnixMilli() {
			t.Fatalf("%d events, limited %v, incomplete %v: %v", len(a.Events), a.Limited, a.Incomplete, err)
		}
		if n := f.Counts().Of("FilterLogEvents"); n != 1 {
			t.Errorf("%d calls for the newest three", n)
		}
		q.Limit = 10_000
		b, err := c.FilterLogs(t.Context(), q)
		if n := f.Counts().Of("FilterLogEvents"); err != nil || len(b.Events) <= 3 || n < 3 {
			t.Errorf("%d events in %d calls: the range is too short for the test: %v", len(b.Events), n, err)
		}
	})
}

// TestAScanThatFindsNothingContinues: pages without an event cover nothing, and
// the next call goes on behind them all the same.
func TestAScanThatFindsNothingContinues(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		f.SetDelay(time.Second) // a page a call
		whole := func() (calls int) {
			q := FilterQuery{Group: "/var/log/secure", Pattern: "nobodywrotethis", From: f.Anchor().Add(-60 * 24 * time.Hour), To: f.Anchor(), Budget: 1500 * time.Millisecond}
			before := f.Counts().Of("FilterLogEvents")
			for round := range 100 {
				a, err := c.FilterLogs(t.Context(), q)
				if err != nil || len(a.Events) != 0 {
					t.Fatalf("%d events, %v", len(a.Events), err)
				}
				if !a.Incomplete {
					if round < 2 {
						t.Errorf("whole after %d rounds: the range is too short for the test", round+1)
					}
					return f.Counts().Of("FilterLogEvents") - before
				}
				<-time.After(time.Minute)
			}
			t.Error("never read to its end")
			return 0
		}
		if n := whole(); n > 60 {
			t.Errorf("%d calls", n)
		}
	})
}

// A range that began before AWS could give the newest first begins with the
// newest all the same.
func TestFilteredLogsOfALongRangeBeginWithTheNewest(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
		q := FilterQuery{Group: "/var/log/secure", Pattern: "preauth", From: newestFirstSince.AddDate(-5, 0, 0), To: f.Anchor(), Limit: 3}
		a, err := c.FilterLogs(t.Context(), q)
		if err != nil || len(a.Events) != 3 || !a.Limited || *a.Events[2].Timestamp < f.Anchor().Add(-24*time.Hour).UnixMilli() {
			t.Fatalf("%d events, limited %v: %v", len(a.Events), a.Limited, err)
		}
		if n := f.Counts().Of("FilterLogEvents"); n != 1 {
			t.Errorf("%d calls for the newest three", n)
		}
		// Nothing since 2024: what was before is read too.
		q.From, q.To, q.Limit = newestFirstSince.Add(-24*time.Hour), newestFirstSince.Add(time.Minute), 10_000
		b, err := c.FilterLogs(t.Context(), q)
		if err != nil || b.Incomplete || b.Limited || len(b.Events) < 10 || *b.Events[len(b.Events)-1].Timestamp >= newestFirstSince.UnixMilli() {
			t.Errorf("%d events, incomplete %v: %v", len(b.Events), b.Incomplete, err)
		}
		if n := b.Usage.Calls["logs:FilterLogEvents"]; n < 2 {
			t.Errorf("%d calls are told", n)
		}
	})
}
