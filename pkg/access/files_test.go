package access

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheckUserFiles(t *testing.T) {
	token, empty := tokenFile(t, "t0ken"), tokenFile(t, " \n")
	none := filepath.Join(t.TempDir(), "none")
	for name, c := range map[string]struct {
		users []User
		want  []string
	}{
		"right":             {[]User{{TokenFile: token}, {PasswordHash: "x"}}, []string{}},
		"every bad one":     {[]User{{TokenFile: none}, {TokenFile: empty}}, []string{"users[0].token_file: open " + none + ": no such file or directory", "users[1].token_file: " + empty + " is empty"}},
		"the token of both": {[]User{{TokenFile: token}, {TokenFile: token}}, []string{"users[1].token_file: users[0] has the same token"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, problems(CheckUserFiles("users", c.users))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestCheckListenerFiles(t *testing.T) {
	text := tokenFile(t, "no certificate")
	for name, c := range map[string]struct {
		tls  string
		want []string
	}{
		"a field that is none": {"{certfile: x}", []string{}}, // ValidateListeners names it
		"each that is missing": {"{cert_file: none.pem, key_file: none.key, client_ca_file: none.ca}", []string{
			"listeners[1].tls_server_config.cert_file: open none.pem: no such file or directory",
			"listeners[1].tls_server_config.key_file: open none.key: no such file or directory",
			"listeners[1].tls_server_config.client_ca_file: open none.ca: no such file or directory",
		}},
		"no certificates": {"{cert_file: " + text + ", key_file: " + text + "}", []string{
			"listeners[1].tls_server_config: failed to load X509KeyPair: tls: failed to find any PEM data in certificate input",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			listeners := []Listener{{Address: "127.0.0.1:1", Serve: Parts}, {Address: "127.0.0.1:2", Serve: Parts, TLS: raw(t, c.tls)}}
			if d := cmp.Diff(c.want, problems(CheckListenerFiles("listeners", listeners))); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestWhoMayNotReadIsToldSo: the file may be as it should be, and read by
// somebody else than andon.
func TestWhoMayNotReadIsToldSo(t *testing.T) {
	for err, want := range map[error]string{
		os.ErrPermission: "a file that the user andon runs as can read; check as that user",
		os.ErrNotExist:   SecretAllowed,
	} {
		ps := CheckUserFiles("users", nil)
		AddUnreadable(&ps, "users[0].token_file", SecretAllowed, err)
		if len(ps) != 1 || ps[0].Allowed != want {
			t.Errorf("of %v: %+v", err, ps)
		}
	}
}

func TestListenerWarnings(t *testing.T) {
	open := func(address string, serve ...string) Listener { return Listener{Address: address, Serve: serve} }
	key := tokenFile(t, "a key")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		listener       Listener
		users, senders bool
		want           []string
	}{
		"this machine only":      {open("127.0.0.1:1", Parts...), true, true, []string{}},
		"users over a network":   {open(":1", Web), true, false, []string{"listeners[0].address: passwords and tokens of users cross the network in the clear"}},
		"senders over a network": {open(":1", Receive), true, true, []string{"listeners[0].address: tokens and passwords of senders cross the network in the clear"}},
		"signed messages only":   {open(":1", Receive), true, false, []string{}},
		"TLS":                    {Listener{Address: ":1", Serve: Parts, TLS: raw(t, "{cert_file: a, key_file: b}")}, true, true, []string{}},
		"a key for everybody":    {Listener{Address: ":1", Serve: Parts, TLS: raw(t, "{cert_file: a, key_file: "+key+"}")}, true, true, []string{"listeners[0].tls_server_config.key_file: every user of this machine can read " + key + " (mode 0644)"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, problems(ListenerWarnings("listeners", []Listener{c.listener}, c.users, c.senders))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestUserWarnings(t *testing.T) {
	good, short, placeholder, world := tokenFile(t, strings.Repeat("x", 12)), tokenFile(t, "hunter2"), tokenFile(t, "Change-Me\n"), tokenFile(t, strings.Repeat("y", 32))
	if err := os.Chmod(world, 0o604); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		user User
		want []string
	}{
		"a good token":           {User{TokenFile: good}, []string{}},
		"a short token":          {User{TokenFile: short}, []string{"users[0].token_file: " + short + " holds 7 characters, which can be guessed"}},
		"a placeholder":          {User{TokenFile: placeholder}, []string{"users[0].token_file: " + placeholder + ` holds the placeholder "change-me"`}},
		"a file for everybody":   {User{TokenFile: world}, []string{"users[0].token_file: every user of this machine can read " + world + " (mode 0604)"}},
		"no file":                {User{TokenFile: good + ".none"}, []string{}}, // a mistake, not a warning
		"a viewer for others":    {User{Name: "grafana", Role: Viewer, TokenFile: good, OnBehalfOf: true}, []string{"users[0].on_behalf_of: a viewer changes nothing: what grafana sends for others, such as acknowledgements, is refused"}},
		"an operator for others": {User{Name: "grafana", Role: Operator, TokenFile: good, OnBehalfOf: true}, []string{}},
		"a password":             {User{PasswordHash: hashOf(t, "correct horse")}, []string{}},
		"the example's password": {User{PasswordHash: hashOf(t, "change-me")}, []string{`users[0].password_hash: the password is "change-me", which anybody would guess`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := problems(UserWarnings("users", []User{c.user}))
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if strings.Contains(strings.Join(got, "\n"), "hunter2") {
				t.Error("a secret is shown")
			}
		})
	}
}
