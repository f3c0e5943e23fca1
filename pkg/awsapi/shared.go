package awsapi

import (
	"cmp"
	"sync"
	"time"
)

// Shared is what all sessions of a process have in common: rate limits, calls
// in flight, caches. Everything in it is keyed by the caller's identity.
type Shared struct {
	now      func() time.Time
	limits   *limits
	flights  *flights
	queries  *gates
	insights *insightsRuns
	cache    *lru
	metrics  *metricStore
	events   *lru
	trails   sync.Mutex // held while a trail is looked for and made
}

// Bytes that the caches of a process may hold.
const (
	defaultListBytes   = 16 << 20
	defaultMetricBytes = 32 << 20
	madeBytes          = 4 << 20
	defaultEventBytes  = 64 << 20
)

// CacheBytes is what the caches of a process may hold together, by their own
// count, where nothing else is said.
const CacheBytes = defaultListBytes + defaultMetricBytes + madeBytes + defaultEventBytes

// defaultLogQueries is the quota of log groups of the standard class.
const defaultLogQueries = 100

// SharedOptions are for tests and for processes with other needs; the zero value is
// what gpx_andon uses.
type SharedOptions struct {
	Now         func() time.Time // time.Now where nil
	ListBytes   int64
	MetricBytes int64
	EventBytes  int64
	LogQueries  int // Logs Insights queries at once in an account and region; 0: 100, AWS's own limit
}

// NewShared makes limits and caches apart from the process's own.
func NewShared(o SharedOptions) *Shared {
	pace := time.Now
	if o.Now == nil {
		o.Now = time.Now
	} else {
		pace = paceOf(o.Now)
	}
	pick := func(given, fallback int64) int64 {
		if given > 0 {
			return given
		}
		return fallback
	}
	return &Shared{
		now:      o.Now,
		limits:   newLimits(pace),
		flights:  newFlights(),
		insights: newInsightsRuns(),
		queries:  newGates(cmp.Or(o.LogQueries, defaultLogQueries)),
		cache:    newLRU(pick(o.ListBytes, defaultListBytes)),
		metrics:  newMetricStore(pick(o.MetricBytes, defaultMetricBytes), madeBytes),
		events:   newLRU(pick(o.EventBytes, defaultEventBytes)),
	}
}

// paceOf is the time by which rate limits refill under a clock that is set: it
// passes as fast as the faster of that clock and time itself, for waiting takes
// time even while the clock stands still.
func paceOf(now func() time.Time) func() time.Time {
	var mu sync.Mutex
	set, wall := now(), time.Now()
	passed := set
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		s, w := now(), time.Now()
		passed = passed.Add(max(s.Sub(set), w.Sub(wall), 0))
		set, wall = s, w
		return passed
	}
}

var process = sync.OnceValue(func() *Shared { return NewShared(SharedOptions{}) })

// Process is the Shared that all sessions use unless told otherwise.
func Process() *Shared { return process() }

// Now is the time by which answers are recent or past.
func (s *Sessions) Now() time.Time { return s.shared.now() }

// Wait returns when no call is under way any more. Calls end when their last
// caller has gone, so cancel the callers first; queries of Logs Insights may run on
// for some minutes after that.
func (s *Shared) Wait() {
	s.flights.running.wait()
	s.metrics.running.wait()
}
