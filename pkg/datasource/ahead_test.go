package datasource

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/bubble"
)

// announce sends POST ahead and returns its status and body.
func (r *room) announce(body string) (status int, text string) {
	r.Helper()
	return r.announceWithin(r.Context(), body)
}

// announceWithin does so for as long as somebody waits.
func (r *room) announceWithin(ctx context.Context, body string) (status int, text string) {
	r.Helper()
	err := r.ds.CallResource(ctx, &backend.CallResourceRequest{Path: "ahead", URL: "ahead", Method: http.MethodPost, Body: []byte(body)},
		backend.CallResourceResponseSenderFunc(func(a *backend.CallResourceResponse) error {
			status, text = a.Status, string(a.Body)
			return nil
		}))
	if err != nil {
		r.Fatal(err)
	}
	return status, text
}

// announcing is the body that announces panels over a range.
func announcing(from, to time.Time, panels ...[]string) string {
	type panel struct {
		From    string            `json:"from"`
		To      string            `json:"to"`
		Queries []json.RawMessage `json:"queries"`
	}
	var all []panel
	for _, queries := range panels {
		p := panel{From: fmt.Sprint(from.UnixMilli()), To: fmt.Sprint(to.UnixMilli())}
		for _, q := range queries {
			p.Queries = append(p.Queries, json.RawMessage(q))
		}
		all = append(all, p)
	}
	text, err := json.Marshal(map[string]any{"panels": all})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func hostMetric(refID string, host int) string {
	return fmt.Sprintf(`{"refId":%q,"queryType":"metrics","namespace":"CWAgent","metricName":"cpu_usage_active","dimensions":{"host":"host-%05d"},"period":"60"}`, refID, host)
}

// Panels that were announced are asked for in one call, however few the browser
// sends at once; what that took is told once.
func TestAnnouncedPanelsAreOneCall(t *testing.T) {
	inBubble(t, awsfake.Options{FleetHosts: 40}, func(r *room) {
		r.aws.SetDelay(30 * time.Millisecond)
		var panels [][]string
		for p := range 20 {
			panels = append(panels, []string{hostMetric("A", 2*p), hostMetric("B", 2*p+1)})
		}
		from, to := at(-180), at(0)
		started := time.Now()
		var (
			all   sync.WaitGroup
			mu    sync.Mutex
			usage query.Usage
		)
		gate := make(chan struct{}, 6)
		send := func(f func()) {
			gate <- struct{}{}
			all.Go(func() {
				defer func() { <-gate }()
				f()
			})
		}
		panel := func(i int) {
			got := r.Ask(asking("A", panels[i][0], from, to), asking("B", panels[i][1], from, to))
			mu.Lock()
			defer mu.Unlock()
			for refID, a := range got {
				if a.Error != nil || len(a.Frames) != 1 || a.Frames[0].Rows() < 170 {
					r.Errorf("panel %d, query %s: %v", i, refID, a.Error)
					continue
				}
				u := a.Frames[0].Meta.Custom.(query.Custom).Usage
				usage.MetricsBilled += u.MetricsBilled
				usage.PointsFetched += u.PointsFetched
				if usage.Calls == nil {
					usage.Calls = map[string]int{}
				}
				for name, n := range u.Calls {
					usage.Calls[name] += n
				}
			}
		}
		for i := range panels {
			if i == 5 {
				send(func() {
					if status, text := r.announce(announcing(from, to, panels...)); status != http.StatusNoContent {
						r.Errorf("the announcement: %d %s", status, text)
					}
				})
			}
			send(func() { panel(i) })
		}
		all.Wait()
		if took := time.Since(started); took > 70*time.Millisecond {
			r.Errorf("%s: the caller's identity and one call for all take 63 ms", took)
		}
		r.AskForRule(asking("A", panels[0][0], from, to)) // whose answer nobody reads
		panel(0)                                          // tells what nobody has told yet
		counts := r.aws.Counts()
		if n := calls(counts, "GetMetricData"); n != 1 || counts.MetricsBilled != 40 {
			r.Errorf("%d calls, %d metrics billed, want 1 and 40", n, counts.MetricsBilled)
		}
		if usage.Calls["cloudwatch:GetMetricData"] != 1 || usage.MetricsBilled != 40 || usage.PointsFetched < 40*170 {
			r.Errorf("the answers tell %+v", usage)
		}
	})
}

// Who leaves the dashboard asks nothing more: what the announcement has not asked
// of AWS yet is not asked, but for a panel that waits for it as well.
func TestAnAnnouncementThatIsGivenUp(t *testing.T) {
	for name, waits := range map[string]bool{"nobody waits": false, "a panel waits": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, awsfake.Options{FleetHosts: 40}, func(r *room) {
				r.aws.SetDelay(10 * time.Second)
				var panels [][]string
				for p := range 20 {
					panels = append(panels, []string{hostMetric("A", p)})
				}
				ctx, leave := context.WithCancel(r.Context())
				var all sync.WaitGroup
				all.Go(func() {
					started := time.Now()
					r.announceWithin(ctx, announcing(at(-180), at(0), panels...))
					if took := time.Since(started); took != 5*time.Second {
						r.Errorf("it ends after %s; it was given up after 5 s", took)
					}
				})
				synctest.Wait()
				if waits {
					all.Go(func() {
						if a := r.Ask(asking("A", panels[3][0], at(-180), at(0)))["A"]; a.Error != nil || len(a.Frames) != 1 || a.Frames[0].Rows() < 170 {
							r.Errorf("the panel that waits: %v", a.Error)
						}
					})
				}
				bubble.Pass(5 * time.Second) // the caller's identity is under way
				leave()
				all.Wait()
				bubble.Pass(time.Minute)
				want, billed := 0, 0
				if waits {
					want, billed = 1, 1
				}
				counts := r.aws.Counts()
				if n := calls(counts, "GetMetricData"); n != want || counts.MetricsBilled != billed {
					r.Errorf("%d calls, %d metrics billed; want %d and %d", n, counts.MetricsBilled, want, billed)
				}
			})
		})
	}
}

func asking(refID, text string, from, to time.Time) backend.DataQuery {
	return backend.DataQuery{RefID: refID, QueryType: "metrics", JSON: []byte(text), TimeRange: backend.TimeRange{From: from, To: to}, Interval: time.Minute, MaxDataPoints: 1000}
}

func calls(c awsfake.Counts, operation string) (n int) {
	for k, count := range c.Calls {
		if k.Operation == operation {
			n += count
		}
	}
	return n
}

// What is announced in vain costs nothing: other types are asked when they are
// asked, what goes past the cache would be asked twice, and mistakes are told
// where they are shown.
func TestAnnouncedInVain(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		past := strings.Replace(hostMetric("A", 1), "{", `{"noCache":true,`, 1)
		status, text := r.announce(announcing(at(-60), at(0),
			[]string{past}, []string{`{"refId":"A","queryType":"alarms"}`}, []string{`{"refId":"A","queryType":"metrics"}`}, []string{`{"refId":"A","queryType":"nothing"}`}, []string{`7`}))
		if status != http.StatusNoContent {
			r.Errorf("%d %s", status, text)
		}
		if n := r.aws.Counts().Total(); n != 0 {
			r.Errorf("%d calls: %v", n, r.aws.Counts().Calls)
		}
	})
}

func TestWrongAnnouncements(t *testing.T) {
	r := enter(t, keys)
	for body, want := range map[string]string{
		`{`:                                 `no JSON`,
		`[]`:                                `no JSON`,
		`{"panels":[{"from":"x"}]}`:         `from: "x" is no time in milliseconds`,
		`{"panels":[{"from":"1","to":""}]}`: `to: "" is no time in milliseconds`,
		`{"panels":[` + strings.Repeat(`{},`, maxAheadPanels) + `{}]}`: `up to 500`,
		strings.Repeat(" ", maxAhead+1):                                `more than 1048576 bytes`,
	} {
		if status, text := r.announce(body); status != http.StatusBadRequest || !strings.Contains(text, strings.ReplaceAll(want, `"`, `\"`)) {
			t.Errorf("%.40s: %d %s, want %q", body, status, text, want)
		}
	}
	if status, _ := r.announce(`{"panels":[]}`); status != http.StatusNoContent {
		t.Errorf("no panels: %d", status)
	}
	wrong := open(t, `{"authType":"nobody"}`, awsfake.Options{})
	if status, text := wrong.announce(announcing(at(-60), at(0), []string{hostMetric("A", 1)})); status != http.StatusBadRequest || !strings.Contains(text, "settings") {
		t.Errorf("wrong settings: %d %s", status, text)
	}
}
