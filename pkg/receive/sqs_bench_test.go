package receive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/bubble"
)

var discard = slog.New(slog.DiscardHandler)

// queueConfig is the receiver of awsfake's queue, with keys in files.
func queueConfig(t testing.TB) Config {
	t.Helper()
	c := snsConfig()
	dir := t.TempDir()
	c.SNS, c.SQS = nil, &SQS{
		QueueURL: awsfake.AlertQueueURL, Topics: []string{alarmTopic, mailTopic},
		AccessKeyFile: filepath.Join(dir, "access-key"), SecretKeyFile: filepath.Join(dir, "secret-key"),
	}
	for file, text := range map[string]string{c.SQS.AccessKeyFile: awsfake.AdminKey, c.SQS.SecretKeyFile: secret} {
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// queueBench is a queue with awsfake before it and a sink behind it, in a
// bubble.
type queueBench struct {
	*testing.T
	aws  *awsfake.Fake
	net  *traffic
	sink *sink
	reg  *prometheus.Registry
	log  *locked
	stop func() // ends the queue

	config   Config
	mu       sync.Mutex
	contacts []error
}

// pull runs a queue in a bubble for a test.
func pull(t *testing.T, edit func(*Config), test func(*queueBench)) {
	t.Helper()
	c := queueConfig(t)
	if edit != nil {
		edit(&c)
	}
	synctest.Test(t, func(t *testing.T) {
		b := &queueBench{
			T: t, aws: awsfake.New(awsfake.Options{Now: time.Now}), sink: &sink{}, reg: prometheus.NewRegistry(), log: &locked{},
		}
		b.net = &traffic{next: b.aws, running: map[string]int{}, most: map[string]int{}}
		b.start(c)
		defer func() { b.stop() }()
		synctest.Wait()
		test(b)
		b.stop()
		if strings.Contains(b.log.String(), secret) {
			t.Error("the log holds the secret")
		}
	})
}

// start runs a queue.
func (b *queueBench) start(c Config) {
	b.Helper()
	b.config = c
	queues, err := OpenQueues([]Config{c}, QueueDeps{
		Sink: b.sink, Now: time.Now, Logger: slog.New(slog.NewTextHandler(b.log, nil)), Metrics: NewMetrics(b.reg),
		Transport: b.net, Shared: awsapi.NewShared(awsapi.SharedOptions{}),
		Contact: func(receiver string, err error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			if receiver != c.Name {
				b.Errorf("contact of %q", receiver)
			}
			b.contacts = append(b.contacts, err)
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	b.stop = func() {
		cancel()
		<-done
	}
	go func() {
		defer close(done)
		queues[0].Run(ctx)
	}()
}

// again stops the queue and runs another in its place.
func (b *queueBench) again() {
	b.Helper()
	b.stop()
	b.reg = prometheus.NewRegistry()
	b.start(b.config)
}

// traffic counts the calls under way, by operation.
type traffic struct {
	next http.RoundTripper

	mu            sync.Mutex
	running, most map[string]int
	back          time.Duration // how long an answer is on its way; who has gone by then does not get it
}

func (n *traffic) RoundTrip(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	n.count(operation, 1)
	defer n.count(operation, -1)
	resp, err := n.next.RoundTrip(r)
	n.mu.Lock()
	back := n.back
	n.mu.Unlock()
	if err == nil && back > 0 && !sleep(r.Context(), back) {
		return nil, context.Cause(r.Context())
	}
	return resp, err
}

// answersTake makes every answer take that long on its way.
func (n *traffic) answersTake(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.back = d
}

func (n *traffic) count(operation string, d int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.running[operation] += d
	n.most[operation] = max(n.most[operation], n.running[operation])
}

// underWay is how many calls of an operation are, and the most that ever were.
func (b *queueBench) underWay(operation string) (now, most int) {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	return b.net.running[operation], b.net.most[operation]
}

// locked is a buffer for several goroutines.
type locked struct {
	mu sync.Mutex
	w  bytes.Buffer
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.String()
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// after lets time pass.
func (b *queueBench) after(d time.Duration) {
	bubble.Pass(d)
}

// told is what the contacts were, nil for an answer.
func (b *queueBench) told() []error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]error(nil), b.contacts...)
}

func (b *queueBench) refused() (reasons []string) {
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	for _, r := range b.sink.refusals {
		if !r.Authenticated {
			b.Errorf("a refusal that would not be on the board: %+v", r)
		}
		reasons = append(reasons, r.Reason)
	}
	return reasons
}

// kept are the notes of the records.
func (b *queueBench) kept() (notes []string) {
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	for _, batch := range b.sink.batches {
		for _, r := range batch.Records {
			notes = append(notes, r.Note)
		}
	}
	return notes
}

// calls is how often an operation of the queue was called.
func (b *queueBench) calls(operation string) (n int) {
	for c, count := range b.aws.Counts().Calls {
		if c.Operation == operation {
			n += count
		}
	}
	return n
}

// value is that of a metric with a label's value among its labels.
func (b *queueBench) value(name string) float64 {
	b.Helper()
	families, err := b.reg.Gather()
	if err != nil {
		b.Fatal(err)
	}
	total := 0.0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				total += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return total
}

// numbered is an alarm by SNS with a message id of its own.
func numbered(t testing.TB, n int) string {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal(message(t, "sns-notification-cloudwatch-alarm.json"), &e); err != nil {
		t.Fatal(err)
	}
	e["MessageId"] = fmt.Sprintf("id-%d", n)
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// errNotNow is what a sink answers that cannot take anything now.
var errNotNow = errors.New("not now")
