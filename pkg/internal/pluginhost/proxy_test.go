package pluginhost

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/rig"
)

// Grafana hands its proxy on to plugins by their environment, and its own
// CloudWatch data source goes by it: so does this one.
func TestProxyOfTheEnvironment(t *testing.T) {
	w := begin(t, anchor)
	var passed atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Host, ".aws.invalid") {
			passed.Add(1)
		}
		w.aws.ServeHTTP(out, r)
	}))
	t.Cleanup(proxy.Close)
	bin, err := rig.Find()
	if err != nil {
		t.Fatal(err)
	}
	behind, err := Start(filepath.Join(filepath.Dir(bin.Andon), "gpx_andon"), []string{"HOME=" + t.TempDir(), "HTTP_PROXY=" + proxy.URL}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(behind.Close)
	w.settings.JSONData = []byte(`{"authType":"keys","defaultRegion":"ap-northeast-1","endpoint":"http://{service}.aws.invalid"}`)
	w.Data = behind
	querytest.AlertableAnswer(t, w.One(`{"queryType":"alarms","kind":"counts"}`, anchor, anchor))
	if passed.Load() == 0 {
		t.Error("nothing went through the proxy")
	}
}
