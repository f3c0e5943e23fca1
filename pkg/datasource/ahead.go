package datasource

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// aheader is a query type that gains by knowing what panels are about to ask.
type aheader interface {
	Ahead(ctx context.Context, s *awsapi.Sessions, panels [][]query.Query)
}

// Limits of one announcement.
const (
	maxAhead       = 1 << 20 // bytes
	maxAheadPanels = 500
)

// announcement is what the front end knows of panels whose requests wait in the
// browser: their queries as POST /api/ds/query has them, times in Unix
// milliseconds as text.
type announcement struct {
	Panels []struct {
		From    string            `json:"from"`
		To      string            `json:"to"`
		Queries []json.RawMessage `json:"queries"`
	} `json:"panels"`
}

// ahead is the resource POST ahead. A browser sends the panels of a dashboard a
// few at a time, so that the last of twenty asks after three others were
// answered. This announces them all, and what they have in common with others
// goes to AWS in the same calls; each panel then finds its answer under way.
// Answers: 204 when all is known; 400 for what is no announcement.
func (d *Datasource) ahead(w http.ResponseWriter, r *http.Request) {
	panels, err := announced(http.MaxBytesReader(w, r.Body, maxAhead), d.first)
	if err == nil {
		err = d.ready()
	}
	if err != nil {
		answer(w, query.HTTPStatus(err), map[string]string{"message": err.Error()})
		return
	}
	for name, all := range panels {
		if t, gains := d.types[name].(aheader); gains {
			t.Ahead(r.Context(), d.sessions, all)
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// announced are the queries of each panel by their type.
func announced(body io.Reader, first func(query.Query) query.Query) (map[string][][]query.Query, error) {
	var a announcement
	if err := json.NewDecoder(body).Decode(&a); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, query.Wrong("", "the announcement has more than %d bytes", large.Limit)
		}
		return nil, query.Wrong("", "the announcement is no JSON of the expected shape: %v", err)
	}
	if len(a.Panels) > maxAheadPanels {
		return nil, query.Wrong("panels", "%d, up to %d can be announced at once", len(a.Panels), maxAheadPanels)
	}
	out := map[string][][]query.Query{}
	for _, p := range a.Panels {
		from, err := milliseconds("from", p.From)
		if err != nil {
			return nil, err
		}
		to, err := milliseconds("to", p.To)
		if err != nil {
			return nil, err
		}
		panel := map[string][]query.Query{}
		for _, text := range p.Queries {
			var q struct {
				RefID         string  `json:"refId"`
				Type          string  `json:"queryType"`
				IntervalMs    float64 `json:"intervalMs"`
				MaxDataPoints float64 `json:"maxDataPoints"`
			}
			if json.Unmarshal(text, &q) != nil {
				continue // the panel itself will be told
			}
			one := first(read(&backend.QueryDataRequest{}, backend.DataQuery{
				RefID: q.RefID, QueryType: q.Type, JSON: text, TimeRange: backend.TimeRange{From: from, To: to},
				Interval: time.Duration(q.IntervalMs * float64(time.Millisecond)), MaxDataPoints: int64(q.MaxDataPoints),
			}))
			panel[one.Type] = append(panel[one.Type], one)
		}
		for name, queries := range panel {
			out[name] = append(out[name], queries)
		}
	}
	return out, nil
}

func milliseconds(name, text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, query.Wrong(name, "%q is no time in milliseconds", text)
	}
	return time.UnixMilli(n).UTC(), nil
}
