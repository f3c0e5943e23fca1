package awsfake

import (
	"fmt"
	"maps"
	"sync"
)

// Call names what was called, by whom and where.
type Call struct{ Service, Operation, Account, Region string }

// Counts are what was called and what it would have cost.
type Counts struct {
	Calls         map[Call]int
	Throttled     int // of the calls, answered with throttling
	MetricsBilled int // one for each metric that GetMetricData was asked for; SQL: each metric analysed
	DataPoints    int // delivered by GetMetricData
	ClosedAgain   int // data points delivered before, closed then and not empty
	BytesScanned  int64
	Running       int // calls now being answered
	MaxConcurrent int // the most at once
}

// Of returns the number of calls of an operation, over all accounts and regions.
func (c Counts) Of(operation string) int {
	n := 0
	for k, v := range c.Calls {
		if k.Operation == operation {
			n += v
		}
	}
	return n
}

// Total returns the number of all calls.
func (c Counts) Total() int {
	n := 0
	for _, v := range c.Calls {
		n += v
	}
	return n
}

type counters struct {
	mu      sync.Mutex
	counts  Counts
	request int
	closed  map[pointKey]map[int64]bool
}

// pointKey is a series of which closed points are remembered.
type pointKey struct {
	account, region, metric, stat string
	period                        int64
}

func (c *counters) init() {
	c.counts.Calls, c.closed = map[Call]int{}, map[pointKey]map[int64]bool{}
}

// Counts returns the counters as they stand.
func (f *Fake) Counts() Counts {
	f.counters.mu.Lock()
	defer f.counters.mu.Unlock()
	out := f.counts
	out.Calls = maps.Clone(out.Calls)
	return out
}

// ResetCounts starts all counters at zero, and forgets which points were read.
func (f *Fake) ResetCounts() {
	f.counters.mu.Lock()
	defer f.counters.mu.Unlock()
	f.counts = Counts{Calls: map[Call]int{}, Running: f.counts.Running, MaxConcurrent: f.counts.Running}
	f.closed = map[pointKey]map[int64]bool{}
}

func (c *counters) begin(x *call) (done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.Calls[Call{x.service, x.operation, x.account, x.region}]++
	c.counts.Running++
	c.counts.MaxConcurrent = max(c.counts.MaxConcurrent, c.counts.Running)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.counts.Running--
	}
}

func (c *counters) refused(e *Error) {
	switch e.Code {
	case "ThrottlingException", "Throttling", "RequestThrottled":
		c.mu.Lock()
		defer c.mu.Unlock()
		c.counts.Throttled++
	}
}

func (c *counters) billed(metrics int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.MetricsBilled += metrics
}

func (c *counters) scanned(bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.BytesScanned += bytes
}

// delivered counts points of a series; those before closedBefore (Unix
// seconds) are remembered, so that a second reading is seen.
func (c *counters) delivered(k pointKey, times []int64, closedBefore int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.DataPoints += len(times)
	seen := c.closed[k]
	if seen == nil {
		seen = make(map[int64]bool, len(times))
		c.closed[k] = seen
	}
	for _, t := range times {
		if t >= closedBefore {
			continue
		}
		if seen[t] {
			c.counts.ClosedAgain++
		}
		seen[t] = true
	}
}

func (c *counters) requestID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.request++
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", c.request)
}
