package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/access"
)

func TestBuzzerStopIsDurable(t *testing.T) {
	f := begin(t, everybody(t)...)
	f.want(f.ask(whole, "POST", "/api/v1/send", access.Operator, `{"labels":{"a":"b"}}`), http.StatusOK)
	f.want(f.ask(whole, "POST", "/api/v1/buzzer-stop", access.Operator, ""), http.StatusOK, `"ops-room"`)
	contents, err := f.journal.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if saved := string(contents.State["tower/ops-room"]); !strings.Contains(saved, `"stopped":1`) {
		t.Errorf("the journal has %s", saved)
	}
}
