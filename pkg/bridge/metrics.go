package bridge

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/lamp"
)

// metrics are what the bridge shows of itself; their names are stable.
type metrics struct {
	entries    *prometheus.CounterVec   // andon_history_entries_total
	unmatched  *prometheus.CounterVec   // andon_unmatched_total
	commits    prometheus.Histogram     // andon_commit_duration_seconds
	reconciled *prometheus.HistogramVec // andon_tower_reconcile_duration_seconds
	lost       *prometheus.CounterVec   // andon_tower_lost_total
}

func newMetrics(reg prometheus.Registerer, b *Bridge) *metrics {
	if reg == nil {
		reg = prometheus.NewRegistry()
	}
	fast := prometheus.ExponentialBuckets(0.0005, 2, 15) // 0.5 ms to 8 s
	m := &metrics{
		entries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "andon_history_entries_total", Help: "Entries made durable in the history, by kind and severity.",
		}, []string{"kind", "severity"}),
		unmatched: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "andon_unmatched_total", Help: "Events made durable that no rule knew, by receiver.",
		}, []string{"receiver"}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "andon_commit_duration_seconds", Help: "Time of one commit to the journal, the sync to disk included.", Buckets: fast,
		}),
		reconciled: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "andon_tower_reconcile_duration_seconds", Help: "Time from a change of the board to its confirmation by the tower.", Buckets: fast,
		}, []string{"tower"}),
		lost: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "andon_tower_lost_total", Help: "Times that a tower was lost.",
		}, []string{"tower"}),
	}
	reg.MustRegister(m.entries, m.unmatched, m.commits, m.reconciled, m.lost, &collector{b: b})
	return m
}

func (m *metrics) durable(entries []alert.Entry) {
	for _, e := range entries {
		m.entries.WithLabelValues(string(e.Kind), string(e.Severity)).Inc()
		if e.Unmatched {
			m.unmatched.WithLabelValues(e.Receiver).Inc()
		}
	}
}

// collector reads the board when it is asked.
type collector struct{ b *Bridge }

var (
	openDesc    = prometheus.NewDesc("andon_alerts", "Open alerts by severity and phase.", []string{"severity", "phase"}, nil)
	failedDesc  = prometheus.NewDesc("andon_bridge_failed", "1 while nothing can be made durable.", nil, nil)
	upDesc      = prometheus.NewDesc("andon_tower_up", "1 while the tower answers.", []string{"tower"}, nil)
	contactDesc = prometheus.NewDesc("andon_tower_last_contact_timestamp_seconds", "When the tower last answered.", []string{"tower"}, nil)
	lightDesc   = prometheus.NewDesc("andon_tower_light", "1 for each unit and pattern that the tower has confirmed.", []string{"tower", "unit", "pattern"}, nil)
	buzzerDesc  = prometheus.NewDesc("andon_tower_buzzer", "The buzzer pattern that the tower has confirmed, 0 for quiet.", []string{"tower"}, nil)
)

func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{openDesc, failedDesc, upDesc, contactDesc, lightDesc, buzzerDesc} {
		ch <- d
	}
}

func (c *collector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counts := c.b.Counts()
	for _, s := range c.b.Severities() {
		if s == alert.Record {
			continue
		}
		for _, p := range alert.Phases {
			n := 0
			for k, v := range counts {
				if k.Severity == s && k.Phase == p {
					n = v
				}
			}
			gauge(openDesc, float64(n), string(s), string(p))
		}
	}
	failed := 0.0
	if c.b.Failed() != nil {
		failed = 1
	}
	gauge(failedDesc, failed)
	for _, t := range c.b.Towers() {
		up := 0.0
		if t.Contact == lamp.Seen {
			up = 1
		}
		gauge(upDesc, up, t.Name)
		if !t.LastContact.IsZero() {
			gauge(contactDesc, float64(t.LastContact.UnixMilli())/1000, t.Name)
		}
		for u, p := range t.Shown.Lights {
			gauge(lightDesc, 1, t.Name, string(u), string(p))
		}
		gauge(buzzerDesc, float64(t.Shown.Buzzer), t.Name)
	}
}
