package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/bridge"
)

const vpn = "alertmanager/0a1b2c3d4e5f6071"

func TestAcknowledge(t *testing.T) {
	w := critical(t)
	h := New(w.deps())
	a := w.Alert(vpn)
	form := url.Values{"opened": {strconv.FormatUint(a.Opened, 10)}, "severity": {"disaster"}, "comment": {"on  it\n<b>"}}
	if got := sato.post(t, h, alertPath(vpn)+"/ack", form); got != "1 acknowledged." {
		t.Errorf("said %q", got)
	}
	if ack := w.Alert(vpn).Ack; ack == nil || ack.By != "sato" || ack.Comment != "on it <b>" {
		t.Errorf("acknowledged as %+v", ack)
	}
	contains(t, sato.get(t, h, "/"), http.StatusOK, "on it &lt;b&gt;")
	if got := sato.post(t, h, alertPath(vpn)+"/ack", form); got != "Somebody has acknowledged it already." {
		t.Errorf("said %q", got)
	}
	if got := sato.post(t, h, "/alerts/nobody/ack", nil); got != "The alert is not open any more." {
		t.Errorf("said %q", got)
	}
}

// What a reader has not seen is not taken by their click on an old page.
func TestAcknowledgeOfAnOldPageIsRefused(t *testing.T) {
	for name, form := range map[string]url.Values{
		"another occurrence": {"opened": {"999"}, "severity": {"disaster"}},
		"another severity":   {"opened": {"1"}, "severity": {"critical"}},
	} {
		w := critical(t)
		if got := sato.post(t, New(w.deps()), alertPath(vpn)+"/ack", form); !strings.HasPrefix(got, "Not acknowledged") {
			t.Errorf("%s: said %q", name, got)
		}
		if w.Alert(vpn).Ack != nil {
			t.Errorf("%s: acknowledged", name)
		}
	}
}

func TestAcknowledgeAll(t *testing.T) {
	w := many(40)
	h := New(w.deps())
	seen := w.Changed()
	w.open(alert.Alert{Identity: "late", Severity: "critical", Receiver: "x", Abnormal: true}, "")
	got := sato.post(t, h, "/ack-all?severity=critical", url.Values{"seen": {strconv.FormatUint(seen, 10)}})
	if got != "5 acknowledged; 1 left, because they came or changed after you looked." {
		t.Errorf("said %q", got)
	}
	if w.Alert("late").Ack != nil {
		t.Error("an alert that nobody could have seen was acknowledged")
	}
	for _, a := range w.Alerts(nil) {
		if a.Severity == "critical" && a.Identity != "late" && a.Ack == nil {
			t.Errorf("%s is left", a.Identity)
		}
		if a.Severity == "disaster" && a.Ack != nil && a.Changed > seen {
			t.Errorf("%s of another severity was acknowledged", a.Identity)
		}
	}
	if got := sato.post(t, h, "/ack-all?severity=critical", nil); got != "1 acknowledged." {
		t.Errorf("without seen: said %q", got)
	}
	for _, path := range []string{"/ack-all", "/ack-all?severity=critical&seen=x"} {
		form := url.Values{}
		if strings.Contains(path, "seen") {
			form.Set("seen", "x")
		}
		contains(t, sato.do(t, h, http.MethodPost, path, form), http.StatusBadRequest, "The form is incomplete.")
	}
}

func TestReset(t *testing.T) {
	w := critical(t)
	h := New(w.deps())
	contains(t, sato.get(t, h, "/"), http.StatusOK, `action="/alerts/alertmanager%2Fffee0012/reset"`)
	if got := sato.post(t, h, alertPath("alertmanager/ffee0012")+"/reset", nil); got != "Reset." {
		t.Errorf("said %q", got)
	}
	if w.Alert("alertmanager/ffee0012").Open() {
		t.Error("still open")
	}
	for id, want := range map[alert.Identity]string{
		vpn:                     "It cannot be reset yet: its cause is not over.",
		"alertmanager/ffee0013": "This alert needs no reset.",
		"nobody":                "The alert is not open any more.",
	} {
		if got := sato.post(t, h, alertPath(id)+"/reset", nil); got != want {
			t.Errorf("%s: said %q, want %q", id, got, want)
		}
	}
}

func TestTowers(t *testing.T) {
	w := critical(t)
	h := New(w.deps())
	if got := sato.post(t, h, "/towers/ops-room/buzzer-stop", nil); !strings.HasPrefix(got, "Buzzer stopped.") {
		t.Errorf("said %q", got)
	}
	if got := sato.post(t, h, "/towers/ops-room/test", nil); got != "The lamps were tested." {
		t.Errorf("said %q", got)
	}
	if got := fmt.Sprint(w.done()); got != "[stop ops-room by sato test ops-room]" {
		t.Errorf("done: %s", got)
	}
	contains(t, sato.do(t, h, http.MethodPost, "/towers/none/buzzer-stop", url.Values{}), http.StatusNotFound, "There is nothing here.")
	w.testErr = fmt.Errorf("test: %w", bridge.ErrNoTower)
	contains(t, sato.do(t, h, http.MethodPost, "/towers/none/test", url.Values{}), http.StatusNotFound)
	w.testErr = errors.New("notifier patlite: <down>")
	contains(t, sato.do(t, h, http.MethodPost, "/towers/ops-room/test", url.Values{}), http.StatusServiceUnavailable, "notifier patlite: &lt;down&gt;")
	w.testErr = bridge.ErrShadow
	if got := sato.post(t, h, "/towers/ops-room/test", nil); got != "Shadow mode: no lamp is connected." {
		t.Errorf("said %q", got)
	}
}

func TestActingNeedsARole(t *testing.T) {
	w := critical(t)
	posts := []string{alertPath(vpn) + "/ack", alertPath(vpn) + "/reset", "/ack-all?severity=disaster", "/towers/ops-room/buzzer-stop", "/towers/ops-room/test"}
	for _, c := range []struct {
		who    string
		status int
	}{{"", http.StatusUnauthorized}, {"stranger", http.StatusUnauthorized}, {"guest", http.StatusForbidden}} {
		h := New(w.deps())
		for _, path := range posts {
			if got := (asking{c.who, "en"}).do(t, h, http.MethodPost, path, url.Values{}); got.Code != c.status {
				t.Errorf("%q: POST %s: %d, want %d", c.who, path, got.Code, c.status)
			}
		}
	}
	w.users = nil
	h := New(w.deps())
	for _, path := range posts {
		contains(t, sato.do(t, h, http.MethodPost, path, url.Values{}), http.StatusForbidden, "the configuration has no users")
	}
	if w.Alert(vpn).Ack != nil || len(w.done()) != 0 {
		t.Error("something was done")
	}
	w.users = map[string]string{"root": "admin"}
	if got := (asking{"root", "en"}).post(t, New(w.deps()), alertPath(vpn)+"/ack", nil); got != "1 acknowledged." {
		t.Errorf("an admin: said %q", got)
	}
}

func TestFormsOfStrangersAreRefused(t *testing.T) {
	w := critical(t)
	h := http.NewCrossOriginProtection().Handler(New(w.deps()))
	for name, c := range map[string]struct {
		origin, site string
		status       int
	}{
		"own page":                  {"http://example.com", "same-origin", http.StatusSeeOther},
		"own page, plain HTTP":      {"http://example.com", "", http.StatusSeeOther},
		"another site":              {"https://evil.example", "cross-site", http.StatusForbidden},
		"another site, plain HTTP":  {"http://evil.example", "", http.StatusForbidden},
		"an origin that was hidden": {"null", "", http.StatusForbidden},
	} {
		r := newPost(t, "/towers/ops-room/test")
		r.Header.Set("Origin", c.origin)
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		if got := serve(h, r); got.Code != c.status {
			t.Errorf("%s: %d, want %d", name, got.Code, c.status)
		}
	}
	// So that browsers do not hide the origin of our own forms.
	if got := sato.get(t, h, "/").Header().Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("Referrer-Policy %q", got)
	}
}

func TestGoingBackStaysHere(t *testing.T) {
	for back, want := range map[string]string{
		"":                     "/",
		"/alerts/a%2Fb":        "/alerts/a%2Fb",
		"/history?before=3":    "/history",
		"https://evil.example": "/",
		"//evil.example/x":     "/",
		"/\\evil.example":      "/",
		"javascript:alert(1)":  "/",
		"/x\r\nSet-Cookie: a":  "/",
		"%zz":                  "/",
	} {
		if got := local(back); got != want {
			t.Errorf("local(%q) = %q, want %q", back, got, want)
		}
	}
}

func TestFailedBridgeRefusesVerbs(t *testing.T) {
	w := failed(t)
	got := sato.do(t, New(w.deps()), http.MethodPost, alertPath(vpn)+"/ack", url.Values{})
	contains(t, got, http.StatusServiceUnavailable, "Not possible now.", "disk is full")
}

// Nobody makes the page say something by a link.
func TestSaidComesFromTheCatalogue(t *testing.T) {
	h := New(quiet(t).deps())
	lacks(t, sato.get(t, h, "/?said=Call+0900-EVIL&n=%3Cb%3E"), "EVIL", "<b>&")
	contains(t, sato.get(t, h, "/?said=acked&n=%3Cscript%3E"), http.StatusOK, "0 acknowledged.")
}

func TestLongFormIsRefused(t *testing.T) {
	w := critical(t)
	form := url.Values{"comment": {strings.Repeat("x", maxForm)}}
	got := sato.do(t, New(w.deps()), http.MethodPost, alertPath(vpn)+"/ack", form)
	if got.Code != http.StatusBadRequest || w.Alert(vpn).Ack != nil {
		t.Errorf("status %d, acknowledged %+v", got.Code, w.Alert(vpn).Ack)
	}
}
