// Package datasource is the back end of the Grafana data source: it routes
// queries to the package of their type, answers health checks, and serves the
// lists that editors and variables choose from.
//
// gpx_andon serves it. An instance belongs to one data source's settings and
// holds nothing but its AWS sessions and its way to the bridge; limits, calls in flight and caches are
// those of the process (package awsapi). It reads no file and no environment
// variable, and starts no process.
package datasource

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
	"github.com/grafana/grafana-plugin-sdk-go/backend/resource/httpadapter"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/andon"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// ID is the plugin's id, as in plugin.json.
const ID = "andonhq-andon-datasource"

// Datasource is one instance: one data source of Grafana with its settings.
type Datasource struct {
	sessions *awsapi.Sessions
	problems []awsapi.Problem // why there are no sessions
	bridge   *andon.Bridge
	noAWS    bool // the settings name a bridge and nothing of AWS
	types    map[string]query.Handler
	backend.CallResourceHandler
}

var (
	_ backend.QueryDataHandler      = (*Datasource)(nil)
	_ backend.CheckHealthHandler    = (*Datasource)(nil)
	_ backend.CallResourceHandler   = (*Datasource)(nil)
	_ instancemgmt.InstanceDisposer = (*Datasource)(nil)
)

// Options are for tests and for programs that hold several instances; the zero
// value is what the plugin uses.
type Options struct {
	Shared    *awsapi.Shared
	Transport http.RoundTripper
	Log       *slog.Logger
}

// New makes the instance of one data source's settings. Wrong settings are no
// error here: each query and the health check tell them, which a person sees.
func New(ctx context.Context, settings backend.DataSourceInstanceSettings, o Options) (*Datasource, error) {
	b := andon.Open(settings.JSONData, settings.DecryptedSecureJSONData)
	d := &Datasource{types: types(b), bridge: b, noAWS: b.Set() && !namesAWS(settings)}
	d.CallResourceHandler = httpadapter.New(d.resources())
	if d.noAWS {
		return d, nil
	}
	set, problems := awsapi.ParseSettings(settings.JSONData, settings.DecryptedSecureJSONData, settings.Database)
	if len(problems) > 0 {
		d.problems = problems
		return d, nil
	}
	s, err := awsapi.New(ctx, set, awsapi.Options{Shared: o.Shared, Transport: o.Transport, Log: o.Log})
	if err != nil {
		d.problems = []awsapi.Problem{{Path: "settings", Message: err.Error()}}
		return d, nil
	}
	d.sessions = s
	return d, nil
}

// Dispose closes the sessions; Grafana calls it when the settings change.
func (d *Datasource) Dispose() {
	d.bridge.Close()
	if d.sessions != nil {
		d.sessions.Close()
	}
}

// ready is the mistake in the settings, if there is one.
func (d *Datasource) ready() error {
	switch {
	case d.sessions != nil:
		return nil
	case d.noAWS:
		return query.WrongSettings("fault.board_only")
	}
	said := make([]string, len(d.problems))
	for i, p := range d.problems {
		said[i] = p.String()
	}
	return query.WrongSettings("fault.settings", strings.Join(said, "; "))
}

// QueryData answers the queries of one request. An error belongs to its query;
// the others are answered.
func (d *Datasource) QueryData(ctx context.Context, r *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	var (
		out    = backend.NewQueryDataResponse()
		byType = map[string][]query.Query{}
		mu     sync.Mutex
	)
	wrong := d.ready()
	for _, q := range r.Queries {
		one := d.first(read(r, q))
		if wrong != nil && one.Type != ofBridge {
			reader, _ := query.Language(one) // a mistake in it is not what is wrong here
			out.Responses[q.RefID] = query.Fail(reader, wrong)
			continue
		}
		if d.types[one.Type] == nil {
			out.Responses[q.RefID] = query.Fail(text.English, query.OneOf("queryType", one.Type, names(d.types)...))
			continue
		}
		byType[one.Type] = append(byType[one.Type], one)
	}
	asked := slices.Collect(maps.Keys(byType))
	query.Together(len(asked), func(i int) {
		name := asked[i]
		answers := d.ask(ctx, name, byType[name])
		mu.Lock()
		defer mu.Unlock()
		for _, q := range byType[name] {
			a, answered := answers[q.RefID]
			if !answered {
				a = query.Fail(text.English, fmt.Errorf("query type %s gave no answer to %s", name, q.RefID))
			}
			out.Responses[q.RefID] = a
		}
	})
	return out, nil
}

// ask is one query type's answer. A panic is the error of its queries.
func (d *Datasource) ask(ctx context.Context, name string, queries []query.Query) (out backend.Responses) {
	var broken backend.DataResponse
	defer func() {
		if broken.Error != nil {
			out = backend.Responses{}
			for _, q := range queries {
				out[q.RefID] = broken
			}
		}
	}()
	defer query.Recover(&broken)
	return d.types[name].Query(ctx, d.sessions, queries)
}

func read(r *backend.QueryDataRequest, q backend.DataQuery) query.Query {
	return query.Query{
		RefID: q.RefID, Type: q.QueryType, JSON: q.JSON,
		From: q.TimeRange.From, To: q.TimeRange.To,
		Interval: q.Interval, MaxDataPoints: q.MaxDataPoints,
		Alert:   r.Headers[backend.FromAlertHeaderName] == "true",
		NoCache: strings.EqualFold(r.GetHTTPHeader("X-Cache-Skip"), "true"),
	}
}

// first gives a query that nobody has written yet what the front end's form
// shows for it.
//
// The type may stand in a query's JSON alone: so asks the preview of an alert
// rule.
func (d *Datasource) first(q query.Query) query.Query {
	if q.Type == "" {
		var head struct {
			Type string `json:"queryType"`
		}
		_ = json.Unmarshal(q.JSON, &head) // what is no JSON has no type, which is told
		q.Type = head.Type
	}
	if q.Type == "" && untouched(q.JSON) {
		q.Type = "alarms"
		if d.noAWS {
			q.Type = ofBridge
		}
	}
	if q.Type == "logs" && d.sessions != nil {
		q.JSON = withLogGroups(q.JSON, d.sessions.LogGroups())
	}
	if asks, known := ruleDefaults[q.Type]; known && q.Alert && untouched(q.JSON) {
		q.JSON = asks
	}
	return q
}

// withLogGroups is a query with the log groups of the settings, where it names
// none.
func withLogGroups(text json.RawMessage, groups []string) json.RawMessage {
	var fields map[string]json.RawMessage
	if len(groups) == 0 || json.Unmarshal(text, &fields) != nil {
		return text
	}
	if named := string(fields["logGroups"]); named != "" && named != "null" && named != "[]" {
		return text
	}
	own, err := json.Marshal(groups)
	if err != nil {
		return text
	}
	fields["logGroups"] = own
	full, err := json.Marshal(fields)
	if err != nil {
		return text
	}
	return full
}

// ruleDefaults are what the form of a new alert rule shows, by query type: alarms
// that burn, since "above 0" would fire for those that are OK, and open alerts.
var ruleDefaults = map[string]json.RawMessage{
	"alarms": json.RawMessage(`{"kind":"counts","states":["ALARM"]}`),
	ofBridge: json.RawMessage(`{"kind":"counts"}`),
}

// untouched reports whether a query is one that nobody has written: Grafana shows
// the front end's default in the form of a new query, and saves and asks an empty
// one until something is changed.
func untouched(text []byte) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil {
		return false
	}
	for name := range fields {
		switch name {
		case "refId", "datasource", "datasourceId", "intervalMs", "maxDataPoints", "instant", "range", "hide", "key", "queryType", "language":
		default:
			return false
		}
	}
	return true
}
