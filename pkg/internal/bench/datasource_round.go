package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// inFlight are the requests of one viewer: what a browser asks of one host at
// once. Grafana's front end keeps the last for what is no panel's.
const (
	inFlight     = 6
	panelsFirst  = inFlight - 1
	announceWhen = panelsFirst + 1 // panels: with fewer none has to wait
)

// panel is the queries of one panel, and what a whole answer to them holds.
type panel struct {
	queries []backend.DataQuery // without their ranges
	over    time.Duration
	frames  int
	rows    int // of each frame at least
}

// request is what Grafana asks for the panel at now.
func (p panel) request(now time.Time) *backend.QueryDataRequest {
	r := &backend.QueryDataRequest{Queries: slices.Clone(p.queries)}
	for i := range r.Queries {
		r.Queries[i].TimeRange = backend.TimeRange{From: now.Add(-p.over), To: now}
	}
	return r
}

// asking are queries with the fields given, the first of them A.
func asking(all ...map[string]any) []backend.DataQuery {
	var out []backend.DataQuery
	for i, fields := range all {
		fields["refId"] = string(rune('A' + i))
		text, err := json.Marshal(fields)
		if err != nil {
			panic(err) // the bench's own texts
		}
		out = append(out, backend.DataQuery{
			RefID: string(rune('A' + i)), QueryType: fields["queryType"].(string), JSON: text,
			Interval: time.Minute, MaxDataPoints: 1000,
		})
	}
	return out
}

// figures are those of one or several rounds: a round is one load of the same
// panels by every viewer.
type figures struct {
	rounds    int
	took      []time.Duration // one for each viewer and round
	cpu       time.Duration   // of the data source
	fakeCPU   time.Duration
	count     awsfake.Counts
	errors    int // queries that failed, or were answered in part
	lastError string
}

// viewing is viewers who look at the same panels through one data source.
type viewing struct {
	*cloud
	source
	panels  []panel
	viewers int
	ahead   bool // the front end announces panels that it has not asked before
	frames  bool // up to the frames, which the SDK then writes
}

// rounds loads everything once for each n, the clock jumping before each by
// step.
func (v viewing) rounds(ctx context.Context, n int, step time.Duration) (figures, error) {
	f := figures{rounds: n}
	before, cpu, fakeCPU := v.Counts(), processorTime(wholeProcess), v.cpu.Load()
	for range n {
		v.jump(step)
		if err := v.round(ctx, &f); err != nil {
			return f, err
		}
	}
	f.fakeCPU = time.Duration(v.cpu.Load() - fakeCPU)
	f.cpu = processorTime(wholeProcess) - cpu - f.fakeCPU
	f.count = since(before, v.Counts())
	slices.Sort(f.took)
	return f, ctx.Err()
}

func (v viewing) round(ctx context.Context, f *figures) error {
	var (
		mu     sync.Mutex
		all    sync.WaitGroup
		failed error
	)
	for viewer := range v.viewers {
		all.Go(func() {
			// Viewers have not opened the page at the same moment.
			now := v.clock().Add(-time.Duration(viewer) * time.Second)
			start := time.Now()
			gate := make(chan struct{}, inFlight)
			var requests sync.WaitGroup
			send := func(request func() (bad int, text string, err error)) {
				gate <- struct{}{}
				requests.Go(func() {
					defer func() { <-gate }()
					bad, text, err := request()
					mu.Lock()
					defer mu.Unlock()
					if f.errors += bad; bad > 0 {
						f.lastError = text
					}
					if err != nil {
						failed = err
					}
				})
			}
			for i, p := range v.panels {
				if i == panelsFirst && v.ahead && len(v.panels) >= announceWhen {
					send(func() (int, string, error) { return 0, "", v.announce(ctx, now) })
				}
				send(func() (int, string, error) { return v.load(ctx, p, now) })
			}
			requests.Wait()
			took := time.Since(start)
			mu.Lock()
			defer mu.Unlock()
			f.took = append(f.took, took)
		})
	}
	all.Wait()
	return failed
}

// announce is the request that the front end sends beside those of many panels.
func (v viewing) announce(ctx context.Context, now time.Time) error {
	type announced struct {
		From    string            `json:"from"`
		To      string            `json:"to"`
		Queries []json.RawMessage `json:"queries"`
	}
	var body struct {
		Panels []announced `json:"panels"`
	}
	for _, p := range v.panels {
		one := announced{From: strconv.FormatInt(now.Add(-p.over).UnixMilli(), 10), To: strconv.FormatInt(now.UnixMilli(), 10)}
		for _, q := range p.queries {
			one.Queries = append(one.Queries, q.JSON)
		}
		body.Panels = append(body.Panels, one)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return v.CallResource(ctx, &backend.CallResourceRequest{Path: "ahead", URL: "ahead", Method: http.MethodPost, Body: text},
		backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error {
			if r.Status != http.StatusNoContent {
				return fmt.Errorf("the announcement was answered %d: %s", r.Status, r.Body)
			}
			return nil
		}))
}

// load answers one panel, up to the bytes that Grafana gets, and counts the
// queries without a whole answer.
func (v viewing) load(ctx context.Context, p panel, now time.Time) (bad int, text string, err error) {
	out, err := v.QueryData(ctx, p.request(now))
	if err != nil {
		return 0, "", err
	}
	if !v.frames {
		if _, err := backend.ToProto().QueryDataResponse(backend.DataFrameFormat_ARROW, out); err != nil {
			return 0, "", fmt.Errorf("write the answer: %w", err)
		}
	}
	for refID, a := range out.Responses {
		switch {
		case a.Error != nil:
			bad, text = bad+1, a.Error.Error()
		case len(a.Frames) != p.frames:
			bad, text = bad+1, fmt.Sprintf("query %s has %d frames, not %d", refID, len(a.Frames), p.frames)
		default:
			for _, frame := range a.Frames {
				if frame.Rows() < p.rows {
					bad, text = bad+1, fmt.Sprintf("query %s has %d rows, not %d", refID, frame.Rows(), p.rows)
					break
				}
			}
		}
	}
	return bad, text, nil
}

func since(before, after awsfake.Counts) awsfake.Counts {
	out := after
	out.Calls = map[awsfake.Call]int{}
	for k, n := range after.Calls {
		if n -= before.Calls[k]; n > 0 {
			out.Calls[k] = n
		}
	}
	out.Throttled -= before.Throttled
	out.MetricsBilled -= before.MetricsBilled
	out.DataPoints -= before.DataPoints
	out.ClosedAgain -= before.ClosedAgain
	return out
}

// time is the wall time of a round.
func (f figures) time() string {
	var sum time.Duration
	for _, d := range f.took {
		sum += d
	}
	mean := sum / time.Duration(max(len(f.took), 1))
	return fmt.Sprintf("mean %s, p50 %s, p95 %s, worst %s", milliseconds(mean),
		milliseconds(percentile(f.took, 0.5)), milliseconds(percentile(f.took, 0.95)), milliseconds(percentile(f.took, 1)))
}

// cost is everything else that is counted.
func (f figures) cost() string {
	byName := map[string]int{}
	for k, n := range f.count.Calls {
		byName[k.Operation] += n
	}
	var calls []string
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		calls = append(calls, fmt.Sprintf("%s %d", name, byName[name]))
	}
	if len(calls) == 0 {
		calls = []string{"none"}
	}
	text := fmt.Sprintf("%d calls (%s), %d metrics billed, %d closed points read again; CPU %s a round",
		f.count.Total(), strings.Join(calls, ", "), f.count.MetricsBilled, f.count.ClosedAgain, milliseconds(f.cpu/time.Duration(f.rounds)))
	if f.count.Throttled > 0 {
		text += fmt.Sprintf("; %d calls throttled", f.count.Throttled)
	}
	if f.errors > 0 {
		text += fmt.Sprintf("; %d QUERIES NOT ANSWERED WHOLLY, the last: %s", f.errors, f.lastError)
	}
	return text
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
