package pluginhost

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/rig"
)

var update = flag.Bool("update", false, "write the golden files anew")

// world is the built plugin with a fake AWS behind a socket.
type world struct {
	*testing.T
	aws      *awsfake.Fake
	host     *Host
	settings backend.DataSourceInstanceSettings
}

// anchor is the moment of the story: the tunnel's alarm fires.
var anchor = awsfake.DefaultAnchor

// begin starts the plugin. The fake's clock starts at now and runs with the
// machine's.
func begin(t *testing.T, now time.Time) *world {
	t.Helper()
	bin, err := rig.Find()
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	w := &world{T: t, aws: awsfake.New(awsfake.Options{Now: func() time.Time { return now.Add(time.Since(started)) }, QueryTakes: 100 * time.Millisecond})}
	address := w.serve()
	w.settings = backend.DataSourceInstanceSettings{
		UID: "aws", Name: "AWS", Type: "andonhq-andon-datasource",
		JSONData:                fmt.Appendf(nil, `{"authType":"keys","defaultRegion":"ap-northeast-1","endpoint":"http://%s"}`, address),
		DecryptedSecureJSONData: map[string]string{"accessKey": awsfake.AdminKey, "secretKey": "any"},
	}
	w.host, err = Start(filepath.Join(filepath.Dir(bin.Andon), "gpx_andon"), []string{"HOME=" + t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.host.Close)
	return w
}

func (w *world) serve() string {
	w.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.aws.Serve(ctx, l) }()
	w.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.Errorf("serve the fake: %v", err)
		}
	})
	return l.Addr().String()
}

func (w *world) context() backend.PluginContext {
	settings := w.settings
	return backend.PluginContext{Namespace: "default", PluginID: settings.Type, DataSourceInstanceSettings: &settings}
}

func asking(refID, queryJSON string, from, to time.Time) backend.DataQuery {
	var head struct {
		QueryType string `json:"queryType"`
	}
	_ = json.Unmarshal([]byte(queryJSON), &head) // some tests send what is not JSON
	return backend.DataQuery{
		RefID: refID, QueryType: head.QueryType, JSON: []byte(queryJSON),
		TimeRange: backend.TimeRange{From: from, To: to}, Interval: time.Minute, MaxDataPoints: 1000,
	}
}

func (w *world) ask(queries ...backend.DataQuery) backend.Responses {
	w.Helper()
	out, err := w.host.QueryData(w.Context(), &backend.QueryDataRequest{PluginContext: w.context(), Queries: queries})
	if err != nil {
		w.Fatal(err)
	}
	if len(out.Responses) != len(queries) {
		w.Fatalf("%d answers to %d queries", len(out.Responses), len(queries))
	}
	return out.Responses
}

func (w *world) one(queryJSON string, from, to time.Time) backend.DataResponse {
	w.Helper()
	return w.ask(asking("A", queryJSON, from, to))["A"]
}

// rows are a table's rows: field name to text.
func rows(t *testing.T, r backend.DataResponse) []map[string]string {
	t.Helper()
	if r.Error != nil {
		t.Fatal(r.Error)
	}
	var out []map[string]string
	for _, f := range r.Frames {
		for i := range f.Rows() {
			row := map[string]string{}
			for _, field := range f.Fields {
				v, ok := field.ConcreteAt(i)
				switch v := v.(type) {
				case time.Time:
					row[field.Name] = v.UTC().Format(time.RFC3339)
				case json.RawMessage:
					row[field.Name] = string(v)
				default:
					if ok {
						row[field.Name] = fmt.Sprint(v)
					}
				}
			}
			out = append(out, row)
		}
	}
	return out
}

// golden compares an answer with the file of that name.
func golden(t *testing.T, name string, r backend.DataResponse) {
	t.Helper()
	var b strings.Builder
	if r.Error != nil {
		fmt.Fprintf(&b, "error %d (%s): %v\n", r.Status, r.ErrorSource, r.Error)
	}
	for _, f := range r.Frames {
		table, err := f.StringTable(-1, 20)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s", table)
		if f.Meta != nil {
			fmt.Fprintf(&b, "type %s %v\n", f.Meta.Type, f.Meta.TypeVersion)
			for _, n := range f.Meta.Notices {
				fmt.Fprintf(&b, "notice %v: %s\n", n.Severity, n.Text)
			}
		}
		b.WriteString("\n")
	}
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// alertable is what Grafana's rules want of an answer that may alert: a type
// that says so, times in order, one number a frame and no text beside it, each
// series with labels of its own.
func alertable(t *testing.T, r backend.DataResponse) {
	t.Helper()
	if r.Error != nil {
		t.Fatalf("error: %v", r.Error)
	}
	if len(r.Frames) == 0 {
		t.Fatal("no frame at all")
	}
	seen := map[string]bool{}
	for _, f := range r.Frames {
		if f.Meta == nil || f.Meta.Type != data.FrameTypeTimeSeriesMulti && f.Meta.Type != data.FrameTypeNumericMulti {
			t.Fatalf("frame %s is of type %+v", f.Name, f.Meta)
		}
		numbers := 0
		for _, field := range f.Fields {
			switch {
			case field.Type().Numeric():
				numbers++
				key := field.Name + field.Labels.String()
				if seen[key] {
					t.Errorf("two series are %s", key)
				}
				seen[key] = true
			case field.Type().Time():
			default:
				t.Errorf("field %s is %s", field.Name, field.Type())
			}
		}
		if numbers != 1 {
			t.Errorf("%d numeric fields", numbers)
		}
		if kind := f.TimeSeriesSchema().Type; f.Meta.Type == data.FrameTypeTimeSeriesMulti && kind != data.TimeSeriesTypeWide {
			t.Errorf("Grafana takes the frame as %v", kind)
		}
	}
}
