package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/notifier"
	"github.com/andonhq/andon/pkg/receive"
)

func TestWhatIsNotDurableIsNotAnswered2xx(t *testing.T) {
	f := begin(t, everybody(t)...)
	f.breakJournal()
	for path, body := range map[string]string{
		"/api/v1/send": `{"labels":{"a":"b"}}`, "/api/v1/ack": `{"identities":["x"]}`,
	} {
		// A commit that has nothing to write finds out too, once one has failed.
		f.want(f.ask(whole, "POST", "/api/v1/send", access.Operator, `{"labels":{"a":"b"}}`), http.StatusServiceUnavailable)
		f.want(f.ask(whole, "POST", path, access.Operator, body), http.StatusServiceUnavailable)
	}
	// An empty list would read as "all is well".
	for _, path := range []string{"/api/v1/ack", "/api/v1/reset"} {
		f.want(f.ask(whole, "POST", path, access.Operator, `{"all":true}`), http.StatusServiceUnavailable, "nothing was changed")
	}
	f.want(f.ask(whole, "GET", "/api/v1/alerts", access.Viewer, ""), http.StatusServiceUnavailable, "what is open is not known", "readable and writable")
	f.want(f.ask(whole, "GET", "/api/v1/counts", access.Viewer, ""), http.StatusServiceUnavailable, "what is open is not known")
	// The buzzer of bridge_failed is nothing that has to be kept.
	f.want(f.ask(whole, "POST", "/api/v1/buzzer-stop", access.Operator, ""), http.StatusOK)
	f.want(f.ask(whole, "GET", "/-/ready", "", ""), http.StatusServiceUnavailable, "failed")
	f.want(f.ask(whole, "GET", "/-/healthy", "", ""), http.StatusOK)
	f.want(f.ask(whole, "GET", "/api/v1/status", access.Viewer, ""), http.StatusOK, `"failed":"`)
}

func TestStatusOfErrors(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{badRequest("x"), 400},
		{receive.ErrBusy, 503},
		{bridge.ErrUnavailable, 503},
		{notifier.ErrDown, 503},
		{bridge.ErrNoTower, 404},
		{notifier.ErrUnknownTower, 404},
		{journal.ErrNoEntry, 404},
		{bridge.ErrNothingSelected, 400},
		{bridge.ErrShadow, 409},
		{notifier.ErrExpired, 409},
		{errors.ErrUnsupported, 501},
		{context.DeadlineExceeded, 504},
		{&notifier.TowerError{Tower: "hall", Reason: "no route"}, 502},
		{errors.New("else"), 500},
	} {
		if got := statusOf(fmt.Errorf("wrapped: %w", c.err)); got != c.want {
			t.Errorf("%v: %d, expected %d", c.err, got, c.want)
		}
	}
}
