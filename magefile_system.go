//go:build mage

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// systemPackage is a Debian package, the command that shows it is there, and
// what cannot be done without it.
type systemPackage struct{ pkg, file, what string }

var needed = []systemPackage{
	{"protobuf-compiler", "/usr/bin/protoc", "the check that the notifier protocol's code is generated"},
	{"libprotobuf-dev", "/usr/include/google/protobuf/timestamp.proto", "the check that the notifier protocol's code is generated"},
	{"chromium", "/usr/bin/chromium", "the front end's tests in a browser"},
	{"fonts-noto-cjk", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "Japanese text in the front end's tests and pictures"},
}

// lacks reports whether a package is among those that are missing.
func lacks(missing []systemPackage, pkg string) bool {
	return slices.ContainsFunc(missing, func(m systemPackage) bool { return m.pkg == pkg })
}

// systemPackages installs what is missing where it may, and returns what is
// missing still. With CI=true that is an error.
func systemPackages(ctx context.Context, p *progress) ([]systemPackage, error) {
	p.step("system packages")
	missing := absent()
	if len(missing) > 0 && os.Getuid() == 0 {
		if _, err := exec.LookPath("apt-get"); err == nil {
			names := []string{}
			for _, m := range missing {
				names = append(names, m.pkg)
			}
			apt := env("DEBIAN_FRONTEND=noninteractive")
			if _, err := output(ctx, apt, "apt-get", append([]string{"install", "-y", "-q", "--no-install-recommends"}, names...)...); err != nil {
				if _, err := output(ctx, apt, "apt-get", "update", "-q"); err != nil {
					return nil, err
				}
				if _, err := output(ctx, apt, "apt-get", append([]string{"install", "-y", "-q", "--no-install-recommends"}, names...)...); err != nil {
					return nil, err
				}
			}
		}
	}
	missing = absent()
	if len(missing) > 0 && os.Getenv("CI") == "true" {
		return nil, missingError(missing)
	}
	return missing, nil
}

func absent() []systemPackage {
	var missing []systemPackage
	for _, n := range needed {
		if _, err := os.Stat(n.file); err != nil {
			missing = append(missing, n)
		}
	}
	return missing
}

func missingError(missing []systemPackage) error {
	if len(missing) == 0 {
		return nil
	}
	names := []string{}
	for _, m := range missing {
		names = append(names, m.pkg)
	}
	return fmt.Errorf("these packages are missing: %s (Debian: apt-get install %s)", strings.Join(names, ", "), strings.Join(names, " "))
}
