package awsfake

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// BenchmarkDashboard is 100 metrics over three hours in one call, the real
// client's share included.
func BenchmarkDashboard(b *testing.B) {
	f := New(Options{FleetHosts: 500})
	var q []types.MetricDataQuery
	for i := range 100 {
		q = append(q, stat(fmt.Sprintf("m%d", i), "CWAgent", "cpu_usage_active", "Average", 60, "host", fmt.Sprintf("host-%05d", i)))
	}
	for b.Loop() {
		if _, err := cw(f).GetMetricData(b.Context(), &cloudwatch.GetMetricDataInput{
			StartTime: ptr(DefaultAnchor.Add(-3 * time.Hour)), EndTime: ptr(DefaultAnchor), MetricDataQueries: q,
		}); err != nil {
			b.Fatal(err)
		}
	}
}
