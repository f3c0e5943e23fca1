// Command dashboards writes the dashboards of provisioning/grafana/dashboards,
// in English and Japanese. "go tool mage dashboards" runs it; a test fails while
// the committed files are not what it writes.
//
// A dashboard is a file here: alarms.go, ec2.go and so on, built from the parts
// in parts.go. Grafana needs nothing of this: it reads the JSON.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", filepath.Join("provisioning", "grafana", "dashboards"), "folder to write to")
	flag.Parse()
	if err := write(*out); err != nil {
		fmt.Fprintln(os.Stderr, "dashboards:", err)
		os.Exit(1)
	}
}

// write makes every file of files in a folder.
func write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	all, err := files()
	if err != nil {
		return err
	}
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// makers are the dashboards.
var makers = []func(language) dashboard{room, ec2, alarms, logs, who, config}

// files are all dashboards as text, by file name.
func files() (map[string][]byte, error) {
	all := map[string][]byte{}
	for _, l := range languages {
		for _, make := range makers {
			d := make(l).finished(l)
			text, err := json.MarshalIndent(d, "", "  ")
			if err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", d.UID, err)
			}
			all[d.UID+".json"] = append(text, '\n')
		}
	}
	return all, nil
}
