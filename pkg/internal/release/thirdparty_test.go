package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// linkedLicences is what the released programs are linked with, and the file for
// it.
func linkedLicences(t *testing.T) ([]component, []byte) {
	t.Helper()
	linked, err := goModules(t.Context(), project)
	if err != nil {
		t.Fatal(err)
	}
	text, err := licences(linked, nil)
	if err != nil {
		t.Fatal(err)
	}
	return linked, text
}

// What the released programs are linked with is named with its version and has
// its licence; an MPL module says where its source is.
func TestLinkedModules(t *testing.T) {
	linked, text := linkedLicences(t)
	for _, want := range []string{
		`\n  The Go programming language go1\.\S+\n`,
		`\n  github\.com/hashicorp/go-plugin v\S+\n      under the Mozilla Public License, wholly or in part; its source: https://github\.com/hashicorp/go-plugin, version v\S+; or: go mod download github\.com/hashicorp/go-plugin@v\S+\n`,
		`\n  github\.com/hashicorp/yamux v\S+\n      under the Mozilla Public License, wholly or in part; `,
		`\ngithub\.com/hashicorp/yamux v\S+ \(LICENSE\)\n`,
		`\nMozilla Public License, version 2\.0\n`,
		`\ngithub\.com/aws/aws-sdk-go-v2 v\S+ \(NOTICE\.txt\)\n`,
		`\n  modernc\.org/sqlite v\S+\n`,
		`\nmodernc\.org/sqlite v\S+ \(LICENSE-SQLITE\)\n`,
		`Copyright \(c\) 2016 Caleb Spare`, // of a folder within github.com/klauspost/compress
	} {
		if !regexp.MustCompile(want).Match(text) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(string(text), "github.com/andonhq/andon") {
		t.Error("the project is none of the others")
	}
	if n := strings.Count(string(text), "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION"); n > len(linked)/4 {
		t.Errorf("the Apache License %d times for %d modules: equal texts are there once", n, len(linked))
	}
	if _, twice := linkedLicences(t); string(twice) != string(text) {
		t.Error("made twice, the file differs")
	}
}

// The source map tells what module.js was bundled from, however deep it lies.
func TestBundledPackages(t *testing.T) {
	root := t.TempDir()
	put := putter(t, root)
	put("dist/module.js.map", `{"sources":["webpack://andon/./node_modules/@of/one/dist/a.js","webpack://andon/./node_modules/@of/one/dist/b.js",
		"webpack://andon/./node_modules/@of/one/node_modules/two/index.js","webpack://andon/./src/module.ts","webpack://andon/external amd \"react\"","webpack://andon/webpack/runtime/x"]}`)
	put("node_modules/@of/one/package.json", `{"name":"@of/one","version":"1.2.3"}`)
	put("node_modules/@of/one/LICENSE_APACHE2", "licence of one\r\nand more")
	put("node_modules/@of/one/node_modules/two/package.json", `{"name":"two","version":"2.0.0"}`)
	put("node_modules/@of/one/node_modules/two/COPYING", "Mozilla Public License")
	put("node_modules/webpack/package.json", `{"name":"webpack","version":"5.0.0"}`)
	put("node_modules/webpack/LICENSE", "licence of one\nand more\n")
	packages, err := npmPackages(root)
	if err != nil {
		t.Fatal(err)
	}
	text, err := licences(nil, packages)
	if err != nil {
		t.Fatal(err)
	}
	want := "\n  @of/one 1.2.3\n  two 2.0.0\n      under the Mozilla Public License, wholly or in part; its source: npm pack two@2.0.0\n  webpack 5.0.0\n" +
		rule + "@of/one 1.2.3 (LICENSE_APACHE2)\nwebpack 5.0.0 (LICENSE)" + rule + "\nlicence of one\nand more\n" +
		rule + "two 2.0.0 (COPYING)" + rule + "\nMozilla Public License\n"
	if !strings.HasSuffix(string(text), want) {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}

	if err := os.Remove(filepath.Join(root, "node_modules/@of/one/LICENSE_APACHE2")); err != nil {
		t.Fatal(err)
	}
	if packages, err = npmPackages(root); err != nil {
		t.Fatal(err)
	}
	if _, err := licences(nil, packages); err == nil || !strings.Contains(err.Error(), "@of/one 1.2.3 is in the archive, but has no licence file") {
		t.Errorf("without a licence: %v", err)
	}
}

// A program tells what it is linked with: what the file leaves out is found.
func TestUnlisted(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	if _, err := goTool(t.Context(), project, []string{"CGO_ENABLED=0"}, "build", "-o", program, "./pkg/cmd/andon-notifier-patlite"); err != nil {
		t.Fatal(err)
	}
	missing, err := unlisted([]byte(preface), program, program)
	if err != nil || !slices.ContainsFunc(missing, func(m string) bool { return strings.HasPrefix(m, "github.com/hashicorp/yamux v") }) {
		t.Fatalf("missing: %q, %v", missing, err)
	}
	if text := preface + "\n  " + strings.Join(missing, "\n\n  ") + "\n"; strings.Count(text, "yamux") != 1 {
		t.Errorf("each is named once: %s", text)
	}
	_, text := linkedLicences(t)
	if missing, err := unlisted(text, program); err != nil || len(missing) > 0 {
		t.Errorf("missing: %q, %v", missing, err)
	}
	if _, err := unlisted(nil, filepath.Join(project, "go.mod")); err == nil {
		t.Error("go.mod is no program")
	}
}
