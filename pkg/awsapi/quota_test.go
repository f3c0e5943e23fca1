package awsapi

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// question is one call of every helper, on the story's hours.
type question struct {
	name string
	ask  func(ctx context.Context, c *Client, round int) (rows int, err error)
}

// questions ask for a little else in each round, so that no cache answers them.
var questions = []question{
	{"MetricData", func(ctx context.Context, c *Client, round int) (int, error) {
		a, err := c.MetricData(ctx, []MetricRequest{tunnel("m")}, back(round, time.Hour), awsfake.DefaultAnchor, MetricOptions{NoCache: true})
		if err == nil {
			err = a.Results[0].Err
		}
		if err != nil {
			return 0, err
		}
		return points(a.Results[0].Series), nil
	}},
	{"Alarms", func(ctx context.Context, c *Client, _ int) (int, error) {
		a, err := c.Alarms(ctx, AlarmQuery{NoCache: true})
		return len(a.Metric), err
	}},
	{"AlarmHistory", func(ctx context.Context, c *Client, round int) (int, error) {
		a, err := c.AlarmHistory(ctx, AlarmHistoryQuery{From: back(round, 48*time.Hour), To: awsfake.DefaultAnchor, NoCache: true})
		return len(a.Items), err
	}},
	{"LookupEvents", func(ctx context.Context, c *Client, round int) (int, error) {
		a, err := c.LookupEvents(ctx, EventQuery{From: back(round, time.Hour), To: awsfake.DefaultAnchor, Attribute: "EventName", Value: "StopInstances", NoCache: true})
		return len(a.Events), err
	}},
	{"RunInsights", func(ctx context.Context, c *Client, round int) (int, error) {
		a, err := c.RunInsights(ctx, InsightsQuery{Groups: []string{"/var/log/secure"}, Query: "fields @message", From: back(round, time.Hour), To: awsfake.DefaultAnchor, NoCache: true})
		return len(a.Rows), err
	}},
	{"FilterLogs", func(ctx context.Context, c *Client, round int) (int, error) {
		a, err := c.FilterLogs(ctx, FilterQuery{Group: "/var/log/secure", From: back(round, time.Hour), To: awsfake.DefaultAnchor, NoCache: true})
		return len(a.Events), err
	}},
}

func back(round int, d time.Duration) time.Time {
	return awsfake.DefaultAnchor.Add(-d - time.Duration(round)*time.Minute)
}

func tunnel(id string) MetricRequest {
	return MetricRequest{
		ID: id, Namespace: "AWS/VPN", Metric: "TunnelState", Stat: "Maximum", Period: time.Minute,
		Dimensions: map[string]string{"VpnId": awsfake.VPN, "TunnelIpAddress": awsfake.Tunnel1},
	}
}

// TestLookupEventsKeepsItsQuota is 32 panels that look up events of different
// names for two minutes, at AWS's own rate.
func TestLookupEventsKeepsItsQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := awsfake.New(awsfake.Options{Now: bubbleNow, Throttle: true})
		f.SetDelay(30 * time.Millisecond)
		rec := &recorder{next: f}
		sh := NewShared(SharedOptions{Now: bubbleNow})
		// Four data sources with the same credentials share the quota.
		var clients []*Client
		for range 4 {
			clients = append(clients, client(t, open(t, rec, keys(awsfake.AdminKey), sh)))
		}
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
		defer stop()
		var mu sync.Mutex
		whole, incomplete := 0, 0
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				q := EventQuery{From: f.Anchor().Add(-24 * time.Hour), To: f.Anchor(), Attribute: "ResourceName", Value: fmt.Sprint("i-", i)}
				if i%2 == 0 {
					q.Attribute, q.Value = "ReadOnly", []string{"true", "false"}[i/2%2]
					q.From = q.From.Add(-time.Duration(i) * time.Hour)
				}
				known := -1
				for ctx.Err() == nil {
					began := time.Now()
					a, err := clients[i%4].LookupEvents(t.Context(), q)
					if d := time.Since(began); err != nil || d > 25*time.Second {
						t.Errorf("caller %d after %s: %v", i, d, err)
						return
					}
					if len(a.Events) < known {
						t.Errorf("caller %d: %d events after %d: the next call did not continue", i, len(a.Events), known)
					}
					known = len(a.Events)
					mu.Lock()
					if a.Incomplete {
						incomplete++
					} else {
						whole++
					}
					mu.Unlock()
					<-time.After(5 * time.Second)
				}
			})
		}
		wg.Wait()
		sh.Wait()
		asked := rec.times("LookupEvents")
		noThreeInASecond(t, asked)
		if n := f.Counts().Throttled; n != 0 {
			t.Errorf("AWS throttled %d calls", n)
		}
		if whole == 0 || incomplete == 0 || len(asked) < 32 {
			t.Errorf("%d whole and %d incomplete answers by %d calls: the test does not press the quota", whole, incomplete, len(asked))
		}
	})
}

func TestOneCallInTenThrottledIsNoError(t *testing.T) {
	for _, q := range questions {
		t.Run(q.name, func(t *testing.T) {
			inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
				want, err := q.ask(t.Context(), c, 0)
				if err != nil || want == 0 {
					t.Fatalf("%d rows, %v", want, err)
				}
				f.ThrottleShare(0.1, 7)
				for round := range 60 {
					if n, err := q.ask(t.Context(), c, round); err != nil || n < want {
						t.Errorf("round %d: %d rows of %d: %v", round, n, want, err)
					}
				}
				if f.Counts().Throttled == 0 {
					t.Error("nothing was throttled")
				}
			})
		})
	}
}

func TestThrottledForAMinuteIsAnError(t *testing.T) {
	operations := map[string]string{
		"MetricData": "GetMetricData", "Alarms": "DescribeAlarms", "AlarmHistory": "DescribeAlarmHistory",
		"LookupEvents": "LookupEvents", "RunInsights": "StartQuery", "FilterLogs": "FilterLogEvents",
	}
	for _, q := range questions {
		t.Run(q.name, func(t *testing.T) {
			inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, c *Client, _ *Shared) {
				f.FailNext(operations[q.name], -1, awsfake.ErrThrottled(awsfake.CloudWatch))
				began := time.Now()
				_, err := q.ask(t.Context(), c, 0)
				var slow *Throttled
				if d := time.Since(began); !errors.As(err, &slow) || d > 25*time.Second {
					t.Errorf("after %s: %v", d, err)
				}
				f.FailNext(operations[q.name], 0, nil)
				<-time.After(time.Minute)
				if n, err := q.ask(t.Context(), c, 0); err != nil || n == 0 {
					t.Errorf("when AWS answers again: %d rows, %v", n, err)
				}
			})
		})
	}
}

// TestCancelledCallersLeaveNothingRunning: two who share a call go, one after the
// other, while AWS is slow.
func TestCancelledCallersLeaveNothingRunning(t *testing.T) {
	for _, q := range questions {
		t.Run(q.name, func(t *testing.T) {
			inBubble(t, awsfake.Options{Now: bubbleNow, QueryTakes: time.Hour}, func(t *testing.T, f *awsfake.Fake, c *Client, sh *Shared) {
				f.SetDelay(5 * time.Second)
				var wg sync.WaitGroup
				for i := range 2 {
					wg.Go(func() {
						ctx, cancel := context.WithCancel(t.Context())
						defer cancel()
						time.AfterFunc(time.Duration(i+1)*time.Second, cancel)
						began := time.Now()
						_, err := q.ask(ctx, c, 0)
						if d := time.Since(began); !errors.Is(err, context.Canceled) || d != time.Duration(i+1)*time.Second {
							t.Errorf("caller %d after %s: %v", i, d, err)
						}
					})
				}
				wg.Wait()
				sh.Wait()
				n := f.Counts()
				if n.Running != 0 || n.Of("StartQuery") != n.Of("StopQuery") {
					t.Errorf("%d calls running, %d queries started, %d stopped", n.Running, n.Of("StartQuery"), n.Of("StopQuery"))
				}
			})
		})
	}
}

// TestOfTwoRolesOneMayNot: what the one has fetched, or fetches at the moment, the
// other never reads.
func TestOfTwoRolesOneMayNot(t *testing.T) {
	for _, q := range questions {
		t.Run(q.name, func(t *testing.T) {
			inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, _ *Client, sh *Shared) {
				f.SetDelay(30 * time.Millisecond)
				f.Deny(awsfake.ViewerKey, "cloudwatch:*", "logs:*", "cloudtrail:*")
				may := client(t, open(t, f, keys(awsfake.AdminKey), sh))
				mayNot := client(t, open(t, f, keys(awsfake.ViewerKey), sh))
				for range 3 {
					var wg sync.WaitGroup
					for range 2 {
						wg.Go(func() {
							if n, err := q.ask(t.Context(), may, 0); err != nil || n == 0 {
								t.Errorf("who may: %d rows, %v", n, err)
							}
						})
						wg.Go(func() {
							n, err := q.ask(t.Context(), mayNot, 0)
							var denied *Denied
							if !errors.As(err, &denied) || n != 0 {
								t.Errorf("who may not: %d rows, %v", n, err)
							}
						})
					}
					wg.Wait()
				}
			})
		})
	}
}

// Every call that goes with messages has a rate of its own: at that of what is not
// listed, messages of a full queue would come back before they are kept hidden.
func TestCallsOfMessagesHaveARate(t *testing.T) {
	calls := reflect.TypeFor[SQS]()
	for m := range calls.Methods() {
		action := "sqs:" + m.Name
		if _, ok := rates[action]; !ok && !strings.HasPrefix(m.Name, "GetQueue") {
			t.Errorf("%s is called %v times a second at most", action, rateOf(action).perSecond)
		}
	}
}
