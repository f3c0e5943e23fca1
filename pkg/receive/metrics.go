package receive

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts requests. Make it once for a registry; servers that follow
// each other at reloads share it. The values of "receiver" are configured
// names, "" for a request that named none of them.
type Metrics struct {
	requests *prometheus.CounterVec
	events   *prometheus.CounterVec
	refused  *prometheus.CounterVec
	queues   queueMetrics
}

// NewMetrics registers the metrics of this package.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "andon_received_requests_total", Help: "Requests from senders, by receiver and HTTP status code.",
		}, []string{"receiver", "code"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "andon_received_events_total", Help: "Events received and durable, repeats included, by receiver.",
		}, []string{"receiver"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "andon_refused_total", Help: "Requests or messages refused or not usable, by receiver and reason.",
		}, []string{"receiver", "reason"}),
	}
	reg.MustRegister(m.requests, m.events, m.refused)
	m.queues = newQueueMetrics(reg)
	return m
}
