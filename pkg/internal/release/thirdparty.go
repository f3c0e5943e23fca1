package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

// licencesName is the archive's file of other people's licences.
const licencesName = "THIRD_PARTY_LICENSES"

// programs are the packages that the archive's programs are built from.
var programs = []string{"./pkg", "./pkg/cmd/andon", "./pkg/cmd/andon-notifier-patlite"}

// component is other people's work that is in the archive.
type component struct {
	name, version string
	source        string   // where its source can be had, for licences that want it told
	files         []string // its licences, on disk
}

func (c component) String() string { return strings.TrimSpace(c.name + " " + c.version) }

// thirdParty makes the file of the licences of what the programs are linked
// with and what module.js was bundled from. It reads the module cache,
// node_modules and the Go distribution, and asks no network. Equal modules make
// equal bytes. A component without a licence is an error that names it.
func thirdParty(ctx context.Context, root string) ([]byte, error) {
	linked, err := goModules(ctx, root)
	if err != nil {
		return nil, err
	}
	bundled, err := npmPackages(root)
	if err != nil {
		return nil, err
	}
	return licences(linked, bundled)
}

// goModules lists Go itself and the modules that the programs are linked with
// on any platform, by name.
func goModules(ctx context.Context, root string) ([]component, error) {
	out, err := goTool(ctx, root, nil, "env", "GOROOT", "GOVERSION")
	if err != nil {
		return nil, err
	}
	goroot, version, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	files, err := licencesIn(goroot)
	if err != nil {
		return nil, err
	}
	found := map[string]component{"": {name: "The Go programming language", version: version, files: files}}
	for _, platform := range platforms {
		system, processor, _ := strings.Cut(platform, "_")
		environment := []string{"GOOS=" + system, "GOARCH=" + processor, "CGO_ENABLED=0", "GOPROXY=off"}
		out, err := goTool(ctx, root, environment, append([]string{"list", "-deps", "-json=Dir,Standard,Module"}, programs...)...)
		if err != nil {
			return nil, err
		}
		for list := json.NewDecoder(bytes.NewReader(out)); ; {
			var p goPackage
			if err := list.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("what go list printed: %w", err)
			}
			if err := p.addTo(found); err != nil {
				return nil, err
			}
		}
	}
	return sorted(found), nil
}

// goPackage is what go list says of a package.
type goPackage struct {
	Dir      string
	Standard bool
	Module   *struct {
		Path, Version, Dir string
		Main               bool
		Replace            *struct{ Path, Version string }
	}
}

// addTo adds a package's module with the licences of the module's folder, and
// those of the folders down to the package: code that a module took over from
// others keeps its licence beside it.
func (p goPackage) addTo(found map[string]component) error {
	m := p.Module
	if p.Standard || m == nil || m.Main {
		return nil
	}
	if m.Replace != nil {
		m.Path, m.Version = m.Replace.Path, m.Replace.Version
	}
	c, known := found[m.Path]
	if !known {
		c = component{name: m.Path, version: m.Version}
		c.source = fmt.Sprintf("https://%s, version %s; or: go mod download %s@%s", c.name, c.version, c.name, c.version)
	}
	for at := p.Dir; len(at) >= len(m.Dir) && m.Dir != ""; at = filepath.Dir(at) {
		files, err := licencesIn(at)
		if err != nil {
			return err
		}
		for _, f := range files {
			if !slices.Contains(c.files, f) {
				c.files = append(c.files, f)
			}
		}
	}
	found[m.Path] = c
	return nil
}

var (
	bundledFrom = regexp.MustCompile(`.*/node_modules/((?:@[^/]+/)?[^/]+)/`)
	ofWebpack   = regexp.MustCompile(`^webpack://[^/]*/webpack/`)
)

// npmPackages lists the packages that module.js was bundled from, by name: its
// source map names each file.
func npmPackages(root string) ([]component, error) {
	text, err := os.ReadFile(filepath.Join(root, "dist", "module.js.map"))
	if err != nil {
		return nil, fmt.Errorf("%w: build the front end first (go tool mage build)", err)
	}
	var sourceMap struct {
		Sources []string `json:"sources"`
	}
	if err := json.Unmarshal(text, &sourceMap); err != nil {
		return nil, fmt.Errorf("module.js.map: %w", err)
	}
	found := map[string]component{}
	for _, source := range sourceMap.Sources {
		var within string // the package's folder
		if m := bundledFrom.FindString(source); m != "" {
			_, within, _ = strings.Cut(m, "/node_modules/")
		} else if ofWebpack.MatchString(source) {
			within = "webpack"
		}
		if within == "" {
			continue
		}
		at := filepath.Join(root, "node_modules", filepath.FromSlash(within))
		if _, known := found[at]; known {
			continue
		}
		var p struct{ Name, Version string }
		text, err := os.ReadFile(filepath.Join(at, "package.json"))
		if err != nil {
			return nil, fmt.Errorf("module.js holds %s: %w", within, err)
		}
		if err := json.Unmarshal(text, &p); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(at, "package.json"), err)
		}
		files, err := licencesIn(at)
		if err != nil {
			return nil, err
		}
		found[at] = component{name: p.Name, version: p.Version, source: "npm pack " + p.Name + "@" + p.Version, files: files}
	}
	return sorted(found), nil
}

var licenceFile = regexp.MustCompile(`(?i)^((un)?licen[cs]es?|copying|notice|patents|copyright)([._-].*)?$`)

// licencesIn lists a folder's licences and notices, by name.
func licencesIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if e.Type().IsRegular() && licenceFile.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
			files = append(files, filepath.Join(folder, e.Name()))
		}
	}
	return files, nil
}

func sorted(found map[string]component) []component {
	var all []component
	for _, c := range found {
		slices.Sort(c.files)
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b component) int { return strings.Compare(a.String(), b.String()) })
	return all
}

const (
	preface = `Andon is under the Apache License 2.0, see the file LICENSE. Its archive holds
work of others too, each under its own licence. This file names them, and then
has each text once, below the names of those that it is for.
`
	rule = "\n================================================================================\n"
)

// licences writes the names, and each text once.
func licences(linked, bundled []component) ([]byte, error) {
	var names, texts bytes.Buffer
	holders := map[string][]string{} // by text
	var order []string
	for _, part := range []struct {
		title string
		of    []component
	}{{"Linked into the programs (gpx_andon, andon, andon-notifier-patlite)", linked}, {"Bundled in module.js", bundled}} {
		fmt.Fprintf(&names, "\n%s:\n\n", part.title)
		for _, c := range part.of {
			if len(c.files) == 0 {
				return nil, fmt.Errorf("%s is in the archive, but has no licence file (or is not in the module cache)", c)
			}
			fmt.Fprintf(&names, "  %s\n", c)
			mozilla := false
			for _, f := range c.files {
				raw, err := os.ReadFile(f)
				if err != nil {
					return nil, err
				}
				text := strings.Trim(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n")
				mozilla = mozilla || strings.Contains(text, "Mozilla Public License")
				if holders[text] == nil {
					order = append(order, text)
				}
				if line := c.String() + " (" + filepath.Base(f) + ")"; !slices.Contains(holders[text], line) {
					holders[text] = append(holders[text], line)
				}
			}
			if mozilla {
				fmt.Fprintf(&names, "      under the Mozilla Public License, wholly or in part; its source: %s\n", c.source)
			}
		}
	}
	for _, text := range order {
		texts.WriteString(rule + strings.Join(holders[text], "\n") + rule + "\n" + text + "\n")
	}
	return slices.Concat([]byte(preface), names.Bytes(), texts.Bytes()), nil
}

// unlisted names the modules that the built programs say they are linked with
// and that the licences leave out.
func unlisted(text []byte, files ...string) ([]string, error) {
	var missing []string
	for _, name := range files {
		info, err := buildinfo.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for _, m := range info.Deps {
			if line := moduleLine(m); !bytes.Contains(text, []byte("\n  "+line+"\n")) && !slices.Contains(missing, line) {
				missing = append(missing, line)
			}
		}
	}
	return missing, nil
}

func moduleLine(m *debug.Module) string {
	if m.Replace != nil {
		m = m.Replace
	}
	return component{name: m.Path, version: m.Version}.String()
}

func goTool(ctx context.Context, dir string, environment []string, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, "go", args...)
	c.Dir, c.Env = dir, append(os.Environ(), environment...)
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, errs.String())
	}
	return out, nil
}
