package awsapi

import (
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// A service that takes the connection and never answers is told of by name, by the
// histories too: "nothing found so far" would be a lie.
func TestSilentEndpoint(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var taken sync.WaitGroup
	taken.Go(func() {
		var open []net.Conn
		for {
			c, err := l.Accept()
			if err != nil {
				break
			}
			open = append(open, c)
		}
		for _, c := range open {
			_ = c.Close()
		}
	})
	t.Cleanup(taken.Wait)
	t.Cleanup(func() { _ = l.Close() })

	shared := NewShared(SharedOptions{})
	s, err := New(t.Context(), Settings{
		AuthType: AuthKeys, AccessKey: "AKIAONE", SecretKey: "any", DefaultRegion: "eu-central-1", Endpoint: "http://" + l.Addr().String(),
	}, Options{Shared: shared, patience: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := client(t, s)
	now := time.Now()
	calls := callOfEach(c, "")
	for name, ask := range map[string]func() error{
		"CloudWatch": func() error { return calls["CloudWatch"](t.Context()) },
		"Logs":       func() error { return calls["CloudWatch Logs"](t.Context()) },
		"Config":     func() error { return calls["Config"](t.Context()) },
		"event history": func() error {
			_, err := c.LookupEvents(t.Context(), EventQuery{From: now.Add(-time.Hour), To: now})
			return err
		},
		"alarm history": func() error {
			_, err := c.AlarmHistory(t.Context(), AlarmHistoryQuery{From: now.Add(-time.Hour), To: now})
			return err
		},
		"metric data": func() error {
			a, err := c.MetricData(t.Context(), []MetricRequest{metric("a", "cpu")}, now.Add(-time.Hour), now, MetricOptions{})
			if err != nil {
				return err
			}
			return a.Results[0].Err
		},
	} {
		err := ask()
		var silent *Unreachable
		if !errors.As(err, &silent) || !strings.Contains(silent.Endpoint, l.Addr().String()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	shared.Wait()
}
