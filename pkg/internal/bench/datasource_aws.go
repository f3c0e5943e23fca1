package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

const latency = 30 * time.Millisecond // of a call

// cloud is an AWS whose calls take the latency, its own work within it, and
// whose clock stands still between jumps.
type cloud struct {
	*awsfake.Fake
	cpu atomic.Int64 // ns that it worked itself, no part of what is measured

	mu  sync.Mutex
	now time.Time
}

func newCloud(o awsfake.Options) *cloud {
	c := &cloud{now: awsfake.DefaultAnchor.Add(17 * time.Second)} // a refresh seldom falls on a whole minute
	o.Now = c.clock
	c.Fake = awsfake.New(o)
	return c
}

func (c *cloud) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *cloud) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// RoundTrip answers after the latency. The fake's own delay would add its work
// to it; a thread of its own tells that work from the data source's.
func (c *cloud) RoundTrip(r *http.Request) (*http.Response, error) {
	left := time.NewTimer(latency)
	defer left.Stop()
	runtime.LockOSThread()
	before := processorTime(threadOnly)
	resp, err := c.Fake.RoundTrip(r)
	c.cpu.Add(int64(processorTime(threadOnly) - before))
	runtime.UnlockOSThread()
	select {
	case <-left.C:
		return resp, err
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
}

// source is a data source that has asked nothing yet, with caches of its own.
type source struct {
	*datasource.Datasource
	shared *awsapi.Shared
}

func (c *cloud) source(ctx context.Context) (source, error) {
	shared := awsapi.NewShared(awsapi.SharedOptions{Now: c.clock})
	ds, err := datasource.New(ctx, backend.DataSourceInstanceSettings{
		JSONData:                []byte(`{"authType":"keys","defaultRegion":"` + awsfake.MainRegion + `"}`),
		DecryptedSecureJSONData: map[string]string{"accessKey": awsfake.AdminKey, "secretKey": "any"},
	}, datasource.Options{Shared: shared, Transport: c})
	return source{ds, shared}, err
}

func (s source) close() {
	s.Dispose()
	s.shared.Wait()
}

// Whose processor time getrusage(2) tells.
const (
	wholeProcess = syscall.RUSAGE_SELF
	threadOnly   = 1 // RUSAGE_THREAD
)

func processorTime(who int) time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(who, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// liveHeap is what is reachable.
func liveHeap() float64 {
	runtime.GC()
	runtime.GC() // finalizers of the first free what the second collects
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// residentAgain gives unused memory back and starts the peak anew. It returns
// what is resident, in bytes.
func residentAgain() float64 {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // without it the peak is that of the whole run, which is told too high
	return resident("VmRSS")
}

// resident reads a line of proc_pid_status(5), in bytes; 0 where there is none.
func resident(name string) float64 {
	return residentOf("self", name)
}

// residentOf is resident for another process: its id, or "self".
func residentOf(process, name string) float64 {
	text, err := os.ReadFile("/proc/" + process + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			kB, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
			return kB * 1024
		}
	}
	return 0
}

func mebibytes(bytes float64) string { return fmt.Sprintf("%.0f MiB", bytes/(1<<20)) }
