package e2e_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/rig"
)

// queueWorld is a world whose receiver "aws" pulls a queue.
type queueWorld struct {
	*world
	aws *awsfake.Fake
	// ahead is by how much the queue's clock is ahead.
	ahead atomic.Int64
}

// exampleTopic is that of the example messages.
const exampleTopic = "arn:aws:sns:eu-central-1:123456789012:ops-alarms"

// beginWithQueue starts a bridge that pulls from a fake AWS on loopback.
func beginWithQueue(t *testing.T, edits ...edit) *queueWorld {
	t.Helper()
	q := &queueWorld{}
	q.aws = awsfake.New(awsfake.Options{Now: func() time.Time { return time.Now().Add(time.Duration(q.ahead.Load())) }})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- q.aws.Serve(ctx, l) }()
	t.Cleanup(func() { // after the bridge, which was started later
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	q.world = newWorld(t, nil, append([]edit{
		{
			`sns: {topics: ["` + topic + `"], certificate_file: "{{dir}}/sns.pem"}`,
			`sqs: {queue_url: "` + awsfake.AlertQueueURL + `", topics: ["` + topic + `", "` + exampleTopic + `"], endpoint: "http://` + l.Addr().String() +
				`", access_key_file: "{{dir}}/access-key", secret_key_file: "{{dir}}/secret-key", visibility_timeout: 30s}`,
		},
	}, edits...)...)
	q.must(os.WriteFile(filepath.Join(q.dir, "access-key"), []byte(awsfake.AdminKey+"\n"), 0o600))
	q.must(os.WriteFile(filepath.Join(q.dir, "secret-key"), []byte(awsSecret+"\n"), 0o600))
	t.Cleanup(func() {
		if strings.Contains(q.log(), awsSecret) {
			t.Error("the log holds the secret access key")
		}
	})
	q.start()
	q.Expect(opsRoom, idle)
	q.Expect(hall, idle)
	return q
}

const awsSecret = "aws-secret-access-key"

// later moves the queue's clock.
func (q *queueWorld) later(d time.Duration) { q.ahead.Add(int64(d)) }

// Empty waits until the queue holds nothing any more.
func (q *queueWorld) Empty() {
	q.Helper()
	q.until("the queue is empty", func() bool { return q.aws.Queued() == 0 })
}

// opened is how often the history tells that an alert opened.
func (q *queueWorld) opened() (n int) {
	q.Helper()
	entries, err := q.bridge.Client.History(q.Context(), client.HistoryQuery{Limit: 100})
	q.must(err)
	for _, e := range entries {
		if e.Kind == alert.Opened {
			n++
		}
	}
	return n
}

// counted waits until a metric of the receiver has a value. more are further
// labels, in alphabetical order as Prometheus prints them.
func (q *queueWorld) counted(name string, want int, more ...string) {
	q.Helper()
	labels := append(more, `receiver="aws"`)
	slices.Sort(labels)
	series := name + "{" + strings.Join(labels, ",") + "}"
	q.until(series+" is "+strconv.Itoa(want), func() bool { return q.metric(series) == strconv.Itoa(want) })
}

func TestAlarmsOutOfAQueue(t *testing.T) {
	t.Parallel()
	q := beginWithQueue(t)
	example, err := os.ReadFile("../../receive/testdata/messages/sns-notification-cloudwatch-alarm.json")
	q.must(err)
	// As old as a queue may hand it over; over HTTP it would be a replay.
	began := time.Now().Add(-10 * 24 * time.Hour)
	old, err := q.sns.Notification("", alarm("ALARM", began), began)
	q.must(err)
	q.aws.Send(string(old))
	q.Expect(opsRoom, red)
	q.Expect(hall, redInHall)
	q.Empty()
	q.aws.Send(string(old)) // delivered once more
	q.Empty()
	q.OnBoard("cpu-high")
	ended, err := q.sns.Notification("", alarm("OK", time.Now()), time.Now())
	q.must(err)
	q.aws.Send(string(ended))
	q.Expect(opsRoom, idle)
	q.Expect(hall, idle)

	q.aws.Send(string(example))
	q.Expect(opsRoom, red)
	q.Expect(hall, redInHall)
	q.aws.Send(alarm("ALARM", time.Now())) // raw message delivery
	q.until("both alarms are open", func() bool { return len(q.board(`receiver="aws"`)) == 2 })
	q.Empty()
	if n := q.opened(); n != 3 {
		t.Errorf("%d alerts were opened, expected 3", n)
	}
	q.counted("andon_queue_received_total", 5)
	q.counted("andon_queue_deleted_total", 5)
	q.counted("andon_queue_up", 1)
	q.stop() // it waits for messages; that must not keep it
	q.start()
	q.forgive(opsRoom, red, bridgeFailed)
	q.forgive(hall, redInHall, bridgeFailed)
}

// kill -9 comes after a message is durable and before it is deleted.
func TestKilledBeforeTheMessageIsDeleted(t *testing.T) {
	t.Parallel()
	q := beginWithQueue(t)
	q.aws.Deny(awsfake.AdminKey, "sqs:DeleteMessage")
	body, err := q.sns.Notification("", alarm("ALARM", time.Now()), time.Now())
	q.must(err)
	q.aws.Send(string(body))
	q.Expect(opsRoom, red)
	q.Expect(hall, redInHall)
	last := q.newest()
	q.kill()
	q.aws.Allow(awsfake.AdminKey)
	q.later(time.Minute)
	q.start()
	q.Empty() // it came again, and is known
	if now := q.newest(); now != last || q.opened() != 1 {
		t.Errorf("changes %d to %d, %d alerts opened", last+1, now, q.opened())
	}
	q.OnBoard("cpu-high")
	q.Stays(opsRoom, red)
	q.Stays(hall, redInHall)
}

// Poison is told, holds up nothing, and is deleted only when it is on record.
func TestPoisonInTheQueue(t *testing.T) {
	t.Parallel()
	q := beginWithQueue(t, edit{"severity: warning}", "severity: info}"}) // the bridge's own alerts light nothing here
	foreign, err := rig.NewSNS("arn:aws:sns:ap-northeast-1:123456789012:others", filepath.Join(q.dir, "other.pem"))
	q.must(err)
	body, err := foreign.Notification("", alarm("ALARM", time.Now()), time.Now())
	q.must(err)
	q.aws.Send("this is no alarm")
	q.aws.Send(string(body))
	q.counted("andon_queue_poison_total", 1, `reason="format"`)
	q.counted("andon_queue_poison_total", 1, `reason="topic"`)
	q.OnBoard("SenderRefused", "SenderRefused")
	good, err := q.sns.Notification("", alarm("ALARM", time.Now()), time.Now())
	q.must(err)
	q.aws.Send(string(good))
	q.Expect(opsRoom, red)
	q.Expect(hall, redInHall)
	q.until("the poison is left", func() bool { return q.aws.Queued() == 2 })
	for n := 2; n <= 5; n++ { // it is received again and again
		if q.recorded("not understood") {
			t.Fatalf("it was taken off the queue after %d receives", n-1)
		}
		q.later(time.Minute)
		q.counted("andon_queue_received_total", 2*n+1)
	}
	q.Empty()
	if !q.recorded("not understood: neither a message of Amazon SNS") || !q.recorded("not understood: TopicArn") {
		t.Error("what was deleted is not on record")
	}
	q.counted("andon_queue_poison_total", 1, `reason="format"`)
}

func TestAQueueThatIsGoneAndBack(t *testing.T) {
	t.Parallel()
	q := beginWithQueue(t)
	q.aws.RemoveQueue()
	q.expectWithin(2*patience, opsRoom, warning)
	q.expectWithin(2*patience, hall, warning)
	q.OnBoard("QueueUnreadable")
	q.counted("andon_queue_up", 0)
	if got := q.one("QueueUnreadable"); !strings.Contains(got.Annotations.Get("error"), "does not exist") {
		t.Errorf("the board says %v", got.Annotations)
	}
	if status, answer := q.get("/-/ready", ""); status != http.StatusOK {
		t.Errorf("readiness answered %d: %s", status, answer)
	}
	q.aws.AddQueue(awsfake.MainAccount, awsfake.MainRegion, awsfake.AlertQueue)
	body, err := q.sns.Notification("", alarm("ALARM", time.Now()), time.Now())
	q.must(err)
	q.aws.Send(string(body))
	q.within(2*patience, "the alarm is open and the queue's is over", func() bool {
		open := q.board()
		return len(open) == 1 && open[0].Name == "cpu-high"
	})
	q.until("the towers show it", func() bool {
		return q.rooms[opsRoom].State().Equal(q.lamps(red)) && q.rooms[hall].State().Equal(q.lamps(redInHall))
	})
	// Which of the two came first is chance.
	q.forgive(opsRoom, red, idle, "red=flash amber=steady buzzer=1")
	q.forgive(hall, redInHall, idle, "red=flash amber=steady buzzer=2")
}
