// Package query is what all query types of the data source have in common: the
// question as Grafana asks it, the answer with what it took, and errors that
// belong to one question and never to its neighbours.
//
// The query types (metrics, logs, alarms …) implement [Handler], most of them
// through [Each]; the data source routes to them. The package calls nothing.
package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/text"
)

// Query is one query of a panel, an alert rule or Explore.
type Query struct {
	RefID         string
	Type          string
	JSON          json.RawMessage // the whole query as the editor wrote it
	From, To      time.Time
	Interval      time.Duration // what Grafana would like between two points
	MaxDataPoints int64
	Alert         bool      // asked by an alert rule: nothing empty from a cache may be believed
	NoCache       bool      // the user asked for a refresh past every cache
	Reader        text.Lang // as Language reads it; set by [Each]
}

// UntilNow is the query over a range that ends with the minute that runs, where
// it would end after it ("this year"): nothing has happened there yet, and asking
// for it costs calls. A range that has not begun yet stays as it is.
func (q Query) UntilNow(now time.Time) Query {
	if end := now.Truncate(time.Minute).Add(time.Minute); q.From.Before(now) && end.Before(q.To) {
		q.To = end
	}
	return q
}

// Handler answers the queries of one type that came in one request. Its answer
// has an entry for every query.
type Handler interface {
	Query(ctx context.Context, s *awsapi.Sessions, queries []Query) backend.Responses
}

// Func answers one query. Its frames are alertable or say by their type that
// they are not; notices belong to the first frame.
type Func func(ctx context.Context, s *awsapi.Sessions, q Query) (data.Frames, error)

// AnswerWithin is when the last query of a request has to have something to say:
// Grafana's proxy waits 30 s by default.
const AnswerWithin = 26 * time.Second

// Each makes a Handler of a Func: every query runs by itself.
func Each(f Func) Handler { return each{f} }

type each struct{ f Func }

func (e each) Query(ctx context.Context, s *awsapi.Sessions, queries []Query) backend.Responses {
	ctx, cancel := context.WithTimeout(ctx, AnswerWithin)
	defer cancel()
	var mu sync.Mutex
	out := make(backend.Responses, len(queries))
	Together(len(queries), func(i int) {
		r := e.one(ctx, s, queries[i])
		mu.Lock()
		defer mu.Unlock()
		out[queries[i].RefID] = r
	})
	return out
}

func (e each) one(ctx context.Context, s *awsapi.Sessions, q Query) (r backend.DataResponse) {
	defer Recover(&r)
	ctx, meter := awsapi.WithUsage(ctx)
	if s != nil { // types that ask no AWS do without
		q = q.UntilNow(s.Now())
	}
	var err error
	if q.Reader, err = Language(q); err != nil {
		return Fail(q.Reader, err)
	}
	frames, err := e.f(ctx, s, q)
	if err != nil {
		r = Fail(q.Reader, err)
		if len(frames) == 0 {
			return r
		}
	}
	r.Frames = Describe(frames, meter.Usage(), q.Reader)
	return r
}

// Recover turns a panic into the error of one answer: defer it where a query is
// answered.
func Recover(r *backend.DataResponse) {
	if p := recover(); p != nil {
		*r = backend.ErrDataResponseWithSource(backend.StatusInternal, backend.ErrorSourcePlugin,
			fmt.Sprintf("a mistake in the plugin: %v", p))
		backend.Logger.Error("panic in a query", "panic", p, "stack", string(debug.Stack()))
	}
}

// RecoverError turns a panic into an error: defer it in a goroutine that a query
// begins, where [Recover] of the answer does not reach.
func RecoverError(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("a mistake in the plugin: %v", p)
		backend.Logger.Error("panic in a query", "panic", p, "stack", string(debug.Stack()))
	}
}

// Decode reads a query's JSON into v, the struct of its type. Fields that v
// does not know are Grafana's own (datasource, hide, intervalMs …) or those of a
// newer editor: they are left alone.
func Decode(q Query, v any) error {
	d := json.NewDecoder(strings.NewReader(string(q.JSON)))
	if err := d.Decode(v); err != nil {
		var wrong *json.UnmarshalTypeError
		switch {
		case is[*Mistake](err):
			return err
		case errors.As(err, &wrong) && wrong.Field != "":
			return Wrong(wrong.Field, "is a JSON %s, not a %s", wrong.Value, wrong.Type)
		case errors.Is(err, io.EOF):
			return Wrong("", "the query is empty")
		}
		return Wrong("", "the query is not JSON of the expected shape: %v", err)
	}
	return nil
}
