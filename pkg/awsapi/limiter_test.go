package awsapi

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var lookups = limitKey{"123456789012", "ap-northeast-1", "cloudtrail:LookupEvents"}

func TestTheLimitIsSharedAndApartByAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits(time.Now)
		var mu sync.Mutex
		var at []time.Time
		start := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if err := l.wait(t.Context(), lookups); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				at = append(at, time.Now())
			})
		}
		wg.Wait()
		noThreeInASecond(t, at)
		if d := time.Since(start); d != 9500*time.Millisecond {
			t.Errorf("20 calls took %s, want 9.5s", d)
		}
		other := lookups
		other.account = "210987654321"
		if before := time.Now(); l.wait(t.Context(), other) != nil || time.Since(before) != 0 {
			t.Error("another account had to wait")
		}
	})
}

func TestATurnThatComesTooLateIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits(time.Now)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() { _ = l.wait(t.Context(), lookups) })
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		var slow *Throttled
		if err := l.wait(ctx, lookups); !errors.As(err, &slow) || time.Since(start) != 0 {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := l.wait(gone, lookups); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		wg.Wait()
	})
}

func TestTheLimitAdaptsAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits(time.Now)
		key := limitKey{"1", "r", "cloudwatch:ListMetrics"}
		for range 12 {
			l.done(key, true)
			<-time.After(time.Second)
		}
		if got := l.bucket(key).current; got != 25.0/20 {
			t.Errorf("after 12 refusals %v a second, want a twentieth of 25", got)
		}
		for range 12 {
			l.done(key, false)
			<-time.After(time.Second)
		}
		if got := l.bucket(key).current; got != 25 {
			t.Errorf("after 12 good seconds %v a second, want 25", got)
		}
	})
}

// TestTheProcessLimitsWorkInABubble uses the process's own buckets with real and
// then with fake, much earlier time.
func TestTheProcessLimitsWorkInABubble(t *testing.T) {
	key := limitKey{rand.Text(), "r", "cloudwatch:ListMetrics"} // a bucket of its own each time
	if err := Process().limits.wait(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	Process().limits.done(key, true)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for range 100 {
			if err := Process().limits.wait(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
		if d := time.Since(start); d < 2*time.Second || d > 20*time.Second {
			t.Errorf("100 calls took %s", d)
		}
	})
}
