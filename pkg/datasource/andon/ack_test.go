package andon

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/api/client"
)

func encodePEM(certificate []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}))
}

// post acknowledges as a user of Grafana; nil is nobody.
func (f *fake) post(u *backend.User, body string) (int, map[string]string) {
	f.Helper()
	r := httptest.NewRequest(http.MethodPost, "/andon/ack?"+f.parameters.Encode(), strings.NewReader(body))
	r = r.WithContext(backend.WithUser(f.Context(), u))
	r.Header.Set("Accept-Language", f.accepts)
	w := httptest.NewRecorder()
	f.bridge.Ack(w, r)
	var answer map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer["message"] == "" || strings.Contains(w.Body.String(), token) {
		f.Errorf("answer %s, %v", w.Body, err)
	}
	return w.Code, answer
}

func user(login, role string) *backend.User { return &backend.User{Login: login, Role: role} }

func TestAcknowledge(t *testing.T) {
	for _, role := range []string{"Editor", "Admin"} {
		f := serve(t, nil)
		status, answer := f.post(user(" 佐藤 ", role), `{"identity":"am/70d1 x","comment":" on it "}`)
		if status != http.StatusOK || answer["identity"] != "am/70d1 x" {
			t.Errorf("%s: %d %v", role, status, answer)
		}
		if f.person != "佐藤" || f.path != "/api/v1/alerts/am%2F70d1%20x/ack" || f.taken.Comment != "on it" || f.taken.All || len(f.taken.Identities) > 0 {
			t.Errorf("%s: person %q, path %s, body %+v", role, f.person, f.path, f.taken)
		}
	}
}

// A table's action gives the identity as a parameter, which is encoded whatever
// is in it.
func TestAcknowledgeByParameter(t *testing.T) {
	f := serve(t, nil)
	const identity = `mail/障害 "disk" a&b`
	f.parameters = url.Values{"identity": {identity}}
	if status, answer := f.post(user("sato", "Editor"), `{"comment":""}`); status != http.StatusOK || answer["identity"] != identity {
		t.Errorf("%d %v", status, answer)
	}
	if status, answer := f.post(user("sato", "Editor"), `{"identity":"am/1"}`); status != http.StatusOK || answer["identity"] != "am/1" {
		t.Errorf("the body comes first: %d %v", status, answer)
	}
	if status, _ := f.post(user("sato", "Viewer"), `{}`); status != http.StatusForbidden {
		t.Errorf("a viewer: %d", status)
	}
}

func TestWhoMayNotAcknowledge(t *testing.T) {
	f := serve(t, func(f *fake) {
		f.answer = func(http.ResponseWriter, *http.Request) { t.Error("the bridge was asked") }
	})
	const good = `{"identity":"am/1"}`
	for _, c := range []struct {
		name   string
		user   *backend.User
		body   string
		status int
		says   string
	}{
		{"nobody", nil, good, 403, "nobody is logged in"},
		{"no login", user(" ", "Admin"), good, 403, "nobody is logged in"},
		{"a viewer", user("sato", "Viewer"), good, 403, "sato has the role Viewer; to acknowledge needs Editor or Admin"},
		{"no role", user("sato", ""), good, 403, "needs Editor or Admin"},
		{"another spelling", user("sato", "admin"), good, 403, "needs Editor or Admin"},
		{"a login of two lines", user("sato\r\nX-Andon: y", "Admin"), good, 403, "control characters"},
		{"nothing", user("sato", "Editor"), ``, 400, `expected {"identity"`},
		{"another shape", user("sato", "Editor"), `["am/1"]`, 400, `expected {"identity"`},
		{"unknown field", user("sato", "Editor"), `{"identity":"am/1","all":true}`, 400, `unknown field "all"`},
		{"two", user("sato", "Editor"), good + good, 400, "something follows"},
		{"no identity", user("sato", "Editor"), `{"comment":"x"}`, 400, "identity: is empty"},
		{"a long comment", user("sato", "Editor"), `{"identity":"am/1","comment":"` + strings.Repeat("長", maxComment+1) + `"}`, 400, "comment: has 1001 characters"},
		{"a very long request", user("sato", "Editor"), `{"identity":"am/1","comment":"` + strings.Repeat("x", maxAck) + `"}`, 400, "expected"},
	} {
		if status, answer := f.post(c.user, c.body); status != c.status || !strings.Contains(answer["message"], c.says) {
			t.Errorf("%s: %d %v", c.name, status, answer)
		}
	}
	f.accepts = "ja-JP,ja;q=0.9,en;q=0.8"
	if _, answer := f.post(user("sato", "Viewer"), good); answer["message"] != "sato のロールは Viewer です。確認には Editor か Admin のロールが必要です" {
		t.Errorf("in Japanese: %v", answer)
	}
	f.accepts = ""
	f.open(`{}`)
	if status, answer := f.post(user("sato", "Editor"), good); status != 400 || !strings.Contains(answer["message"], "bridgeUrl") {
		t.Errorf("without a bridge: %d %v", status, answer)
	}
}

func TestAcknowledgeFails(t *testing.T) {
	const good = `{"identity":"am/1"}`
	f := serve(t, func(f *fake) { f.outcome = client.Outcome{Identity: "am/1", Error: "it is not open"} })
	if status, answer := f.post(user("sato", "Editor"), good); status != http.StatusConflict || !strings.HasSuffix(answer["message"], "am/1: it is not open") {
		t.Errorf("not open: %d %v", status, answer)
	}
	for _, c := range []struct {
		answer http.HandlerFunc
		status int
		says   string
	}{
		{fails(403, `{"error":"set on_behalf_of for the user"}`), 403, "refuses the user of the token (secureJsonData.bridgeToken): set on_behalf_of"},
		{fails(401, `{"error":"log in"}`), 401, "does not know the token"},
		{fails(503, `{"error":"busy"}`), 502, "busy"},
		{fails(200, `[]`), 502, "0 outcomes of one alert"},
	} {
		f.answer = c.answer
		if status, answer := f.post(user("sato", "Editor"), good); status != c.status || !strings.Contains(answer["message"], c.says) {
			t.Errorf("%d %v, expected %d", status, answer, c.status)
		}
	}
}
