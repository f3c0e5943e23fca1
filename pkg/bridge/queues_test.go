package bridge

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andonhq/andon/pkg/receive"
)

// withQueue gives the configuration of a scenario a receiver that pulls.
const withQueue = `receivers:
  - {name: aws, sqs: {queue_url: "https://sqs.ap-northeast-1.amazonaws.com/123456789012/q"}}`

func TestAQueueThatCannotBeReadIsOnTheBoard(t *testing.T) {
	inOpsRoom(t, func(s *scenario) {
		s.Reload("heartbeats: [{", "# heartbeats: [{")
		s.Reload("receivers:", withQueue)
		s.bridge.queueContact("aws", nil)
		synctest.Wait()
		s.Open()
		s.bridge.queueContact("aws", errors.New("permission sqs:ReceiveMessage is missing"))
		synctest.Wait()
		s.Open(QueueUnreadable)
		s.Expect("ops-room", "amber=steady")
		s.Restart("1m") // what is open stays open until the queue answers
		s.Open(QueueUnreadable)
		s.bridge.queueContact("aws", nil)
		synctest.Wait()
		s.Open()
		s.Expect("ops-room", "green=steady")

		s.bridge.queueContact("aws", errors.New("no such queue"))
		s.Expect("ops-room", "amber=steady")
		s.Reload(withQueue, "receivers:") // nobody could end it any more
		s.Open()
		s.Expect("ops-room", "green=steady")
	})
}

// TestQueuesAreStartedAndStopped uses queues at an address where nobody
// answers: what counts is which of them run.
func TestQueuesAreStartedAndStopped(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"key", "secret"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("AKIAEXAMPLE"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	receiver := func(name string, batch int) receive.Config {
		return receive.Config{Name: name, SQS: &receive.SQS{
			QueueURL: "http://127.0.0.1:1/123456789012/q", Region: "ap-northeast-1", Endpoint: "http://127.0.0.1:1", Batch: batch,
			AccessKeyFile: filepath.Join(dir, "key"), SecretKeyFile: filepath.Join(dir, "secret"),
		}}
	}
	b := New(Options{Config: &Config{}, Log: slog.New(slog.DiscardHandler), JournalErr: errors.New("none")})
	q := NewQueues(b, nil, slog.New(slog.DiscardHandler))
	use := func(receivers ...receive.Config) map[string]*polling {
		t.Helper()
		queues, err := q.Open(&Config{Document: Document{Receivers: receivers}})
		if err != nil {
			t.Fatal(err)
		}
		q.Use(queues)
		q.mu.Lock()
		defer q.mu.Unlock()
		running := map[string]*polling{}
		for name, p := range q.polled {
			if p.ctx.Err() == nil {
				running[name] = p
			}
		}
		return running
	}
	if got := use(receiver("a", 1), receiver("b", 1)); len(got) != 0 {
		t.Errorf("%d queues run before Run", len(got))
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		q.Run(ctx)
	}()
	first := map[string]*polling{}
	for deadline := time.Now().Add(30 * time.Second); len(first) != 2 && time.Now().Before(deadline); {
		first = use(receiver("a", 1), receiver("b", 1))
	}
	second := use(receiver("a", 1), receiver("b", 2), receiver("c", 1))
	if len(second) != 3 || second["a"] != first["a"] || second["b"] == first["b"] {
		t.Errorf("%v run after a change, before: %v", second, first)
	}
	<-first["b"].done // it was told to stop
	third := use(receiver("b", 2))
	if len(third) != 1 || third["b"] != second["b"] {
		t.Errorf("%v run in the end", third)
	}
	// One that comes back waits for its predecessor, which may have messages in
	// flight: two would count each other's.
	again := use(receiver("a", 1), receiver("b", 2))
	if len(again) != 2 || again["a"] == second["a"] {
		t.Errorf("%v run after one has come back", again)
	}
	<-second["c"].done
	use(receiver("b", 2))
	<-again["a"].done
	select {
	case <-second["a"].done:
	default:
		t.Error("the successor ended before its predecessor")
	}
	cancel()
	<-ended
	<-third["b"].done
	use(receiver("d", 1))
	if p := q.polled["d"]; p != nil {
		t.Error("a queue was started after the end")
	}
	if _, err := q.Open(&Config{Document: Document{Receivers: []receive.Config{{Name: "e", SQS: &receive.SQS{AccessKeyFile: "/nowhere"}}}}}); err == nil {
		t.Error("a receiver whose file is missing was opened")
	}
}
