package main

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// manifest is what the rules are about in plugin.json.
type manifest struct {
	ID         string   `json:"id"`
	Type       string   `json:"type"`
	Name       string   `json:"name"`
	Backend    bool     `json:"backend"`
	Executable string   `json:"executable"`
	Languages  []string `json:"languages"`
	Info       struct {
		Description string   `json:"description"`
		Keywords    []string `json:"keywords"`
		Version     string   `json:"version"`
		Updated     string   `json:"updated"`
		Author      struct {
			Name string `json:"name"`
		} `json:"author"`
		Logos struct {
			Small string `json:"small"`
			Large string `json:"large"`
		} `json:"logos"`
		Screenshots []struct {
			Name string `json:"name"`
			Path string `json:"path"`
		} `json:"screenshots"`
	} `json:"info"`
	Dependencies struct {
		Grafana string `json:"grafanaDependency"`
	} `json:"dependencies"`
	Includes []struct {
		Type string `json:"type"`
		Name string `json:"name"`
		Path string `json:"path"`
	} `json:"includes"`
}

func readManifest(name string) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(name)
	if err != nil {
		return m, fmt.Errorf("%w: build the front end first (go tool mage build)", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// problems are broken rules.
type problems []string

func (p problems) Error() string { return strings.Join(p, "; ") }

func (p *problems) add(format string, args ...any) { *p = append(*p, fmt.Sprintf(format, args...)) }

var (
	pluginID = regexp.MustCompile(`^[a-z0-9]+-[a-z0-9]+-(app|datasource|panel)$`)
	version  = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)
	day      = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	atLeast  = regexp.MustCompile(`^>=\d+\.\d+\.\d+`)
	relative = regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
	script   = regexp.MustCompile(`(?i)<script|\son[a-z]+\s*=|javascript:|<foreignObject`)
)

// required are the files without which the validator, or the reader, misses
// something.
var required = []string{
	"plugin.json", "module.js", "module.js.map", "README.md", "CHANGELOG.md", "LICENSE", licencesName, "go_plugin_build_manifest", "SHA256SUMS",
	"provisioning/grafana/datasources/andon.yaml", "provisioning/systemd/andon.service", "provisioning/bridge/andon.yaml",
}

// unwanted are names that no archive holds: leftovers of development, and files
// that make Grafana wait for a debugger.
var unwanted = regexp.MustCompile(`(^|/)(node_modules|\.git|\.cache|\.DS_Store|standalone\.txt|__debug_bin[^/]*|\.env[^/]*|[^/]+\.(tsx?|go|test|swp|exe|pem|key|db))(/|$)`)

// tracking are addresses of scripts that follow people about.
var tracking = []string{"google-analytics.com", "googletagmanager.com", "cdn.segment.com", "js.hotjar.com", "mixpanel.com", "static.hotjar.com", "connect.facebook.net"}

// check tells which rules an archive breaks. Source: the validator's published
// list of analyzers (archive structure, metadata, type suffix, version, logos,
// screenshots, readme, changelog, licence, binaries and their modes, manifest of
// Go sources, source map, unsafe SVG, tracking scripts, debug files).
func check(z *zip.Reader) problems {
	var ps problems
	files := map[string]*zip.File{}
	folder := ""
	for _, f := range z.File {
		top, name, within := strings.Cut(f.Name, "/")
		switch {
		case !within || strings.Contains(f.Name, "..") || strings.Contains(f.Name, `\`):
			ps.add("%s is not in the plugin's folder", f.Name)
			continue
		case folder != "" && top != folder:
			ps.add("%s and %s: an archive has one folder", folder, top)
		case !f.Mode().IsRegular():
			ps.add("%s is no regular file", f.Name)
		case unwanted.MatchString(name):
			ps.add("%s does not belong there", f.Name)
		}
		folder, files[name] = top, f
	}
	text := func(name string) string {
		if files[name] == nil {
			return ""
		}
		s, err := textOf(files[name])
		if err != nil {
			ps.add("%s: %v", name, err)
		}
		return s
	}
	for _, name := range required {
		if files[name] == nil {
			ps.add("%s is missing", name)
		}
	}
	var m manifest
	if err := json.Unmarshal([]byte(text("plugin.json")), &m); err != nil {
		ps.add("plugin.json: %v", err)
		return ps
	}
	if m.ID != folder {
		ps.add("the folder is %s, the plugin's id %s", folder, m.ID)
	}
	ps = append(ps, m.check(text)...)
	ps = append(ps, m.checkFiles(files)...)
	for name := range files {
		if path.Ext(name) == ".svg" && script.MatchString(text(name)) {
			ps.add("%s holds a script", name)
		}
	}
	for _, address := range tracking {
		if strings.Contains(text("module.js"), address) {
			ps.add("module.js names %s", address)
		}
	}
	for name := range files {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, link := range relative.FindAllStringSubmatch(text(name), -1) {
			if files[path.Join(path.Dir(name), link[1])] == nil {
				ps.add("%s leads to %s, which is not in the archive", name, link[1])
			}
		}
	}
	slices.Sort(ps)
	return ps
}

func textOf(f *zip.File) (s string, err error) {
	r, err := f.Open()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	b, err := io.ReadAll(r)
	return string(b), err
}

// check are the rules about what plugin.json says, and what other texts must say
// with it.
func (m manifest) check(text func(string) string) problems {
	var ps problems
	if !pluginID.MatchString(m.ID) || !strings.HasSuffix(m.ID, "-"+m.Type) {
		ps.add("the id %q is not ORGANISATION-NAME-%s", m.ID, m.Type)
	}
	switch {
	case m.Name == "" || m.Info.Author.Name == "" || m.Info.Description == "" || len(m.Info.Keywords) == 0:
		ps.add("name, author, description or keywords are missing")
	case strings.Count(strings.TrimSuffix(m.Info.Description, "."), ". ") > 1:
		ps.add("the description has more than two sentences")
	}
	if !version.MatchString(m.Info.Version) {
		ps.add("%q is no version", m.Info.Version)
	}
	if !day.MatchString(m.Info.Updated) {
		ps.add("%q is no day", m.Info.Updated)
	}
	if !atLeast.MatchString(m.Dependencies.Grafana) {
		ps.add("grafanaDependency %q names no first version", m.Dependencies.Grafana)
	}
	if log := text("CHANGELOG.md"); !strings.Contains(log, "## "+m.Info.Version) {
		ps.add("CHANGELOG.md says nothing of %s", m.Info.Version)
	}
	if len(text("README.md")) < 1000 {
		ps.add("README.md says too little")
	}
	if !strings.Contains(text("LICENSE"), "Apache License") {
		ps.add("LICENSE is not the Apache License")
	}
	if !strings.HasPrefix(text(licencesName), preface) {
		ps.add("%s does not hold other people's licences", licencesName)
	}
	return ps
}

// checkFiles are the rules about the files that plugin.json names.
func (m manifest) checkFiles(files map[string]*zip.File) problems {
	var ps problems
	named := map[string]string{"small logo": m.Info.Logos.Small, "large logo": m.Info.Logos.Large}
	for _, s := range m.Info.Screenshots {
		named["screenshot "+s.Name] = s.Path
	}
	for _, i := range m.Includes {
		named[i.Type+" "+i.Name] = i.Path
	}
	for _, l := range m.Languages {
		named["language "+l] = "locales/" + l + "/" + m.ID + ".json"
	}
	if len(m.Info.Screenshots) == 0 {
		ps.add("there are no screenshots")
	}
	if len(m.Includes) == 0 {
		ps.add("there are no dashboards")
	}
	for what, name := range named {
		if files[name] == nil {
			ps.add("%s: %q is missing", what, name)
		}
	}
	if !m.Backend || m.Executable == "" {
		ps.add("plugin.json names no program")
	}
	for _, p := range platforms {
		for _, name := range []string{m.Executable + "_" + p, "bridge/" + p + "/andon", "bridge/" + p + "/andon-notifier-patlite"} {
			switch f := files[name]; {
			case f == nil:
				ps.add("%s is missing", name)
			case f.Mode().Perm() != executable:
				ps.add("%s has the mode %o, not 755", name, f.Mode().Perm())
			}
		}
	}
	return ps
}
