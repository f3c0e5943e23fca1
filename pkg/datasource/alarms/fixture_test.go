package alarms

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
		fn(&rig{t: t, fake: f, s: s, from: awsfake.DefaultAnchor.Add(-24 * time.Hour), to: awsfake.DefaultAnchor.Add(30 * time.Minute)})
		shared.Wait()
		s.Close()
	})
	goleak.VerifyNone(t)
}

func (r *rig) ask(body string) backend.DataResponse {
	r.t.Helper()
	q := query.Query{RefID: "A", Type: "alarms", JSON: json.RawMessage(body), From: r.from, To: r.to, Alert: r.rule}
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

// alertable checks what Grafana's alerting demands of numeric-multi: a type and
// version in every frame, one numeric field with at most one row, no text but in
// labels, no labels twice.
func alertable(t *testing.T, frames data.Frames) {
	t.Helper()
	seen := map[string]bool{}
	if len(frames) == 0 {
		t.Error("no frame")
	}
	for i, f := range frames {
		if f.Meta == nil || f.Meta.Type != data.FrameTypeNumericMulti || f.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) {
			t.Fatalf("frame %d: meta %+v", i, f.Meta)
		}
		if len(f.Fields) != 1 || !f.Fields[0].Type().Numeric() || f.Rows() > 1 {
			t.Errorf("frame %d: %d fields, %d rows", i, len(f.Fields), f.Rows())
			continue
		}
		labels := f.Fields[0].Labels.String()
		if seen[labels] {
			t.Errorf("frame %d: labels %s twice", i, labels)
		}
		seen[labels] = true
	}
}

func notices(f *data.Frame) string {
	var texts []string
	for _, n := range f.Meta.Notices {
		texts = append(texts, n.Text)
	}
	return strings.Join(texts, "\n")
}

func column(t *testing.T, f *data.Frame, name string) []string {
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
