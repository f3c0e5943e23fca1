package receive

import (
	"reflect"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/access"
)

// denials are one receiver's requests that did not prove who sent them.
type denials struct {
	mu     sync.Mutex
	n      int  // since the last that was logged, that one among them
	open   bool // what was logged has not been followed by an accepted request
	seldom access.Seldom
}

// refused counts a refusal, and reports whether it is one to log: the first after
// an accepted request, or after a while.
func (d *denials) refused(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n++
	if d.open || !d.seldom.Due(now) {
		return false
	}
	d.n, d.open = 1, true
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

// denialsOf returns what a server, nil where there is none, knows of the refusals
// of a receiver that is configured so, and nothing where it is configured
// otherwise: whether that helped, the next request tells.
func (s *Server) denialsOf(c *Config) *denials {
	if s != nil {
		if rc := s.receivers[c.Name]; rc != nil && reflect.DeepEqual(rc.config, *c) {
			return rc.denied
		}
	}
	return &denials{}
}
