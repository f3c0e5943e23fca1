package journal

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

var t0 = time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)

// typical is an alert as Alertmanager sends it: 6 labels and 2 annotations of
// 80 characters.
func typical(i int) *alert.Alert {
	labels := alert.LabelsOf(map[string]string{
		"alertname": "DiskWillFillIn4Hours", "instance": fmt.Sprintf("db-%05d.tokyo.example.jp:9100", i), "job": "node", "severity": "critical",
		"site": []string{"tokyo", "osaka"}[i%2], "mountpoint": "/var/lib/postgresql",
	})
	return &alert.Alert{
		Identity: alert.Identity("alertmanager/" + labels.Fingerprint()), Receiver: "alertmanager",
		Labels: labels.With(map[string]string{"receiver": "alertmanager"}),
		Annotations: alert.LabelsOf(map[string]string{
			"summary":     fmt.Sprintf("%-80s", fmt.Sprintf("Disk of db-%05d is predicted to fill within 4 hours", i)),
			"description": fmt.Sprintf("%-80s", fmt.Sprintf("%d bytes are left of the file system, less than it was", i)),
		}),
		Link: "http://prometheus.example.jp:9090/graph?g0.expr=predict_linear", Severity: "critical", Rule: "disk", Sequence: alert.SequenceAuto,
		Abnormal: true, OpenedAt: t0, RaisedAt: t0, SeenAt: t0, StartsAt: t0.Add(-time.Minute), Order: alert.ByArrival, Opened: uint64(i), Changed: uint64(i),
	}
}

func entry(change int, a *alert.Alert) alert.Entry {
	return alert.Entry{
		Change: uint64(change), At: t0, Kind: alert.Opened, Identity: a.Identity, Receiver: a.Receiver, Severity: a.Severity, Rule: a.Rule,
		Labels: a.Labels, Annotations: a.Annotations, Original: strings.Repeat("original ", 60),
	}
}

// BenchmarkCommit makes alerts durable with their history, with real syncs.
func BenchmarkCommit(b *testing.B) {
	for _, size := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			j, _, err := Open(b.Context(), filepath.Join(b.TempDir(), "andon.db"))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				if err := j.Close(); err != nil {
					b.Error(err)
				}
			})
			change := 0
			for b.Loop() {
				var batch Batch
				for range size {
					change++
					a := typical(change % 100_000)
					batch.Alerts = append(batch.Alerts, a)
					batch.Entries = append(batch.Entries, entry(change, a))
				}
				if err := j.Commit(b.Context(), &batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(change)/b.Elapsed().Seconds(), "alerts/s")
		})
	}
}

// BenchmarkOpen reads a journal of 100,000 alerts and their history, and
// reports what they take of memory.
func BenchmarkOpen(b *testing.B) {
	const alerts = 100_000
	path := filepath.Join(b.TempDir(), "andon.db")
	j, _, err := Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	for first := 1; first <= alerts; first += 1000 {
		var batch Batch
		for i := first; i < first+1000; i++ {
			a := typical(i)
			batch.Alerts, batch.Entries = append(batch.Alerts, a), append(batch.Entries, entry(i, a))
		}
		if err := j.Commit(b.Context(), &batch); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	before := heap()
	b.ResetTimer()
	for b.Loop() {
		j, contents, err := Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if len(contents.Alerts) != alerts || contents.Last != alerts {
			b.Fatalf("%d alerts, last change %d", len(contents.Alerts), contents.Last)
		}
		b.ReportMetric(float64(heap()-before)/1e6, "MB-heap")
		runtime.KeepAlive(contents)
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
