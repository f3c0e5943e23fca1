package awsfake

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

var bothTypes = []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}

func TestAlarmsFollowTheirMetrics(t *testing.T) {
	f, c := newFake(t, Options{})
	states := func() map[string]string {
		out, err := cw(f).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmTypes: bothTypes})
		if err != nil {
			t.Fatal(err)
		}
		s := map[string]string{}
		for _, a := range out.MetricAlarms {
			s[*a.AlarmName] = string(a.StateValue)
			if *a.AlarmName == TunnelAlarm && a.StateValue == types.StateValueAlarm && !a.StateTransitionedTimestamp.Equal(DefaultAnchor) {
				t.Errorf("the tunnel's alarm fired at %s", a.StateTransitionedTimestamp)
			}
		}
		for _, a := range out.CompositeAlarms {
			s[*a.AlarmName] = string(a.StateValue)
		}
		return s
	}
	want := func(when string, pairs ...string) {
		t.Helper()
		s := states()
		for i := 0; i < len(pairs); i += 2 {
			if s[pairs[i]] != pairs[i+1] {
				t.Errorf("%s: %s is %s, want %s", when, pairs[i], s[pairs[i]], pairs[i+1])
			}
		}
	}
	c.add(-time.Minute)
	want("before", TunnelAlarm, "OK", "vpn-degraded", "OK")
	c.add(time.Minute)
	want("at the anchor", TunnelAlarm, "ALARM", "vpn-degraded", "ALARM", "vpn-dead", "OK", "vpn-tunnel-2-down", "OK", "web-1-cpu-high", "OK")
	c.add(15 * time.Minute)
	want("a while later", TunnelAlarm, "ALARM", "cgw-tokyo-1-cpu-high", "INSUFFICIENT_DATA")
	c.add(20 * time.Minute)
	want("afterwards", TunnelAlarm, "OK", "vpn-degraded", "OK", "cgw-tokyo-1-cpu-high", "OK")
}

func TestAlarmHistoryOfTheAccount(t *testing.T) {
	f, _ := newFake(t, Options{FleetAlarms: 2000})
	in := &cloudwatch.DescribeAlarmHistoryInput{
		StartDate: ptr(DefaultAnchor.Add(-24 * time.Hour)), EndDate: ptr(DefaultAnchor), HistoryItemType: types.HistoryItemTypeStateUpdate,
		AlarmTypes: bothTypes, MaxRecords: ptr(int32(100)),
	}
	n, pages, tunnel := 0, 0, 0
	last := DefaultAnchor
	for p := cloudwatch.NewDescribeAlarmHistoryPaginator(cw(f), in); p.HasMorePages(); pages++ {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range out.AlarmHistoryItems {
			n++
			if i.Timestamp.After(last) {
				t.Fatal("not newest first")
			}
			last = *i.Timestamp
			if *i.AlarmName == TunnelAlarm {
				tunnel++
			}
		}
	}
	if pages != 6 || tunnel != 1 {
		t.Errorf("%d items on %d pages, %d of the tunnel; want 6 pages and 1", n, pages, tunnel)
	}
}

func TestAlarmsForMetricAndFilters(t *testing.T) {
	f, _ := newFake(t, Options{FleetAlarms: 250})
	out, err := cw(f).DescribeAlarmsForMetric(t.Context(), &cloudwatch.DescribeAlarmsForMetricInput{
		Namespace: ptr("AWS/VPN"), MetricName: ptr("TunnelState"),
		Dimensions: []types.Dimension{{Name: ptr("VpnId"), Value: ptr(VPN)}, {Name: ptr("TunnelIpAddress"), Value: ptr(Tunnel1)}},
	})
	if err != nil || len(out.MetricAlarms) != 1 || *out.MetricAlarms[0].AlarmName != TunnelAlarm {
		t.Errorf("alarms for the tunnel's metric: %v %v", out, err)
	}
	pages := 0
	for p := cloudwatch.NewDescribeAlarmsPaginator(cw(f), &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: ptr("fleet-")}); p.HasMorePages(); pages++ {
		if _, err := p.NextPage(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if pages != 3 {
		t.Errorf("%d pages of 250 alarms", pages)
	}
	some, err := cw(f).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{StateValue: types.StateValueAlarm, AlarmTypes: bothTypes, AlarmNamePrefix: ptr("vpn")})
	if err != nil || len(some.MetricAlarms) != 1 || len(some.CompositeAlarms) != 1 {
		t.Errorf("in alarm: %v %v", some, err)
	}
	kids, err := cw(f).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{ChildrenOfAlarmName: ptr("vpn-dead")})
	if err != nil || len(kids.MetricAlarms) != 2 {
		t.Errorf("children: %v %v", kids, err)
	}
}
