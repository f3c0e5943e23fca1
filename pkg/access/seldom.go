package access

import (
	"sync"
	"time"
)

// quiet is how long after one refusal was logged no other of the same place is:
// strangers must not fill the log.
const quiet = 10 * time.Minute

// Seldom picks the refusals that are logged. The zero value has seen none; it may
// be used by many at once.
type Seldom struct {
	mu     sync.Mutex
	logged time.Time
}

// Due reports whether a refusal at now is to be logged: the first, and from then
// on one in ten minutes.
func (s *Seldom) Due(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.logged.IsZero() && !now.Before(s.logged) && now.Sub(s.logged) < quiet {
		return false
	}
	s.logged = now
	return true
}
