package awsfake

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// Rate is a token bucket's: calls a second, and how many at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// documented are the rates per account, region and operation: those of the
// services' quota pages where one is published, else a careful guess.
var documented = map[string]Rate{
	"GetMetricData": {50, 50}, "ListMetrics": {25, 25}, "DescribeAlarms": {9, 9}, "DescribeAlarmHistory": {3, 3}, "DescribeAlarmsForMetric": {9, 9},
	"DescribeLogGroups": {5, 5}, "DescribeLogStreams": {5, 5}, "StartQuery": {5, 5}, "GetQueryResults": {5, 5}, "StopQuery": {5, 5},
	"FilterLogEvents": {5, 5}, "GetLogEvents": {10, 10},
	"LookupEvents": {2, 2},
	// Config publishes none.
	"ListDiscoveredResources": {5, 5}, "BatchGetResourceConfig": {5, 5}, "GetResourceConfigHistory": {5, 5}, "SelectResourceConfig": {5, 5},
	"DescribeComplianceByConfigRule": {5, 5}, "DescribeComplianceByResource": {5, 5}, "GetComplianceDetailsByConfigRule": {5, 5},
	"GetComplianceDetailsByResource": {5, 5}, "DescribeConfigRules": {5, 5}, "GetComplianceSummaryByConfigRule": {5, 5}, "GetDiscoveredResourceCounts": {5, 5},
}

// switches are what a test turns on and off while the fake runs.
type switches struct {
	mu       sync.Mutex
	throttle bool
	rates    map[string]Rate
	buckets  map[string]*bucket
	delay    time.Duration
	delayOf  map[string]time.Duration
	failures map[string]*failure
	share    float64
	dice     *rand.Rand
	denied   map[string][]string
}

type bucket struct {
	tokens float64
	at     time.Time
}

type failure struct {
	left int
	err  *Error
}

func (s *switches) init(throttle bool) {
	s.throttle = throttle
	s.rates = make(map[string]Rate, len(documented))
	for k, v := range documented {
		s.rates[k] = v
	}
	s.buckets, s.delayOf = map[string]*bucket{}, map[string]time.Duration{}
	s.failures, s.denied = map[string]*failure{}, map[string][]string{}
}

// Throttle turns the rates on or off.
func (f *Fake) Throttle(on bool) {
	f.switches.mu.Lock()
	defer f.switches.mu.Unlock()
	f.throttle = on
}

// SetRate changes the rate of one operation, for each account and region.
func (f *Fake) SetRate(operation string, r Rate) {
	f.switches.mu.Lock()
	defer f.switches.mu.Unlock()
	f.rates[operation] = r
	for k := range f.buckets {
		if strings.HasPrefix(k, operation+" ") {
			delete(f.buckets, k)
		}
	}
}

// SetDelay makes every call take that long, by the timer of the process (in a
// synctest bubble: the bubble's).
func (f *Fake) SetDelay(d time.Duration) {
	f.switches.mu.Lock()
	defer f.switches.mu.Unlock()
	f.delay = d
}

// SetDelayOf makes calls of one operation take that long.
func (f *Fake) SetDelayOf(operation string, d time.Duration) {
	f.switches.mu.Lock()
	defer f.switches.mu.Unlock()
	f.delayOf[operation] = d
}

// FailNext makes the next n calls of an operation fail with err; a negative n:
// all of them, until it is called again with n = 0.
func (f *Fake) FailNext(operation string, n int, err *Error) {
	f.switches.mu.Lock()
	defer f.switches.mu.Unlock()
	f.failures[operation] = &failure{left: n, err: err}
}

// ThrottleShare throttles that share (0 to 1) of all calls, by dice with a seed.
func (f *Fake) ThrottleShare(share float64, seed uint64) {
	f.switches.mu.Lock()
	defer f.switches.mu.Unlock()
	f.share, f.dice = share, rand.New(rand.NewPCG(seed, share64))
}

const share64 = 0x5ca1ab1e

// Deny takes actions ("cloudwatch:GetMetricData", "logs:*") from an access key
// or from a role's ARN.
func (f *Fake) Deny(keyOrRole string, actions ...string) {
	f.switches.mu.Lock()
	defer f.switches.mu.Unlock()
	f.denied[keyOrRole] = append(f.denied[keyOrRole], actions...)
}

// Allow takes back what was denied to a key or role.
func (f *Fake) Allow(keyOrRole string) {
	f.switches.mu.Lock()
	defer f.switches.mu.Unlock()
	delete(f.denied, keyOrRole)
}

func (s *switches) wait(ctx context.Context, operation string) error {
	s.mu.Lock()
	d, own := s.delayOf[operation]
	if !own {
		d = s.delay
	}
	s.mu.Unlock()
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// action is the operation's name in IAM.
func (c *call) action() string {
	prefix := c.service
	if prefix == CloudWatch {
		prefix = "cloudwatch"
	}
	operation := c.operation
	if c.service == SQS { // a batch needs what its single form does
		operation = strings.TrimSuffix(operation, "Batch")
	}
	return prefix + ":" + operation
}

// refuse says whether a call fails before it is carried out, and how.
func (f *Fake) refuse(c *call) *Error {
	s := &f.switches
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, who := range []string{c.accessKey, c.role} {
		for _, a := range s.denied[who] {
			if who == "" {
				continue
			}
			if prefix, wild := strings.CutSuffix(a, "*"); a == c.action() || wild && strings.HasPrefix(c.action(), prefix) {
				return errDenied(c.service, c.arn, c.action())
			}
		}
	}
	if x := s.failures[c.operation]; x != nil && x.left != 0 {
		x.left--
		return x.err
	}
	if s.share > 0 && s.dice.Float64() < s.share {
		return ErrThrottled(c.service)
	}
	if s.throttle && !s.take(c.operation, c.operation+" "+c.account+" "+c.region, f.now()) {
		return ErrThrottled(c.service)
	}
	return nil
}

func (s *switches) take(operation, name string, now time.Time) bool {
	r, limited := s.rates[operation]
	if !limited {
		return true
	}
	b := s.buckets[name]
	if b == nil {
		b = &bucket{tokens: float64(r.Burst), at: now}
		s.buckets[name] = b
	}
	if since := now.Sub(b.at).Seconds(); since > 0 {
		b.tokens = min(float64(r.Burst), b.tokens+since*r.PerSecond)
		b.at = now
	}
	// A bucket refilled by many small steps must not miss its token by rounding.
	if b.tokens < 1-1e-9 {
		return false
	}
	b.tokens--
	return true
}
