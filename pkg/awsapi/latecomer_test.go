package awsapi

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// latecomer is the context of a caller who is held up between his look at what
// is known and the flight he then would begin: landed runs in between. It is
// there because a flight first asks whether its caller has gone.
type latecomer struct {
	context.Context
	landed func()
}

func (l latecomer) Err() error {
	l.landed()
	return l.Context.Err()
}

func (l latecomer) Value(key any) any {
	if _, ours := key.(meterKey); !ours {
		l.landed()
	}
	return l.Context.Value(key)
}

// whoComesLate asks twice, the second time within the first, after its look.
func whoComesLate(t *testing.T, ask func(context.Context) error) {
	t.Helper()
	var once sync.Once
	late := latecomer{t.Context(), func() {
		once.Do(func() {
			if err := ask(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}}
	if err := ask(late); err != nil {
		t.Error(err)
	}
}

// TestWhoLookedBeforeAFlightLandedTakesWhatItBrought: of two callers at the same
// time the second never asks AWS again, however the two are interleaved.
func TestWhoLookedBeforeAFlightLandedTakesWhatItBrought(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		s := open(t, f, keys("AKIAONE"), nil)
		whoComesLate(t, func(ctx context.Context) error {
			_, err := s.identity(ctx, s.all[0])
			return err
		})
		if n := f.count("sts:GetCallerIdentity"); n != 1 {
			t.Errorf("the identity was asked for %d times, want once", n)
		}

		fetched := 0
		c := client(t, s)
		whoComesLate(t, func(ctx context.Context) error {
			_, err := Cached(ctx, c, "list", time.Minute, func(context.Context) (string, error) {
				fetched++
				return "found", nil
			})
			return err
		})
		if fetched != 1 {
			t.Errorf("the list was fetched %d times, want once", fetched)
		}
		s.shared.Wait()
	})
}
