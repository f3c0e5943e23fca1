package api

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/access"
)

func TestRoles(t *testing.T) {
	f := begin(t, everybody(t)...)
	for _, c := range []struct {
		method, path, body string
		needs              string
	}{
		{"GET", "/api/v1/status", "", access.Viewer},
		{"GET", "/api/v1/alerts", "", access.Viewer},
		{"GET", "/api/v1/history", "", access.Viewer},
		{"GET", "/api/v1/counts", "", access.Viewer},
		{"GET", "/api/v1/towers", "", access.Viewer},
		{"GET", "/api/v1/shadow", "", access.Viewer},
		{"GET", "/", "", access.Viewer},
		{"POST", "/api/v1/ack", `{"all":true}`, access.Operator},
		{"POST", "/api/v1/reset", `{"all":true}`, access.Operator},
		{"POST", "/api/v1/buzzer-stop", "", access.Operator},
		{"POST", "/api/v1/send", `{"labels":{"a":"b"}}`, access.Operator},
		{"POST", "/-/reload", "", access.Admin},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			f := &fixture{Server: f.Server, t: t}
			w := f.ask(open, c.method, c.path, "", c.body)
			f.want(w, http.StatusUnauthorized, "log in")
			if w.Header().Get("WWW-Authenticate") == "" {
				t.Error("the browser is not asked to log in")
			}
			f.want(f.ask(open, c.method, c.path, "wrong", c.body), http.StatusUnauthorized)
			for _, role := range []string{access.Viewer, access.Operator, access.Admin} {
				status := http.StatusForbidden
				if (access.Identity{Role: role}).May(c.needs) {
					status = http.StatusOK
				}
				body := f.want(f.ask(open, c.method, c.path, role, c.body), status)
				if status == http.StatusForbidden && !strings.Contains(body, "this needs the role "+c.needs) {
					t.Errorf("a %s is told %s", role, body)
				}
			}
		})
	}
}

// Who opens the board and is not let in is told so by the page; the API answers
// as programs read it, whoever asks.
func TestThePageTurnsAwayInItsOwnWords(t *testing.T) {
	f := begin(t, everybody(t)...)
	html := []string{"Accept", "text/html"}
	for _, path := range []string{"/", "/history", "/assets/board.css", "/nowhere"} {
		f.want(f.ask(open, "GET", path, "", "", html...), http.StatusUnauthorized, "no page: log in: no credentials")
		f.want(f.ask(open, "GET", path, "wrong", "", html...), http.StatusUnauthorized, "no page: log in: wrong")
		f.want(f.ask(open, "GET", path, access.Viewer, "", append(html, access.OnBehalfOf, "x")...), http.StatusForbidden, "no page: this user may not")
		f.want(f.ask(open, "GET", path, "", ""), http.StatusUnauthorized, `{"error":"log in: no credentials"}`)
		f.want(f.ask(open, "GET", path, access.Viewer, "", html...), http.StatusOK, "page of viewer-san")
	}
	for _, path := range []string{"/api/v1/alerts", "/metrics"} {
		w := f.ask(open, "GET", path, "", "", html...)
		f.want(w, http.StatusUnauthorized, `{"error":"log in: no credentials"}`)
		if w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s: nobody is asked to log in", path)
		}
	}
	none := begin(t)
	none.want(none.ask(open, "GET", "/", "", "", html...), http.StatusForbidden, "no page: without users")
	none.want(none.ask(whole, "GET", "/", "", "", append(html, "Host", "evil.example")...), http.StatusForbidden, "no page: without users")
	none.want(none.ask(open, "GET", "/", "", ""), http.StatusForbidden, `{"error":"without users`)
}

func TestHealthNeedsNobody(t *testing.T) {
	f := begin(t, everybody(t)...)
	for _, l := range []access.Listener{open, {Address: ":1", Serve: []string{access.Receive}}} {
		f.want(f.ask(l, "GET", "/-/healthy", "", ""), http.StatusOK)
		f.want(f.ask(l, "GET", "/-/ready", "", ""), http.StatusOK)
	}
}

func TestMetricsAreReadOnThisMachineOrByUsers(t *testing.T) {
	f := begin(t, everybody(t)...)
	f.want(f.ask(whole, "GET", "/metrics", "", ""), http.StatusOK, "andon_bridge_failed 0")
	f.want(f.ask(open, "GET", "/metrics", "", ""), http.StatusUnauthorized)
	f.want(f.ask(open, "GET", "/metrics", access.Viewer, ""), http.StatusOK, "andon_bridge_failed 0")
}

func TestWithoutUsers(t *testing.T) {
	f := begin(t)
	for _, host := range []string{"127.0.0.1:9560", "localhost:9560", "[::1]:9560", "localhost"} {
		f.want(f.ask(whole, "GET", "/api/v1/status", "", "", "Host", host), http.StatusOK)
		f.want(f.ask(whole, "GET", "/", "", "", "Host", host), http.StatusOK, "somebody on this machine")
	}
	// A page that lets its own name point here.
	for _, host := range []string{"evil.example:9560", "localhost.evil.example", "192.0.2.1:9560", "127.0.0.1.evil.example", ""} {
		f.want(f.ask(whole, "GET", "/api/v1/status", "", "", "Host", host), http.StatusForbidden)
	}
	f.want(f.ask(open, "GET", "/api/v1/status", "", ""), http.StatusForbidden)
	f.want(f.ask(whole, "POST", "/api/v1/ack", "", `{"all":true}`), http.StatusForbidden, "add users with the role operator")
	f.want(f.ask(whole, "POST", "/api/v1/send", "", `{"labels":{"a":"b"}}`), http.StatusForbidden)
	f.want(f.ask(whole, "POST", "/-/reload", "", ""), http.StatusForbidden)
	if n := len(f.bridge.Alerts(nil)); n != 0 {
		t.Errorf("%d alerts are open", n)
	}
}

func TestCrossOriginRequestsChangeNothing(t *testing.T) {
	f := begin(t, everybody(t)...)
	for _, path := range []string{"/api/v1/send", "/-/reload", "/"} {
		for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
			f.want(f.ask(whole, "POST", path, access.Admin, `{"labels":{"a":"b"}}`, headers...), http.StatusForbidden)
		}
	}
	f.want(f.ask(whole, "POST", "/api/v1/send", access.Admin, `{"labels":{"a":"b"}}`, "Sec-Fetch-Site", "same-origin"), http.StatusOK)
	f.want(f.ask(whole, "POST", "/api/v1/send", access.Admin, `{"labels":{"a":"b"}}`, "Origin", "http://127.0.0.1:9560"), http.StatusOK)
}

func TestAListenerServesWhatItNames(t *testing.T) {
	f := begin(t, everybody(t)...)
	paths := map[string]string{access.API: "/api/v1/status", access.Web: "/", access.Metrics: "/metrics", access.Receive: "/receive/none"}
	for part := range paths {
		l := access.Listener{Address: ":9560", Serve: []string{part}}
		for other, path := range paths {
			method, token := "GET", access.Admin
			if other == access.Receive {
				method = "POST"
			}
			w := f.ask(l, method, path, token, "")
			switch {
			case other == part && part == access.Receive:
				f.want(w, http.StatusNotFound, "no receiver of this name")
			case other == part:
				f.want(w, http.StatusOK)
			default:
				f.want(w, http.StatusNotFound)
			}
		}
		status := http.StatusNotFound
		if part == access.API {
			status = http.StatusOK
		}
		f.want(f.ask(l, "POST", "/-/reload", access.Admin, ""), status)
	}
}

func TestAPanicIsAnswered(t *testing.T) {
	f := begin(t)
	if body := f.want(f.ask(whole, "GET", "/panic", "", ""), http.StatusInternalServerError, "its log tells"); strings.Contains(body, "t0ken") {
		t.Errorf("the panic is shown: %s", body)
	}
	f.SetWeb(Web{Page: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // the value itself
			t.Errorf("an aborted request ended with %v", p)
		}
	}()
	f.ask(whole, "GET", "/", "", "")
	t.Error("an aborted request was answered")
}

func TestReloadTellsWhatIsWrong(t *testing.T) {
	f := begin(t, everybody(t)...)
	f.want(f.ask(whole, "POST", "/-/reload", access.Admin, ""), http.StatusOK, "reloaded")
	f.reload = errMistake
	f.want(f.ask(whole, "POST", "/-/reload", access.Admin, ""), http.StatusUnprocessableEntity, "andon.yaml:1:1: severities")
}

// A wrong token is in the log once, without it; nobody's first request without
// credentials, which every browser makes, is not.
func TestWrongCredentialsAreLoggedOnce(t *testing.T) {
	f := begin(t, everybody(t)...)
	var log bytes.Buffer
	f.deps.Log = slog.New(slog.NewTextHandler(&log, nil))
	f.want(f.ask(open, "GET", "/api/v1/alerts", "", ""), http.StatusUnauthorized)
	if log.Len() > 0 {
		t.Errorf("without credentials: %s", log.String())
	}
	for range 5 {
		f.want(f.ask(open, "GET", "/api/v1/alerts", "mistyped", ""), http.StatusUnauthorized)
		f.want(f.ask(open, "GET", "/api/v1/alerts", access.Viewer, ""), http.StatusOK)
	}
	got := log.String()
	if strings.Count(got, "level=WARN") != 1 || !strings.Contains(got, `msg="wrong user, password or token" from=`) || !strings.Contains(got, "path=/api/v1/alerts") || strings.Contains(got, "mistyped") {
		t.Errorf("got\n%s", got)
	}
}
