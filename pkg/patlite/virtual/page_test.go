package virtual

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite"
)

func TestThePageSpeaksTheBrowsersLanguage(t *testing.T) {
	tower := start(t, Config{Model: "NHV6", HTTP: "127.0.0.1:0"})
	for accept, want := range map[string]string{
		"": `lang="en"`, "ja": `lang="ja"`, "ja-JP,ja;q=0.9,en;q=0.8": `lang="ja"`, "en-US,en;q=0.9,ja;q=0.5": `lang="en"`,
		"fr,ja;q=0.3,en;q=0.7": `lang="en"`, "de": `lang="en"`, "JA;q=1": `lang="ja"`, "ja;q=x": `lang="en"`,
	} {
		_, header, body := do(t, http.MethodGet, "http://"+tower.HTTPAddr()+"/", "Accept-Language: "+accept)
		if !strings.Contains(body, want) || !strings.Contains(body, "<h1>NHV6</h1>") {
			t.Errorf("%q: the page has no %s", accept, want)
		}
		if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") {
			t.Errorf("content security policy %q", policy)
		}
		if strings.Contains(body, "//") {
			t.Error("the page refers to another site")
		}
	}
}

// TestEveryPatternHasARhythm: a light that flashes on the tower flashes on the
// page, and a buzzer pattern sounds.
func TestEveryPatternHasARhythm(t *testing.T) {
	for _, m := range patlite.Models() {
		css := keyframes(m)
		for _, p := range append(append([]lamp.Pattern{}, m.Patterns...), m.Found...) {
			if p != lamp.Off && !strings.Contains(css, "\n.p-"+string(p)+" {") && !strings.HasPrefix(css, ".p-"+string(p)+" {") {
				t.Errorf("model %s: pattern %s is not drawn", m.Name, p)
			}
		}
		if n := len(buzzers(m)); n != m.Tones {
			t.Errorf("model %s: %d buzzer rhythms, want %d", m.Name, n, m.Tones)
		}
	}
	css := keyframes(models(t, "LR5-LAN"))
	want := "@keyframes p-flash5 { 0.00% { opacity: 1; } 10.00% { opacity: 0; } 20.00% { opacity: 1; } 30.00% { opacity: 0; } 100% { opacity: 1; } }\n" +
		".p-flash5 { animation: p-flash5 500ms step-end infinite; }\n"
	if !strings.Contains(css, want) {
		t.Errorf("CSS lacks %s:\n%s", want, css)
	}
}

func models(t *testing.T, name string) patlite.Model {
	t.Helper()
	m, err := patlite.FindModel(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// stream opens /events.
func stream(t *testing.T, tower *Tower) (next func() view, resp *http.Response) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+tower.HTTPAddr()+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err = (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	return func() view {
		t.Helper()
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var v view
			if err := json.Unmarshal([]byte(data), &v); err != nil {
				t.Fatal(err)
			}
			return v
		}
		t.Fatalf("the stream has ended: %v", lines.Err())
		return view{}
	}, resp
}

func TestThePageIsTold(t *testing.T) {
	at := time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)
	tower := start(t, Config{
		Model: "LA6-POE", Tiers: []lamp.Unit{lamp.Red, "", lamp.Green}, HTTP: "127.0.0.1:0",
		Clock: func() time.Time { return at },
	})
	next, _ := stream(t, tower)
	off := []tierView{
		{"red", "#ff0000", "off"}, {"", "#ffffff", "off"}, {"green", "#00ff00", "off"}, {"", "#ffffff", "off"}, {"", "#ffffff", "off"},
	}
	if d := cmp.Diff(view{Tiers: off, State: "off", Log: []lineView{}}, next()); d != "" {
		t.Errorf("first view (-want +got):\n%s", d)
	}
	pink := "GET /api/control?color=82000&buzzer=11&flash=1"
	command(t, tower, "color=82000&buzzer=11&flash=1")
	v := next()
	if want := []tierView{
		{"red", "#ff00cc", "flash"}, {"", "#ff9900", "flash"}, off[2], off[3], off[4],
	}; v.Buzzer != 11 || v.State != "red=flash tier2=flash buzzer=11" || !cmp.Equal(want, v.Tiers) {
		t.Errorf("view %+v", v)
	}
	command(t, tower, "color=82000&buzzer=11&flash=1")
	v = next()
	if len(v.Log) != 1 || v.Log[0].Command != pink || v.Log[0].Count != 2 || !v.Log[0].Changed || !v.Log[0].At.Equal(at) {
		t.Errorf("log %+v", v.Log)
	}
	command(t, tower, "smart=3")
	if v = next(); v.Smart != 3 || len(v.Log) != 2 || v.State != "off" {
		t.Errorf("view %+v", v)
	}
}

func TestTheLogOfThePage(t *testing.T) {
	var entries []Entry
	for i := range 30 {
		entries = append(entries, Entry{Command: strings.Repeat("x", i+1), Changed: true}, Entry{Command: "read", Read: true})
	}
	got := lines(entries)
	if len(got) != maxLines || len(got[0].Command) != 30 || len(got[19].Command) != 11 {
		t.Errorf("%d lines, from %q to %q", len(got), got[0].Command, got[len(got)-1].Command)
	}
	// Two changes by the same command are two lines.
	got = lines([]Entry{{Command: "a", Changed: true}, {Command: "b", Changed: true}, {Command: "a", Changed: true}, {Command: "a"}, {Command: "a", Reply: "no"}})
	want := []lineView{{Command: "a", Reply: "no", Count: 1}, {Command: "a", Count: 2, Changed: true}, {Command: "b", Count: 1, Changed: true}, {Command: "a", Count: 1, Changed: true}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

func TestOtherSitesCannotPressTheButton(t *testing.T) {
	tower := start(t, Config{Model: "NHV6", HTTP: "127.0.0.1:0"})
	set(t, tower, "red=steady")
	clear := "http://" + tower.HTTPAddr() + "/clear"
	for _, header := range []string{"Sec-Fetch-Site: cross-site", "Origin: http://other.example"} {
		if status, _, _ := do(t, http.MethodPost, clear, header); status != http.StatusForbidden {
			t.Errorf("%s: HTTP status %d", header, status)
		}
	}
	if status, _, _ := do(t, http.MethodGet, clear); status != http.StatusMethodNotAllowed {
		t.Errorf("GET: HTTP status %d", status)
	}
	shows(t, tower, "red=steady")
	if status, _, _ := do(t, http.MethodPost, clear, "Sec-Fetch-Site: same-origin"); status != http.StatusNoContent {
		t.Errorf("same origin: HTTP status %d", status)
	}
	shows(t, tower, "off")
}

// TestOpenPagesAreBounded: one page too many is refused, and closing the tower
// ends them all.
func TestOpenPagesAreBounded(t *testing.T) {
	tower := start(t, Config{Model: "NHV6", HTTP: "127.0.0.1:0"})
	for range maxStreams {
		next, _ := stream(t, tower)
		next()
	}
	if _, resp := stream(t, tower); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("HTTP status %s", resp.Status)
	}
	if err := tower.Close(); err != nil {
		t.Fatal(err)
	}
}
