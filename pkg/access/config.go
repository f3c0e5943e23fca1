// Package access says who may reach what: the listeners, what each of them
// serves, over which TLS, and the users with their roles. It decides nothing
// about receivers, whose senders are authenticated by package receive.
package access

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"

	"github.com/andonhq/andon/pkg/config"
)

// Listener is one address the bridge listens on.
type Listener struct {
	Address string   `yaml:"address"`
	Serve   []string `yaml:"serve"`
	// TLS is exporter-toolkit's tls_server_config: cert_file, key_file,
	// client_auth_type, client_ca_file …
	TLS config.Raw `yaml:"tls_server_config"`
}

// What a listener can serve.
const (
	Receive = "receive"
	API     = "api"
	Web     = "web"
	Metrics = "metrics"
)

// Parts lists what a listener can serve.
var Parts = []string{Receive, API, Web, Metrics}

// Serves reports whether the listener names a part.
func (l Listener) Serves(part string) bool { return slices.Contains(l.Serve, part) }

// Loopback reports whether only this machine can reach the listener.
func (l Listener) Loopback() bool {
	host, _, err := net.SplitHostPort(l.Address)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && addr.IsLoopback())
}

// DefaultListeners is what listens where the configuration names nothing.
var DefaultListeners = []Listener{{Address: "127.0.0.1:9560", Serve: Parts}}

// ValidateListeners checks the listeners section. hasUsers tells whether there
// are users who could log in.
func ValidateListeners(path string, listeners []Listener, hasUsers bool) config.Problems {
	var ps config.Problems
	seen := map[string]int{}
	for i, l := range listeners {
		at := fmt.Sprintf("%s[%d]", path, i)
		if _, port, err := net.SplitHostPort(l.Address); err != nil || port == "" {
			ps.Add(at+".address", `"host:port", such as "127.0.0.1:9560"; ":9560" for every address`, "%q is not an address to listen on", l.Address)
		}
		if first, twice := seen[l.Address]; twice {
			ps.Add(at+".address", "each address once", "%q is %s[%d] too", l.Address, path, first)
		}
		seen[l.Address] = i
		if len(l.Serve) == 0 {
			ps.Add(at+".serve", "some of "+strings.Join(Parts, ", "), "missing")
		}
		for j, part := range l.Serve {
			if !slices.Contains(Parts, part) {
				ps.Add(fmt.Sprintf("%s.serve[%d]", at, j), "one of "+strings.Join(Parts, ", "), "%q cannot be served", part)
			}
		}
		if l.TLS.Set() {
			if _, err := l.TLSConfig(); err != nil {
				ps.Add(at+".tls_server_config", "exporter-toolkit's settings: cert_file, key_file, client_auth_type, client_ca_file, min_version …", "%v", err)
			}
		}
		if !l.Loopback() && !hasUsers && (l.Serves(API) || l.Serves(Web) || l.Serves(Metrics)) {
			ps.Add(at+".serve", "add users, listen on 127.0.0.1, or serve receive only", "beyond this machine the board needs users who log in")
		}
	}
	return ps
}

// TLSConfig returns the listener's TLS settings, nil where it has none.
func (l Listener) TLSConfig() (*tls.Config, error) {
	if !l.TLS.Set() {
		return nil, nil
	}
	text, err := yaml3.Marshal(l.TLS.Node)
	if err != nil {
		return nil, err
	}
	var c web.TLSConfig
	if err := yaml.UnmarshalStrict(text, &c); err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), "\n", " "))
	}
	t, err := web.ConfigToTLSConfig(&c)
	if err != nil {
		return nil, err
	}
	t.NextProtos = []string{"h2", "http/1.1"}
	return t, nil
}

// User is somebody who may log in.
type User struct {
	Name string `yaml:"name"`
	// PasswordHash is a bcrypt hash (htpasswd -nBC 10 NAME), for HTTP Basic.
	PasswordHash string `yaml:"password_hash"`
	// TokenFile holds a bearer token, for programs.
	TokenFile string `yaml:"token_file"`
	Role      string `yaml:"role"`
	// OnBehalfOf: the user speaks for others, whom it names in the header
	// X-Andon-On-Behalf-Of (Grafana).
	OnBehalfOf bool `yaml:"on_behalf_of"`
}

// Roles, from the least to the most.
const (
	Viewer   = "viewer"   // reads
	Operator = "operator" // acknowledges, resets, tests
	Admin    = "admin"    // reloads
)

var roles = []string{Viewer, Operator, Admin}

// ValidateUsers checks the users section.
func ValidateUsers(path string, users []User) config.Problems {
	var ps config.Problems
	seen, tokens := map[string]int{}, map[string]int{}
	for i, u := range users {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch first, twice := seen[u.Name]; {
		case u.Name == "" || strings.ContainsAny(u.Name, ":\n"):
			ps.Add(at+".name", "a name without a colon", "%q cannot log in", u.Name)
		case twice:
			ps.Add(at+".name", "a name of its own", "%q is %s[%d] too", u.Name, path, first)
		}
		seen[u.Name] = i
		if !slices.Contains(roles, u.Role) {
			ps.Add(at+".role", "viewer (reads), operator (acts) or admin (reloads)", "%q is no role", u.Role)
		}
		switch {
		case u.PasswordHash == "" && u.TokenFile == "":
			ps.Add(at, "password_hash (bcrypt) for people, token_file for programs", "the user %q cannot prove who they are", u.Name)
		case u.PasswordHash != "" && !validHash(u.PasswordHash):
			ps.Add(at+".password_hash", `a bcrypt hash: htpasswd -nBC 10 `+u.Name, "not a bcrypt hash")
		}
		if u.TokenFile != "" {
			token, err := ReadSecret(u.TokenFile)
			if err != nil {
				ps.Add(at+".token_file", "a readable file with one line", "%v", err)
			} else if first, twice := tokens[token]; twice {
				ps.Add(at+".token_file", "a token of its own", "%s[%d] has the same token", path, first)
			} else {
				tokens[token] = i
			}
		}
	}
	return ps
}

// ReadSecret reads a secret from a file: its first line, without spaces around.
func ReadSecret(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(data), []byte("\n"))
	if secret := string(bytes.TrimSpace(line)); secret != "" {
		return secret, nil
	}
	return "", fmt.Errorf("%s is empty", file)
}
