package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mayUse is all that the back end's own code may use of the packages through
// which a program reads files and its environment, or starts others. Source: the
// code rules of Grafana's plugin validator.
var mayUse = map[string]string{"os": "Exit", "os/exec": "", "syscall": "", "io/ioutil": "", "unsafe": "", "plugin": ""}

// TestTheBackEndReadsNothing goes through every file of this module that
// gpx_andon is made of.
func TestTheBackEndReadsNothing(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}} {{.Dir}} {{range .GoFiles}}{{.}} {{end}}{{end}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] != module && !strings.HasPrefix(fields[0], module+"/") {
			continue
		}
		for _, name := range fields[2:] {
			seen++
			for _, use := range uses(t, filepath.Join(fields[1], name)) {
				t.Errorf("%s/%s uses %s", short(fields[0]), name, use)
			}
		}
	}
	if seen < 50 {
		t.Errorf("%d files only", seen)
	}
}

// uses are the names of a file that it may not use.
func uses(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	forbidden := map[string]string{} // local name → path
	for _, i := range parsed.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		if _, listed := mayUse[path]; !listed {
			continue
		}
		name := filepath.Base(path)
		if i.Name != nil {
			name = i.Name.Name
		}
		forbidden[name] = path
	}
	var found []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && forbidden[x.Name] != "" && s.Sel.Name != mayUse[forbidden[x.Name]] {
			found = append(found, forbidden[x.Name]+"."+s.Sel.Name)
		}
		return true
	})
	return found
}
