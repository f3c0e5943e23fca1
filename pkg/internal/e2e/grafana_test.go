package e2e_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/andonhq/andon/pkg/alert"
)

// withGrafana adds the receiver that the committed contact point sends to.
var withGrafana = edit{"receivers:\n", `receivers:
  - name: grafana
    grafana: {hmac: {secret_file: "{{dir}}/grafana-hmac", timestamp_header: X-Grafana-Alerting-Timestamp}}
`}

// contactPoint is what these tests need of the committed contact point.
type contactPoint struct {
	URL  string `yaml:"url"`
	HMAC struct {
		Header          string `yaml:"header"`
		TimestampHeader string `yaml:"timestampHeader"`
	} `yaml:"hmacConfig"`
}

// committedContactPoint reads provisioning/grafana/alerting/contact-points.yaml.
func (w *world) committedContactPoint() contactPoint {
	w.Helper()
	text, err := os.ReadFile("../../../provisioning/grafana/alerting/contact-points.yaml")
	w.must(err)
	var file struct {
		ContactPoints []struct {
			Receivers []struct {
				Type     string       `yaml:"type"`
				Settings contactPoint `yaml:"settings"`
			} `yaml:"receivers"`
		} `yaml:"contactPoints"`
	}
	w.must(yaml.Unmarshal(text, &file))
	if len(file.ContactPoints) != 1 || len(file.ContactPoints[0].Receivers) != 1 || file.ContactPoints[0].Receivers[0].Type != "webhook" {
		w.Fatal("the contact point is not one webhook")
	}
	return file.ContactPoints[0].Receivers[0].Settings
}

// grafanaSends posts what Grafana posts through the committed contact point:
// alerts written as "DiskFull severity=critical", signed at a time.
func (w *world) grafanaSends(secret string, at time.Time, status alert.Status, alerts ...string) (int, string) {
	w.Helper()
	list := make([]map[string]any, len(alerts))
	for i, text := range alerts {
		list[i] = map[string]any{
			"status": status, "labels": labels(text), "annotations": map[string]string{"summary": text},
			"startsAt": "2026-10-06T19:42:00+09:00", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": hex.EncodeToString([]byte(text)),
			"generatorURL": "https://grafana.example.com/alerting/grafana/x/view", "dashboardURL": "https://grafana.example.com/d/x",
			"values": map[string]float64{"B": 7.25}, "orgId": 1,
		}
	}
	body, err := json.Marshal(map[string]any{"version": "1", "groupKey": "{}", "status": status, "receiver": "andon", "alerts": list, "truncatedAlerts": 0, "orgId": 1})
	w.must(err)
	return w.grafanaPosts(secret, at, string(body))
}

func (w *world) grafanaPosts(secret string, at time.Time, body string) (int, string) {
	w.Helper()
	point := w.committedContactPoint()
	u, err := url.Parse(point.URL)
	w.must(err)
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + ":" + body))
	status, answer := w.ask(http.DefaultClient, request{url: w.bridge.URL + u.Path, body: body, header: map[string]string{
		point.HMAC.Header: hex.EncodeToString(mac.Sum(nil)), point.HMAC.TimestampHeader: seconds,
	}})
	if strings.Contains(answer, grafanaSecret) {
		w.Errorf("the answer holds a secret: %s", answer)
	}
	return status, answer
}

func TestGrafanaAlerting(t *testing.T) {
	t.Parallel()
	w := begin(t, withGrafana, edit{"  - {name: critical,", "  - {name: blind, match: ['class=~\"no_data|error\"'], severity: warning}\n  - {name: critical,"})
	sends := func(status alert.Status, alerts ...string) {
		t.Helper()
		if code, answer := w.grafanaSends(grafanaSecret, time.Now(), status, alerts...); code != http.StatusOK {
			t.Fatalf("answered %d: %s", code, answer)
		}
	}
	sends(alert.Firing, "DiskFull severity=critical host=db1")
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	a := w.one("DiskFull")
	if a.Link != "https://grafana.example.com/alerting/grafana/x/view" || a.Annotations.Get("dashboardURL") != "https://grafana.example.com/d/x" || a.Annotations.Get("values") != "B=7.25" || !a.EndsAt.IsZero() {
		t.Errorf("on the board: link %q, annotations %s, ends at %v", a.Link, a.Annotations, a.EndsAt)
	}
	// Another rule has no data: that is no critical failure of what it watches.
	sends(alert.Firing, "DatasourceNoData rulename=Backup severity=critical")
	w.Expect(opsRoom, "red=flash amber=steady buzzer=1")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
	sends(alert.Resolved, "DiskFull severity=critical host=db1")
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)
	if got := w.one("DatasourceNoData"); got.Labels.Get("class") != "no_data" || got.Rule != "blind" {
		t.Errorf("no data: class %q, rule %q", got.Labels.Get("class"), got.Rule)
	}
	sends(alert.Resolved, "DatasourceNoData rulename=Backup severity=critical")
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
	w.OnBoard()
}

// What Grafana did not sign lights nothing; nor does a recording of what it
// signed, before or after a restart.
func TestGrafanaForgedAndReplayed(t *testing.T) {
	t.Parallel()
	w := begin(t, withGrafana)
	if code, answer := w.grafanaSends("guessed", time.Now(), alert.Firing, "DiskFull severity=critical"); code != http.StatusForbidden || !strings.Contains(answer, "the signature is wrong") {
		t.Errorf("a forged request was answered %d: %s", code, answer)
	}
	if code, answer, err := w.try(http.DefaultClient, request{url: w.bridge.URL + "/receive/grafana", body: string(webhook(alert.Firing, "DiskFull"))}); err != nil || code != http.StatusForbidden || !strings.Contains(answer, "no signature") {
		t.Errorf("an unsigned request was answered %d: %s %v", code, answer, err)
	}
	w.OnBoard() // a stranger is no alarm

	const firing = `{"version":"1","alerts":[{"status":"firing","labels":{"alertname":"DiskFull","severity":"critical"}}]}`
	const resolved = `{"version":"1","alerts":[{"status":"resolved","labels":{"alertname":"DiskFull","severity":"critical"}}]}`
	recorded := time.Now()
	for _, c := range []struct{ body, opsRoom, hall string }{{firing, red, redInHall}, {resolved, idle, idle}} {
		if code, answer := w.grafanaPosts(grafanaSecret, recorded, c.body); code != http.StatusOK {
			t.Fatalf("answered %d: %s", code, answer)
		}
		w.Expect(opsRoom, c.opsRoom)
		w.Expect(hall, c.hall)
	}
	w.kill()
	w.start()
	if code, answer := w.grafanaPosts(grafanaSecret, recorded, firing); code != http.StatusOK { // a repeat, as far as the sender can tell
		t.Errorf("a request that came again was answered %d: %s", code, answer)
	}
	w.OnBoard()
	w.Stays(opsRoom, idle)
	w.Stays(hall, idle)

	if code, answer := w.grafanaPosts(grafanaSecret, recorded.Add(-time.Hour), firing); code != http.StatusForbidden || !strings.Contains(answer, "max_age") {
		t.Errorf("an old request was answered %d: %s", code, answer)
	}
	w.until("the board says that a clock may be wrong", func() bool {
		return len(w.board(`alertname="SenderRefused"`, `reason="replay"`)) == 1
	})
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)
}

// The contact point and the bridge's example fit together, and what the example
// makes of Grafana's alerts is what its comments say.
func TestContactPointFitsTheExample(t *testing.T) {
	t.Parallel()
	w := &world{T: t}
	point := w.committedContactPoint()
	text, err := os.ReadFile("../../../provisioning/bridge/andon.yaml")
	w.must(err)
	var example struct {
		Receivers []struct {
			Name    string `yaml:"name"`
			Grafana *struct {
				HMAC struct {
					Header          string `yaml:"header"`
					TimestampHeader string `yaml:"timestamp_header"`
				} `yaml:"hmac"`
			} `yaml:"grafana"`
		} `yaml:"receivers"`
	}
	w.must(yaml.Unmarshal(text, &example))
	for _, r := range example.Receivers {
		if r.Grafana == nil {
			continue
		}
		if !strings.HasSuffix(point.URL, "/receive/"+r.Name) || r.Grafana.HMAC.TimestampHeader != point.HMAC.TimestampHeader || r.Grafana.HMAC.Header != "" && r.Grafana.HMAC.Header != point.HMAC.Header {
			t.Errorf("the receiver %+v is not what the contact point %+v sends to", r, point)
		}
		return
	}
	t.Error("the example has no receiver for Grafana")
}
