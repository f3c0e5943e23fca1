package andon

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

func TestMistakes(t *testing.T) {
	f := serve(t, func(f *fake) {
		f.answer = func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the bridge was asked %s", r.URL) }
	})
	for body, want := range map[string]string{
		`{`:                                  "not JSON",
		`{"kind":"weather"}`:                 `kind: "weather" is not known; allowed: alerts, towers, history, annotations, counts`,
		`{"kind":"history","language":"fr"}`: `language: "fr" is not known; allowed: en, ja`,
		`{"matchers":"a=b"}`:                 "matchers: is a JSON string",
		`{"matchers":["","a"]}`:              "matchers[1]: ",
		`{"limit":10001}`:                    "limit: is 10001; 1 to 10000",
		`{"limit":-1}`:                       "limit: is -1",
		`{"kind":"towers","matchers":["severity=\"critical\""]}`:                    "matchers[0]: towers have one label, tower, and no severity",
		`{"matchers":["a=\"b\"` + strings.Repeat(`","a=\"b\"`, maxMatchers) + `"]}`: "matchers: 51 matchers; up to 50",
	} {
		r := f.ask(body, false)
		if r.Error == nil || !strings.Contains(r.Error.Error(), want) || r.Status != backend.StatusBadRequest || r.ErrorSource != backend.ErrorSourceDownstream {
			t.Errorf("%s: %d %v", body, r.Status, r.Error)
		}
	}
	for _, kind := range []string{Alerts, Towers, History} {
		if r := f.ask(`{"kind":"`+kind+`"}`, true); r.Error == nil || r.Error.Error() != "kind: "+kind+" cannot alert: use counts" {
			t.Errorf("%s in a rule: %v", kind, r.Error)
		}
	}
}

// What the bridge, or what stands before it, answers: the status says whose
// matter it is, the message where and why, and never the token.
func TestTrouble(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		status backend.Status
		want   string
	}{
		{"wrong token", fails(401, `{"error":"log in: wrong name, password or token"}`), 401, "does not know the token (secureJsonData.bridgeToken): log in: wrong"},
		{"no rights", fails(403, `{"error":"x has the role none"}`), 403, "refuses the user of the token (secureJsonData.bridgeToken): x has the role none"},
		{"failed", fails(503, `{"error":"what is open is not known: the bridge has failed: disk full"}`), 502, "the bridge has failed: disk full"},
		{"an older bridge", fails(404, `{"error":"no such call: GET /api/v1/counts"}`), 502, "of this version or later"},
		{"a proxy", fails(500, "<html>"), 502, "500 Internal Server Error: <html>"},
		{"another server", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, 502, "no answer from the bridge at BRIDGE: invalid character"},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example.com/", http.StatusFound)
		}, 502, "302 Found"},
		{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 502, "no answer from the bridge at BRIDGE: EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := serve(t, func(f *fake) { f.answer = c.answer })
			host := strings.TrimPrefix(f.url, "http://")
			for _, kind := range []string{Alerts, Towers, History, Counts} {
				r := f.ask(`{"kind":"`+kind+`"}`, false)
				if r.Error == nil || r.Status != c.status || r.ErrorSource != backend.ErrorSourceDownstream {
					t.Fatalf("%s: %d %v (%s)", kind, r.Status, r.Error, r.ErrorSource)
				}
				text := strings.ReplaceAll(r.Error.Error(), host, "BRIDGE")
				if !strings.Contains(text, c.want) || !strings.Contains(text, "BRIDGE") || strings.Contains(text, token) {
					t.Errorf("%s: %s", kind, text)
				}
			}
			if h := f.bridge.Check(t.Context()); h.OK || h.Name != "bridge" || !strings.Contains(strings.ReplaceAll(h.Error, host, "BRIDGE"), c.want) {
				t.Errorf("health: %+v", h)
			}
		})
	}
}

func fails(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestABridgeThatIsDown(t *testing.T) {
	f := serve(t, nil)
	down := httptest.NewServer(http.NotFoundHandler())
	host := strings.TrimPrefix(down.URL, "http://")
	down.Close()
	f.open(`{"bridgeUrl":"` + down.URL + `"}`)
	r := f.ask(`{}`, false)
	if r.Error == nil || r.Status != backend.StatusBadGateway || !strings.Contains(r.Error.Error(), host) || !strings.Contains(r.Error.Error(), "connection refused") {
		t.Errorf("%d %v", r.Status, r.Error)
	}
}

func TestHealth(t *testing.T) {
	f := serve(t, nil)
	if c := f.bridge.Check(t.Context()); !c.OK || c.Name != "bridge" || c.Error != "" {
		t.Errorf("%+v", c)
	}
	f.answer = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"failed":"disk full"}`)) }
	if c := f.bridge.Check(t.Context()); c.OK || !strings.Contains(c.Error, "has failed: disk full") {
		t.Errorf("%+v", c)
	}
}

// Over plain HTTP beyond this machine the health check says that the token can be
// read; the bridge itself works.
func TestTokenInTheClear(t *testing.T) {
	for _, c := range []struct {
		url, token string
		want       bool
	}{
		{"http://andon.example.jp:9560", token, true},
		{"http://192.0.2.1:9560", token, true},
		{"http://[2001:db8::1]", token, true},
		{"HTTP://andon", token, true},
		{"http://localhost.example.jp", token, true},
		{"http://andon.example.jp:9560", "", false},
		{"https://andon.example.jp", token, false},
		{"http://127.0.0.1:9560", token, false},
		{"http://127.8.9.1", token, false},
		{"http://[::1]:9560", token, false},
		{"http://LocalHost.:9560", token, false},
		{"http://andon.localhost", token, true},
	} {
		s, err := ParseSettings([]byte(`{"bridgeUrl":"`+c.url+`"}`), map[string]string{"bridgeToken": c.token})
		if err != nil || s.exposed() != c.want {
			t.Errorf("%s %q: %v, %v", c.url, c.token, s.exposed(), err)
		}
	}
	f := serve(t, nil)
	if c := f.bridge.Check(t.Context()); !c.OK || c.Hint != "" {
		t.Errorf("loopback: %+v", c)
	}
	here, at := f.bridge.http.Transport.(*http.Transport), strings.TrimPrefix(f.url, "http://")
	f.open(`{"bridgeUrl":"http://andon.example.jp:9560"}`)
	f.bridge.http.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, at)
	}
	here.CloseIdleConnections()
	c := f.bridge.Check(t.Context())
	if !c.OK || !strings.HasPrefix(c.Hint, "the token goes to andon.example.jp:9560 in the clear") || strings.Contains(c.Hint, token) {
		t.Errorf("%+v", c)
	}
}

func TestSettings(t *testing.T) {
	const ca = `"bridgeUrl":"https://h","tlsAuthWithCACert":true`
	for _, c := range []struct {
		json, ca string
		want     string
		set      bool
	}{
		{``, "", "bridgeUrl: is not set: this data source knows no bridge. Give it the bridge's URL (jsonData.bridgeUrl)", false},
		{`{"defaultRegion":"ap-northeast-1"}`, "", "bridgeUrl: is not set", false},
		{`{"bridgeUrl":"  "}`, "", "bridgeUrl: is not set", false},
		{`{`, "", "jsonData: ", false},
		{`{"bridgeUrl":7}`, "", "jsonData: ", false},
		{`{"bridgeUrl":"127.0.0.1:9560"}`, "", "bridgeUrl: is not the URL of a bridge; write for example http://127.0.0.1:9560", true},
		{`{"bridgeUrl":"ftp://h"}`, "", "bridgeUrl: ", true},
		{`{"bridgeUrl":"http://h?x=1"}`, "", "bridgeUrl: ", true},
		{`{"bridgeUrl":"http://sato:hunter2@h"}`, "", "bridgeUrl: holds a name or a password", true},
		{`{"bridgeUrl":"http://h","boardUrl":"javascript:alert(1)"}`, "", "boardUrl: is not the URL", true},
		{`{` + ca + `}`, "", "secureJsonData.tlsCACert: holds no certificate", true},
		{`{` + ca + `}`, "none", "secureJsonData.tlsCACert: holds no certificate", true},
		{`{"bridgeUrl":"https://h/andon/"}`, "ignored unless tlsAuthWithCACert", "", true},
	} {
		b := Open([]byte(c.json), map[string]string{"tlsCACert": c.ca})
		got := ""
		if b.unable != nil {
			got = b.unable.Error()
		}
		if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" || b.Set() != c.set || strings.Contains(got, "hunter2") {
			t.Errorf("%s: %q, set: %v", c.json, got, b.Set())
		}
		if c.want == "" {
			if page := b.page("am/1 2"); page != "https://h/andon/alerts/am%2F1%202" {
				t.Errorf("page %s", page)
			}
			continue
		}
		if f := query.Fail(text.English, b.unable); f.Status != backend.StatusBadRequest {
			t.Errorf("%s: status %d", c.json, f.Status)
		}
		b.Close()
	}
}

// A certificate of one's own is trusted when the settings have it, and only then.
func TestCertificate(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that hangs up is meant
	s.StartTLS()
	defer s.Close()
	f := &fake{T: t}
	pem := encodePEM(s.Certificate().Raw)
	for name, c := range map[string]struct {
		json string
		want string
	}{
		"trusted":     {`,"tlsAuthWithCACert":true`, ""},
		"not trusted": {``, "certificate signed by unknown authority"},
	} {
		f.bridge = Open([]byte(`{"bridgeUrl":"`+s.URL+`"`+c.json+`}`), map[string]string{"tlsCACert": pem})
		r := f.ask(`{}`, false)
		if got := r.Error; (got == nil) != (c.want == "") || got != nil && !strings.Contains(got.Error(), c.want) {
			t.Errorf("%s: %v", name, got)
		}
		f.bridge.Close()
	}
}
