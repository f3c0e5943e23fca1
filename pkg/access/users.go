package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/crypto/bcrypt"
)

// Identity is who made a request.
type Identity struct {
	// Name is who is on record: the user, or whom the user speaks for.
	Name string
	Role string
}

// May reports whether a role is enough for what needs another.
func (i Identity) May(role string) bool {
	return slices.Index(roles, i.Role) >= slices.Index(roles, role)
}

// OnBehalfOf is the header in which a user with on_behalf_of names the person.
const OnBehalfOf = "X-Andon-On-Behalf-Of"

// Why somebody is not let in. All but ErrThisMachine are of Authenticate.
var (
	ErrNoCredentials = errors.New("log in: no credentials")
	ErrWrong         = errors.New("log in: wrong name, password or token")
	// ErrOnBehalf: who names another person in the header must be allowed to,
	// and name one: a wrong name on record is worse than none.
	ErrOnBehalf = errors.New("this user may not name another in " + OnBehalfOf + ": set on_behalf_of for the user in the configuration, and send one name")
	// ErrBusy: too many passwords are being looked at; come again.
	ErrBusy = errors.New("log in: too many at once, try again in a moment")
	// ErrThisMachine: where there are no users, nobody else can be told apart.
	ErrThisMachine = errors.New("without users, the board is read on this machine only (127.0.0.1 or localhost)")
)

// Users authenticates requests. It is safe for concurrent use.
type Users struct {
	users  []User
	tokens map[[sha256.Size]byte]int // hash of a token → user

	// bcrypt is slow on purpose: few at a time, and what was right once is
	// remembered by its hash.
	slots   chan struct{}
	waiting atomic.Int32 // for a slot
	mu      sync.Mutex
	known   map[[sha256.Size]byte]int
}

const maxKnown = 1000

// maxWaiting is how many requests wait for bcrypt at most: who guesses passwords
// must not fill the memory, nor keep people out for long.
const maxWaiting = 64

// NewUsers reads the users' token files.
func NewUsers(users []User) (*Users, error) {
	u := &Users{
		users: users, tokens: map[[sha256.Size]byte]int{}, known: map[[sha256.Size]byte]int{},
		slots: make(chan struct{}, 2),
	}
	for i, user := range users {
		if user.TokenFile == "" {
			continue
		}
		token, err := ReadSecret(user.TokenFile)
		if err != nil {
			return nil, fmt.Errorf("read token of user %s: %w", user.Name, err)
		}
		u.tokens[sha256.Sum256([]byte(token))] = i
	}
	return u, nil
}

// Any reports whether there are users at all.
func (u *Users) Any() bool { return len(u.users) > 0 }

// Passwords reports whether there are users who could log in with a password.
func (u *Users) Passwords() bool {
	return slices.ContainsFunc(u.users, func(user User) bool { return user.PasswordHash != "" })
}

// Authenticate tells who made a request, by bearer token or HTTP Basic.
func (u *Users) Authenticate(r *http.Request) (Identity, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return Identity{}, ErrNoCredentials
	}
	index := -1
	if scheme, token, _ := strings.Cut(header, " "); strings.EqualFold(scheme, "Bearer") {
		if i, ok := u.tokens[sha256.Sum256([]byte(strings.TrimSpace(token)))]; ok {
			index = i
		}
	} else if name, password, ok := r.BasicAuth(); ok {
		i, err := u.password(r, name, password)
		if err != nil {
			return Identity{}, err
		}
		index = i
	}
	if index < 0 {
		return Identity{}, ErrWrong
	}
	user := u.users[index]
	id := Identity{Name: user.Name, Role: user.Role}
	names := r.Header.Values(OnBehalfOf)
	if len(names) == 0 {
		return id, nil
	}
	if !user.OnBehalfOf || len(names) > 1 {
		return Identity{}, ErrOnBehalf
	}
	if who := strings.TrimSpace(names[0]); who != "" {
		id.Name = fmt.Sprintf("%.100s (by %s)", strings.ToValidUTF8(who, "?"), user.Name)
	}
	return id, nil
}

// missing is a hash to compare with where there is no such user, so that the
// answer takes as long.
const missing = "$2a$10$7EqJtq98hPqEX7fNZaFWoOhi5T9T5m2Z5u1Zl1Q6m0e0r0Yy8yW5S"

// password returns the index of the user, -1 where name or password is wrong.
func (u *Users) password(r *http.Request, name, password string) (int, error) {
	index := slices.IndexFunc(u.users, func(user User) bool { return user.Name == name && user.PasswordHash != "" })
	hash := missing
	if index >= 0 {
		hash = u.users[index].PasswordHash
	}
	key := sha256.Sum256([]byte(hash + "\x00" + password))
	if u.remembers(key) {
		return index, nil
	}
	if err := u.slot(r.Context()); err != nil {
		return -1, err
	}
	defer func() { <-u.slots }()
	if u.remembers(key) { // another screen of the same user was faster
		return index, nil
	}
	if err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)); err != nil || index < 0 {
		return -1, nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.known) >= maxKnown {
		clear(u.known)
	}
	u.known[key] = index
	return index, nil
}

func (u *Users) remembers(key [sha256.Size]byte) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, ok := u.known[key]
	return ok
}

// slot waits for one of the few places for bcrypt.
func (u *Users) slot(ctx context.Context) error {
	defer u.waiting.Add(-1)
	if u.waiting.Add(1) > maxWaiting {
		return ErrBusy
	}
	select {
	case u.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func validHash(hash string) bool {
	_, err := bcrypt.Cost([]byte(hash))
	return err == nil
}
