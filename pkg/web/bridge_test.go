package web

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/receive"
)

const configuration = `
notifiers: [{name: patlite}]
towers:
  - name: ops-room
    notifier: patlite
    settings: {address: 127.0.0.1, model: NHV6, protocol: http}
    show: {idle: {green: steady}, warning: {amber: steady}, critical: {red: flash, buzzer: 1}}
`

// TestRealBridge walks through the page on a real bridge with its journal.
func TestRealBridge(t *testing.T) {
	cfg, err := bridge.Parse("andon.yaml", []byte(configuration))
	if err != nil {
		t.Fatal(err)
	}
	j, contents, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "andon.db"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	b := bridge.New(bridge.Options{Config: cfg, Log: log, Metrics: prometheus.NewRegistry(), Journal: j, Contents: contents})
	lamps := bridge.NewLamps(b, nil, bridge.NewShadow(log), prometheus.NewRegistry(), log)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { b.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	d := FromBridge(b, lamps)
	d.HasUsers, d.Log, d.Shadow, d.Zone = func() bool { return true }, log, true, time.UTC
	d.Who = func(*http.Request) (access.Identity, error) {
		return access.Identity{Name: "sato", Role: access.Operator}, nil
	}
	h := New(d)
	contains(t, sato.get(t, h, "/"), http.StatusOK, "All normal", "SHADOW MODE", "<bdi>ops-room</bdi>")

	err = b.Submit(t.Context(), receive.Batch{Receiver: "mail", Events: []alert.Event{{
		Receiver: "mail", Status: alert.Message, Order: alert.ByTime, At: time.Now(), MessageID: "<1@example.jp>", Default: "critical",
		Labels: labels("subject", "[障害] db01"), Original: "Subject: [障害] db01\n\n空き容量なし\n",
	}}})
	if err != nil {
		t.Fatal(err)
	}
	h = New(d)
	page := sato.get(t, h, "/")
	contains(t, page, http.StatusOK, "1 open", "<b>critical</b>", "[障害] db01", "Should show: Red flashing, Buzzer 1 sounding")
	_, path, ok := strings.Cut(page.Body.String(), `<h4><a id="`)
	_, path, _ = strings.Cut(path, `href="`)
	path, _, _ = strings.Cut(path, `"`)
	if !ok {
		t.Fatal("no alert is listed")
	}
	contains(t, sato.get(t, h, path), http.StatusOK, "空き容量なし")
	if got := sato.post(t, h, "/towers/ops-room/buzzer-stop", nil); !strings.HasPrefix(got, "Buzzer stopped.") {
		t.Errorf("said %q", got)
	}
	contains(t, sato.get(t, h, "/"), http.StatusOK, "Should show: Red flashing<")
	if got := sato.post(t, h, path+"/ack", nil); got != "1 acknowledged." {
		t.Errorf("said %q", got)
	}
	contains(t, sato.get(t, h, "/"), http.StatusOK, "All acknowledged")
	contains(t, sato.get(t, h, "/history"), http.StatusOK, "acknowledged", "opened")
	if got := sato.post(t, h, "/towers/ops-room/test", nil); got != "Shadow mode: no lamp is connected." {
		t.Errorf("said %q", got)
	}
	contains(t, sato.do(t, h, http.MethodPost, "/towers/none/buzzer-stop", nil), http.StatusNotFound)
}
