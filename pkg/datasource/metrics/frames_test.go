package metrics

import (
	"testing"
	"time"
)

// A unit that is wrong is worse than none: it moves the point by three digits.
func TestUnit(t *testing.T) {
	for _, c := range []struct{ namespace, metric, statistic, unit, want string }{
		{"AWS/EC2", "CPUUtilization", "Average", "", "percent"},
		{"AWS/EC2", "NetworkIn", "Sum", "", "bytes"},
		{"AWS/EC2", "NetworkIn", "SampleCount", "", ""},
		{"AWS/EC2", "StatusCheckFailed", "Maximum", "", ""},
		{"AWS/VPN", "TunnelState", "Minimum", "", "none"},
		{"AWS/Lambda", "Duration", "p99", "", "ms"},
		{"AWS/Lambda", "ProvisionedConcurrencyUtilization", "Maximum", "", "percentunit"},
		{"AWS/ELB", "Latency", "Average", "", "s"},
		{"AWS/ApplicationELB", "TargetResponseTime", "p95", "", "s"},
		{"AWS/ApiGateway", "Latency", "Average", "", "ms"},
		{"AWS/DynamoDB", "SuccessfulRequestLatency", "Average", "", "ms"},
		{"AWS/S3", "FirstByteLatency", "Average", "", "ms"},
		{"AWS/RDS", "ReadLatency", "Average", "", "s"},
		{"AWS/RDS", "SelectLatency", "Average", "", "ms"},
		{"AWS/RDS", "ReadThroughput", "Average", "", "Bps"},
		{"AWS/RDS", "SelectThroughput", "Average", "", ""},
		{"AWS/RDS", "FreeStorageSpace", "Minimum", "", "bytes"},
		{"Shop", "CheckoutLatency", "Average", "", ""},
		{"Shop", "CheckoutLatency", "Average", "Milliseconds", "ms"},
		{"CWAgent", "mem_used_percent", "Average", "", "percent"},
		{"AWS/Billing", "EstimatedCharges", "Maximum", "", "currencyUSD"},
	} {
		if got := unit(Query{Namespace: c.namespace, MetricName: c.metric, Statistic: c.statistic, Unit: c.unit}); got != c.want {
			t.Errorf("%s %s %s %s: %q, want %q", c.namespace, c.metric, c.statistic, c.unit, got, c.want)
		}
	}
}

// A gap is where a point is missing that is usually there.
func TestSpacing(t *testing.T) {
	start := time.Date(2026, 10, 6, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		minutes []int
		want    time.Duration
	}{
		"nothing":                {nil, time.Minute},
		"one point":              {[]int{3}, time.Minute},
		"each minute":            {[]int{0, 1, 2, 3}, time.Minute},
		"an outage":              {[]int{0, 1, 2, 3, 40, 41, 42}, time.Minute},
		"basic monitoring":       {[]int{0, 5, 10, 15}, 5 * time.Minute},
		"and an outage":          {[]int{0, 5, 10, 60, 65}, 5 * time.Minute},
		"two points far between": {[]int{0, 60}, time.Hour},
		"an outage of three":     {[]int{0, 1, 51}, time.Minute},
		"as many gaps as not":    {[]int{0, 1, 51, 52, 102}, time.Minute},
	} {
		var times []time.Time
		for _, m := range c.minutes {
			times = append(times, start.Add(time.Duration(m)*time.Minute))
		}
		if got := spacing(times, time.Minute); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
