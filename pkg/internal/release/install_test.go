package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// installing are the commands of the README that install the bridge, without
// remarks.
func installing(t *testing.T, name string) []string {
	t.Helper()
	text := manual(t)[name]
	for _, block := range blocks(text, "sh") {
		if !strings.Contains(block, "andon.service") {
			continue
		}
		var lines []string
		for l := range strings.Lines(block) {
			l, _, _ = strings.Cut(l, "  #")
			lines = append(lines, strings.TrimRight(l, " \n"))
		}
		return lines
	}
	t.Fatalf("%s does not install andon.service", name)
	return nil
}

var (
	inArchive = regexp.MustCompile(`(?:bridge|provisioning)/[A-Za-z0-9_./*-]+`)
	startsAs  = regexp.MustCompile(`(?m)^(User|Group|ExecStart|StateDirectory)=(.+)$`)
)

// What the README says to type names files that the archive has, puts them where
// the unit looks for them, and is the same in both languages.
func TestInstallUnderSystemd(t *testing.T) {
	lines := installing(t, "README.md")
	if d := cmp.Diff(lines, installing(t, "README.ja.md")); d != "" {
		t.Errorf("the languages differ:\n%s", d)
	}
	files, err := collect(tree(t), []byte(preface))
	if err != nil {
		t.Fatal(err)
	}
	commands := strings.Join(lines, "\n")
	named := inArchive.FindAllString(commands, -1)
	if len(named) < 3 {
		t.Errorf("files %q", named)
	}
	for _, name := range named {
		folder, all := strings.CutSuffix(name, "*")
		if !slices.ContainsFunc(files, func(f file) bool { return f.name == name || all && strings.HasPrefix(f.name, folder) }) {
			t.Errorf("%s is not in the archive", name)
		}
	}
	unit, err := os.ReadFile(filepath.Join(project, "provisioning", "systemd", "andon.service"))
	if err != nil {
		t.Fatal(err)
	}
	says := map[string]string{}
	for _, m := range startsAs.FindAllStringSubmatch(string(unit), -1) {
		says[m[1]] = m[2]
	}
	want := map[string]string{"User": "andon", "Group": "andon", "ExecStart": "/usr/lib/andon/andon serve --config /etc/andon/andon.yaml", "StateDirectory": "andon"}
	if d := cmp.Diff(want, says); d != "" {
		t.Errorf("the unit:\n%s", d)
	}
	at := 0
	for _, command := range []string{
		"useradd --system --home-dir /var/lib/andon --create-home andon", "/usr/lib/andon/\n", "provisioning/bridge/andon.yaml /etc/andon/",
		"andon check /etc/andon/andon.yaml", "andon.service /etc/systemd/system/", "systemctl daemon-reload", "systemctl enable --now andon",
	} {
		i := strings.Index(commands[at:], command)
		if i < 0 {
			t.Fatalf("no %q after\n%s", command, commands[:at])
		}
		at += i
	}
}

// The secrets that the README makes are those that andon.yaml names.
func TestInstallMakesTheSecrets(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(project, "provisioning", "bridge", "andon.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	commands := strings.Join(installing(t, "README.md"), "\n")
	_, after, _ := strings.Cut(commands, "for f in ")
	made, _, _ := strings.Cut(after, ";")
	var named []string
	for l := range strings.Lines(string(text)) {
		if l = strings.TrimSpace(l); strings.HasPrefix(l, "#") {
			continue
		}
		for _, m := range regexp.MustCompile(`(?:token|secret)_file: /etc/andon/([a-z-]+)`).FindAllStringSubmatch(l, -1) {
			named = append(named, m[1])
		}
	}
	want := strings.Fields(made)
	slices.Sort(want)
	slices.Sort(named)
	if d := cmp.Diff(want, named); d != "" {
		t.Errorf("made, and named:\n%s", d)
	}
}

// systemd takes the unit as it is, where there is a systemd to ask.
func TestUnit(t *testing.T) {
	unit, err := os.ReadFile(filepath.Join(project, "provisioning", "systemd", "andon.service"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n[Unit]\n", "\n[Service]\n", "\n[Install]\nWantedBy=multi-user.target\n"} {
		if !strings.Contains(string(unit), want) {
			t.Errorf("no %q", want)
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "andon.service")
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(unit), "/usr/lib/andon/andon", self)), 0o644); err != nil {
		t.Fatal(err)
	}
	// It may have more to say, of the machine that the test runs on.
	out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", name).CombinedOutput()
	for l := range strings.Lines(string(out)) {
		if strings.Contains(l, "andon.service") {
			t.Errorf("%s (%v)", strings.TrimSpace(l), err)
		}
	}
}
