package access

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yaml "go.yaml.in/yaml/v3"

	"github.com/andonhq/andon/pkg/config"
)

func problems(ps config.Problems) []string {
	out := []string{}
	for _, p := range ps {
		out = append(out, p.Path+": "+p.What)
	}
	return out
}

func TestValidateListeners(t *testing.T) {
	for name, c := range map[string]struct {
		listeners []Listener
		users     bool
		want      []string
	}{
		"default":              {listeners: DefaultListeners, want: []string{}},
		"localhost":            {listeners: []Listener{{Address: "localhost:1", Serve: Parts}}, want: []string{}},
		"::1":                  {listeners: []Listener{{Address: "[::1]:1", Serve: Parts}}, want: []string{}},
		"receivers only":       {listeners: []Listener{{Address: ":9561", Serve: []string{Receive}}}, want: []string{}},
		"open, with users":     {listeners: []Listener{{Address: ":9561", Serve: Parts}}, users: true, want: []string{}},
		"open, without users":  {listeners: []Listener{{Address: ":9561", Serve: []string{Web}}}, want: []string{"listeners[0].serve: beyond this machine the board needs users who log in"}},
		"all addresses":        {listeners: []Listener{{Address: "0.0.0.0:1", Serve: []string{API}}}, want: []string{"listeners[0].serve: beyond this machine the board needs users who log in"}},
		"a name of elsewhere":  {listeners: []Listener{{Address: "localhost.example.jp:1", Serve: []string{Metrics}}}, want: []string{"listeners[0].serve: beyond this machine the board needs users who log in"}},
		"no port":              {listeners: []Listener{{Address: "127.0.0.1", Serve: []string{Receive}}}, want: []string{`listeners[0].address: "127.0.0.1" is not an address to listen on`}},
		"empty port":           {listeners: []Listener{{Address: "127.0.0.1:", Serve: []string{Receive}}}, want: []string{`listeners[0].address: "127.0.0.1:" is not an address to listen on`}},
		"serves nothing":       {listeners: []Listener{{Address: "127.0.0.1:1"}}, want: []string{"listeners[0].serve: missing"}},
		"serves what is not":   {listeners: []Listener{{Address: "127.0.0.1:1", Serve: []string{"api", "ftp"}}}, want: []string{`listeners[0].serve[1]: "ftp" cannot be served`}},
		"the same address":     {listeners: []Listener{{Address: "127.0.0.1:1", Serve: Parts}, {Address: "127.0.0.1:1", Serve: Parts}}, want: []string{`listeners[1].address: "127.0.0.1:1" is listeners[0] too`}},
		"a port too high":      {listeners: []Listener{{Address: "127.0.0.1:70000", Serve: Parts}}, want: []string{`listeners[0].address: "70000" is no port`}},
		"the last port":        {listeners: []Listener{{Address: "127.0.0.1:65535", Serve: Parts}}, want: []string{}},
		"a free port":          {listeners: []Listener{{Address: "127.0.0.1:0", Serve: Parts}}, want: []string{}},
		"a port below zero":    {listeners: []Listener{{Address: "127.0.0.1:-1", Serve: Parts}}, want: []string{`listeners[0].address: "-1" is no port`}},
		"a port by name":       {listeners: []Listener{{Address: "127.0.0.1:https", Serve: Parts}}, want: []string{}},
		"TLS that names files": {listeners: []Listener{{Address: "127.0.0.1:1", Serve: Parts, TLS: raw(t, "{cert_file: none.pem, key_file: none.key}")}}, want: []string{}},
		"TLS with a mistake":   {listeners: []Listener{{Address: "127.0.0.1:1", Serve: Parts, TLS: raw(t, "{certfile: x}")}}, want: []string{"listeners[0].tls_server_config: yaml: unmarshal errors:   line 1: field certfile not found in type web.TLSConfig"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, problems(ValidateListeners("listeners", c.listeners, c.users))); d != "" {
				t.Error(d)
			}
		})
	}
}

func raw(t *testing.T, text string) config.Raw {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		t.Fatal(err)
	}
	return config.Raw{Node: node.Content[0]}
}

func TestValidateUsers(t *testing.T) {
	hash := hashOf(t, "x")
	for name, c := range map[string]struct {
		users []User
		want  []string
	}{
		"right":            {[]User{{Name: "a", PasswordHash: hash, Role: Viewer}, {Name: "b", TokenFile: "/etc/andon/b", Role: Admin}}, []string{}},
		"no name":          {[]User{{PasswordHash: hash, Role: Viewer}}, []string{`users[0].name: "" cannot log in`}},
		"a colon":          {[]User{{Name: "a:b", PasswordHash: hash, Role: Viewer}}, []string{`users[0].name: "a:b" cannot log in`}},
		"twice":            {[]User{{Name: "a", PasswordHash: hash, Role: Viewer}, {Name: "a", PasswordHash: hash, Role: Viewer}}, []string{`users[1].name: "a" is users[0] too`}},
		"no role":          {[]User{{Name: "a", PasswordHash: hash}}, []string{`users[0].role: "" is no role`}},
		"no proof":         {[]User{{Name: "a", Role: Viewer}}, []string{`users[0]: the user "a" cannot prove who they are`}},
		"a plain password": {[]User{{Name: "a", Role: Viewer, PasswordHash: "hunter2"}}, []string{"users[0].password_hash: not a bcrypt hash"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := problems(ValidateUsers("users", c.users))
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if strings.Contains(strings.Join(got, "\n"), "hunter2") {
				t.Error("a secret is shown")
			}
		})
	}
}
