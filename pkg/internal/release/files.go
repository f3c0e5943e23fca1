package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// platforms are those that programs are made for, as Go names them.
var platforms = []string{"linux_amd64", "linux_arm64"}

const executable fs.FileMode = 0o755

// file is one file of the archive.
type file struct {
	name string // within the plugin's folder, with slashes
	from string // on disk; empty: data
	data []byte
	mode fs.FileMode
}

func (f file) read() ([]byte, error) {
	if f.from == "" {
		return f.data, nil
	}
	return os.ReadFile(f.from)
}

// known are the kinds of files that are written for the archive: whatever else
// lies about, a token that was tried out, an editor's copy, stays out of it.
var known = regexp.MustCompile(`^([^.][^/]*/)*([^./][^/]*\.(json|ya?ml|md|png|svg|service|js|js\.map|LICENSE\.txt)|LICENSE)$`)

// collect lists what goes into the archive, by name: the front end of dist, the
// programs of bin/release/PLATFORM, what other systems get (provisioning), the
// manual, other people's licences, and checksums.
func collect(root string, licences []byte) ([]file, error) {
	var files []file
	for _, t := range []struct{ from, to string }{
		{"dist", ""}, {"provisioning", "provisioning"}, {"docs", "docs"},
	} {
		err := filepath.WalkDir(filepath.Join(root, t.from), func(at string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			within, err := filepath.Rel(filepath.Join(root, t.from), at)
			if err != nil {
				return err
			}
			name := path.Join(t.to, filepath.ToSlash(within))
			if strings.HasPrefix(name, "gpx_") || strings.HasPrefix(name, "docs/results/") {
				return nil // programs come from bin/release; results are of a machine
			}
			if !d.Type().IsRegular() {
				return fmt.Errorf("%s is no regular file", at)
			}
			if !known.MatchString(name) {
				return fmt.Errorf("%s: files of this kind do not belong into the archive; move it away", at)
			}
			files = append(files, file{name: name, from: at, mode: 0o644})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	files = append(files, file{name: "README.ja.md", from: filepath.Join(root, "README.ja.md"), mode: 0o644})
	for _, p := range platforms {
		at := filepath.Join(root, "bin", "release", p)
		files = append(files,
			file{name: "gpx_andon_" + p, from: filepath.Join(at, "gpx_andon"), mode: executable},
			file{name: "bridge/" + p + "/andon", from: filepath.Join(at, "andon"), mode: executable},
			file{name: "bridge/" + p + "/andon-notifier-patlite", from: filepath.Join(at, "andon-notifier-patlite"), mode: executable},
		)
	}
	sources, err := goManifest(root)
	if err != nil {
		return nil, err
	}
	files = append(files,
		file{name: "go_plugin_build_manifest", data: sources, mode: 0o644},
		file{name: licencesName, data: licences, mode: 0o644},
	)
	sums, err := sumsOf(files)
	if err != nil {
		return nil, err
	}
	files = append(files, file{name: "SHA256SUMS", data: sums, mode: 0o644})
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return files, nil
}

// goManifest lists the Go files of the back end with their SHA-256, as the build
// of Grafana's plugin SDK does: the validator compares it with the sources.
func goManifest(root string) ([]byte, error) {
	var b bytes.Buffer
	err := filepath.WalkDir(filepath.Join(root, "pkg"), func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(at) != ".go" {
			return err
		}
		text, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		within, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(text)
		fmt.Fprintf(&b, "%s:%s\n", hex.EncodeToString(sum[:]), filepath.ToSlash(within))
		return nil
	})
	return b.Bytes(), err
}

// sumsOf is what sha256sum -c takes in the plugin's folder.
func sumsOf(files []file) ([]byte, error) {
	var lines []string
	for _, f := range files {
		text, err := f.read()
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		lines = append(lines, f.name+"\x00"+hex.EncodeToString(sum[:])+"  "+f.name+"\n")
	}
	slices.Sort(lines)
	var b bytes.Buffer
	for _, l := range lines {
		_, line, _ := strings.Cut(l, "\x00")
		b.WriteString(line)
	}
	return b.Bytes(), nil
}

func writeTo(name, folder string, files []file, when time.Time) (err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return write(out, folder, files, when)
}

// write makes the archive. Names, order, modes and times are given, so that
// equal files make equal bytes.
func write(w io.Writer, folder string, files []file, when time.Time) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestCompression) })
	for _, f := range files {
		text, err := f.read()
		if err != nil {
			return err
		}
		h := &zip.FileHeader{Name: path.Join(folder, f.name), Method: zip.Deflate, Modified: when}
		h.SetMode(f.mode)
		one, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := one.Write(text); err != nil {
			return err
		}
	}
	return z.Close()
}
