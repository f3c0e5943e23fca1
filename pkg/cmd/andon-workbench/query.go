package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"
)

// asked is the body of /api/ds/query.
type asked struct {
	From    string            `json:"from"`
	To      string            `json:"to"`
	Queries []json.RawMessage `json:"queries"`
}

// head is what the server reads of a query; the rest is the plugin's.
type head struct {
	RefID         string  `json:"refId"`
	QueryType     string  `json:"queryType"`
	IntervalMs    float64 `json:"intervalMs"`
	MaxDataPoints float64 `json:"maxDataPoints"`
	Datasource    struct {
		UID string `json:"uid"`
	} `json:"datasource"`
	TimeRange *struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"timeRange"`
}

// What Grafana takes where a query says nothing.
const (
	usualInterval = time.Second
	usualPoints   = 100
)

// passed are the request's headers that a query may read.
var passed = []string{"X-Cache-Skip", "X-Dashboard-Uid", "X-Panel-Id", "X-Query-Group-Id", "X-Datasource-Uid"}

// query answers as Grafana does: the results by refId, and status 400 where one
// of them is an error. With the header FromAlert the plugin takes the queries
// for those of an alert rule.
func (h *host) query(w http.ResponseWriter, r *http.Request) {
	var in asked
	if !read(w, r, &in) {
		return
	}
	bySource, err := h.parse(in)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	out := backend.NewQueryDataResponse()
	status := http.StatusOK
	for s, queries := range bySource {
		answer, err := h.plugin.QueryData(r.Context(), h.request(r, s, queries))
		if err != nil {
			h.trouble(w, r, err)
			return
		}
		for refID, one := range answer.Responses {
			out.Responses[refID] = one
			if one.Error != nil {
				status = http.StatusBadRequest
			}
		}
	}
	reply(w, status, out)
}

func (h *host) request(r *http.Request, s *source, queries []backend.DataQuery) *backend.QueryDataRequest {
	req := &backend.QueryDataRequest{PluginContext: h.context(r, s), Headers: map[string]string{}, Queries: queries}
	for _, name := range passed {
		if v := r.Header.Get(name); v != "" {
			req.SetHTTPHeader(name, v)
		}
	}
	if alert := r.Header.Get(backend.FromAlertHeaderName); alert != "" {
		req.Headers[backend.FromAlertHeaderName] = alert
		req.PluginContext.User = nil // nobody sits before an alert rule
	}
	return req
}

// parse reads the queries of each data source.
func (h *host) parse(in asked) (map[*source][]backend.DataQuery, error) {
	if len(in.Queries) == 0 {
		return nil, errors.New("no queries found")
	}
	out := map[*source][]backend.DataQuery{}
	seen := map[string]bool{}
	for i, text := range in.Queries {
		var q head
		if err := json.Unmarshal(text, &q); err != nil {
			return nil, fmt.Errorf("queries[%d]: %w", i, err)
		}
		q.RefID = cmp.Or(q.RefID, "A")
		if seen[q.RefID] {
			return nil, fmt.Errorf("queries[%d]: two queries are %s", i, q.RefID)
		}
		seen[q.RefID] = true
		s, err := h.source(q.Datasource.UID)
		if err != nil {
			return nil, fmt.Errorf("queries[%d]: %w", i, err)
		}
		from, to := in.From, in.To
		if q.TimeRange != nil {
			from, to = q.TimeRange.From, q.TimeRange.To
		}
		span, err := parseRange(from, to, h.now())
		if err != nil {
			return nil, err
		}
		interval := time.Duration(q.IntervalMs) * time.Millisecond
		out[s] = append(out[s], backend.DataQuery{
			RefID: q.RefID, QueryType: q.QueryType, JSON: text, TimeRange: span,
			Interval: cmp.Or(interval, usualInterval), MaxDataPoints: int64(cmp.Or(q.MaxDataPoints, usualPoints)),
		})
	}
	return out, nil
}

// parseRange reads times as Grafana does: milliseconds since 1970, or relative
// to now (now-1h, now/d).
func parseRange(from, to string, now time.Time) (backend.TimeRange, error) {
	f, err := parseTime(from, now, false)
	if err != nil {
		return backend.TimeRange{}, fmt.Errorf("from: %w", err)
	}
	t, err := parseTime(to, now, true)
	if err != nil {
		return backend.TimeRange{}, fmt.Errorf("to: %w", err)
	}
	return backend.TimeRange{From: f, To: t}, nil
}

func parseTime(text string, now time.Time, up bool) (time.Time, error) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), nil
	}
	span := gtime.TimeRange{From: text, To: text, Now: now.UTC()}
	at := span.ParseFrom
	if up {
		at = span.ParseTo
	}
	t, err := at()
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither milliseconds nor a time such as now-1h", text)
	}
	return t, nil
}
