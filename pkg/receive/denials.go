package receive

import (
	"sync"
	"time"
)

// quiet is how long after one refusal was logged no other of its receiver is:
// strangers must not fill the log, whoever else is accepted in between.
const quiet = 10 * time.Minute

// denials are one receiver's requests that did not prove who sent them.
type denials struct {
	mu     sync.Mutex
	n      int // since the last that was logged, that one among them
	logged time.Time
	open   bool // what was logged has not been followed by an accepted request
}

// refused counts a refusal, and reports whether it is one to log: the first after
// an accepted request, or after a while.
func (d *denials) refused(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n++
	if d.open || !d.logged.IsZero() && now.Sub(d.logged) < quiet && !now.Before(d.logged) {
		return false
	}
	d.n, d.logged, d.open = 1, now, true
	return true
}

// accepted returns how many were refused since the refusal that was logged, where
// this is the first request accepted since; else 0.
func (d *denials) accepted() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.open {
		return 0
	}
	d.open = false
	return d.n
}
