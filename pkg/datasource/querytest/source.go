package querytest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// Source is a whole data source, asked as Grafana asks it.
type Source struct {
	*testing.T
	Data   backend.QueryDataHandler
	Plugin func() backend.PluginContext // its context; none where nil
}

// Asking is a query as Grafana sends it, with its type as the query's JSON names
// it.
func Asking(refID, queryJSON string, from, to time.Time) backend.DataQuery {
	var head struct {
		QueryType string `json:"queryType"`
	}
	_ = json.Unmarshal([]byte(queryJSON), &head) // some tests send what is not JSON
	return backend.DataQuery{
		RefID: refID, QueryType: head.QueryType, JSON: []byte(queryJSON),
		TimeRange: backend.TimeRange{From: from, To: to}, Interval: time.Minute, MaxDataPoints: 1000,
	}
}

// Ask asks queries in one request, as a panel does.
func (s Source) Ask(queries ...backend.DataQuery) backend.Responses {
	s.Helper()
	return s.ask(nil, queries)
}

// AskForRule asks queries in one request, as an alert rule does.
func (s Source) AskForRule(queries ...backend.DataQuery) backend.Responses {
	s.Helper()
	return s.ask(map[string]string{backend.FromAlertHeaderName: "true"}, queries)
}

func (s Source) ask(headers map[string]string, queries []backend.DataQuery) backend.Responses {
	s.Helper()
	r := &backend.QueryDataRequest{Headers: headers, Queries: queries}
	if s.Plugin != nil {
		r.PluginContext = s.Plugin()
	}
	out, err := s.Data.QueryData(s.Context(), r)
	if err != nil {
		s.Fatal(err)
	}
	if len(out.Responses) != len(queries) {
		s.Fatalf("%d answers to %d queries", len(out.Responses), len(queries))
	}
	return out.Responses
}

// One asks one query, as a panel does.
func (s Source) One(queryJSON string, from, to time.Time) backend.DataResponse {
	s.Helper()
	return s.Ask(Asking("A", queryJSON, from, to))["A"]
}
