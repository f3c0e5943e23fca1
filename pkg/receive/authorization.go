package receive

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/andonhq/andon/pkg/config"
)

// Authorization says how a sender proves who it is: exactly one of its fields.
type Authorization struct {
	// TokenFile holds the token of "Authorization: Bearer".
	TokenFile         string             `yaml:"token_file"`
	Basic             *Basic             `yaml:"basic"`
	ClientCertificate *ClientCertificate `yaml:"client_certificate"`
}

// Basic is HTTP Basic authentication.
type Basic struct {
	Username     string `yaml:"username"`
	PasswordFile string `yaml:"password_file"`
}

// ClientCertificate believes the certificate that the listener's TLS has
// verified, if one of its names (common name or subject alternative name) is
// in the list.
type ClientCertificate struct {
	Names []string `yaml:"names"`
}

func (a *Authorization) validate(path string) config.Problems {
	var ps config.Problems
	n := 0
	if a.TokenFile != "" {
		n++
	}
	if a.Basic != nil {
		n++
		if a.Basic.Username == "" || strings.Contains(a.Basic.Username, ":") {
			ps.Add(path+".basic.username", "a name without a colon", "%q is not a user name", a.Basic.Username)
		}
		if a.Basic.PasswordFile == "" {
			ps.Add(path+".basic.password_file", "the path of a file that holds the password", "missing")
		}
	}
	if a.ClientCertificate != nil {
		n++
		if len(a.ClientCertificate.Names) == 0 || slices.Contains(a.ClientCertificate.Names, "") {
			ps.Add(path+".client_certificate.names", "common names or subject alternative names", "missing")
		}
	}
	if n != 1 {
		ps.Add(path, "exactly one of token_file, basic, client_certificate", "%d of them are set", n)
	}
	return ps
}

// guard checks requests. Secrets are kept as hashes: comparing those takes
// the same time whatever was sent.
type guard struct {
	user   string
	secret [sha256.Size]byte
	names  []string
	scheme string // Bearer, Basic, or "" for certificates
}

// open reads the secret's file; a nil Authorization gives a nil guard, which
// lets everybody in.
func (a *Authorization) open() (*guard, error) {
	switch {
	case a == nil:
		return nil, nil
	case a.ClientCertificate != nil:
		return &guard{names: a.ClientCertificate.Names}, nil
	case a.Basic != nil:
		secret, err := readSecret(a.Basic.PasswordFile)
		return &guard{scheme: "Basic", user: a.Basic.Username, secret: secret}, err
	default:
		secret, err := readSecret(a.TokenFile)
		return &guard{scheme: "Bearer", secret: secret}, err
	}
}

func readSecret(path string) ([sha256.Size]byte, error) {
	data, err := secretIn(path)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	return sha256.Sum256(data), nil
}

// secretIn returns the secret in a file, without white space around it.
func secretIn(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return nil, fmt.Errorf("read the secret: %s is empty", path)
	}
	return data, nil
}

var errUnauthorized = errors.New("wrong or missing credentials")

// check returns errUnauthorized for who may not send.
func (g *guard) check(r *http.Request) error {
	if g == nil {
		return nil
	}
	var user, secret string
	switch g.scheme {
	case "Basic":
		user, secret, _ = r.BasicAuth()
	case "Bearer":
		if kind, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(kind, "Bearer") {
			secret = strings.TrimSpace(token)
		}
	default:
		if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || !g.named(r.TLS.VerifiedChains[0][0]) {
			return errUnauthorized
		}
		return nil
	}
	given, name, want := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(user)), sha256.Sum256([]byte(g.user))
	if subtle.ConstantTimeCompare(given[:], g.secret[:])&subtle.ConstantTimeCompare(name[:], want[:]) != 1 {
		return errUnauthorized
	}
	return nil
}

func (g *guard) named(cert *x509.Certificate) bool {
	names := append([]string{cert.Subject.CommonName}, cert.DNSNames...)
	names = append(names, cert.EmailAddresses...)
	for _, u := range cert.URIs {
		names = append(names, u.String())
	}
	return slices.ContainsFunc(names, func(n string) bool { return n != "" && slices.Contains(g.names, n) })
}

// challenge is the WWW-Authenticate header of a 401 answer, "" for
// certificates.
func (g *guard) challenge() string {
	switch g.scheme {
	case "Basic":
		return `Basic realm="andon", charset="UTF-8"`
	case "Bearer":
		return `Bearer realm="andon"`
	}
	return ""
}
