// Package access says who may reach what: the listeners, what each of them
// serves, over which TLS, and the users with their roles. It decides nothing
// about receivers, whose senders are authenticated by package receive.
package access

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"

	"github.com/andonhq/andon/pkg/config"
	"github.com/andonhq/andon/pkg/internal/loopback"
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
	return err == nil && loopback.Is(host)
}

// DefaultListeners is what listens where the configuration names nothing.
var DefaultListeners = []Listener{{Address: "127.0.0.1:9560", Serve: Parts}}

// ValidateListeners checks the listeners section; CheckListenerFiles reads the
// files that it names. hasUsers tells whether there
// are users who could log in.
func ValidateListeners(path string, listeners []Listener, hasUsers bool) config.Problems {
	var ps config.Problems
	seen := map[string]int{}
	for i, l := range listeners {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch _, port, err := net.SplitHostPort(l.Address); {
		case err != nil || port == "":
			ps.Add(at+".address", `"host:port", such as "127.0.0.1:9560"; ":9560" for every address`, "%q is not an address to listen on", l.Address)
		case !validPort(port):
			ps.Add(at+".address", "a port from 1 to 65535; 0 takes a free one", "%q is no port", port)
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
			if _, err := l.tlsSettings(); err != nil {
				ps.Add(at+".tls_server_config", tlsAllowed, "%v", err)
			}
		}
		if !l.Loopback() && !hasUsers && (l.Serves(API) || l.Serves(Web) || l.Serves(Metrics)) {
			ps.Add(at+".serve", "add users, listen on 127.0.0.1, or serve receive only", "beyond this machine the board needs users who log in")
		}
	}
	return ps
}

func validPort(port string) bool {
	_, err := strconv.ParseUint(port, 10, 16)
	return err == nil || serviceName.MatchString(port)
}

// serviceName is a name that net.Listen finds in the list of services, such
// as https.
var serviceName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

const tlsAllowed = "exporter-toolkit's settings: cert_file, key_file, client_auth_type, client_ca_file, min_version …"

// tlsSettings reads the section; the files that it names are not read.
func (l Listener) tlsSettings() (*web.TLSConfig, error) {
	text, err := yaml3.Marshal(l.TLS.Node)
	if err != nil {
		return nil, err
	}
	var c web.TLSConfig
	if err := yaml.UnmarshalStrict(text, &c); err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return &c, nil
}

// TLSConfig returns the listener's TLS settings, with the certificates that
// they name; nil where it has none.
func (l Listener) TLSConfig() (*tls.Config, error) {
	if !l.TLS.Set() {
		return nil, nil
	}
	c, err := l.tlsSettings()
	if err != nil {
		return nil, err
	}
	t, err := web.ConfigToTLSConfig(c)
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

// ValidateUsers checks the users section; CheckUserFiles reads the files that
// it names.
func ValidateUsers(path string, users []User) config.Problems {
	var ps config.Problems
	seen := map[string]int{}
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
			ps.Add(at+".password_hash", "make one: htpasswd -nBC 10 "+u.Name+" (Debian: package apache2-utils)", "not a bcrypt hash")
		}
	}
	return ps
}
