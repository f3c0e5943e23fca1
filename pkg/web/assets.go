package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{"weblink": webLink}).ParseFS(templateFiles, "templates/*.html"))

// assetTypes are the files that are served, with their media types.
var assetTypes = map[string]string{
	"board.css": "text/css; charset=utf-8",
	"board.js":  "text/javascript; charset=utf-8",
	"icon.svg":  "image/svg+xml",
}

// version changes with every change of an asset: it is in their addresses, so
// that browsers may keep them, and in the fragments, so that a page that has
// hung on a wall since before an upgrade loads itself anew.
var version = func() string {
	sum := sha256.New()
	for _, name := range []string{"board.css", "board.js", "icon.svg"} {
		data, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			panic(err) // embedded: a test would have seen it
		}
		_, _ = sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}()

func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	media, ok := assetTypes[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	data, err := assetFiles.ReadFile("assets/" + name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if r.URL.Query().Get("v") != version {
		h.Set("Cache-Control", "no-cache")
	}
	_, _ = w.Write(data)
}
