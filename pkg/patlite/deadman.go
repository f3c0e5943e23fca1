package patlite

import (
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

const (
	minRestore = time.Second
	maxRestore = 99 * time.Second
)

// deadMan remembers whether the tower still has its base state, the one it
// falls back to when Apply is no longer repeated. The base is set with led,
// survives until the tower loses power (measured on an NHV6-3), and must be
// sent again then. It is not sent each time, since led is visible.
type deadMan struct {
	base    string // five digits for led
	seconds int

	mu       sync.Mutex
	written  bool
	shown    lamp.State
	applying int
	applies  uint64 // begun so far
}

func newDeadMan(p Panel, o Options) *deadMan {
	// checkOptions has shown that the panel can show the fallback.
	digits, _ := p.Digits(o.Fallback.Quiet())
	return &deadMan{base: digits.String()[:5], seconds: int(o.Restore / time.Second)}
}

// begin notes that s is about to be applied; done takes the outcome. Any
// error may hide a power cycle, so the base counts as lost after it.
func (b *deadMan) begin(s lamp.State) (written bool, done func(error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.applying++
	b.applies++
	return b.written, func(err error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.applying--
		b.written = err == nil
		b.shown = s.Clone()
	}
}

// watch looks at the outcome of a read: an error, or a tower that is dark
// though it should not be, reads like a power cycle. A read that ran beside an
// Apply proves nothing.
func (b *deadMan) watch() func(lamp.State, error) {
	if b == nil {
		return func(lamp.State, error) {}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	before, alone := b.applies, b.applying == 0
	return func(s lamp.State, err error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		undisturbed := alone && b.applies == before
		if err != nil || undisturbed && s.Dark() && !b.shown.Dark() {
			b.written = false
		}
	}
}
