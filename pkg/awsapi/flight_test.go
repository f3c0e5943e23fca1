package awsapi

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

func TestAFlightEndsWithItsLastWaiter(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		f := newFlights()
		var calls, cancelled atomic.Int32
		land := make(chan struct{})
		fn := func(ctx context.Context) (any, error) {
			calls.Add(1)
			select {
			case <-land:
				return 42, nil
			case <-ctx.Done():
				cancelled.Add(1)
				return nil, ctx.Err()
			}
		}
		leave1, go1 := context.WithCancel(t.Context())
		leave2, go2 := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for _, ctx := range []context.Context{leave1, leave2} {
			wg.Go(func() {
				if _, _, err := f.do(ctx, "k", fn); !errors.Is(err, context.Canceled) {
					t.Errorf("error %v", err)
				}
			})
		}
		synctest.Wait()
		go1()
		synctest.Wait()
		if calls.Load() != 1 || cancelled.Load() != 0 {
			t.Errorf("one of two has gone: %d calls, %d cancelled", calls.Load(), cancelled.Load())
		}
		go2()
		wg.Wait()
		f.running.wait()
		if cancelled.Load() != 1 {
			t.Error("both have gone and the call goes on")
		}
		for range 3 {
			wg.Go(func() {
				if v, _, err := f.do(t.Context(), "k", fn); v != 42 || err != nil {
					t.Errorf("%v, %v", v, err)
				}
			})
		}
		synctest.Wait()
		close(land)
		wg.Wait()
		if calls.Load() != 2 {
			t.Errorf("%d calls, want 2", calls.Load())
		}
		if _, _, err := f.do(t.Context(), "p", func(context.Context) (any, error) { panic("oops") }); err == nil || !strings.Contains(err.Error(), "oops") {
			t.Errorf("a panic became %v", err)
		}
		f.running.wait()
	})
}
