package access

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/andonhq/andon/pkg/config"
)

// ListenerWarnings names the listeners over which secrets cross a network in
// the clear. senders tells whether senders prove who they are by a token or a
// password. It reads nothing but the mode of key files.
func ListenerWarnings(path string, listeners []Listener, users, senders bool) config.Problems {
	var ps config.Problems
	for i, l := range listeners {
		at := fmt.Sprintf("%s[%d]", path, i)
		if l.TLS.Set() {
			if c, err := l.tlsSettings(); err == nil && c.TLSKeyPath != "" {
				ps = append(ps, openToAll(at+".tls_server_config.key_file", c.TLSKeyPath)...)
			}
			continue
		}
		const allowed = "add tls_server_config, or listen on 127.0.0.1 behind a proxy with TLS"
		switch {
		case l.Loopback():
		case users && (l.Serves(API) || l.Serves(Web) || l.Serves(Metrics)):
			ps.Add(at+".address", allowed, "passwords and tokens of users cross the network in the clear")
		case senders && l.Serves(Receive):
			ps.Add(at+".address", allowed, "tokens and passwords of senders cross the network in the clear")
		}
	}
	return ps
}

// UserWarnings names users whose password or token is a placeholder, whose token
// others can read, or who speak for others and may do nothing. It takes a moment for each password: comparing with
// a bcrypt hash is slow on purpose.
func UserWarnings(path string, users []User) config.Problems {
	var ps config.Problems
	for i, u := range users {
		at := fmt.Sprintf("%s[%d]", path, i)
		if word, ok := placeholderOf(u); ok {
			ps.Add(at+".password_hash", "make another: htpasswd -nBC 10 "+u.Name, "the password is %q, which anybody would guess", word)
		}
		if u.OnBehalfOf && u.Role == Viewer {
			ps.Add(at+".on_behalf_of", "role: operator, or remove it", "a viewer changes nothing: what %s sends for others, such as acknowledgements, is refused", u.Name)
		}
		if u.TokenFile != "" {
			ps = append(ps, SecretWarnings(at+".token_file", u.TokenFile)...)
		}
	}
	return ps
}

// placeholders stand where a secret was to be put.
var placeholders = []string{"change-me", "changeme", "change_me", "password", "secret", "token"}

// maxGuessCost bounds the time that guessing takes: a hash of cost 12 takes a
// quarter of a second a guess.
const maxGuessCost = 12

// placeholderOf compares a password with the few words that examples are full
// of.
func placeholderOf(u User) (string, bool) {
	cost, err := bcrypt.Cost([]byte(u.PasswordHash))
	if err != nil || cost > maxGuessCost {
		return "", false
	}
	for _, word := range placeholders[:4] {
		if bcrypt.CompareHashAndPassword([]byte(u.PasswordHash), []byte(word)) == nil {
			return word, true
		}
	}
	return "", false
}

// shortestSecret is the length below which a token or a sender's password can
// be tried out.
const shortestSecret = 12

// SecretWarnings judges the file of a token or password: who may read it, and
// whether it holds a secret at all. A file that cannot be read is passed over.
// No warning shows anything of what is in the file but a placeholder.
func SecretWarnings(path, file string) config.Problems {
	ps := openToAll(path, file)
	secret, err := ReadSecret(file)
	if err != nil {
		return ps
	}
	const allowed = "make another: head -c 24 /dev/urandom | base64"
	switch word := strings.ToLower(secret); {
	case slices.Contains(placeholders, word):
		ps.Add(path, allowed, "%s holds the placeholder %q", file, word)
	case len(secret) < shortestSecret:
		ps.Add(path, allowed, "%s holds %d characters, which can be guessed", file, len(secret))
	}
	return ps
}

// openToAll warns where every user of the machine may read or change a file.
func openToAll(path, file string) config.Problems {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o006 == 0 {
		return nil
	}
	var ps config.Problems
	ps.Add(path, fmt.Sprintf("chown root:andon %s; chmod 0640 %[1]s", file), "every user of this machine can read %s (mode %04o)", file, info.Mode().Perm())
	return ps
}
