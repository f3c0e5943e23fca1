package metrics

import "testing"

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
