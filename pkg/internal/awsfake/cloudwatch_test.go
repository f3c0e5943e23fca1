package awsfake

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
)

func stat(id, namespace, name, statistic string, period int32, nv ...string) types.MetricDataQuery {
	m := &types.Metric{Namespace: &namespace, MetricName: &name}
	for i := 0; i < len(nv); i += 2 {
		m.Dimensions = append(m.Dimensions, types.Dimension{Name: &nv[i], Value: &nv[i+1]})
	}
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{Metric: m, Period: &period, Stat: &statistic}}
}

func expr(id, expression string, period int32) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, Expression: &expression, Period: &period}
}

// data asks for queries over the time up to now, ascending.
func data(t *testing.T, f *Fake, back time.Duration, q ...types.MetricDataQuery) *cloudwatch.GetMetricDataOutput {
	t.Helper()
	out, err := cw(f).GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		StartTime: ptr(f.now().Add(-back)), EndTime: ptr(f.now()), MetricDataQueries: q, ScanBy: types.ScanByTimestampAscending,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTunnelGoesDownAtTheAnchor(t *testing.T) {
	f, c := newFake(t, Options{})
	c.add(time.Minute)
	out := data(t, f, 4*time.Minute, stat("t1", "AWS/VPN", "TunnelState", "Maximum", 60, "VpnId", VPN, "TunnelIpAddress", Tunnel1),
		stat("t2", "AWS/VPN", "TunnelState", "Maximum", 60, "TunnelIpAddress", Tunnel2, "VpnId", VPN))
	if diff := cmp.Diff([]float64{1, 1, 0, 0}, out.MetricDataResults[0].Values); diff != "" {
		t.Error("tunnel 1:", diff)
	}
	if diff := cmp.Diff([]float64{1, 1, 1, 1}, out.MetricDataResults[1].Values); diff != "" {
		t.Error("tunnel 2:", diff)
	}
	if got, want := out.MetricDataResults[0].Timestamps[0], DefaultAnchor.Add(-3*time.Minute); !got.Equal(want) {
		t.Errorf("first bucket at %s, want %s", got, want)
	}
	if got := f.Counts().MetricsBilled; got != 2 {
		t.Errorf("billed %d metrics, want 2", got)
	}
}

func TestStatisticsAgree(t *testing.T) {
	f, _ := newFake(t, Options{})
	d := []string{"InstanceId", Web1Instance}
	var q []types.MetricDataQuery
	for i, s := range []string{"Minimum", "p10", "Average", "p90.5", "Maximum", "Sum", "SampleCount"} {
		q = append(q, stat(fmt.Sprintf("s%d", i), "AWS/EC2", "CPUUtilization", s, 300, d...))
	}
	out := data(t, f, time.Hour, q...)
	v := func(i int) float64 { return out.MetricDataResults[i].Values[3] }
	for _, i := range []int{1, 2, 3, 4} {
		if v(0) > v(i) || v(i) > v(4) {
			t.Errorf("statistic %d is %v, outside of %v to %v", i, v(i), v(0), v(4))
		}
	}
	if math.Abs(v(5)/v(6)-v(2)) > 1e-9 {
		t.Errorf("sum %v / count %v is not the average %v", v(5), v(6), v(2))
	}
}

func TestExpressions(t *testing.T) {
	f, _ := newFake(t, Options{FleetHosts: 3})
	a := stat("a", "AWS/EC2", "CPUUtilization", "Average", 300, "InstanceId", Web1Instance)
	b := stat("b", "AWS/EC2", "CPUUtilization", "Average", 300, "InstanceId", Web2Instance)
	empty := stat("none", "AWS/EC2", "CPUUtilization", "Average", 300, "InstanceId", "i-unknown")
	sum := func(x, y float64) float64 { return x + y }
	for _, tt := range []struct {
		name, expression string
		want             func(a, b float64) float64
	}{
		{"plus", "a + b", sum},
		{"precedence", "a + b * 2 - -1", func(x, y float64) float64 { return x + y*2 + 1 }},
		{"parentheses", "(a + b) / 2", func(x, y float64) float64 { return (x + y) / 2 }},
		{"array", "SUM([a, b])", sum},
		{"unknown id", "a + zzz", nil},
		{"only a number", "1 + 2", nil},
		{"metrics", "SUM(REMOVE_EMPTY(METRICS()))", sum},
		{"average", "AVG(METRICS())", func(x, y float64) float64 { return (x + y) / 2 }},
		{"fill", "FILL(none, 7)", func(_, _ float64) float64 { return 7 }},
		{"if", "IF(a > 1000, a, b)", func(_, y float64) float64 { return y }},
		{"number", "a * 0 + MAX(a) - MAX(a)", func(_, _ float64) float64 { return 0 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := &cloudwatch.GetMetricDataInput{
				StartTime: ptr(f.now().Add(-time.Hour)), EndTime: ptr(f.now()), MetricDataQueries: []types.MetricDataQuery{a, b, empty, expr("e", tt.expression, 300)},
			}
			out, err := cw(f).GetMetricData(t.Context(), in)
			if tt.want == nil {
				if err == nil || !strings.Contains(err.Error(), "Error in expression 'e'") {
					t.Fatalf("got %v, want an error in the expression", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			x, y, e := out.MetricDataResults[0], out.MetricDataResults[1], out.MetricDataResults[3]
			if len(e.Values) != 13 || len(x.Values) != 13 {
				t.Fatalf("%d values, want 13", len(e.Values))
			}
			for i := range e.Values {
				if want := tt.want(x.Values[i], y.Values[i]); math.Abs(e.Values[i]-want) > 1e-9 {
					t.Errorf("value %d is %v, want %v", i, e.Values[i], want)
				}
			}
		})
	}
}

func TestSearchAndSQL(t *testing.T) {
	f, _ := newFake(t, Options{FleetHosts: 600})
	labels := func(out *cloudwatch.GetMetricDataOutput) (l []string) {
		for _, r := range out.MetricDataResults {
			l = append(l, *r.Label)
		}
		return l
	}
	out := data(t, f, time.Hour, expr("e", `SEARCH('{AWS/EC2,InstanceId} MetricName="CPUUtilization" InstanceId=("`+Web1Instance+`" OR "`+Web2Instance+`")', 'Average', 300)`, 300))
	if diff := cmp.Diff([]string{Web1Instance, Web2Instance}, labels(out)); diff != "" {
		t.Error("search:", diff)
	}
	f.ResetCounts()
	out = data(t, f, 5*time.Minute, expr("e", `SEARCH('{CWAgent,host} MetricName="cpu_usage_active"', 'Average', 60)`, 60))
	if len(out.MetricDataResults) != 500 || len(out.Messages) != 1 || *out.Messages[0].Code != "MaxMetricsExceeded" {
		t.Errorf("%d series and messages %v, want 500 and MaxMetricsExceeded", len(out.MetricDataResults), out.Messages)
	}
	if got := f.Counts().MetricsBilled; got != 500 {
		t.Errorf("billed %d, want 500", got)
	}
	f.ResetCounts()
	out = data(t, f, 5*time.Minute, expr("e", `SELECT MAX(cpu_usage_active) FROM SCHEMA("CWAgent", host) WHERE host != 'host-00001' GROUP BY host ORDER BY MAX() DESC LIMIT 3`, 60))
	if len(out.MetricDataResults) != 3 || slices.Contains(labels(out), "host-00001") {
		t.Errorf("sql: %v", labels(out))
	}
	if got := f.Counts().MetricsBilled; got != 599 {
		t.Errorf("billed %d metrics analysed, want 599", got)
	}
	one := stat("l", "AWS/EC2", "CPUUtilization", "Average", 300, "InstanceId", Web1Instance)
	one.Label = ptr("${PROP('Dim.InstanceId')} ${PROP('Stat')} n=${DATAPOINT_COUNT}")
	if got := labels(data(t, f, time.Hour, one))[0]; got != Web1Instance+" Average n=13" {
		t.Errorf("label %q", got)
	}
}

func TestMetricDataPages(t *testing.T) {
	f, _ := newFake(t, Options{})
	q := []types.MetricDataQuery{
		stat("a", "AWS/EC2", "CPUUtilization", "Average", 60, "InstanceId", Web1Instance), stat("b", "AWS/EC2", "CPUUtilization", "Average", 300, "InstanceId", Web2Instance),
	}
	for _, scan := range []types.ScanBy{types.ScanByTimestampAscending, types.ScanByTimestampDescending} {
		in := &cloudwatch.GetMetricDataInput{StartTime: ptr(f.now().Add(-3 * time.Hour)), EndTime: ptr(f.now()), MetricDataQueries: q, ScanBy: scan}
		whole, err := cw(f).GetMetricData(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		in.MaxDatapoints = ptr(int32(40))
		got := map[string][]time.Time{}
		pages := 0
		for p := cloudwatch.NewGetMetricDataPaginator(cw(f), in); p.HasMorePages(); pages++ {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range out.MetricDataResults {
				got[*r.Id] = append(got[*r.Id], r.Timestamps...)
				if want := types.StatusCodePartialData; out.NextToken != nil && r.StatusCode != want {
					t.Errorf("status %s on a page with more to come", r.StatusCode)
				}
			}
		}
		if pages < 5 {
			t.Errorf("%d pages only", pages)
		}
		for _, r := range whole.MetricDataResults {
			if diff := cmp.Diff(r.Timestamps, got[*r.Id]); diff != "" || len(r.Timestamps) == 0 {
				t.Errorf("%s by pages (%s): %s", *r.Id, scan, diff)
			}
		}
	}
}

func TestLatePointsFillIn(t *testing.T) {
	f, c := newFake(t, Options{LatePoints: true, Outages: []Outage{{
		From: DefaultAnchor.Add(-20 * time.Minute), To: DefaultAnchor.Add(-15 * time.Minute), Filled: DefaultAnchor.Add(30 * time.Minute),
	}}})
	q := stat("a", "AWS/EC2", "CPUUtilization", "Average", 60, "InstanceId", Web1Instance)
	count := func(at time.Time) int {
		out, err := cw(f).GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
			StartTime: ptr(DefaultAnchor.Add(-30 * time.Minute)), EndTime: ptr(DefaultAnchor), MetricDataQueries: []types.MetricDataQuery{q},
		})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.MetricDataResults[0].Values)
	}
	if n := count(c.now()); n >= 25 || n < 20 {
		t.Errorf("%d points at once, want some of 25 missing", n)
	}
	c.add(3 * time.Minute)
	if n := count(c.now()); n != 25 {
		t.Errorf("%d points after three minutes, want 25", n)
	}
	c.add(time.Hour)
	if n := count(c.now()); n != 30 {
		t.Errorf("%d points after the back-fill, want 30", n)
	}
	if n := f.Counts().ClosedAgain; n == 0 {
		t.Error("closed points were read again and not counted")
	}
}

func TestListMetrics(t *testing.T) {
	f, _ := newFake(t, Options{FleetHosts: 600})
	n, pages := 0, 0
	for p := cloudwatch.NewListMetricsPaginator(cw(f), &cloudwatch.ListMetricsInput{Namespace: ptr("CWAgent")}); p.HasMorePages(); pages++ {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n += len(out.Metrics)
	}
	if n != 1200 || pages != 3 {
		t.Errorf("%d metrics on %d pages, want 1200 on 3", n, pages)
	}
	for recently, want := range map[types.RecentlyActive]int{"": 6, types.RecentlyActivePt3h: 5} {
		out, err := cw(f).ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{
			MetricName: ptr("CPUUtilization"), RecentlyActive: recently, Dimensions: []types.DimensionFilter{{Name: ptr("InstanceId")}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Metrics) != want {
			t.Errorf("recently %q: %d metrics, want %d", recently, len(out.Metrics), want)
		}
	}
}
