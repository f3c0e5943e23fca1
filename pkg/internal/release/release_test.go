package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var day0 = time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)

// putter returns what writes files below a folder.
func putter(t *testing.T, root string) func(name, text string) {
	return func(name, text string) {
		t.Helper()
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// tree is a project as it stands when it is packed: its own texts, and small
// files for what is built.
func tree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	put := putter(t, root)
	for from, to := range map[string]string{
		"README.md": "dist/README.md", "README.ja.md": "README.ja.md", "LICENSE": "dist/LICENSE", "CHANGELOG.md": "dist/CHANGELOG.md",
		"plugin.json": "dist/plugin.json", "img": "dist/img", "locales": "dist/locales", "provisioning/grafana/dashboards": "dist/dashboards",
		"provisioning": "provisioning", "docs": "docs",
	} {
		info, err := os.Stat(filepath.Join(project, from))
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			if err := os.CopyFS(filepath.Join(root, to), os.DirFS(filepath.Join(project, from))); err != nil {
				t.Fatal(err)
			}
			continue
		}
		text, err := os.ReadFile(filepath.Join(project, from))
		if err != nil {
			t.Fatal(err)
		}
		put(to, string(text))
	}
	put("dist/module.js", "define([], () => ({}));")
	put("dist/module.js.map", "{}")
	put("dist/gpx_andon_linux_amd64", "of a development build")
	put("pkg/main.go", "package main")
	for _, p := range platforms {
		for _, name := range []string{"gpx_andon", "andon", "andon-notifier-patlite"} {
			put("bin/release/"+p+"/"+name, name+" for "+p)
		}
	}
	return root
}

func pack(t *testing.T, root string) []byte {
	t.Helper()
	files, err := collect(root, []byte(preface))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := write(&b, "andonhq-andon-datasource", files, day0); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t *testing.T, archive []byte) *zip.Reader {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// The project's own texts, dashboards and manifest keep every rule, and packed
// twice, in two places, they give the same bytes.
func TestArchive(t *testing.T) {
	one, other := pack(t, tree(t)), pack(t, tree(t))
	if !bytes.Equal(one, other) {
		t.Error("two archives of the same files differ")
	}
	z := open(t, one)
	if ps := check(z); len(ps) > 0 {
		t.Errorf("broken rules:\n%s", strings.Join(ps, "\n"))
	}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/gpx_andon_linux_amd64") {
			if s, err := textOf(f); err != nil || s != "gpx_andon for linux_amd64" {
				t.Errorf("the program is %q, %v: not the released one", s, err)
			}
		}
	}
}

// Every program that the manifest of the archive names can be checked with
// sha256sum -c.
func TestSums(t *testing.T) {
	files, err := collect(tree(t), []byte(preface))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f file) bool { return f.name == "SHA256SUMS" })
	text := string(files[i].data)
	sum := sha256.Sum256([]byte("andon for linux_arm64"))
	if want := hex.EncodeToString(sum[:]) + "  bridge/linux_arm64/andon\n"; !strings.Contains(text, want) {
		t.Errorf("%q is not in\n%s", want, text)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != len(files)-1 {
		t.Errorf("%d sums of %d files", len(lines), len(files)-1)
	}
	for _, l := range lines {
		if sum, name, ok := strings.Cut(l, "  "); !ok || len(sum) != 64 || name == "" {
			t.Errorf("line %q", l)
		}
	}
}

// What lies about in the project's folder is not published.
func TestLeftovers(t *testing.T) {
	for _, name := range []string{"provisioning/bridge/grafana-token", "provisioning/bridge/.andon.yaml.swo", "docs/notes.md~", "docs/images/room.psd", "dist/module.ts", "provisioning/server.key", "dist/standalone.txt"} {
		root := tree(t)
		add(name, "")(t, root)
		if _, err := collect(root, []byte(preface)); err == nil || !strings.Contains(err.Error(), filepath.Base(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBrokenRules(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*testing.T, string)
		says  string
	}{
		"no licence":          {remove("dist/LICENSE"), "LICENSE is missing"},
		"no source map":       {remove("dist/module.js.map"), "module.js.map is missing"},
		"no logo":             {remove("dist/img/logo.svg"), "logo: \"img/logo.svg\" is missing"},
		"script in a picture": {add("dist/img/logo.svg", `<svg onload="alert(1)"/>`), "logo.svg holds a script"},
		"a tracker":           {add("dist/module.js", `fetch("https://www.google-analytics.com/")`), "module.js names google-analytics.com"},
		"a dead link":         {add("dist/README.md", strings.Repeat("word ", 300)+"[more](docs/none.md)"), "README.md leads to docs/none.md"},
		"a dead end":          {add("docs/more.md", "[all](../README.md), [none](none.md)"), "docs/more.md leads to none.md"},
		"an empty readme":     {add("dist/README.md", "# Andon"), "README.md says too little"},
		"no changes":          {add("dist/CHANGELOG.md", "# Changelog"), "CHANGELOG.md says nothing of"},
		"another type":        {manifestWith("type", "panel"), "is not ORGANISATION-NAME-panel"},
		"another id":          {manifestWith("id", "andonhq-other-datasource"), "the folder is andonhq-andon-datasource"},
		"no first version":    {manifestWith("dependencies", map[string]string{}), "names no first version"},
		"no program":          {manifestWith("executable", ""), "names no program"},
		"a missing language":  {manifestWith("languages", []string{"de-DE"}), `language de-DE: "locales/de-DE/andonhq-andon-datasource.json" is missing`},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t)
			c.spoil(t, root)
			if ps := check(open(t, pack(t, root))); !slices.ContainsFunc(ps, func(p string) bool { return strings.Contains(p, c.says) }) {
				t.Errorf("found %q", ps)
			}
		})
	}
}

// Modes and folders are the archive's own: a file system may lose them.
func TestBrokenArchive(t *testing.T) {
	var b bytes.Buffer
	err := write(&b, "andonhq-andon-datasource", []file{{name: "gpx_andon_linux_amd64", mode: 0o644}, {name: "standalone.txt", mode: 0o644}, {name: "server.key", mode: 0o644}, {name: "../../etc/passwd", mode: 0o644}}, day0)
	if err != nil {
		t.Fatal(err)
	}
	if ps := check(open(t, b.Bytes())); !strings.Contains(ps.Error(), "is not in the plugin's folder") || !strings.Contains(ps.Error(), "plugin.json is missing") ||
		!strings.Contains(ps.Error(), "standalone.txt does not belong there") || !strings.Contains(ps.Error(), "server.key does not belong there") {
		t.Errorf("found %q", ps)
	}
	if ps := check(open(t, b.Bytes())); !strings.Contains(ps.Error(), "THIRD_PARTY_LICENSES is missing") {
		t.Errorf("found %q", ps)
	}
	root := tree(t)
	files, err := collect(root, []byte(preface))
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		files[i].mode = 0o644
	}
	b.Reset()
	if err := write(&b, "andonhq-andon-datasource", files, day0); err != nil {
		t.Fatal(err)
	}
	if ps := check(open(t, b.Bytes())); !strings.Contains(ps.Error(), "gpx_andon_linux_arm64 has the mode 644") {
		t.Errorf("found %q", ps)
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, root string) {
		if err := os.Remove(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func add(name, text string) func(*testing.T, string) {
	return func(t *testing.T, root string) {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func manifestWith(field string, value any) func(*testing.T, string) {
	return func(t *testing.T, root string) {
		name := filepath.Join(root, "dist", "plugin.json")
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		m[field] = value
		if text, err = json.Marshal(m); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
