package datasource

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// room is a data source whose AWS is a fake, without sockets.
type room struct {
	*testing.T
	aws    *awsfake.Fake
	ds     *Datasource
	now    time.Time
	shared *awsapi.Shared
}

func enter(t *testing.T, jsonData string) *room {
	t.Helper()
	r := &room{T: t, now: awsfake.DefaultAnchor.Add(30 * time.Minute)}
	r.aws = awsfake.New(awsfake.Options{Now: func() time.Time { return r.now }})
	shared := awsapi.NewShared(awsapi.SharedOptions{Now: func() time.Time { return r.now }})
	ds, err := New(t.Context(), backend.DataSourceInstanceSettings{
		JSONData:                []byte(jsonData),
		DecryptedSecureJSONData: map[string]string{"accessKey": awsfake.AdminKey, "secretKey": "any"},
	}, Options{Shared: shared, Transport: r.aws})
	if err != nil {
		t.Fatal(err)
	}
	r.ds = ds
	t.Cleanup(func() { ds.Dispose(); shared.Wait() })
	return r
}

const keys = `{"authType":"keys","defaultRegion":"ap-northeast-1"}`

// at are minutes around the moment of the story.
func at(minutes int) time.Time {
	return awsfake.DefaultAnchor.Add(time.Duration(minutes) * time.Minute)
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

func (r *room) ask(queries ...backend.DataQuery) backend.Responses {
	r.Helper()
	out, err := r.ds.QueryData(r.Context(), &backend.QueryDataRequest{Queries: queries})
	if err != nil {
		r.Fatal(err)
	}
	if len(out.Responses) != len(queries) {
		r.Fatalf("%d answers to %d queries", len(out.Responses), len(queries))
	}
	return out.Responses
}

func (r *room) one(queryJSON string, from, to time.Time) backend.DataResponse {
	r.Helper()
	return r.ask(asking("A", queryJSON, from, to))["A"]
}

// golden compares an answer with the file of that name.
func golden(t *testing.T, name string, r backend.DataResponse) {
	t.Helper()
	var b strings.Builder
	if r.Error != nil {
		fmt.Fprintf(&b, "error %d (%s): %v\n", r.Status, r.ErrorSource, r.Error)
	}
	for _, f := range r.Frames {
		table, err := f.StringTable(-1, 12)
		if err != nil {
			t.Fatal(err)
		}
		meta, err := json.MarshalIndent(f.Meta, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s%s\n\n", table, meta)
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

// alertable is what Grafana's rules want of a frame that may alert: a type that
// says so, times in order, one numeric field and no text field beside it.
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
			t.Fatalf("frame %s is of type %v", f.Name, f.Meta)
		}
		numbers := 0
		for _, field := range f.Fields {
			switch {
			case field.Type().Numeric():
				numbers++
				if labels := f.Name + field.Labels.String(); seen[labels] {
					t.Errorf("two series are %s", labels)
				} else {
					seen[labels] = true
				}
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

func texts(notices []data.Notice) string {
	var out []string
	for _, n := range notices {
		out = append(out, n.Text)
	}
	return strings.Join(out, "\n")
}
