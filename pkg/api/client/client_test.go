package client

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/alert"
)

func TestNewRefusesWhatIsNoURL(t *testing.T) {
	for _, bad := range []string{"", "127.0.0.1:9560", "ftp://h", "http://", "http://h?x=1", "http://h#x", "http://h:p ort", "\x00"} {
		if _, err := New(bad, "", nil); err == nil || !strings.Contains(err.Error(), DefaultURL) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{DefaultURL, "https://andon.example.jp/", "http://[::1]:9560/andon"} {
		if _, err := New(good, "", nil); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestNoSecretOfTheURLInAnError(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	address := strings.TrimPrefix(s.URL, "http://")
	s.Close()
	for _, base := range []string{"http://sato:hunter2@" + address, "ftp://sato:hunter2@" + address} {
		c, err := New(base, "t0ken", nil)
		if err == nil {
			_, err = c.Status(t.Context())
		}
		if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "t0ken") || !strings.Contains(err.Error(), address) {
			t.Errorf("got %v", err)
		}
	}
}

// serve answers every call as the test says and returns a client for it.
func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := New(s.URL+"/", "t0ken", s.Client())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"of the API":       {http.StatusForbidden, `{"error":"sato is a viewer"}`, "sato is a viewer"},
		"of a proxy":       {http.StatusBadGateway, "<html>no upstream</html>\n", "502 Bad Gateway: <html>no upstream</html>"},
		"without a body":   {http.StatusInternalServerError, "", "500 Internal Server Error: "},
		"JSON of another":  {http.StatusNotFound, `{"message":"x"}`, `404 Not Found: {"message":"x"}`},
		"a very long body": {http.StatusNotFound, strings.Repeat("x", 1<<20), "404 Not Found: " + strings.Repeat("x", 200)},
	} {
		t.Run(name, func(t *testing.T) {
			cl := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			_, err := cl.Alerts(t.Context())
			var e *Error
			if !errors.As(err, &e) || e.Status != c.status || e.Message != c.want {
				t.Errorf("got %+v, %v", e, err)
			}
		})
	}
}

func TestAnAnswerThatIsNoJSON(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })
	if _, err := c.Towers(t.Context()); err == nil || !strings.Contains(err.Error(), "read the bridge's answer") {
		t.Errorf("got %v", err)
	}
}

func TestTheEndOfTheContext(t *testing.T) {
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(nil)
	if _, err := c.Status(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestRequests says what goes over the wire for each call.
func TestRequests(t *testing.T) {
	var got []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken" {
			t.Errorf("%s without the token", r.URL)
		}
		body := make([]byte, r.ContentLength)
		if r.ContentLength > 0 {
			if _, err := r.Body.Read(body); err != nil && err.Error() != "EOF" {
				t.Error(err)
			}
		}
		got = append(got, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)+" "+r.Header.Get("X-Andon-On-Behalf-Of")))
		if strings.HasPrefix(r.URL.Path, "/api/v1/alerts/") && r.Method == http.MethodPost {
			_, _ = w.Write([]byte(`[{"identity":"am/x","error":"not open"}]`))
			return
		}
		_, _ = w.Write([]byte("null"))
	})
	match, err := alert.ParseMatchers(`host="db1"`)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for _, call := range []func() error{
		func() error { _, err := c.Status(ctx); return err },
		func() error { _, err := c.Alerts(ctx, `a="b c"`); return err },
		func() error { _, err := c.Alert(ctx, "am/x{y}/z"); return err },
		func() error { _, err := c.History(ctx, HistoryQuery{}); return err },
		func() error {
			_, err := c.History(ctx, HistoryQuery{Identity: "a/b", Unmatched: true, Before: 7, Limit: 3})
			return err
		},
		func() error {
			day := time.Date(2026, 10, 6, 10, 42, 0, 5, time.FixedZone("", 9*3600))
			_, err := c.History(ctx, HistoryQuery{From: day, To: day.AddDate(0, 0, 1)})
			return err
		},
		func() error { _, err := c.FirstAlerts(ctx, 3, `a="b"`, `c="d"`); return err },
		func() error { _, err := c.Counts(ctx, `a="b"`); return err },
		func() error {
			o, err := c.AcknowledgeFor(ctx, "佐藤", "am/x", "on it")
			if o != (Outcome{Identity: "am/x", Error: "not open"}) {
				t.Errorf("outcome %+v", o)
			}
			return err
		},
		func() error { _, err := c.Towers(ctx); return err },
		func() error { _, err := c.ReadTower(ctx, "ops room"); return err },
		func() error { return c.TestTower(ctx, "a/b") },
		func() error { return c.StopBuzzer(ctx, "") },
		func() error { _, err := c.Acknowledge(ctx, Selection{Match: match, Comment: "on it"}); return err },
		func() error { _, err := c.Reset(ctx, Selection{Identities: []alert.Identity{"x"}}); return err },
		func() error { _, err := c.Send(ctx, Send{Labels: map[string]string{"a": "b"}, For: 1.5}); return err },
		func() error { return c.Reload(ctx) },
	} {
		if err := call(); err != nil {
			t.Error(err)
		}
	}
	want := []string{
		"GET /api/v1/status",
		"GET /api/v1/alerts?match=a%3D%22b+c%22",
		"GET /api/v1/alerts/am%2Fx%7By%7D%2Fz",
		"GET /api/v1/history?",
		"GET /api/v1/history?before=7&identity=a%2Fb&limit=3&unmatched=true",
		"GET /api/v1/history?from=2026-10-06T01%3A42%3A00.000000005Z&to=2026-10-07T01%3A42%3A00.000000005Z",
		"GET /api/v1/alerts?limit=3&match=a%3D%22b%22&match=c%3D%22d%22",
		"GET /api/v1/counts?match=a%3D%22b%22",
		`POST /api/v1/alerts/am%2Fx/ack {"comment":"on it"} 佐藤`,
		"GET /api/v1/towers",
		"POST /api/v1/towers/ops%20room/read",
		"POST /api/v1/towers/a%2Fb/test",
		`POST /api/v1/buzzer-stop {"tower":""}`,
		`POST /api/v1/ack {"match":["host=\"db1\""],"comment":"on it"}`,
		`POST /api/v1/reset {"identities":["x"]}`,
		`POST /api/v1/send {"labels":{"a":"b"},"for":1.5}`,
		"POST /-/reload",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
