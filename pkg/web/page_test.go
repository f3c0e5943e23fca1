package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/lamp"
)

const nasty = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`

// TestTextOfAlertsIsData puts markup wherever something comes from outside.
func TestTextOfAlertsIsData(t *testing.T) {
	w := newWorld()
	w.users = map[string]string{"sato": access.Operator}
	w.severities = append(w.severities, nasty)
	w.failed = errors.New(nasty)
	s := w.tower(nasty, lamp.State{}, lamp.State{})
	s.Contact, s.Reason = lamp.Lost, nasty
	w.can[nasty] = lamp.Capabilities{Units: []lamp.Unit{nasty, lamp.Red}}
	w.open(alert.Alert{
		Identity: nasty, Receiver: nasty, Severity: nasty, Rule: nasty, Note: nasty, Abnormal: true, Link: "javascript:alert(1)",
		Labels:      labels("alertname", nasty, nasty, nasty, "host", nasty),
		Annotations: labels("summary", nasty, "runbook_url", "javascript:alert(1)", nasty, nasty),
		Ack:         &alert.Ack{By: nasty, At: noon, Comment: nasty},
	}, nasty)
	w.record(alert.Entry{
		At: noon, Kind: alert.Recorded, Identity: nasty, Receiver: nasty, By: nasty, Note: nasty, Labels: labels(nasty, nasty), Unmatched: true,
		Original: `{"x":"<blink>"}`,
	})
	h := New(w.deps())
	for _, path := range []string{"/", "/fragment", alertPath(nasty), "/history", "/history/1", "/history/2", "/unmatched"} {
		page := sato.get(t, h, path)
		contains(t, page, http.StatusOK, "&lt;script&gt;")
		lacks(t, page, "<script>alert", "<img", `href="javascript:`, "<blink", `"'>`)
	}
}

func TestOriginalIsReadable(t *testing.T) {
	w := critical(t)
	h := New(w.deps())
	page := sato.get(t, h, alertPath(`rule/mail-ng{host="db01.tokyo",service="PostgreSQL"}`))
	contains(t, page, http.StatusOK, "ホスト　: db01.tokyo\nサービス: PostgreSQL\n", "&lt;select 1;&gt;")
	page = sato.get(t, h, alertPath(vpn))
	contains(t, page, http.StatusOK, "{\n  &#34;labels&#34;: {\n    &#34;alertname&#34;: &#34;VpnTunnelDown&#34;\n  },\n  &#34;status&#34;: &#34;firing&#34;\n}",
		`<a href="https://wiki.example.com/vpn" target="_blank" rel="noopener noreferrer">`)

	if got := readable(strings.Repeat("あ", maxOriginal)); !got.Cut || len(got.Text) > maxOriginal || strings.ContainsRune(got.Text, '\uFFFD') {
		t.Errorf("a long message is shown with %d bytes, cut %v", len(got.Text), got.Cut)
	}
	if got := readable("{not json}"); got.Text != "{not json}" {
		t.Errorf("got %q", got.Text)
	}
}

func TestWebLink(t *testing.T) {
	for link, want := range map[string]string{
		"https://example.com/a?b=c#d": "https://example.com/a?b=c#d",
		"HTTP://example.com":          "http://example.com",
		"javascript:alert(1)":         "",
		" https://example.com":        "",
		"//example.com":               "",
		"data:text/html,x":            "",
		"https:///x":                  "",
		"ftp://example.com":           "",
		"":                            "",
	} {
		if got := webLink(link); got != want {
			t.Errorf("webLink(%q) = %q, want %q", link, got, want)
		}
	}
}

// An identity may hold anything, and its page must still be found.
func TestAnyIdentityHasAPage(t *testing.T) {
	w := newWorld()
	ids := []alert.Identity{"a/b//c", "../x", "100%", "a?b#c", `q"'<>`, "障害/あ", "x\ny", "a+b c", "%2F", "a;b=c", "a\\b"}
	for _, id := range ids {
		w.open(alert.Alert{Identity: id, Receiver: "r", Severity: "info", Abnormal: true}, "")
	}
	h := New(w.deps())
	for _, id := range ids {
		contains(t, sato.get(t, h, alertPath(id)), http.StatusOK, "<dt>Identity</dt>")
		if got := sato.post(t, h, alertPath(id)+"/ack", nil); got != "1 acknowledged." {
			t.Errorf("%q: said %q", id, got)
		}
	}
	contains(t, sato.get(t, h, "/alerts/nobody"), http.StatusNotFound, "There is nothing here.")
	contains(t, sato.get(t, h, "/nowhere"), http.StatusNotFound)
	contains(t, sato.get(t, h, "/history/x"), http.StatusNotFound)
	contains(t, sato.get(t, h, "/history/999"), http.StatusNotFound)
}

// An alert that the board has forgotten is still remembered by the history.
func TestEndedAlertIsReadFromTheHistory(t *testing.T) {
	w := critical(t)
	w.record(alert.Entry{At: noon, Kind: alert.Closed, Identity: vpn, Receiver: "alertmanager", Severity: "disaster", Note: board.NoteBySender, Labels: labels("alertname", "VpnTunnelDown")})
	delete(w.alerts, vpn)
	page := sato.get(t, New(w.deps()), alertPath(vpn))
	contains(t, page, http.StatusOK, "<h1><bdi>VpnTunnelDown</bdi></h1>", "resolved by its sender", "&#34;firing&#34;")
	lacks(t, page, "<button")
	contains(t, (asking{"sato", "ja"}).get(t, New(w.deps()), alertPath(vpn)), http.StatusOK, "送信元で解消")
}

// A journal that cannot be read is no reason to hide an open alert.
func TestAlertWithoutJournal(t *testing.T) {
	contains(t, sato.get(t, New(failed(t).deps()), alertPath(vpn)), http.StatusOK, "VpnTunnelDown", "The history cannot be read:", "disk is full")
}

func TestHistoryHasPages(t *testing.T) {
	w := many(pageSize + 5)
	h := New(w.deps())
	first := sato.get(t, h, "/history")
	contains(t, first, http.StatusOK, "?before=6", "Older")
	lacks(t, first, "Newest")
	last := sato.get(t, h, "/history?before=6")
	contains(t, last, http.StatusOK, "Newest")
	lacks(t, last, "Older")
	if got := strings.Count(last.Body.String(), "<tr>"); got != 6 {
		t.Errorf("%d rows with the head, want 6", got)
	}
	contains(t, sato.get(t, h, "/history?before=x"), http.StatusNotFound)
}

// The lines for a rule are YAML of matchers that the configuration reads.
func TestMatchersForARuleAreRead(t *testing.T) {
	e := alert.Entry{Receiver: "mail", Labels: labels("subject", `[障害] it's "down" \ 50%`, "body", "a\nb\tc", "receiver", "mail")}
	for _, line := range matchers(e) {
		plain := strings.ReplaceAll(strings.Trim(line, "'"), "''", "'")
		ms, err := alert.ParseMatchers(plain)
		if err != nil {
			t.Errorf("%s: %v", plain, err)
			continue
		}
		if !ms.Match(e.Labels) {
			t.Errorf("%s does not match the message it was made from", plain)
		}
	}
}

func TestButtonsAppearForThoseWhoMay(t *testing.T) {
	w := critical(t)
	h := New(w.deps())
	contains(t, sato.get(t, h, "/"), http.StatusOK, ">Acknowledge<", ">Stop buzzer<", ">Test lamps<", ">Reset<")
	lacks(t, guest.get(t, h, "/"), "<button", "<form")
	lacks(t, guest.get(t, h, alertPath(vpn)), "<button", "<form")
	contains(t, asking{"guest", "en"}.get(t, h, "/"), http.StatusOK, "viewer")
	login := asking{"", "en"}.get(t, h, "/")
	contains(t, login, http.StatusUnauthorized)
	if got := login.Header().Get("WWW-Authenticate"); !strings.HasPrefix(got, "Basic ") {
		t.Errorf("WWW-Authenticate %q", got)
	}
	lacks(t, login, "VpnTunnelDown")
	w.users = nil
	open := asking{"", "en"}.get(t, New(w.deps()), "/")
	contains(t, open, http.StatusOK, "add users to the configuration", "VpnTunnelDown")
	lacks(t, open, "<button", "<form")
}

func TestHeaders(t *testing.T) {
	h := New(critical(t).deps())
	for _, path := range []string{"/", "/fragment", "/history", "/nowhere"} {
		got := sato.get(t, h, path).Header()
		if csp := got.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: Content-Security-Policy %q", path, csp)
		}
		if got.Get("X-Content-Type-Options") != "nosniff" || got.Get("Cache-Control") != "no-store" || !strings.Contains(strings.Join(got.Values("Vary"), ","), "Accept-Language") {
			t.Errorf("%s: headers %v", path, got)
		}
	}
}

// The policy would block what is written into the page itself; the style of the
// door it allows, see TestTheDoor.
func TestNothingIsInline(t *testing.T) {
	inline := regexp.MustCompile(`(?i)<script>|<style|\sstyle=|\son[a-z]+=|(src|href|action)="https?://`)
	entries, err := templateFiles.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := templateFiles.ReadFile("templates/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.Replace(data, []byte("<style>{{.Style}}</style>"), nil, 1)
		if m := inline.Find(data); m != nil {
			t.Errorf("%s: %s", e.Name(), m)
		}
	}
	css, err := os.ReadFile("assets/board.css")
	if err != nil || regexp.MustCompile(`@import|url\(`).Match(css) {
		t.Errorf("the style loads something: %v", err)
	}
}

func TestAssets(t *testing.T) {
	h := New(quiet(t).deps())
	for name, media := range assetTypes {
		for path, cache := range map[string]string{"/assets/" + name + "?v=" + version: "immutable", "/assets/" + name: "no-cache"} {
			w := asking{}.get(t, h, path)
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != media || !strings.Contains(w.Header().Get("Cache-Control"), cache) {
				t.Errorf("%s: %d %v", path, w.Code, w.Header())
			}
		}
	}
	if w := (asking{}).get(t, h, "/assets/board.html"); w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}

func TestPagesAreSentCompressed(t *testing.T) {
	h := New(many(500).deps())
	ask := func(accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.SetBasicAuth("sato", "x")
		r.Header.Set("Accept-Encoding", accept)
		return serve(h, r)
	}
	plain, packed := ask(""), ask("br, gzip;q=0.8")
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil || string(got) != plain.Body.String() {
		t.Errorf("unpacked differs from plain: %v", err)
	}
	if ask("gzip;q=0").Header().Get("Content-Encoding") != "" {
		t.Error("compressed for a browser that does not want it")
	}
}

// TestBoardIsRenderedOnceForMany: screens that ask at the same time share one
// rendering, the reader who acts sees what they did at once.
func TestBoardIsRenderedOnceForMany(t *testing.T) {
	w := critical(t)
	now := noon
	w.clock = func() time.Time { return now }
	h := New(w.deps())
	sato.get(t, h, "/fragment")
	w.open(alert.Alert{Identity: "new", Receiver: "r", Severity: "info", Abnormal: true, Labels: labels("alertname", "Fresh")}, "")
	now = now.Add(maxAge - 1)
	lacks(t, sato.get(t, h, "/fragment"), "Fresh")
	now = now.Add(1)
	contains(t, sato.get(t, h, "/fragment"), http.StatusOK, "Fresh")
	if maxAge >= settle {
		t.Error("a page that asks after an event could get a rendering from before the change")
	}
	sato.post(t, h, alertPath("new")+"/ack", nil)
	contains(t, sato.get(t, h, "/fragment"), http.StatusOK, `<li class="alert acknowledged" id="`+htmlID("new")+`">`)
}

var _ History = history{}

func TestHistoryErrorsAreAnswered(t *testing.T) {
	w := quiet(t)
	d := w.deps()
	d.History = func() (History, error) { return broken{}, nil }
	h := New(d)
	for _, path := range []string{"/history", "/history/1", "/unmatched", "/alerts/x"} {
		contains(t, sato.get(t, h, path), http.StatusServiceUnavailable, "Not possible now.")
	}
}

type broken struct{ history }

func (broken) History(context.Context, journal.Query) ([]alert.Entry, error) { return nil, errDisk }
func (broken) Entry(context.Context, uint64) (alert.Entry, error)            { return alert.Entry{}, errDisk }
