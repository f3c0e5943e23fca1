package querytest

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Golden compares a text with a file of testdata; -update writes it.
func Golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

// GoldenFrames compares frames with testdata/NAME.json. What they took is left
// out, since it belongs to awsapi; that the first frame alone says so is checked.
func GoldenFrames(t *testing.T, name string, frames data.Frames) {
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
	Golden(t, name+".json", got.String())
}

// requestID is another one with each run: calls are counted as they come.
var requestID = regexp.MustCompile(`request id [0-9a-f-]{36}`)

// ErrorText is the line of an error, without AWS's id of the call.
func ErrorText(r backend.DataResponse) string {
	return fmt.Sprintf("error %d (%s): %s\n", r.Status, r.ErrorSource, requestID.ReplaceAllString(r.Error.Error(), "request id …"))
}

// Text is an answer for people: its error, then its frames as tables of up to
// rows lines, each with what meta writes of its metadata.
func Text(t *testing.T, r backend.DataResponse, rows int, meta func(*data.FrameMeta) string) string {
	t.Helper()
	var b strings.Builder
	if r.Error != nil {
		b.WriteString(ErrorText(r))
	}
	for _, f := range r.Frames {
		table, err := f.StringTable(-1, rows)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(table + meta(f.Meta) + "\n")
	}
	return b.String()
}
