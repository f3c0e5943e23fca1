package receive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
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

	// What follows belongs to Run.
	api     awsapi.SQS
	facts   queueFacts
	contact contact
	counted recent
	// waiting: it has been told that messages wait for the sink.
	waiting atomic.Bool
}

// queueFacts are the attributes of a queue that matter here.
type queueFacts struct {
	next      time.Time     // when they are asked for again
	known     bool          // they have been read
	redrive   bool          // it moves what is received too often to another queue
	retention time.Duration // how long it keeps a message
}

// Times of the loop.
const (
	// unreadableAfter is how long a queue may fail, twice in a row at least,
	// before it is told.
	unreadableAfter = 10 * time.Second
	firstPause      = time.Second
	longestPause    = 30 * time.Second
	// callWithin bounds a call besides the time that the queue may wait.
	callWithin = 15 * time.Second
	// factsFor is how long attributes are believed, factsRetry when they are
	// asked for again where there was no answer.
	factsFor   = 15 * time.Minute
	factsRetry = time.Minute
	// longestRetention is how long a queue can keep a message at most.
	longestRetention = 14 * 24 * time.Hour
	// stopWithin is how long what is in flight may take when the queue is to stop.
	stopWithin = 3 * time.Second
)

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
		queues = append(queues, &Queue{
			config: *c, settings: set, deps: deps, pulled: newPulled(c), log: deps.Logger.With("receiver", c.Name),
		})
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

// Run polls the queue until ctx ends. What is in flight then is finished, or
// released for others, within a few seconds. A Queue is run once.
func (q *Queue) Run(ctx context.Context) {
	defer q.deps.Metrics.queues.forget(q.Name())
	sessions, err := awsapi.New(ctx, q.settings, awsapi.Options{Transport: q.deps.Transport, Shared: q.deps.Shared, Log: q.log})
	for pause := firstPause; err != nil; pause = longer(pause) {
		// Such as a profile that is not there yet.
		q.failed(err)
		if !sleep(ctx, pause) {
			return
		}
		sessions, err = awsapi.New(ctx, q.settings, awsapi.Options{Transport: q.deps.Transport, Shared: q.deps.Shared, Log: q.log})
	}
	defer sessions.Close()
	q.log.Info("queue is polled", "queue", q.URL())
	q.untilDurable(ctx)
	pause := firstPause
	for ctx.Err() == nil {
		messages, err := q.poll(ctx, sessions)
		switch {
		case ctx.Err() != nil && len(messages) == 0:
			return
		case err != nil:
			q.failed(err)
			if !sleep(ctx, pause) {
				return
			}
			pause = longer(pause)
			continue
		}
		q.answered()
		pause = firstPause
		if len(messages) > 0 && !q.work(ctx, messages) {
			q.untilDurable(ctx)
		}
	}
}

// longer is the next pause after one, shaken so that bridges do not come
// together.
func longer(pause time.Duration) time.Duration {
	pause = min(2*pause, longestPause)
	return pause - rand.N(pause/5+1)
}

// sleep reports whether the time has passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// poll asks for messages once.
func (q *Queue) poll(ctx context.Context, sessions *awsapi.Sessions) ([]pulledMessage, error) {
	s := q.config.SQS
	ctx, cancel := context.WithTimeoutCause(ctx, s.wait()+callWithin, errors.New("the queue does not answer"))
	defer cancel()
	if q.api == nil {
		c, err := sessions.Client(ctx, "", "")
		if err != nil {
			return nil, err
		}
		q.api = c.SQS()
	}
	q.learn(ctx)
	out, err := q.api.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(s.QueueURL), MaxNumberOfMessages: int32(s.batch()),
		WaitTimeSeconds: seconds(s.wait()), VisibilityTimeout: seconds(s.visibility()),
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

// learn asks for the queue's attributes now and then. A caller that may not
// read them works all the same.
func (q *Queue) learn(ctx context.Context) {
	now := time.Now()
	if now.Before(q.facts.next) {
		return
	}
	q.facts.next = now.Add(factsFor)
	ctx, cancel := context.WithTimeout(ctx, callWithin/3)
	defer cancel()
	out, err := q.api.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl:       aws.String(q.URL()),
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameRedrivePolicy, types.QueueAttributeNameMessageRetentionPeriod},
	})
	if err != nil {
		var denied *awsapi.Denied
		if !errors.As(err, &denied) { // that would not change soon
			q.facts.next = now.Add(factsRetry)
		}
		q.log.Debug("the queue's attributes cannot be read", "queue", q.URL(), "error", err)
		return
	}
	q.facts.known, q.facts.redrive = true, redrives(out.Attributes)
	if s, err := strconv.Atoi(out.Attributes[string(types.QueueAttributeNameMessageRetentionPeriod)]); err == nil {
		q.facts.retention = time.Duration(s) * time.Second
	}
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
	retention := q.facts.retention
	if retention <= 0 {
		retention = longestRetention
	}
	from := q.deps.Now()
	if !m.sent.IsZero() && m.sent.After(from) {
		from = m.sent
	}
	return from.Add(retention)
}
