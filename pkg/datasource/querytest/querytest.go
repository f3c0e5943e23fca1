// Package querytest is what the tests of the data source share: sessions on a
// fake AWS, a query type in a bubble of fake time, a whole data source asked as
// Grafana asks it, golden files, and what Grafana demands of frames.
//
// Tests alone import it.
package querytest

import (
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// The names that the settings of [Sessions] have for awsfake's second account.
const (
	SecondAccount = "shops"
	SameAccount   = "shops-again"
)

// Clock is a time that begins half an hour after the moment of awsfake's story,
// now, and passes as time does: in a bubble, as the bubble's.
func Clock() func() time.Time {
	began := time.Now()
	return func() time.Time { return awsfake.DefaultAnchor.Add(30*time.Minute + time.Since(began)) }
}

// Sessions are those of a key of awsfake's, with limits and caches of their own.
// They end with the test.
func Sessions(t *testing.T, transport http.RoundTripper, key string) *awsapi.Sessions {
	t.Helper()
	s, _ := open(t, transport, key)
	return s
}

func open(t *testing.T, transport http.RoundTripper, key string) (*awsapi.Sessions, *awsapi.Shared) {
	t.Helper()
	shared := awsapi.NewShared(awsapi.SharedOptions{Now: Clock()})
	s, err := awsapi.New(t.Context(), awsapi.Settings{
		AuthType: awsapi.AuthKeys, AccessKey: key, SecretKey: "secret", DefaultRegion: awsfake.MainRegion,
		Accounts: []awsapi.Account{
			{Name: SecondAccount, RoleARN: awsfake.SecondRole, ExternalID: awsfake.ExternalID},
			{Name: SameAccount, RoleARN: awsfake.SecondRole, ExternalID: awsfake.ExternalID},
		},
	}, awsapi.Options{Shared: shared, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		shared.Wait()
		s.Close()
	})
	return s, shared
}

// Rig is a query type over a fake AWS, in a bubble of fake time.
type Rig struct {
	*testing.T
	AWS      *awsfake.Fake
	Sessions *awsapi.Sessions
	Shared   *awsapi.Shared
	From, To time.Time // of what Ask asks
	Alert    bool      // Ask asks as an alert rule does

	handler query.Handler
}

// Bubble makes a Rig, whose fake has the time of [Clock] where o names none, and
// sees to it that the test leaves nothing running.
func Bubble(t *testing.T, h query.Handler, o awsfake.Options, key string, test func(*Rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if o.Now == nil {
			o.Now = Clock()
		}
		r := &Rig{T: t, AWS: awsfake.New(o), handler: h}
		r.Sessions, r.Shared = open(t, r.AWS, key)
		test(r)
	})
	goleak.VerifyNone(t)
}

// Ask asks one query, given as the editor writes it.
func (r *Rig) Ask(body string) backend.DataResponse {
	r.Helper()
	return Ask(r.T, r.handler, r.Sessions, query.Query{
		RefID: "A", JSON: json.RawMessage(body), From: r.From, To: r.To, Alert: r.Alert,
	})
}

// Frames is the answer to a query that must not fail.
func (r *Rig) Frames(body string) data.Frames {
	r.Helper()
	a := r.Ask(body)
	if a.Error != nil {
		r.Fatalf("%s: %v", body, a.Error)
	}
	return a.Frames
}

// Ask asks a query type one query.
func Ask(t *testing.T, h query.Handler, s *awsapi.Sessions, q query.Query) backend.DataResponse {
	t.Helper()
	a, answered := h.Query(t.Context(), s, []query.Query{q})[q.RefID]
	if !answered {
		t.Fatalf("no answer to %s", q.RefID)
	}
	return a
}
