package pluginhost

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/rig"
)

// world is the built plugin with a fake AWS behind a socket.
type world struct {
	querytest.Source
	aws      *awsfake.Fake
	host     *Host
	settings backend.DataSourceInstanceSettings
}

// anchor is the moment of the story: the tunnel's alarm fires.
var anchor = awsfake.DefaultAnchor

// byTheClock tells a notice that depends on the day on which the test runs: the
// plugin has the machine's clock, and the story's days go by what AWS keeps.
func byTheClock(notice string) bool {
	return strings.HasPrefix(notice, "There is no data before ") || strings.Contains(notice, " より前のデータはありません。")
}

// begin starts the plugin. The fake's clock starts at now and runs with the
// machine's.
func begin(t *testing.T, now time.Time) *world {
	t.Helper()
	bin, err := rig.Find()
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	w := &world{aws: awsfake.New(awsfake.Options{Now: func() time.Time { return now.Add(time.Since(started)) }, QueryTakes: 100 * time.Millisecond})}
	w.Source = querytest.Source{T: t, Plugin: w.context}
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
	w.Data = w.host
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
	querytest.Golden(t, name+".golden", querytest.Text(t, r, 20, func(m *data.FrameMeta) string {
		if m == nil {
			return ""
		}
		text := fmt.Sprintf("type %s %v\n", m.Type, m.TypeVersion)
		for _, n := range m.Notices {
			if !byTheClock(n.Text) {
				text += fmt.Sprintf("notice %v: %s\n", n.Severity, n.Text)
			}
		}
		return text
	}))
}
