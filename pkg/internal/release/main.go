// Command release makes the archive that is unpacked into Grafana's plugin
// folder, of what "go tool mage package" has built, and checks it by the rules
// that Grafana's plugin validator publishes. Nothing else uses it.
//
// Two archives of the same files and time have the same bytes.
package main

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	root := flag.String("root", ".", "the project's folder, with dist and the programs in bin/release")
	out := flag.String("out", "bin", "folder to write to")
	when := flag.Int64("time", 0, "time of all files, in Unix seconds; usually that of the commit")
	flag.Parse()
	if err := release(context.Background(), *root, *out, time.Unix(*when, 0).UTC()); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func release(ctx context.Context, root, out string, when time.Time) error {
	m, err := readManifest(filepath.Join(root, "dist", "plugin.json"))
	if err != nil {
		return err
	}
	licences, err := thirdParty(ctx, root)
	if err != nil {
		return fmt.Errorf("other people's licences: %w", err)
	}
	files, err := collect(root, licences)
	if err != nil {
		return err
	}
	var programs []string
	for _, f := range files {
		if f.mode == executable {
			programs = append(programs, f.from)
		}
	}
	if missing, err := unlisted(licences, programs...); err != nil {
		return err
	} else if len(missing) > 0 {
		return fmt.Errorf("%s leaves out what the programs are linked with: %s", licencesName, strings.Join(missing, ", "))
	}
	name := filepath.Join(out, m.ID+"-"+m.Info.Version+".zip")
	if err := writeTo(name, m.ID, files, when); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		return err
	}
	defer z.Close()
	if problems := check(&z.Reader); len(problems) > 0 {
		return fmt.Errorf("%s breaks rules of Grafana's plugin validator: %w", name, problems)
	}
	return checksum(name)
}

// checksum writes the SHA-256 of a file beside it, as sha256sum does.
func checksum(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	line := hex.EncodeToString(sum[:]) + "  " + filepath.Base(name) + "\n"
	fmt.Printf("%s, %.1f MiB\n%s", name, float64(len(text))/(1<<20), line)
	return os.WriteFile(name+".sha256", []byte(line), 0o644)
}
