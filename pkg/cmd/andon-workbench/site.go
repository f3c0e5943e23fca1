package main

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// site is everything that is served from files: the page, the plugin, and the
// pictures and fonts that Grafana's components ask for.
type site struct {
	root   string
	boards string          // folder of the dashboards
	extra  map[string]icon // that @grafana/ui names and does not ship
}

type icon struct {
	Body string `json:"body"`
}

// Where things are in the project's folder.
const (
	bundle     = "dist/module.js"
	page       = "workbench/out/index.html"
	shipped    = "node_modules/@grafana/ui/dist/public/img/icons"
	additional = "node_modules/@iconify-json/uil/icons.json"
	inter      = "node_modules/@fontsource/inter/files/inter-latin-"
	mono       = "node_modules/@fontsource/roboto-mono/files/roboto-mono-latin-400-normal.woff2"
)

// newSite checks that what it serves has been built.
func newSite(root, boards string) (*site, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	s := &site{root: root, boards: boards}
	if boards == "" {
		s.boards = s.path("provisioning/grafana/dashboards")
	}
	for _, need := range []struct{ file, how string }{
		{"package.json", "run it in the project's folder, or name that with --root"},
		{shipped, "run npm ci first"},
		{bundle, "run npm run build first"},
		{page, "run npm run workbench:build first"},
	} {
		if _, err := os.Stat(s.path(need.file)); err != nil {
			return nil, fmt.Errorf("there is no %s in %s: %s", need.file, root, need.how)
		}
	}
	text, err := os.ReadFile(s.path(additional))
	if err != nil {
		return nil, fmt.Errorf("read icons: %w; run npm ci first", err)
	}
	var set struct{ Icons map[string]icon }
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("read icons of %s: %w", additional, err)
	}
	s.extra = set.Icons
	// Not all systems know these.
	for ext, kind := range map[string]string{".woff2": "font/woff2", ".svg": "image/svg+xml", ".map": "application/json", ".js": "text/javascript; charset=utf-8"} {
		if err := mime.AddExtensionType(ext, kind); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *site) path(name string) string { return filepath.Join(s.root, filepath.FromSlash(name)) }

func (s *site) routes(mux *http.ServeMux) {
	files := func(prefix, folder string) {
		mux.Handle("GET "+prefix, fresh(http.StripPrefix(prefix, http.FileServerFS(os.DirFS(s.path(folder))))))
	}
	files("/workbench/", "workbench/out")
	files("/public/plugins/"+pluginID+"/", "dist")
	mux.HandleFunc("GET /public/build/img/icons/{set}/{file}", s.icon)
	mux.HandleFunc("GET /public/fonts/inter/{file}", func(w http.ResponseWriter, r *http.Request) {
		file, known := map[string]string{
			"Inter-Regular.woff2": "400-normal", "Inter-Medium.woff2": "500-normal",
			"Inter-Italic.woff2": "400-italic", "Inter-MediumItalic.woff2": "500-italic",
		}[r.PathValue("file")]
		if !known {
			http.NotFound(w, r)
			return
		}
		http.ServeFile(w, r, s.path(inter+file+".woff2"))
	})
	mux.HandleFunc("GET /public/fonts/roboto/{file}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, s.path(mono))
	})
	mux.HandleFunc("/public/", http.NotFound)
	mux.Handle("/", fresh(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, s.path(page)) // the page looks at its address itself
	})))
}

// fresh has the browser ask again each time: the files are built anew beside.
func fresh(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}

// icon gives the icon that @grafana/ui ships, else the same of the set it is
// taken from, else a plain square: a page without it looks wrong, but works.
func (s *site) icon(w http.ResponseWriter, r *http.Request) {
	set, file := r.PathValue("set"), r.PathValue("file")
	name, isSVG := strings.CutSuffix(file, ".svg")
	if !isSVG || strings.ContainsAny(set+name, `/\`) {
		http.NotFound(w, r)
		return
	}
	if path := filepath.Join(s.path(shipped), set, file); exists(path) {
		http.ServeFile(w, r, path)
		return
	}
	body := `<rect x="4" y="4" width="16" height="16" fill="currentColor"/>`
	if i, known := s.extra[name]; known {
		body = i.Body
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">%s</svg>`, body)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// manifest is plugin.json as Grafana's front end gets it.
func (s *site) manifest() (map[string]any, error) {
	text, err := os.ReadFile(s.path("dist/plugin.json"))
	if err != nil {
		return nil, fmt.Errorf("read the plugin's manifest: %w; run npm run build first", err)
	}
	var meta map[string]any
	if err := json.Unmarshal(text, &meta); err != nil {
		return nil, fmt.Errorf("dist/plugin.json: %w", err)
	}
	meta["baseUrl"] = "public/plugins/" + pluginID
	meta["module"] = "public/plugins/" + pluginID + "/module.js"
	return meta, nil
}
