package rig

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
)

// Binaries are the programs to start.
type Binaries struct {
	Andon, Notifier, Alertmanager string
}

var find = sync.OnceValues(findBinaries)

// Find returns the programs in the folder that the environment variable
// ANDON_BIN names; without it they are built into the project's bin folder.
func Find() (Binaries, error) { return find() }

func findBinaries() (Binaries, error) {
	dir := os.Getenv("ANDON_BIN")
	if dir == "" {
		_, here, _, _ := runtime.Caller(0)
		root := filepath.Join(filepath.Dir(here), "..", "..", "..")
		dir = filepath.Join(root, "bin")
		if err := build(root); err != nil {
			return Binaries{}, err
		}
	}
	b := Binaries{filepath.Join(dir, "andon"), filepath.Join(dir, "andon-notifier-patlite"), filepath.Join(dir, "alertmanager")}
	for _, path := range []string{b.Andon, b.Notifier, b.Alertmanager} {
		if _, err := os.Stat(path); err != nil {
			return Binaries{}, fmt.Errorf("find programs: %w; build them with: go tool mage build", err)
		}
	}
	return b, nil
}

// build has the project's own command build them: how a program is built and
// stamped stands there alone.
func build(root string) error {
	c := exec.Command("go", "tool", "mage", "build")
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build programs: %w\n%s", err, out)
	}
	return nil
}
