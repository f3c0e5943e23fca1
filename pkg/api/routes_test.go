package api

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/api/client"
)

// connect serves the fixture on a socket and returns a client of a user.
func (f *fixture) connect(token string) *client.Client {
	f.t.Helper()
	s := httptest.NewServer(f.Handler(whole))
	f.t.Cleanup(s.Close)
	c, err := client.New(s.URL, token, s.Client())
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

func TestRequestsThatAreWrong(t *testing.T) {
	f := begin(t, everybody(t)...)
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"POST", "/api/v1/send", ``, 400, "at least one label"},
		{"POST", "/api/v1/send", `{"labels":{}}`, 400, "at least one label"},
		{"POST", "/api/v1/send", `{"labels":{"a":"b"},"for":-1}`, 400, "for"},
		{"POST", "/api/v1/send", `{"labels":{"a":"b"},"for":1e12}`, 400, "for"},
		{"POST", "/api/v1/send", `{"label":{"a":"b"}}`, 400, "unknown field"},
		{"POST", "/api/v1/send", `{"labels":{"a":"b"}} {}`, 400, "something follows"},
		{"POST", "/api/v1/send", `[]`, 400, "not what this call takes"},
		{"POST", "/api/v1/send", `{"labels":{"a":"` + strings.Repeat("x", maxRequest) + `"}}`, 413, "bytes"},
		{"POST", "/api/v1/ack", `{"match":["{"]}`, 400, "not what this call takes"},
		{"POST", "/api/v1/buzzer-stop", `{"tower":"none"}`, 404, "none"},
		{"POST", "/api/v1/towers/ops-room/read", ``, 409, "shadow"},
		{"POST", "/api/v1/towers/ops-room/test", ``, 409, "shadow"},
		{"POST", "/api/v1/towers/nope/read", ``, 404, `\"nope\": there is no tower of that name`},
		{"POST", "/api/v1/towers/nope/test", ``, 404, `\"nope\": there is no tower of that name`},
		{"GET", "/api/v1/history?limit=0", ``, 400, "1 to 1000"},
		{"GET", "/api/v1/history?limit=1001", ``, 400, "1 to 1000"},
		{"GET", "/api/v1/history?limit=x", ``, 400, "1 to 1000"},
		{"GET", "/api/v1/history?before=-1", ``, 400, "change number"},
		{"GET", "/api/v1/history?before=99999999999999999999", ``, 400, "change number"},
		{"GET", "/api/v1/history?from=yesterday", ``, 400, "2026-10-06T10:42:00Z"},
		{"GET", "/api/v1/history?to=1", ``, 400, "to: "},
		{"GET", "/api/v1/alerts?limit=0", ``, 400, "limit: "},
		{"GET", "/api/v1/counts?match=a", ``, 400, "match: "},
		{"GET", "/api/v1/none", ``, 404, "no such call"},
		{"GET", "/api/v2/alerts", ``, 404, "no such call"},
		{"DELETE", "/api/v1/alerts", ``, 404, "no such call"},
		{"GET", "/api/v1/ack", ``, 404, "no such call"},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			f := &fixture{Server: f.Server, t: t}
			w := f.ask(whole, c.method, c.path, access.Operator, c.body)
			f.want(w, c.status, c.says)
			var e client.Error
			if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Message == "" {
				t.Errorf("the answer is no error of the API: %s", w.Body)
			}
		})
	}
	if n := len(f.bridge.Alerts(nil)); n != 0 {
		t.Errorf("%d alerts are open", n)
	}
}
