package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource"
	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/pluginhost"
)

// What is asked so that every cache is full. The rates at which awsapi calls AWS
// decide how fast that goes.
const (
	fillWithin   = time.Minute
	blockWindows = 80      // of the wildcard, each in a block of its own: a block has two hours
	wholeWindows = 8       // of a search that is kept whole: three hours each
	trailEvents  = 2250    // of each of three accounts and regions; a trail that is too long to be kept is none
	trailRecord  = 8 << 10 // bytes of an event's record
)

// fullCaches measures gpx_andon's memory with its caches full: the bound that the
// process sets for itself holds them and as much for what it works on.
func fullCaches(ctx context.Context, b *bench) (err error) {
	clock := &cloud{now: time.Now()}
	fake := awsfake.New(awsfake.Options{
		Now: clock.clock, Anchor: clock.now, FleetHosts: wildcardSeries, FleetAlarms: historyAlarms, TrailRecord: trailRecord,
	})
	address, stop, err := serve(ctx, fake)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	var gc collections
	host, err := pluginhost.Start(filepath.Join(filepath.Dir(b.bin.Andon), "gpx_andon"), []string{"GODEBUG=gctrace=1"}, slog.New(&gc))
	if err != nil {
		return err
	}
	defer host.Close()
	p := &plugin{Host: host, gc: &gc, settings: &backend.DataSourceInstanceSettings{
		UID: "aws", Type: datasource.ID,
		JSONData: fmt.Appendf(nil, `{"authType":"keys","defaultRegion":%q,"endpoint":"http://%s","accounts":[{"name":"shops","roleArn":%q,"externalId":%q}]}`,
			awsfake.MainRegion, address, awsfake.SecondRole, awsfake.ExternalID),
		DecryptedSecureJSONData: map[string]string{"accessKey": awsfake.AdminKey, "secretKey": "any"},
	}}
	b.printf("bound of the caches: %s by their own count; %s resident at the start", mebibytes(awsapi.CacheBytes), mebibytes(p.resident("VmRSS")))

	dashboards := append(dashboardOf(fleetHost),
		panel{queries: asking(metricQuery("host-*")), over: 3 * time.Hour},
		panel{queries: asking(map[string]any{"queryType": "alarms", "kind": "history", "limit": 10_000}), over: 24 * time.Hour})
	if err := b.looked(ctx, p, clock, "caches empty: dashboard, wildcard, alarm history", dashboards); err != nil {
		return err
	}
	if err := b.fill(ctx, p, fake, clock.clock()); err != nil {
		return err
	}
	if err := b.looked(ctx, p, clock, "caches full: the same", dashboards); err != nil {
		return err
	}
	trail := []panel{{queries: asking(map[string]any{"queryType": "cloudtrail"}), over: 10 * 24 * time.Hour}}
	return b.looked(ctx, p, clock, fmt.Sprintf("caches full: a table of 1,000 events of %d KiB", trailRecord>>10), trail)
}

// plugin is a running gpx_andon with the settings it is asked with.
type plugin struct {
	*pluginhost.Host
	settings *backend.DataSourceInstanceSettings
	gc       *collections
}

// collections reads what the plugin's collector traces to its standard error:
// "gc 7 @1.2s 3%: … 52->60->41 MB, 84 MB goal, …" (GODEBUG in package runtime).
type collections struct {
	mu   sync.Mutex
	n    int
	live float64 // bytes that were reachable at the end of the last
}

var traced = regexp.MustCompile(`gc \d+ @.* \d+->\d+->(\d+) MB`)

func (c *collections) WithAttrs([]slog.Attr) slog.Handler       { return c }
func (c *collections) WithGroup(string) slog.Handler            { return c }
func (c *collections) Enabled(context.Context, slog.Level) bool { return true }

func (c *collections) Handle(_ context.Context, r slog.Record) error {
	m := traced.FindStringSubmatch(r.Message)
	if m == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	live, _ := strconv.ParseFloat(m[1], 64)
	c.n, c.live = c.n+1, live*(1<<20)
	return nil
}

// seen is how many collections there were, and what was live after the last.
func (c *collections) seen() (int, float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n, c.live
}

func (p *plugin) resident(name string) float64 { return residentOf(strconv.Itoa(p.PID()), name) }

// peakAgain starts the peak anew, where the system lets us.
func (p *plugin) peakAgain() {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.PID()), []byte("5"), 0)
}

// ticksPerSecond is the unit of proc_pid_stat(5): USER_HZ, 100 on every Linux.
const ticksPerSecond = 100

// cpu is the processor time that the plugin has taken.
func (p *plugin) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID()))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / ticksPerSecond
}

// answer is that of a panel with one query.
func (p *plugin) answer(ctx context.Context, of panel, now time.Time) (backend.DataResponse, error) {
	r := of.request(now)
	r.PluginContext = backend.PluginContext{PluginID: p.settings.Type, DataSourceInstanceSettings: p.settings}
	out, err := p.QueryData(ctx, r)
	if err != nil {
		return backend.DataResponse{}, err
	}
	a := out.Responses["A"]
	return a, a.Error
}

// rows is how many rows the answer of a panel has, in all frames.
func (p *plugin) rows(ctx context.Context, of panel, now time.Time) (int, error) {
	a, err := p.answer(ctx, of, now)
	n := 0
	for _, f := range a.Frames {
		n += f.Rows()
	}
	return n, err
}

// looked measures ten viewers who look at panels at once, and refresh twice.
func (b *bench) looked(ctx context.Context, p *plugin, clock *cloud, what string, panels []panel) error {
	const refreshed, viewers = 2, 10
	p.peakAgain()
	before, _ := p.gc.seen()
	cpu, began := p.cpu(), time.Now()
	for range 1 + refreshed {
		if err := asked(ctx, p.Host, p.settings, panels, viewers, clock.clock()); err != nil {
			return err
		}
		clock.jump(every)
	}
	n, live := p.gc.seen()
	b.printf("%s; %d viewers at once, %d refreshes: resident %s, at most %s; %d collections, %s live after the last; CPU %s, %s in all", what, viewers, refreshed,
		mebibytes(p.resident("VmRSS")), mebibytes(p.resident("VmHWM")), n-before, mebibytes(live), (p.cpu() - cpu).Round(10*time.Millisecond), time.Since(began).Round(10*time.Millisecond))
	return nil
}

// fill asks for more than the caches hold, of everything that they keep.
func (b *bench) fill(ctx context.Context, p *plugin, fake *awsfake.Fake, now time.Time) error {
	ctx, cancel := context.WithTimeoutCause(ctx, fillWithin, errFilled)
	defer cancel()
	p.peakAgain()
	began := time.Now()
	var blocks, points atomic.Int64
	var all sync.WaitGroup
	errs := make(chan error, 5)
	all.Go(func() {
		wildcard := panel{queries: asking(metricQuery("host-*")), over: 15 * time.Minute}
		for i := range blockWindows {
			rows, err := p.rows(ctx, wildcard, now.Add(-time.Duration(i+2)*2*time.Hour))
			if err != nil {
				errs <- fmt.Errorf("the wildcard: %w", err)
				return
			}
			if rows > 0 {
				blocks.Add(wildcardSeries)
			}
		}
	})
	all.Go(func() {
		search := `SEARCH('{CWAgent,host} MetricName="mem_used_percent"', 'Average', 60)`
		whole := panel{queries: asking(map[string]any{"queryType": "metrics", "expression": search, "period": "60"}), over: 3 * time.Hour}
		for i := range wholeWindows {
			rows, err := p.rows(ctx, whole, now.Add(-time.Duration(i+2)*3*time.Hour))
			if err != nil {
				errs <- fmt.Errorf("the search: %w", err)
				return
			}
			points.Add(int64(rows))
		}
	})
	for _, where := range []map[string]any{{}, {"region": awsfake.SecondRegion}, {"account": "shops"}} {
		all.Go(func() {
			if err := p.readTrail(ctx, where, now); err != nil {
				errs <- fmt.Errorf("the trail of %v: %w", where, err)
			}
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if !errors.Is(context.Cause(ctx), errFilled) { // what there was time for is in
			return err
		}
	}
	events := 0
	for call, n := range fake.Counts().Calls {
		if call.Operation == "LookupEvents" {
			events += 50 * n
		}
	}
	_, live := p.gc.seen()
	b.printf("filled in %s: %s series in blocks of 120 periods, %s points in answers kept whole, %s events with %s of records: resident %s, at most %s, %s live", time.Since(began).Round(time.Second),
		thousands(float64(blocks.Load())), thousands(float64(points.Load())), thousands(float64(events)), mebibytes(float64(events*trailRecord)),
		mebibytes(p.resident("VmRSS")), mebibytes(p.resident("VmHWM")), mebibytes(live))
	return nil
}

var errFilled = errors.New("the time for filling is over")

// readTrail asks for the newest events until all are there: a query answers
// within its budget, and the next continues. It takes only those that were
// refused, so that the answer is small.
func (p *plugin) readTrail(ctx context.Context, where map[string]any, now time.Time) error {
	fields := map[string]any{"queryType": "cloudtrail", "errors": true, "limit": 4000}
	maps.Copy(fields, where)
	r := panel{queries: asking(fields), over: trailEvents * 7 * time.Minute}
	for {
		a, err := p.answer(ctx, r, now)
		if err != nil {
			return err
		}
		if custom, _ := a.Frames[0].Meta.Custom.(map[string]any); custom["incomplete"] != true {
			return nil
		}
	}
}
