package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

func TestEachListenerServesOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	at := w.addresses(3)
	w.change(edit{`{address: "{{address}}", serve: [receive, api, web, metrics]}`, fmt.Sprintf(
		`{address: "{{address}}", serve: [api]}
  - {address: "%s", serve: [receive]}
  - {address: "%s", serve: [metrics]}
  - {address: "%s", serve: [web]}`, at[0], at[1], at[2])})
	w.start()
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)

	listeners := map[string]string{"api": w.bridge.URL, "receive": "http://" + at[0], "metrics": "http://" + at[1], "web": "http://" + at[2]}
	for part, base := range listeners {
		for _, c := range []struct {
			serves string // the part that has the path; "" for every listener
			request
		}{
			{"", request{url: "/-/healthy"}},
			{"", request{url: "/-/ready"}},
			{"api", request{url: "/api/v1/alerts", token: operatorToken}},
			{"api", request{url: "/-/reload", token: operatorToken, method: http.MethodPost}},
			{"receive", request{url: "/receive/alertmanager", token: amToken, body: string(webhook("resolved", "Nothing"))}},
			{"metrics", request{url: "/metrics"}},
			{"web", request{url: "/", token: operatorToken}},
		} {
			c.url = base + c.url
			want := http.StatusNotFound
			if c.serves == "" || c.serves == part {
				want = http.StatusOK
			}
			if status, body := w.ask(http.DefaultClient, c.request); status != want {
				t.Errorf("the listener of %s answered %s with %d, expected %d: %.200s", part, strings.TrimPrefix(c.url, base), status, want, body)
			}
		}
	}
}

// withUsers are people with passwords, and a program that speaks for others.
func (w *world) withUsers() {
	w.Helper()
	hash := func(password string) string {
		h, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		w.must(err)
		return string(h)
	}
	w.must(os.WriteFile(filepath.Join(w.dir, "grafana-token"), []byte("grafana-secret\n"), 0o600))
	w.change(edit{"journal:", fmt.Sprintf(`  - {name: watcher, password_hash: %q, role: viewer}
  - {name: suzuki, password_hash: %q, role: operator}
  - {name: grafana, token_file: "{{dir}}/grafana-token", role: operator, on_behalf_of: true}
journal:`, hash("watcher-secret"), hash("suzuki-secret"))})
}

func TestUsersAndRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.withUsers()
	w.start()
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
	w.Deliver("Slow severity=warning", "Slower severity=warning")
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)

	browser := map[string]string{"Accept": "text/html,*/*;q=0.8", "Accept-Language": "ja"}
	for path, want := range map[string]string{"/": "ユーザー名とパスワードを入力", "/api/v1/alerts": `{"error":"log in: no credentials"}`} {
		status, body := w.ask(http.DefaultClient, request{url: w.bridge.URL + path, header: browser})
		if status != http.StatusUnauthorized || !strings.Contains(body, want) {
			t.Errorf("a browser without a login that opens %s is answered %d: %s", path, status, body)
		}
	}
	ack := request{url: "/api/v1/ack", body: `{"match":["alertname=\"Slow\""]}`}
	reload := request{url: "/-/reload", method: http.MethodPost}
	as := func(r request, user, password string) request {
		r.user, r.password = user, password
		return r
	}
	with := func(r request, name, value string) request {
		r.header = map[string]string{name: value}
		return r
	}
	for _, c := range []struct {
		name string
		request
		want int
	}{
		{"nobody reads", request{url: "/api/v1/alerts"}, 401},
		{"nobody acts", ack, 401},
		{"a wrong password", as(request{url: "/api/v1/alerts"}, "watcher", "guessed"), 401},
		{"a wrong name", as(request{url: "/api/v1/alerts"}, "stranger", "watcher-secret"), 401},
		{"another's password", as(ack, "suzuki", "watcher-secret"), 401},
		{"a sender's token", request{url: "/api/v1/alerts", token: amToken}, 401},
		{"a viewer reads", as(request{url: "/api/v1/alerts"}, "watcher", "watcher-secret"), 200},
		{"a viewer acts", as(ack, "watcher", "watcher-secret"), 403},
		{"a viewer reloads", as(reload, "watcher", "watcher-secret"), 403},
		{"an operator reloads", as(reload, "suzuki", "suzuki-secret"), 403},
		{"a foreign page acts", with(as(ack, "suzuki", "suzuki-secret"), "Sec-Fetch-Site", "cross-site"), 403},
		{"a foreign origin acts", with(as(ack, "suzuki", "suzuki-secret"), "Origin", "https://elsewhere.example.com"), 403},
		{"a foreign page uses the board's page", with(request{url: "/ack", token: operatorToken, method: http.MethodPost}, "Sec-Fetch-Site", "cross-site"), 403},
		{"a foreign page reloads", with(request{url: "/-/reload", method: http.MethodPost, token: operatorToken}, "Sec-Fetch-Site", "cross-site"), 403},
	} {
		c.url = w.bridge.URL + c.url
		if status, body := w.ask(http.DefaultClient, c.request); status != c.want {
			t.Errorf("%s: answered %d, expected %d: %.200s", c.name, status, c.want, body)
		}
	}
	forged := with(as(ack, "suzuki", "suzuki-secret"), "X-Andon-On-Behalf-Of", "tanaka")
	forged.url = w.bridge.URL + ack.url
	if status, body := w.ask(http.DefaultClient, forged); status != http.StatusForbidden || !strings.Contains(body, "on_behalf_of") {
		t.Errorf("an operator acts in another's name: answered %d: %s", status, body)
	}
	for _, a := range w.board() {
		if a.Ack != nil {
			t.Fatalf("%s was acknowledged by %s", a.Name, a.Ack.By)
		}
	}

	ack.url = w.bridge.URL + ack.url
	if status, body := w.ask(http.DefaultClient, as(ack, "suzuki", "suzuki-secret")); status != http.StatusOK {
		t.Errorf("an operator acts: answered %d: %s", status, body)
	}
	onBehalf := with(ack, "X-Andon-On-Behalf-Of", "tanaka")
	onBehalf.token, onBehalf.body = "grafana-secret", `{"match":["alertname=\"Slower\""]}`
	if status, body := w.ask(http.DefaultClient, onBehalf); status != http.StatusOK {
		t.Errorf("Grafana acts for somebody: answered %d: %s", status, body)
	}
	for name, by := range map[string]string{"Slow": "suzuki", "Slower": "tanaka (by grafana)"} {
		if ack := w.one(name).Ack; ack == nil || ack.By != by {
			t.Errorf("the acknowledgement of %s is %+v, expected %s", name, ack, by)
		}
	}
	w.Stays(opsRoom, warning) // steady both ways
	w.Stays(hall, warning)
	for _, secret := range []string{"watcher-secret", "suzuki-secret", "grafana-secret", "guessed"} {
		if strings.Contains(w.log(), secret) {
			t.Errorf("the log holds the password %q", secret)
		}
	}
}

// Without users the board can be read on this machine, and nothing changed.
func TestWithoutUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, edit{`  - {name: sato, token_file: "{{dir}}/operator-token", role: admin}`, "  []"})
	w.start()
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
	for _, c := range []struct {
		name string
		request
		want int
	}{
		{"somebody here reads", request{url: "/api/v1/alerts"}, 200},
		{"somebody here acts", request{url: "/api/v1/ack", body: `{"all":true}`}, 403},
		{"somebody here reloads", request{url: "/-/reload", method: http.MethodPost}, 403},
	} {
		c.url = w.bridge.URL + c.url
		if status, body := w.ask(http.DefaultClient, c.request); status != c.want {
			t.Errorf("%s: answered %d, expected %d: %.200s", c.name, status, c.want, body)
		}
	}
}

// A sender may prove itself by a certificate, where the listener asks for one.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	at := w.addresses(1)[0]
	ca := newAuthority(w)
	ca.write("server", "127.0.0.1")
	w.change(
		edit{"users:", fmt.Sprintf(`  - address: "%s"
    serve: [receive]
    tls_server_config:
      cert_file: "{{dir}}/server.pem"
      key_file: "{{dir}}/server.key"
      client_auth_type: VerifyClientCertIfGiven
      client_ca_file: "{{dir}}/ca.pem"
users:`, at)},
		edit{`authorization: {token_file: "{{dir}}/alertmanager-token"}`, `authorization: {client_certificate: {names: [prometheus.example.jp]}}`},
	)
	w.start()
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
	send := func(c *http.Client, base string) (int, error) {
		status, _, err := w.try(c, request{url: base + "/receive/alertmanager", body: string(webhook("firing", "DiskFull severity=critical host=db1"))})
		return status, err
	}
	if status, err := send(http.DefaultClient, w.bridge.URL); status != http.StatusForbidden {
		t.Errorf("without TLS: %d, %v; expected 403", status, err)
	}
	if status, err := send(ca.client(nil), "https://"+at); status != http.StatusForbidden {
		t.Errorf("without a certificate: %d, %v; expected 403", status, err)
	}
	other := ca.issue("other.example.jp")
	if status, err := send(ca.client(&other), "https://"+at); status != http.StatusForbidden {
		t.Errorf("with the certificate of another: %d, %v; expected 403", status, err)
	}
	forged := newAuthority(w).issue("prometheus.example.jp")
	if status, err := send(ca.client(&forged), "https://"+at); err == nil {
		t.Errorf("with a certificate of another authority: %d, expected that the connection fails", status)
	}
	w.OnBoard()
	genuine := ca.issue("prometheus.example.jp")
	if status, err := send(ca.client(&genuine), "https://"+at); status != http.StatusOK {
		t.Errorf("with its own certificate: %d, %v; expected 200", status, err)
	}
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	if status, _, err := w.try(ca.client(&genuine), request{url: "https://" + at + "/api/v1/alerts", token: operatorToken}); status != http.StatusNotFound {
		t.Errorf("the board over the senders' listener: %d, %v; expected 404", status, err)
	}
}
