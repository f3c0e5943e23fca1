package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource"
	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/pluginhost"
)

// process measures the memory of gpx_andon itself, a process beside this one.
func (b *bench) process(ctx context.Context) error {
	for _, one := range []struct {
		name, target string
		panels       []panel
	}{
		{"the dashboard", "60 MiB", dashboardOf(fleetHost)},
		{"a day's alarm history", "60 MiB", []panel{{queries: asking(map[string]any{"queryType": "alarms", "kind": "history", "limit": 10_000}), over: 24 * time.Hour}}},
		{"the wildcard of 500 series", "no aim", []panel{{queries: asking(metricQuery("host-*")), over: 3 * time.Hour}}},
	} {
		for _, viewers := range []int{1, 10} {
			b.printf("gpx_andon as its own process: %s, viewers at once: %d, 10 refreshes", one.name, viewers)
			if err := b.resident(ctx, one.panels, viewers, one.target); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) resident(ctx context.Context, panels []panel, viewers int, target string) (err error) {
	clock := &cloud{now: time.Now()}
	fake := awsfake.New(awsfake.Options{Now: clock.clock, FleetHosts: wildcardSeries, FleetAlarms: historyAlarms})
	address, stop, err := serve(ctx, fake)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	host, err := pluginhost.Start(filepath.Join(filepath.Dir(b.bin.Andon), "gpx_andon"), nil, nil)
	if err != nil {
		return err
	}
	defer host.Close()
	settings := &backend.DataSourceInstanceSettings{
		UID: "aws", Type: datasource.ID,
		JSONData:                fmt.Appendf(nil, `{"authType":"keys","defaultRegion":"%s","endpoint":"http://%s"}`, awsfake.MainRegion, address),
		DecryptedSecureJSONData: map[string]string{"accessKey": awsfake.AdminKey, "secretKey": "any"},
	}
	pid := strconv.Itoa(host.PID())
	idle := residentOf(pid, "VmRSS")
	for range 11 {
		if err := asked(ctx, host, settings, panels, viewers, clock.clock()); err != nil {
			return err
		}
		clock.jump(every)
	}
	b.printf("  resident: %s at the start, %s after, at most %s  [%s]", mebibytes(idle), mebibytes(residentOf(pid, "VmRSS")), mebibytes(residentOf(pid, "VmHWM")), target)
	return nil
}

// serve puts the fake behind a socket; stop ends it.
func serve(ctx context.Context, fake *awsfake.Fake) (address string, stop func() error, err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- fake.Serve(ctx, l) }()
	return l.Addr().String(), func() error {
		cancel()
		return <-ended
	}, nil
}

// asked is one load of the panels by all viewers.
func asked(ctx context.Context, host *pluginhost.Host, settings *backend.DataSourceInstanceSettings, panels []panel, viewers int, now time.Time) error {
	var all sync.WaitGroup
	errs := make(chan error, viewers)
	for range cap(errs) {
		all.Go(func() { errs <- viewed(ctx, host, settings, panels, now) })
	}
	all.Wait()
	close(errs)
	var failed error
	for err := range errs {
		failed = errors.Join(failed, err)
	}
	return failed
}

func viewed(ctx context.Context, host *pluginhost.Host, settings *backend.DataSourceInstanceSettings, panels []panel, now time.Time) error {
	for _, p := range panels {
		r := p.request(now)
		r.PluginContext = backend.PluginContext{PluginID: settings.Type, DataSourceInstanceSettings: settings}
		out, err := host.QueryData(ctx, r)
		if err != nil {
			return err
		}
		for refID, a := range out.Responses {
			if a.Error != nil {
				return fmt.Errorf("query %s: %w", refID, a.Error)
			}
		}
	}
	return nil
}
