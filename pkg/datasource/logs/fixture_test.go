package logs

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

var update = flag.Bool("update", false, "write the golden files anew")

// rig is the query type over a fake AWS, in a bubble of fake time.
type rig struct {
	t    *testing.T
	fake *awsfake.Fake
	s    *awsapi.Sessions
	all  *awsapi.Shared
	from time.Time
	to   time.Time
	rule bool // ask as an alert rule does
}

func bubble(t *testing.T, o awsfake.Options, key string, fn func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if o.Now == nil {
			// Time in a bubble begins with the year 2000; the story is seen
			// half an hour after the alarm.
			began := time.Now()
			o.Now = func() time.Time { return awsfake.DefaultAnchor.Add(30*time.Minute + time.Since(began)) }
		}
		f, shared := awsfake.New(o), awsapi.NewShared(awsapi.SharedOptions{})
		s, err := awsapi.New(t.Context(), awsapi.Settings{
			AuthType: awsapi.AuthKeys, AccessKey: key, SecretKey: "secret", DefaultRegion: awsfake.MainRegion,
			Accounts: []awsapi.Account{{Name: "shops", RoleARN: awsfake.SecondRole, ExternalID: awsfake.ExternalID}},
		}, awsapi.Options{Shared: shared, Transport: f})
		if err != nil {
			t.Fatal(err)
		}
		fn(&rig{t: t, fake: f, s: s, all: shared, from: awsfake.DefaultAnchor.Add(-10 * time.Minute), to: awsfake.DefaultAnchor})
		shared.Wait()
		s.Close()
	})
	goleak.VerifyNone(t)
}

func (r *rig) ask(body string) backend.DataResponse {
	r.t.Helper()
	q := query.Query{RefID: "A", Type: "logs", JSON: json.RawMessage(body), From: r.from, To: r.to, Alert: r.rule}
	return Handler().Query(r.t.Context(), r.s, []query.Query{q})["A"]
}

func (r *rig) frames(body string) data.Frames {
	r.t.Helper()
	a := r.ask(body)
	if a.Error != nil {
		r.t.Fatalf("%s: %v", body, a.Error)
	}
	return a.Frames
}

// golden compares frames with testdata/NAME.json, without what they took.
func golden(t *testing.T, name string, frames data.Frames) {
	t.Helper()
	var got bytes.Buffer
	for i, f := range frames {
		if c, ok := f.Meta.Custom.(query.Custom); ok {
			if i > 0 || len(c.Usage.Calls)+c.Usage.CacheHits == 0 {
				t.Errorf("frame %d: usage %+v", i, c.Usage)
			}
			c.Usage = query.Usage{}
			f.Meta.Custom = c
			f.Meta.Stats = slices.DeleteFunc(f.Meta.Stats, func(s data.QueryStat) bool { return !strings.HasPrefix(s.DisplayName, "Records") })
		}
		raw, err := data.FrameToJSON(f, data.IncludeAll)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Indent(&got, raw, "", "  "); err != nil {
			t.Fatal(err)
		}
		got.WriteByte('\n')
	}
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

// alertable checks what Grafana's alerting demands of time series and numbers:
// a type and version in every frame, one numeric field, a time field first that
// ascends (or no other field and one row at most), no labels twice.
func alertable(t *testing.T, frames data.Frames, kind data.FrameType) {
	t.Helper()
	seen := map[string]bool{}
	if len(frames) == 0 {
		t.Error("no frame")
	}
	for i, f := range frames {
		if f.Meta == nil || f.Meta.Type != kind || f.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) {
			t.Fatalf("frame %d: meta %+v, want %s", i, f.Meta, kind)
		}
		fields := f.Fields
		if kind == data.FrameTypeTimeSeriesMulti {
			if fields[0].Type() != data.FieldTypeTime {
				t.Fatalf("frame %d begins with %s", i, fields[0].Type())
			}
			for row := 1; row < fields[0].Len(); row++ {
				if !fields[0].At(row - 1).(time.Time).Before(fields[0].At(row).(time.Time)) {
					t.Errorf("frame %d: times do not ascend at %d", i, row)
				}
			}
			fields = fields[1:]
		} else if f.Rows() > 1 {
			t.Errorf("frame %d: %d rows", i, f.Rows())
		}
		if len(fields) != 1 || !fields[0].Type().Numeric() {
			t.Fatalf("frame %d: %d fields besides the time", i, len(fields))
		}
		key := fields[0].Name + fields[0].Labels.String()
		if seen[key] {
			t.Errorf("frame %d: %s twice", i, key)
		}
		seen[key] = true
	}
}

// stopped is how many queries were stopped in AWS once nothing is under way.
func (r *rig) stopped() int {
	r.all.Wait()
	return r.fake.Counts().Of("StopQuery")
}

func notices(f *data.Frame) string {
	var texts []string
	for _, n := range f.Meta.Notices {
		texts = append(texts, n.Text)
	}
	return strings.Join(texts, "\n")
}

func texts(t *testing.T, f *data.Frame, name string) []string {
	t.Helper()
	field, _ := f.FieldByName(name)
	if field == nil {
		t.Fatalf("no field %s", name)
	}
	out := make([]string, field.Len())
	for i := range out {
		out[i], _ = field.At(i).(string)
	}
	return out
}
