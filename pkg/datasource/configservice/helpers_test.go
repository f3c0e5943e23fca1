package configservice

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sessions are those of a key on the fake, with caches of their own.
func sessions(t *testing.T, transport http.RoundTripper, key string) *awsapi.Sessions {
	t.Helper()
	shared := awsapi.NewShared(awsapi.SharedOptions{})
	s, err := awsapi.New(t.Context(), awsapi.Settings{
		AuthType: awsapi.AuthKeys, AccessKey: key, SecretKey: "secret", DefaultRegion: awsfake.MainRegion,
		Accounts: []awsapi.Account{{Name: "second", AccountID: awsfake.SecondAccount, RoleARN: awsfake.SecondRole, ExternalID: awsfake.ExternalID}},
	}, awsapi.Options{Shared: shared, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		shared.Wait()
	})
	return s
}

// around is a query over the time around the story's moment.
func around(before, after time.Duration, text string) query.Query {
	return query.Query{
		RefID: "A", Type: "config", JSON: json.RawMessage(text),
		From: awsfake.DefaultAnchor.Add(-before), To: awsfake.DefaultAnchor.Add(after), Interval: time.Minute, MaxDataPoints: 500,
	}
}

func ask(t *testing.T, s *awsapi.Sessions, q query.Query) backend.DataResponse {
	t.Helper()
	r, ok := Handler().Query(t.Context(), s, []query.Query{q})["A"]
	if !ok {
		t.Fatal("no answer")
	}
	return r
}

func good(t *testing.T, s *awsapi.Sessions, q query.Query) data.Frames {
	t.Helper()
	r := ask(t, s, q)
	if r.Error != nil {
		t.Fatalf("%s: %v", q.JSON, r.Error)
	}
	for _, f := range r.Frames {
		if _, err := f.RowLen(); err != nil {
			t.Fatalf("frame %s: %v", f.Name, err)
		}
	}
	return r.Frames
}

// golden compares frames with a file; what they took is left out, since it
// belongs to awsapi.
func golden(t *testing.T, name string, frames data.Frames) {
	t.Helper()
	var all []json.RawMessage
	for _, f := range frames {
		if f.Meta != nil {
			f.Meta.Custom, f.Meta.Stats = nil, nil
		}
		text, err := data.FrameToJSON(f, data.IncludeAll)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	got, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s (-want +got):\n%s", path, cmp.Diff(string(want), string(got)))
	}
}

// texts are a column's values as text; nil cells are empty.
func texts(t *testing.T, f *data.Frame, name string) []string {
	t.Helper()
	field, i := f.FieldByName(name)
	if i < 0 {
		t.Fatalf("frame %s has no field %q", f.Name, name)
	}
	out := make([]string, field.Len())
	for i := range out {
		if v, ok := field.ConcreteAt(i); ok {
			switch v := v.(type) {
			case string:
				out[i] = v
			case json.RawMessage:
				out[i] = string(v)
			default:
				b, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				out[i] = string(b)
			}
		}
	}
	return out
}

func notices(f *data.Frame) string {
	all := ""
	if f.Meta != nil {
		for _, n := range f.Meta.Notices {
			all += n.Text + "\n"
		}
	}
	return all
}
