package awsfake

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// The values are worked out by hand from the definitions in the CloudWatch User
// Guide.
func TestTrimmedStatistics(t *testing.T) {
	ten := []float64{10, 20, 30, 40, 50, 60, 70, 80, 90, 1000}
	for _, tc := range []struct {
		stat string
		want float64
	}{
		{"IQM", 55},         // two below and two above are gone: 30 … 80
		{"tm90", 50},        // without the 1000: 450 / 9
		{"TM(:90%)", 50},    // the same
		{"tm99.9", 145},     // 0.01 samples are none
		{"TM(10%:90%)", 55}, // 20 … 90
		{"TM(80%:)", 545},   // 90 and 1000
		{"TM(20:40)", 35},   // 30 and 40: the lower does not belong to it
		{"TM(20:)", 177.5},  // 30 … 1000: 1420 / 8
		{"TM(:30)", 20},     // 10, 20, 30
		{"tc90", 9},
		{"TC(20:40)", 2},
		{"TC(2000:3000)", 0},
		{"TC(80%:)", 2},
		{"tc0", 0},
		{"ts90", 450}, // tm90 × tc90
		{"TS(80%:)", 1090},
		{"TS(20:40)", 70},
		{"TS(2000:)", 0},
		{"PR(:30)", 30}, // three of ten, the boundary included
		{"PR(30:)", 70}, // the other seven
		{"PR(20:40)", 20},
		{"PR(0:1000)", 100},
		{"wm100", 145},      // nothing is outside
		{"WM(20:60)", 46},   // 20 20 30 40 50 60 60 60 60 60
		{"WM(:90)", 54},     // 450 + 90
		{"WM(50%:)", 157.5}, // p50 = 55: 5 × 55 + 60 + 70 + 80 + 90 + 1000 = 1575
		{"wm90", 63.1},      // p90 = 90 + 0.1 × 910 = 181: 450 + 181
		{"WM(10%:90%)", 64}, // p10 = 19: 19 + 20 … 90 + 181 = 640
		{"TM(0%:100%)", 145},
		{"TM(0.5%:99.5%)", 145},
	} {
		st, err := parseStatistic(tc.stat)
		if err != nil {
			t.Errorf("%s: %v", tc.stat, err)
			continue
		}
		got, ok := st.of(st.name, slices.Clone(ten))
		if !ok || math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%s: %v %v, want %v", tc.stat, got, ok, tc.want)
		}
	}
}

func TestTheMeanOfNothing(t *testing.T) {
	for _, s := range []string{"TM(2000:3000)", "tm0", "TM(50%:50.1%)"} {
		st, err := parseStatistic(s)
		if err != nil {
			t.Fatal(err)
		}
		if v, ok := st.of(st.name, []float64{1, 2, 3}); ok != (s == "TM(50%:50.1%)") {
			t.Errorf("%s is %v", s, v)
		}
	}
}

func TestStatisticsThatAreNone(t *testing.T) {
	for _, s := range []string{
		"", "iqm", "tm", "tm101", "TM90", "TM", "TM()", "TM(:)", "TM(%:5%)", "TM(:%)", "TM(10%:100)", "TM(10:100%)", "TM(90%:10%)", "TM(10:10)",
		"TM(-1:2)", "TM(1e2:2e2)", "tm(10%:90%)", "PR(10%:20%)", "PR(:20%)", "pr90", "TM(0%:101%)", "tm1.12345678901", "TM(1:2", "XX(1:2)", "p101",
	} {
		if st, err := parseStatistic(s); err == nil {
			t.Errorf("%q is taken as %+v", s, st)
		}
	}
}

// Every statistic of a metric goes by the same samples.
func TestStatisticsGoByTheSameSamples(t *testing.T) {
	f, _ := newFake(t, Options{})
	names := []string{"Sum", "TS(0%:100%)", "SampleCount", "TC(0%:100%)", "Average", "tm100", "PR(0:100)", "IQM", "TM(25%:75%)", "p100", "Maximum"}
	var q []types.MetricDataQuery
	for i, s := range names {
		q = append(q, stat(fmt.Sprintf("s%d", i), "AWS/EC2", "CPUUtilization", s, 300, "InstanceId", Web1Instance))
	}
	search := `SEARCH('{AWS/EC2,InstanceId} MetricName="CPUUtilization" InstanceId="` + Web1Instance + `"', 'IQM', 300)`
	q = append(q, types.MetricDataQuery{Id: ptr("s11"), Expression: &search})
	out := data(t, f, time.Hour, q...)
	v := func(i int) float64 { return out.MetricDataResults[i].Values[3] }
	for _, pair := range [][2]int{{0, 1}, {2, 3}, {4, 5}, {7, 8}, {9, 10}, {7, 11}} {
		if a, b := v(pair[0]), v(pair[1]); math.Abs(a-b) > 1e-9 {
			t.Errorf("series %d and %d are %v and %v", pair[0], pair[1], a, b)
		}
	}
	if v(6) != 100 || v(7) == v(4) {
		t.Errorf("PR(0:100) of a percentage is %v; IQM %v, Average %v", v(6), v(7), v(4))
	}
}
