package querytest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// AlertableAnswer is [Alertable] for an answer that must not fail.
func AlertableAnswer(t *testing.T, r backend.DataResponse) {
	t.Helper()
	if r.Error != nil {
		t.Fatalf("error: %v", r.Error)
	}
	Alertable(t, r.Frames)
}

// Alertable checks what Grafana's alerting demands of time series and numbers:
// one of the kinds (both where none is named) with its version in every frame;
// one numeric field; before it, of time series, a time that ascends, and nothing
// beside it, of numbers, in one row at most; nothing with labels twice. It
// returns how many rows there are.
func Alertable(t *testing.T, frames data.Frames, kinds ...data.FrameType) (rows int) {
	t.Helper()
	if len(kinds) == 0 {
		kinds = []data.FrameType{data.FrameTypeTimeSeriesMulti, data.FrameTypeNumericMulti}
	}
	if len(frames) == 0 {
		t.Fatal("no frame at all")
	}
	seen := map[string]bool{}
	for i, f := range frames {
		if f.Meta == nil || !slices.Contains(kinds, f.Meta.Type) || f.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) {
			t.Fatalf("frame %d: meta %+v, want %v", i, f.Meta, kinds)
		}
		fields := f.Fields
		if f.Meta.Type == data.FrameTypeTimeSeriesMulti {
			ascends(t, i, fields[0])
			fields = fields[1:]
			if kind := f.TimeSeriesSchema().Type; kind != data.TimeSeriesTypeWide {
				t.Errorf("frame %d: Grafana takes it as %v", i, kind)
			}
		} else if f.Rows() > 1 {
			t.Errorf("frame %d: %d rows", i, f.Rows())
		}
		if len(fields) != 1 || !fields[0].Type().Numeric() {
			t.Fatalf("frame %d: not one number, but %d fields besides the time", i, len(fields))
		}
		key := fields[0].Name + fields[0].Labels.String()
		if seen[key] {
			t.Errorf("frame %d: two series are %s", i, key)
		}
		seen[key] = true
		rows += f.Rows()
	}
	return rows
}

func ascends(t *testing.T, frame int, f *data.Field) {
	t.Helper()
	if f.Type() != data.FieldTypeTime {
		t.Fatalf("frame %d begins with %s", frame, f.Type())
	}
	for row := 1; row < f.Len(); row++ {
		if !f.At(row - 1).(time.Time).Before(f.At(row).(time.Time)) {
			t.Errorf("frame %d: times do not ascend at %d", frame, row)
		}
	}
}

// Notices are a frame's notices, one a line.
func Notices(f *data.Frame) string {
	var texts []string
	if f.Meta != nil {
		for _, n := range f.Meta.Notices {
			texts = append(texts, n.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// Column is a field's values as text: nothing where there is none, JSON where it
// is no text.
func Column(t *testing.T, f *data.Frame, name string) []string {
	t.Helper()
	field, i := f.FieldByName(name)
	if i < 0 {
		t.Fatalf("frame %s has no field %q", f.Name, name)
	}
	out := make([]string, field.Len())
	for i := range out {
		v, ok := field.ConcreteAt(i)
		if !ok {
			continue
		}
		switch v := v.(type) {
		case string:
			out[i] = v
		case json.RawMessage:
			out[i] = string(v)
		default:
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			out[i] = string(text)
		}
	}
	return out
}
