package main

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

func TestResourcesAreHandedOn(t *testing.T) {
	b := begin(t)
	const at = "/api/datasources/uid/" + awsUID + "/resources/"
	status, body := b.post(at+"andon/ack?x=1", map[string]string{"X-Workbench-Login": "sato", "X-Workbench-Role": "Editor", "Cookie": "c=d"}, "text")
	if status != http.StatusTeapot || body != "one two" {
		t.Errorf("%d %s", status, body)
	}
	r := b.plugin.resources[0]
	if r.Path != "andon/ack" || r.URL != "andon/ack?x=1" || r.Method != http.MethodPost || string(r.Body) != "text" ||
		r.PluginContext.User.Login != "sato" || r.PluginContext.User.Role != "Editor" || r.GetHTTPHeader("Cookie") != "" {
		t.Errorf("the plugin is asked %+v", r)
	}
	if status, body := b.get(at+"gone", nil); status != http.StatusInternalServerError || !strings.Contains(body, "no answer") {
		t.Errorf("%d %s", status, body)
	}
	if _, body := b.get(at+"cut", nil); body != "cut short" {
		t.Errorf("half an answer is taken for the whole: %s", body)
	}
}

func TestHealth(t *testing.T) {
	b := begin(t)
	const at = "/api/datasources/uid/" + awsUID + "/health"
	if status, body := b.get(at, nil); status != http.StatusOK || body != `{"details":{"capabilities":[]},"message":"fine","status":"OK"}` {
		t.Errorf("%d %s", status, body)
	}
	b.plugin.unhealthy = true
	if status, body := b.get(at, nil); status != http.StatusBadRequest || !strings.Contains(body, "no credentials") {
		t.Errorf("%d %s", status, body)
	}
}

func TestWhatIsServed(t *testing.T) {
	b := begin(t)
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/":        {200, "page"},
		"/d/a?x=1": {200, "page"},
		"/public/plugins/andonhq-andon-datasource/module.js": {200, "define"},
		"/public/build/img/icons/unicons/bell.svg":           {200, "bell"},
		"/public/build/img/icons/unicons/home.svg":           {200, "<path/>"},
		"/public/build/img/icons/unicons/nothing.svg":        {200, "<rect"},
		"/public/build/img/icons/unicons/bell.png":           {404, ""},
		"/public/nothing":             {404, ""},
		"/public/fonts/inter/x.woff2": {404, ""},
		"/api/workbench":              {200, `"uid":"andon-board"`},
		"/api/search":                 {200, `"title":"B"`},
		"/api/dashboards/uid/b":       {200, `"dashboard":{"title":"B"}`},
		"/api/dashboards/uid/c":       {404, "there are: a, b"},
		"/api/datasources/uid/other":  {404, `no data source`},
		"/api/annotations":            {404, "the workbench has no GET /api/annotations"},
	} {
		if status, body := b.get(path, nil); status != want.status || !strings.Contains(body, want.text) {
			t.Errorf("%s: %d %.200s", path, status, body)
		}
	}
}

// What has not been built is named, with the command that builds it.
func TestWhatIsMissingIsNamed(t *testing.T) {
	for name, want := range map[string]string{
		"package.json": "--root", bundle: "npm run build", page: "npm run workbench:build", additional: "npm ci",
	} {
		b := begin(t)
		if err := os.Remove(b.site.path(name)); err != nil {
			t.Fatal(err)
		}
		if _, err := newSite(b.site.root, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	if _, err := startPlugin(t.TempDir()+"/gpx_andon", false); err == nil || !strings.Contains(err.Error(), "go build") {
		t.Errorf("without the plugin: %v", err)
	}
}

func TestClock(t *testing.T) {
	present := time.Now()
	anchor, now, err := options{after: 20 * time.Minute}.clock(present)
	if err != nil || present.Sub(anchor) < 20*time.Minute || present.Sub(anchor) > 21*time.Minute || now().Before(present) {
		t.Errorf("present: %v %v", anchor, err)
	}
	anchor, now, err = options{anchor: "2026-10-06T10:42:00Z", after: time.Hour}.clock(present)
	if err != nil || now().Before(anchor.Add(time.Hour)) || now().Sub(anchor) > 2*time.Hour {
		t.Errorf("fixed: %v %v", anchor, err)
	}
	for _, o := range []options{{anchor: "today"}, {after: -time.Minute}} {
		if _, _, err := o.clock(present); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
