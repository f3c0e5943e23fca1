package main

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

const (
	dashboardPanels = 20
	panelMetrics    = 5
	every           = 30 * time.Second // a dashboard is refreshed
	firstLoads      = 10
	wildcardSeries  = 500
	historyAlarms   = 2000
)

// dataSource measures the data source's back end: what a dashboard costs, first
// and with every refresh.
func dataSource(ctx context.Context, b *bench) error {
	hosts := awsfake.Options{FleetHosts: wildcardSeries}
	for _, viewers := range []int{1, 10} {
		if err := b.dashboard(ctx, hosts, viewers); err != nil {
			return err
		}
	}
	if err := b.wildcard(ctx, hosts); err != nil {
		return err
	}
	if err := b.alarmHistory(ctx); err != nil {
		return err
	}
	if err := b.throttled(ctx, hosts); err != nil {
		return err
	}
	return b.process(ctx)
}

func dashboardOf(host func(i int) string) []panel {
	var out []panel
	for p := range dashboardPanels {
		var queries []map[string]any
		for m := range panelMetrics {
			queries = append(queries, metricQuery(host(p*panelMetrics+m)))
		}
		out = append(out, panel{queries: asking(queries...), over: 3 * time.Hour, frames: 1, rows: 178})
	}
	return out
}

func metricQuery(host string) map[string]any {
	return map[string]any{
		"queryType": "metrics", "namespace": "CWAgent", "metricName": "cpu_usage_active", "statistic": "Average", "period": "60",
		"dimensions": map[string]string{"host": host},
	}
}

func fleetHost(i int) string { return fmt.Sprintf("host-%05d", i) }

func (b *bench) dashboard(ctx context.Context, world awsfake.Options, viewers int) error {
	b.printf("%d panels × %d metrics over 3 h, %d requests in flight, viewers: %d", dashboardPanels, panelMetrics, inFlight, viewers)
	c := newCloud(world)
	v := viewing{cloud: c, panels: dashboardOf(fleetHost), viewers: viewers}
	heap, rss := liveHeap(), residentAgain()
	for _, way := range []struct {
		name, first, then string
		ahead, frames     bool
	}{
		{"up to the frames, where Grafana's own data source ends, which runs inside Grafana", "90 ms", "20 ms, 12 calls with the first load, 600 billed, none again, 30 ms CPU", true, true},
		{"with what the SDK takes to write them for the plugin's wire (Arrow)", "no aim", "no aim", true, false},
		{"the same without announcing the panels, as other clients", "no aim", "no aim", false, false},
	} {
		v.ahead, v.frames = way.ahead, way.frames
		b.printf("%s:", way.name)
		if err := b.firstLoads(ctx, &v, way.first, func() {}); err != nil {
			return err
		}
		v.ahead = false // what was announced a moment ago is not announced again
		if err := b.refreshes(ctx, v, "5 minutes", 10, way.then); err != nil {
			return err
		}
		v.close()
	}
	if err := v.start(ctx); err != nil {
		return err
	}
	defer v.close()
	if _, err := v.rounds(ctx, 1, 0); err != nil {
		return err
	}
	if err := b.refreshes(ctx, v, "an hour", 120, "one call and 100 billed a minute"); err != nil {
		return err
	}
	b.kept(v, heap, rss)
	return nil
}

// kept tells the memory taken since heap and rss were measured.
func (b *bench) kept(v viewing, heap, rss float64) {
	peak := resident("VmHWM")
	v.ResetCounts() // the fake remembers what was read
	b.printf("  memory: %s more live heap; resident at most %s more than the %s before, the fake's garbage within  [60 MiB]", mebibytes(liveHeap()-heap), mebibytes(peak-rss), mebibytes(rss))
	runtime.KeepAlive(v)
}

// start gives the viewers a data source that has asked nothing yet.
func (v *viewing) start(ctx context.Context) error {
	v.ResetCounts()
	s, err := v.cloud.source(ctx)
	v.source = s
	return err
}

// firstLoads measures several first loads, each by a new data source and after
// before. The last one stays; calls are those of the last.
func (b *bench) firstLoads(ctx context.Context, v *viewing, target string, before func()) error {
	var all figures
	for i := range firstLoads {
		before()
		if err := v.start(ctx); err != nil {
			return err
		}
		f, err := v.rounds(ctx, 1, 0)
		if err != nil {
			return err
		}
		f.took, f.cpu, f.errors = append(all.took, f.took...), f.cpu+all.cpu, f.errors+all.errors
		all = f
		if i < firstLoads-1 {
			v.close()
		}
	}
	all.rounds = firstLoads
	slices.Sort(all.took)
	b.printf("  first load (%d times): %s  [%s]", firstLoads, all.time(), target)
	b.printf("    %s", all.cost())
	return nil
}

func (b *bench) refreshes(ctx context.Context, v viewing, how string, n int, target string) error {
	f, err := v.rounds(ctx, n, every)
	if err != nil {
		return err
	}
	b.printf("  %s: %d refreshes: %s  [%s]", how, n, f.time(), target)
	b.printf("    %s", f.cost())
	return nil
}

func (b *bench) wildcard(ctx context.Context, world awsfake.Options) error {
	b.printf("a wildcard of %d series over 3 h, 1 viewer", wildcardSeries)
	c := newCloud(world)
	v := viewing{cloud: c, viewers: 1, panels: []panel{{
		queries: asking(metricQuery("host-*")), over: 3 * time.Hour, frames: wildcardSeries, rows: 178,
	}}}
	heap, rss := liveHeap(), residentAgain()
	if err := b.firstLoads(ctx, &v, "no aim", func() {}); err != nil {
		return err
	}
	defer v.close()
	if err := b.refreshes(ctx, v, "5 minutes", 10, "one call a minute"); err != nil {
		return err
	}
	b.kept(v, heap, rss)
	return nil
}

// alarmHistory measures a day's state changes of all alarms. DescribeAlarmHistory
// has its rate: three a second after a burst of ten.
func (b *bench) alarmHistory(ctx context.Context) error {
	c := newCloud(awsfake.Options{FleetAlarms: historyAlarms})
	changes, err := c.changes(ctx, 24*time.Hour)
	if err != nil {
		return fmt.Errorf("read the history directly: %w", err)
	}
	b.printf("a day's history of %d alarms: %d state changes, 1 viewer", historyAlarms, changes)
	v := viewing{cloud: c, viewers: 1, panels: []panel{{
		queries: asking(map[string]any{"queryType": "alarms", "kind": "history", "limit": 10_000}),
		over:    24 * time.Hour, frames: 1, rows: changes,
	}}}
	c.Throttle(true)
	full := func() { c.SetRate("DescribeAlarmHistory", awsfake.Rate{PerSecond: 3, Burst: 10}) }
	if err := b.firstLoads(ctx, &v, "whole in 6 calls and 250 ms", full); err != nil {
		return err
	}
	defer v.close()
	v.panels[0].rows = 0 // the day moves on: the oldest changes leave it
	return b.refreshes(ctx, v, "5 minutes", 10, "the newest only")
}

// changes counts the state changes that AWS has, past the data source.
func (c *cloud) changes(ctx context.Context, over time.Duration) (int, error) {
	client := cloudwatch.New(cloudwatch.Options{
		Region: awsfake.MainRegion, HTTPClient: &http.Client{Transport: c.Fake},
		Credentials: credentials.NewStaticCredentialsProvider(awsfake.AdminKey, "any", ""),
	})
	now, n := c.clock(), 0
	pages := cloudwatch.NewDescribeAlarmHistoryPaginator(client, &cloudwatch.DescribeAlarmHistoryInput{
		AlarmTypes:      []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm},
		HistoryItemType: cwtypes.HistoryItemTypeStateUpdate, MaxRecords: aws.Int32(100),
		StartDate: aws.Time(now.Add(-over)), EndDate: &now,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		n += len(page.AlarmHistoryItems)
	}
	return n, nil
}

// throttled measures the dashboard while a tenth of all calls is refused.
func (b *bench) throttled(ctx context.Context, world awsfake.Options) error {
	b.printf("the same dashboard, 10 %% of calls throttled, 1 viewer")
	c := newCloud(world)
	c.ThrottleShare(0.1, 1)
	v := viewing{cloud: c, panels: dashboardOf(fleetHost), viewers: 1, ahead: true}
	if err := b.firstLoads(ctx, &v, "no error", func() {}); err != nil {
		return err
	}
	defer v.close()
	v.ahead = false
	return b.refreshes(ctx, v, "an hour", 120, "no error")
}
