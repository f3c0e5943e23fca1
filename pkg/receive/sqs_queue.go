package receive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/andonhq/andon/pkg/awsapi"
)

// QueueDeps is what queues need from outside. Sink, Now and Logger must be set.
type QueueDeps struct {
	Sink   Sink
	Now    func() time.Time
	Logger *slog.Logger
	// Contact is told whether a queue can be read, of each change and of each
	// other error while it cannot; nil: it can. It never blocks.
	Contact func(receiver string, err error)
	// Metrics may be nil.
	Metrics *Metrics
	// Transport and Shared stand in for the network and for the process's
	// limits, in tests.
	Transport http.RoundTripper
	Shared    *awsapi.Shared
}

// Queue pulls the messages of one receiver.
type Queue struct {
	config   Config
	settings awsapi.Settings
	deps     QueueDeps
	pulled   pulled
	log      *slog.Logger

	// What follows belongs to Run and to what it starts.
	api     awsapi.SQS
	facts   atomic.Pointer[queueFacts]
	contact contact
	counted recent
	// waiting: it has been told that messages wait for the sink.
	waiting atomic.Bool
}

// queueFacts are the attributes of a queue that matter here.
type queueFacts struct {
	known     bool          // they have been read
	redrive   bool          // it moves what is received too often to another queue
	retention time.Duration // how long it keeps a message
}

// OpenQueues opens the receivers that pull; it reads their files and asks
// nothing of AWS. The error names every receiver that cannot be opened.
func OpenQueues(cfgs []Config, deps QueueDeps) ([]*Queue, error) {
	if deps.Metrics == nil {
		deps.Metrics = NewMetrics(prometheus.NewRegistry())
	}
	if deps.Contact == nil {
		deps.Contact = func(string, error) {}
	}
	var queues []*Queue
	var errs []error
	for i := range cfgs {
		c := &cfgs[i]
		if c.SQS == nil {
			continue
		}
		set, err := c.SQS.open()
		if err != nil {
			errs = append(errs, fmt.Errorf("receivers[%d]: %w", i, err))
			continue
		}
		q := &Queue{config: *c, settings: set, deps: deps, pulled: newPulled(c), log: deps.Logger.With("receiver", c.Name)}
		q.facts.Store(&queueFacts{})
		queues = append(queues, q)
	}
	return queues, errors.Join(errs...)
}

// Name is the receiver's.
func (q *Queue) Name() string { return q.config.Name }

// URL is the queue's address.
func (q *Queue) URL() string { return q.config.SQS.QueueURL }

// Same reports whether another queue would do the same, so that it need not
// take this one's place.
func (q *Queue) Same(o *Queue) bool {
	return reflect.DeepEqual(q.config, o.config) && reflect.DeepEqual(q.settings, o.settings)
}

// poll asks for messages once; the queue may wait that long for one.
func (q *Queue) poll(ctx context.Context, wait time.Duration) ([]pulledMessage, error) {
	s := q.config.SQS
	ctx, cancel := context.WithTimeoutCause(ctx, wait+callWithin, errors.New("the queue does not answer"))
	defer cancel()
	out, err := q.api.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(s.QueueURL), MaxNumberOfMessages: int32(s.batch()),
		WaitTimeSeconds: seconds(wait), VisibilityTimeout: seconds(s.visibility()),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameSentTimestamp,
			types.MessageSystemAttributeNameMessageGroupId,
		},
	})
	if err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
		return nil, err
	}
	messages := make([]pulledMessage, len(out.Messages))
	now, oldest := q.deps.Now(), time.Duration(0)
	for i, m := range out.Messages {
		messages[i] = pulledMessageOf(m)
		if !messages[i].sent.IsZero() {
			oldest = max(oldest, now.Sub(messages[i].sent))
		}
	}
	m := q.deps.Metrics.queues
	m.received.WithLabelValues(q.Name()).Add(float64(len(messages)))
	m.oldest.WithLabelValues(q.Name()).Set(oldest.Seconds())
	m.polled.WithLabelValues(q.Name()).Set(float64(now.UnixMilli()) / 1000)
	return messages, nil
}

func seconds(d time.Duration) int32 { return int32(d / time.Second) }

// learn asks for the queue's attributes and returns how long the answer is
// believed. A caller that may not read them works all the same.
func (q *Queue) learn(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, callWithin/3)
	defer cancel()
	out, err := q.api.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl:       aws.String(q.URL()),
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameRedrivePolicy, types.QueueAttributeNameMessageRetentionPeriod},
	})
	if err != nil {
		q.log.Debug("the queue's attributes cannot be read", "queue", q.URL(), "error", err)
		var denied *awsapi.Denied
		if errors.As(err, &denied) { // that would not change soon
			return factsFor
		}
		return factsRetry
	}
	facts := queueFacts{known: true, redrive: redrives(out.Attributes), retention: q.facts.Load().retention}
	if s, err := strconv.Atoi(out.Attributes[string(types.QueueAttributeNameMessageRetentionPeriod)]); err == nil {
		facts.retention = time.Duration(s) * time.Second
	}
	q.facts.Store(&facts)
	return factsFor
}

// redrives reports whether a queue has another one for what is received too
// often.
func redrives(attributes map[string]string) bool {
	var policy struct {
		Target string `json:"deadLetterTargetArn"`
	}
	text := attributes[string(types.QueueAttributeNameRedrivePolicy)]
	return text != "" && json.Unmarshal([]byte(text), &policy) == nil && policy.Target != ""
}

// until is how long a message may come again, so that its key must be known.
func (q *Queue) until(m pulledMessage) time.Time {
	retention := q.facts.Load().retention
	if retention <= 0 {
		retention = longestRetention
	}
	from := q.deps.Now()
	if !m.sent.IsZero() && m.sent.After(from) {
		from = m.sent
	}
	return from.Add(retention)
}
