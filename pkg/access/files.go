package access

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/prometheus/exporter-toolkit/web"

	"github.com/andonhq/andon/pkg/config"
)

// CheckListenerFiles reads the certificates and keys that the listeners name.
// A section that cannot be decoded is passed over: ValidateListeners says so.
func CheckListenerFiles(path string, listeners []Listener) config.Problems {
	var ps config.Problems
	for i, l := range listeners {
		at := fmt.Sprintf("%s[%d].tls_server_config", path, i)
		if !l.TLS.Set() {
			continue
		}
		c, err := l.tlsSettings()
		if err != nil {
			continue
		}
		readable := true
		for _, f := range []struct{ field, file, what string }{
			{"cert_file", c.TLSCertPath, "a certificate in PEM form"},
			{"key_file", c.TLSKeyPath, "the key of the certificate, in PEM form"},
			{"client_ca_file", c.ClientCAs, "certificates in PEM form"},
		} {
			if f.file == "" {
				continue
			}
			if _, err := os.ReadFile(f.file); err != nil {
				readable = false
				AddUnreadable(&ps, at+"."+f.field, "a readable file with "+f.what, err)
			}
		}
		if !readable {
			continue
		}
		if _, err := web.ConfigToTLSConfig(c); err != nil {
			ps.Add(at, tlsAllowed, "%v", err)
		}
	}
	return ps
}

// CheckUserFiles reads the users' token files.
func CheckUserFiles(path string, users []User) config.Problems {
	var ps config.Problems
	tokens := map[string]int{}
	for i, u := range users {
		if u.TokenFile == "" {
			continue
		}
		at := fmt.Sprintf("%s[%d].token_file", path, i)
		token, err := ReadSecret(u.TokenFile)
		if err != nil {
			AddUnreadable(&ps, at, SecretAllowed, err)
		} else if first, twice := tokens[token]; twice {
			ps.Add(at, "a token of its own", "%s[%d] has the same token", path, first)
		} else {
			tokens[token] = i
		}
	}
	return ps
}

// SecretAllowed says what the file of a token or a password must be.
const SecretAllowed = "a readable file with one line (make a token: head -c 24 /dev/urandom | base64)"

// AddUnreadable adds the mistake of a file that cannot be read. Where only the
// rights are missing, the file may be good and the reader the wrong one.
func AddUnreadable(ps *config.Problems, path, allowed string, err error) {
	if errors.Is(err, fs.ErrPermission) {
		allowed = "a file that the user andon runs as can read; check as that user"
	}
	ps.Add(path, allowed, "%v", err)
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
