package notifier

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// exitNotice is how long a broken stream waits for the exit that explains it.
const exitNotice = 500 * time.Millisecond

var errStopped = errors.New("stopped with its host")

// Run keeps the notifier running until ctx ends, then ends it and returns nil.
// What it started has ended by then. It may be called once.
func (h *Host) Run(ctx context.Context) error {
	err := fmt.Errorf("notifier %s: run twice", h.config.Name)
	h.run.Do(func() {
		err = nil
		called := make(chan struct{})
		go func() {
			defer close(called)
			h.events.run()
		}()
		h.supervise(ctx)
		h.events.close()
		<-called
	})
	return err
}

func (h *Host) supervise(ctx context.Context) {
	wait := backoff{
		min: h.config.BackoffMin, max: h.config.BackoffMax, healthy: h.config.HealthyAfter,
		random: rand.Float64,
	}
	for start := 1; ctx.Err() == nil; start++ {
		if start > 1 {
			h.mu.Lock()
			h.status.Restarts++
			h.mu.Unlock()
		}
		up := h.live(ctx, start)
		timer := time.NewTimer(wait.next(up))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// live starts a child and stays until it has ended; it returns how long it was
// up.
func (h *Host) live(ctx context.Context, start int) (up time.Duration) {
	c, err := launch{
		path: h.config.Path, sha256: h.config.SHA256, socketDir: h.config.SocketDir,
		timeout: h.config.StartTimeout, log: h.config.Logger,
	}.start(ctx)
	if err != nil {
		h.startFailed(ctx, err)
		return 0
	}
	if err := h.introduce(ctx, c, start); err != nil {
		c.kill()
		h.startFailed(ctx, c.explain(err))
		return 0
	}
	since := time.Now()

	watching, stopWatching := context.WithCancel(context.Background())
	broke := make(chan error, 1)
	go func() {
		broke <- c.watch(watching, func(o lamp.Observation) error {
			return h.events.observe(watching, func() {
				if f := h.config.Events.OnObservation; f != nil {
					f(o)
				}
			})
		})
	}()
	reason, ended := h.guard(ctx, c, broke)
	up = time.Since(since)
	h.withdraw(reason)
	stopWatching()
	if errors.Is(reason, errStopped) {
		c.shutdown()
	} else {
		c.kill()
	}
	if !ended {
		<-broke
	}
	h.wentDown(c, reason, up)
	return up
}

// introduce gives a new child its towers before anything else, and makes it
// the one that calls go to.
func (h *Host) introduce(ctx context.Context, c *child, start int) error {
	ctx, cancel := context.WithTimeout(ctx, h.config.StartTimeout)
	defer cancel()
	select {
	case h.configuring <- struct{}{}:
		defer func() { <-h.configuring }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	h.mu.Lock()
	towers := h.towers
	h.mu.Unlock()
	done, err := c.configure(ctx, towers)
	if !done {
		return err
	}
	if err != nil {
		// One tower that cannot be set up darkens no other.
		h.config.Logger.Error("notifier cannot set up a tower", "error", err)
	}
	h.mu.Lock()
	h.child = c
	h.status.Up, h.status.PID, h.status.Since = true, c.pid, time.Now()
	h.mu.Unlock()
	h.config.Logger.Info("notifier up", "pid", c.pid, "start", start)
	h.events.add(func() {
		if f := h.config.Events.OnUp; f != nil {
			f(start)
		}
	})
	return nil
}

// guard waits until the child ends, stops answering, or is no longer wanted,
// and says which. ended is true where broke was received.
func (h *Host) guard(ctx context.Context, c *child, broke <-chan error) (reason error, ended bool) {
	ticker := time.NewTicker(h.config.PingEvery)
	defer ticker.Stop()
	misses := 0
	for {
		select {
		case <-ctx.Done():
			return errStopped, false
		case <-c.process.exited:
			return c.exit(), false
		case err := <-broke:
			timer := time.NewTimer(exitNotice)
			defer timer.Stop()
			select {
			case <-c.process.exited:
				return c.exit(), true
			case <-timer.C:
				return err, true
			}
		case <-ticker.C:
			err := h.ping(ctx, c)
			if err == nil || ctx.Err() != nil {
				misses = 0
				continue
			}
			if misses++; misses >= h.config.Misses && !closed(c.process.exited) {
				return fmt.Errorf("no answer to %d pings: %w", misses, err), false
			}
		}
	}
}

// ping ends early when the process does.
func (h *Host) ping(ctx context.Context, c *child) error {
	ctx, cancel := context.WithTimeout(ctx, h.config.PingDeadline)
	defer cancel()
	return c.ping(ctx)
}

// withdraw lets no more calls go to the child.
func (h *Host) withdraw(reason error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.child = nil
	h.status.Up, h.status.PID, h.status.Since = false, 0, time.Now()
	if !errors.Is(reason, errStopped) {
		h.status.LastError = reason
	}
}

func (h *Host) wentDown(c *child, reason error, up time.Duration) {
	if errors.Is(reason, errStopped) {
		h.config.Logger.Info("notifier stopped", "pid", c.pid)
	} else {
		h.config.Logger.Warn("notifier down", "pid", c.pid, "up", up, "error", reason)
	}
	h.down(reason)
}

// startFailed tells of a failed start unless the last one failed alike.
func (h *Host) startFailed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	h.mu.Lock()
	before := h.status.LastError
	h.status.LastError = err
	h.mu.Unlock()
	if before != nil && before.Error() == err.Error() {
		return
	}
	h.config.Logger.Error("notifier does not start", "error", err)
	h.down(err)
}

func (h *Host) down(reason error) {
	h.events.add(func() {
		if f := h.config.Events.OnDown; f != nil {
			f(reason)
		}
	})
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
