package awsapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// flights lets callers with the same question share one call. The call goes on
// as long as anyone waits for it, and is cancelled when the last has gone.
type flights struct {
	mu      sync.Mutex
	m       map[string]*flight
	running tracker
}

type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiters int
	val     any
	err     error
}

func newFlights() *flights { return &flights{m: map[string]*flight{}} }

// do answers key by fn, or by the call for key that is under way. joined says
// which. fn's context ends when nobody waits any more; it carries the values of
// the first caller's context.
func (f *flights) do(ctx context.Context, key string, fn func(context.Context) (any, error)) (val any, joined bool, err error) {
	if err := context.Cause(ctx); err != nil {
		return nil, false, err
	}
	f.mu.Lock()
	fl, joined := f.m[key]
	if joined {
		fl.waiters++
	} else {
		fl = f.start(ctx, key, fn)
	}
	f.mu.Unlock()

	select {
	case <-fl.done:
		if joined && refusedHere(fl.err) {
			// Too late for the one who began the call, but perhaps not for this one.
			return f.do(ctx, key, fn)
		}
		return fl.val, joined, fl.err
	case <-ctx.Done():
		f.leave(key, fl)
		return nil, joined, context.Cause(ctx)
	}
}

func (f *flights) start(ctx context.Context, key string, fn func(context.Context) (any, error)) *flight {
	call, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if deadline, ok := ctx.Deadline(); ok {
		call = context.WithValue(call, deadlineKey{}, deadline)
	}
	fl := &flight{done: make(chan struct{}), cancel: cancel, waiters: 1}
	f.m[key] = fl
	f.running.spawn(func() {
		defer cancel()
		fl.val, fl.err = guarded(call, fn)
		f.mu.Lock()
		if f.m[key] == fl {
			delete(f.m, key)
		}
		f.mu.Unlock()
		close(fl.done)
	})
	return fl
}

func (f *flights) leave(key string, fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fl.waiters--
	if fl.waiters == 0 {
		if f.m[key] == fl {
			delete(f.m, key) // whoever comes now starts anew
		}
		fl.cancel()
	}
}

// guarded turns a panic into an error: it happens in a goroutine of its own,
// where nobody above could catch it.
func guarded(ctx context.Context, fn func(context.Context) (any, error)) (val any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
		}
	}()
	return fn(ctx)
}

// refusedHere tells whether the own rate limit, not AWS, refused the call.
func refusedHere(err error) bool {
	_, late := errors.AsType[tooLate](err)
	return late
}
