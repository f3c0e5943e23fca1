package awsapi

import (
	"context"
	"maps"
	"strings"
	"sync"
)

// Usage is what an answer took.
type Usage struct {
	Calls         map[string]int // by IAM action; retries count
	Throttled     int            // calls that AWS refused for their rate, retried or not
	Joined        int            // answered by a call somebody else had under way
	CacheHits     int            // answered whole from the cache
	PointsCached  int            // data points from the cache
	PointsFetched int            // data points that AWS sent
	MetricsBilled int            // metrics requested of GetMetricData: a SEARCH or SQL counts its series
	BytesScanned  int64          // by Logs Insights
	CostUSD       float64        // by the list prices, as if nothing were free
}

// List prices of us-east-1 in US dollars.
const (
	priceMetric      = 0.01 / 1000    // GetMetricData, per metric requested
	priceCloudWatch  = 0.01 / 1000    // other CloudWatch calls, after the first million a month
	pricePerByte     = 0.005 / 1e9    // Logs Insights, per byte scanned
	priceSQS         = 0.40 / 1000000 // per request, after the first million a month
	freeCallsNothing = 0.0            // Logs, CloudTrail history, Config queries, STS
)

// callPrice is what one call costs besides what it returns.
func callPrice(action string) float64 {
	switch prefix, _, _ := strings.Cut(action, ":"); prefix {
	case "cloudwatch":
		if action == "cloudwatch:GetMetricData" {
			return freeCallsNothing // by metric instead
		}
		return priceCloudWatch
	case "sqs":
		return priceSQS
	}
	return freeCallsNothing
}

// Add adds what another answer took.
func (u *Usage) Add(o Usage) {
	if len(o.Calls) > 0 && u.Calls == nil {
		u.Calls = map[string]int{}
	}
	for k, n := range o.Calls {
		u.Calls[k] += n
	}
	u.Throttled += o.Throttled
	u.Joined += o.Joined
	u.CacheHits += o.CacheHits
	u.PointsCached += o.PointsCached
	u.PointsFetched += o.PointsFetched
	u.MetricsBilled += o.MetricsBilled
	u.BytesScanned += o.BytesScanned
	u.CostUSD += o.CostUSD
}

// Meter adds up the usage of one answer. Its methods may be called by many at
// once; those of a nil Meter do nothing.
type Meter struct {
	mu sync.Mutex
	u  Usage
}

// Usage is the sum so far.
func (m *Meter) Usage() Usage {
	if m == nil {
		return Usage{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.u
	u.Calls = maps.Clone(u.Calls)
	return u
}

// take is the sum so far, which starts again.
func (m *Meter) take() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.u
	m.u = Usage{}
	return u
}

func (m *Meter) add(u Usage) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.u.Add(u)
}

// Scanned counts bytes that Logs Insights says it has read.
func (m *Meter) Scanned(bytes int64) {
	m.add(Usage{BytesScanned: bytes, CostUSD: float64(bytes) * pricePerByte})
}

type meterKey struct{}

// WithUsage gives a context whose calls are counted by the meter. A call that
// several share is counted by the one who began it; the others count it as
// joined.
func WithUsage(ctx context.Context) (context.Context, *Meter) {
	m := &Meter{}
	return context.WithValue(ctx, meterKey{}, m), m
}

func usageFrom(ctx context.Context) *Meter {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return m
}
