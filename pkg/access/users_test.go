package access

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// hashOf is a bcrypt hash that costs as little as can be.
func hashOf(t *testing.T, password string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return string(hash)
}

func tokenFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func someUsers(t *testing.T) *Users {
	t.Helper()
	u, err := NewUsers([]User{
		{Name: "sato", PasswordHash: hashOf(t, "correct horse"), Role: Operator},
		{Name: "grafana", TokenFile: tokenFile(t, "  t0ken-of-grafana \n"), Role: Operator, OnBehalfOf: true},
		{Name: "probe", TokenFile: tokenFile(t, "t0ken-of-probe"), Role: Viewer},
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestAuthenticate(t *testing.T) {
	u := someUsers(t)
	basic := func(name, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(name, password) }
	}
	header := func(pairs ...string) func(*http.Request) {
		return func(r *http.Request) {
			for i := 0; i < len(pairs); i += 2 {
				r.Header.Set(pairs[i], pairs[i+1])
			}
		}
	}
	for name, c := range map[string]struct {
		with func(*http.Request)
		want Identity
		err  error
	}{
		"nothing":                   {with: header(), err: ErrNoCredentials},
		"bearer":                    {with: header("Authorization", "Bearer t0ken-of-probe"), want: Identity{"probe", Viewer}},
		"scheme in small letters":   {with: header("Authorization", "bearer t0ken-of-probe"), want: Identity{"probe", Viewer}},
		"wrong token":               {with: header("Authorization", "Bearer t0ken"), err: ErrWrong},
		"empty token":               {with: header("Authorization", "Bearer "), err: ErrWrong},
		"another scheme":            {with: header("Authorization", "Digest x"), err: ErrWrong},
		"Basic that is no Base64":   {with: header("Authorization", "Basic ???"), err: ErrWrong},
		"password":                  {with: basic("sato", "correct horse"), want: Identity{"sato", Operator}},
		"wrong password":            {with: basic("sato", "battery"), err: ErrWrong},
		"empty password":            {with: basic("sato", ""), err: ErrWrong},
		"unknown name":              {with: basic("suzuki", "correct horse"), err: ErrWrong},
		"a token as password":       {with: basic("probe", "t0ken-of-probe"), err: ErrWrong},
		"on behalf of, who may":     {with: header("Authorization", "Bearer t0ken-of-grafana", OnBehalfOf, " tanaka "), want: Identity{"tanaka (by grafana)", Operator}},
		"on behalf of, who may not": {with: header("Authorization", "Bearer t0ken-of-probe", OnBehalfOf, "tanaka"), err: ErrOnBehalf},
		"on behalf of two": {with: func(r *http.Request) {
			r.Header["Authorization"], r.Header[OnBehalfOf] = []string{"Bearer t0ken-of-grafana"}, []string{"tanaka", "sato"}
		}, err: ErrOnBehalf},
		"on behalf of nobody":        {with: header("Authorization", "Bearer t0ken-of-grafana", OnBehalfOf, "  "), want: Identity{"grafana", Operator}},
		"on behalf of a long name":   {with: header("Authorization", "Bearer t0ken-of-grafana", OnBehalfOf, strings.Repeat("佐", 200)), want: Identity{strings.Repeat("佐", 100) + " (by grafana)", Operator}},
		"on behalf of, not in UTF-8": {with: header("Authorization", "Bearer t0ken-of-grafana", OnBehalfOf, "a\xffb"), want: Identity{"a?b (by grafana)", Operator}},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // the second time from what is remembered
				r := httptest.NewRequest(http.MethodGet, "/", nil)
				c.with(r)
				got, err := u.Authenticate(r)
				if !errors.Is(err, c.err) || got != c.want {
					t.Errorf("got %v, %v; expected %v, %v", got, err, c.want, c.err)
				}
			}
		})
	}
}

// TestAnUnknownNameCostsAsMuch: the hash that unknown names are compared with
// is a real one, else the answer would come at once and tell that there is no
// such user.
func TestAnUnknownNameCostsAsMuch(t *testing.T) {
	if cost, err := bcrypt.Cost([]byte(missing)); err != nil || cost != bcrypt.DefaultCost {
		t.Errorf("cost %d, %v", cost, err)
	}
	if err := bcrypt.CompareHashAndPassword([]byte(missing), []byte("x")); !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		t.Errorf("compared: %v", err)
	}
}

func TestPasswordsAreRememberedWithinABound(t *testing.T) {
	u := someUsers(t)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.SetBasicAuth("sato", "wrong")
	if _, err := u.Authenticate(r); !errors.Is(err, ErrWrong) {
		t.Fatal(err)
	}
	if len(u.known) != 0 {
		t.Error("a wrong password is remembered")
	}
	for i := range maxKnown {
		u.known[[32]byte{byte(i), byte(i >> 8), 1}] = 0
	}
	r.SetBasicAuth("sato", "correct horse")
	if _, err := u.Authenticate(r); err != nil {
		t.Fatal(err)
	}
	if len(u.known) != 1 {
		t.Errorf("%d are remembered, expected that the old ones made room", len(u.known))
	}
}

// TestWaitingForATurnEndsWithTheRequest: while others are being checked, one
// who goes away is not waited for.
func TestWaitingForATurnEndsWithTheRequest(t *testing.T) {
	u := someUsers(t)
	for range cap(u.slots) {
		u.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	r.SetBasicAuth("sato", "correct horse")
	if id, err := u.Authenticate(r); !errors.Is(err, context.Canceled) || id != (Identity{}) {
		t.Errorf("got %v, %v", id, err)
	}
}

// TestFewWaitForBcrypt: one more than may wait is turned away at once, and a
// password that is known needs no turn.
func TestFewWaitForBcrypt(t *testing.T) {
	u := someUsers(t)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.SetBasicAuth("sato", "correct horse")
	if _, err := u.Authenticate(r); err != nil {
		t.Fatal(err)
	}
	for range cap(u.slots) {
		u.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	guess := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	guess.SetBasicAuth("sato", "guessed")
	answers := make(chan error, maxWaiting+1)
	for range maxWaiting + 1 {
		go func() {
			_, err := u.Authenticate(guess)
			answers <- err
		}()
	}
	if err := <-answers; !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	if _, err := u.Authenticate(r); err != nil {
		t.Errorf("a known password: %v", err)
	}
	cancel()
	for range maxWaiting {
		if err := <-answers; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	if n := u.waiting.Load(); n != 0 {
		t.Errorf("%d wait still", n)
	}
}

func TestMay(t *testing.T) {
	for _, c := range []struct {
		role  string
		needs string
		want  bool
	}{
		{Viewer, Viewer, true},
		{Viewer, Operator, false},
		{Operator, Viewer, true},
		{Operator, Admin, false},
		{Admin, Admin, true},
		{Admin, Operator, true},
		{"", Viewer, false},
		{"root", Viewer, false},
	} {
		if got := (Identity{Role: c.role}).May(c.needs); got != c.want {
			t.Errorf("%q may what needs %s: %v", c.role, c.needs, got)
		}
	}
}

func TestNewUsersNamesTheUserButNotTheToken(t *testing.T) {
	_, err := NewUsers([]User{{Name: "probe", TokenFile: filepath.Join(t.TempDir(), "none")}})
	if err == nil || !strings.Contains(err.Error(), "user probe") {
		t.Errorf("got %v", err)
	}
}

func TestReadSecret(t *testing.T) {
	for text, want := range map[string]string{
		"secret": "secret", "secret\n": "secret", "\n  secret \r\nsecond line\n": "secret", "": "", " \n\n": "",
	} {
		got, err := ReadSecret(tokenFile(t, text))
		if got != want || (err == nil) != (want != "") {
			t.Errorf("of %q: %q, %v", text, got, err)
		}
	}
}
