package pluginhost

import (
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/rig"
)

// A closed network: endpoints with certificates of a private authority, for each
// service by a template, and a second account by its role. The authority is
// named by the settings, or by AWS_CA_BUNDLE in the plugin's environment.
func TestClosedNetwork(t *testing.T) {
	w := begin(t, anchor.Add(time.Minute))
	server := httptest.NewTLSServer(w.aws)
	t.Cleanup(server.Close)
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, []byte(authority), 0o600); err != nil {
		t.Fatal(err)
	}
	bin, err := rig.Find()
	if err != nil {
		t.Fatal(err)
	}
	bundled, err := Start(filepath.Join(filepath.Dir(bin.Andon), "gpx_andon"), []string{"HOME=" + t.TempDir(), "AWS_CA_BUNDLE=" + bundle}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bundled.Close)
	own := w.host

	for _, c := range []struct {
		name, uid string
		host      *Host
		authority string
		works     bool
	}{
		{"no authority", "none", own, "", false},
		{"the settings' authority", "settings", own, authority, true},
		{"AWS_CA_BUNDLE", "bundle", bundled, "", true},
		{"both", "both", bundled, authority, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.T, w.Source.T, w.Data = t, t, c.host
			w.settings.UID = c.uid
			w.settings.JSONData = fmt.Appendf(nil, `{"authType":"keys","defaultRegion":"ap-northeast-1","tlsAuthWithCACert":%t,
				"endpoints":{"cloudwatch":%[2]q,"logs":%[2]q,"cloudtrail":%[2]q,"config":%[2]q,"sts":%[2]q},
				"accounts":[{"name":"second","roleArn":%[3]q,"externalId":%[4]q}]}`, c.authority != "", server.URL, awsfake.SecondRole, awsfake.ExternalID)
			w.settings.DecryptedSecureJSONData = map[string]string{"accessKey": awsfake.AdminKey, "secretKey": "any", "tlsCACert": c.authority}
			got := w.One(`{"queryType":"alarms","account":"all"}`, anchor.Add(-time.Hour), anchor)
			if !c.works {
				if got.Error == nil || got.Status != backend.Status(502) || !strings.Contains(got.Error.Error(), "certificate") {
					t.Errorf("%v %v", got.Status, got.Error)
				}
				return
			}
			accounts := map[string]bool{}
			for _, row := range rows(t, got) {
				accounts[row["account"]] = true
			}
			if !accounts[awsfake.MainAccount] || !accounts[awsfake.SecondAccount] {
				t.Errorf("alarms of %v", accounts)
			}
		})
	}
}
