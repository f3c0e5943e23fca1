package receive

import "github.com/prometheus/client_golang/prometheus"

// queueMetrics are those of the queues; the values of "receiver" are
// configured names.
type queueMetrics struct {
	received *prometheus.CounterVec
	deleted  *prometheus.CounterVec
	poison   *prometheus.CounterVec
	up       *prometheus.GaugeVec
	oldest   *prometheus.GaugeVec
	polled   *prometheus.GaugeVec
}

func newQueueMetrics(reg prometheus.Registerer) queueMetrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"receiver"}, labels...))
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"receiver"})
	}
	m := queueMetrics{
		received: counter("andon_queue_received_total", "Messages received from the queue, repeats included."),
		deleted:  counter("andon_queue_deleted_total", "Messages deleted from the queue, all of them durable."),
		poison:   counter("andon_queue_poison_total", "Messages of the queue that were not understood or not allowed, each counted once, by reason.", "reason"),
		up:       gauge("andon_queue_up", "1 while the queue can be read."),
		oldest:   gauge("andon_queue_oldest_message_age_seconds", "Time the oldest message of the newest answer had been in the queue; 0 where it was empty."),
		polled:   gauge("andon_queue_last_poll_timestamp_seconds", "When the queue last answered."),
	}
	reg.MustRegister(m.received, m.deleted, m.poison, m.up, m.oldest, m.polled)
	return m
}

// forget drops what would go on telling of a queue that is not polled any more.
func (m queueMetrics) forget(receiver string) {
	for _, g := range []*prometheus.GaugeVec{m.up, m.oldest, m.polled} {
		g.DeleteLabelValues(receiver)
	}
}
