package awsapi

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Identity is the caller as AWS sees it. Caches are keyed by it, never by a
// secret.
type Identity struct {
	AccountID string // 12 digits; "unknown" when STS cannot be asked and no setting tells
	ARN       string
	UserID    string
	Verified  bool // STS has confirmed it; otherwise nothing is shared with other data sources

	key string
}

const (
	identityFor   = 15 * time.Minute // how long STS's word is taken
	renewBefore   = 5 * time.Minute  // its end: from then on STS is asked beside the queries, and none waits
	unverifiedFor = 5 * time.Minute  // how long until STS is asked again
	stsPatience   = 8 * time.Second  // a closed network may not lead to STS at all
)

// access is the credentials for one account.
type access struct {
	account Account // zero: that of the data source's own credentials
	creds   aws.CredentialsProvider

	mu       sync.Mutex
	id       Identity
	until    time.Time
	renewing bool
}

var unverified atomic.Int64

// identity asks STS who the credentials are. Credentials that AWS refuses are
// an error: with a known access key id and a wrong secret nobody may read what
// the real owner has cached.
func (s *Sessions) identity(ctx context.Context, a *access) (Identity, error) {
	now := s.shared.now()
	a.mu.Lock()
	id, until := a.id, a.until
	known := id.key != "" && now.Before(until)
	renew := known && id.Verified && !a.renewing && !now.Before(until.Add(-renewBefore))
	a.renewing = a.renewing || renew
	a.mu.Unlock()
	if renew {
		s.shared.flights.running.spawn(func() { s.renew(a, until) })
	}
	if known {
		// Credentials that cannot be renewed any more end the identity early.
		if _, err := a.creds.Retrieve(ctx); err != nil {
			return Identity{}, credentialError(ctx, err)
		}
		return id, nil
	}
	return s.confirmed(ctx, a, until)
}

// confirmed is the identity as STS tells it now, or as it has told somebody else
// since the caller looked, who found one that stood until seen.
func (s *Sessions) confirmed(ctx context.Context, a *access, seen time.Time) (Identity, error) {
	// The key holds the session's number: confirming is never shared between
	// data sources.
	v, _, err := s.shared.flights.do(ctx, "identity\x00"+s.nonce+"\x00"+a.account.Name, func(ctx context.Context) (any, error) {
		if id, until := a.known(); until.After(seen) {
			return id, nil // the flight before this one landed between the look and the call
		}
		return s.confirm(ctx, a)
	})
	if err != nil {
		return Identity{}, err
	}
	return v.(Identity), nil
}

// renew confirms an identity before its time is over. Where that fails the
// first query after its end asks, and tells why.
func (s *Sessions) renew(a *access, seen time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), stsPatience)
	defer cancel()
	if _, err := s.confirmed(ctx, a, seen); err != nil {
		s.log.Debug("caller's identity not confirmed ahead of its end", "account", a.account.Name, "error", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.renewing = false
}

func (s *Sessions) confirm(ctx context.Context, a *access) (Identity, error) {
	creds, err := a.creds.Retrieve(ctx)
	if err != nil {
		return Identity{}, credentialError(ctx, err)
	}
	cfg := s.config(a, s.stsRegion(), instrument{shared: s.shared, set: s.set, account: "caller/" + s.nonce, region: s.stsRegion(), unshared: true})
	asking, cancel := context.WithTimeout(ctx, stsPatience)
	defer cancel()
	out, err := saidSTS{s.newSTS(cfg)}.GetCallerIdentity(asking, &sts.GetCallerIdentityInput{})
	keep := identityFor
	var id Identity
	switch {
	case err == nil:
		id = Identity{AccountID: aws.ToString(out.Account), ARN: aws.ToString(out.Arn), UserID: aws.ToString(out.UserId), Verified: true}
	case ctx.Err() != nil:
		return Identity{}, context.Cause(ctx)
	case refusedCredentials(err):
		return Identity{}, err
	default:
		// STS does not answer, which closed networks do. Work on, sharing nothing.
		s.log.Debug("caller's identity not confirmed", "account", a.account.Name, "error", err)
		old, until := a.known()
		if old.Verified && s.shared.now().Before(until) {
			return old, nil // asked ahead of its end: it stands until then
		}
		id, keep = old, unverifiedFor // still the same credentials: keep their cache
		if old.key == "" || old.Verified {
			id = Identity{AccountID: s.accountGuess(a, creds), UserID: "unverified-" + s.nonce + "-" + strconv.FormatInt(unverified.Add(1), 10)}
		}
		if old.Verified {
			id.AccountID = old.AccountID // series are labelled with it
		}
	}
	id.key = s.identityKey(a, id)
	a.mu.Lock()
	a.id, a.until = id, s.shared.now().Add(keep)
	a.mu.Unlock()
	return id, nil
}

// known is the identity that was found last, and until when it stands.
func (a *access) known() (Identity, time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.id, a.until
}

func refusedCredentials(err error) bool {
	var none *NoCredentials
	return errors.As(err, &none)
}

func credentialError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if isTyped(err) {
		return bare(err)
	}
	return &NoCredentials{Err: err}
}

func (s *Sessions) accountGuess(a *access, creds aws.Credentials) string {
	for _, arn := range []string{a.account.RoleARN, s.set.AssumeRoleARN} {
		if m := roleARN.FindStringSubmatch(arn); m != nil {
			return m[1]
		}
	}
	if creds.AccountID != "" {
		return creds.AccountID
	}
	return "unknown"
}

// identityKey hashes everything that decides what an answer may be: who asks,
// how he became that, and whom he asks. Fields are written with their length,
// so that no two lists of fields read the same.
func (s *Sessions) identityKey(a *access, id Identity) string {
	fields := []string{
		id.AccountID, id.ARN, id.UserID, strconv.FormatBool(id.Verified),
		string(s.set.AuthType), s.set.Profile, s.set.AccessKey, s.set.AssumeRoleARN, s.set.ExternalID,
		a.account.RoleARN, a.account.ExternalID,
		s.set.Endpoint, s.set.CACert,
	}
	for _, name := range slices.Sorted(maps.Keys(s.set.Endpoints)) {
		fields = append(fields, name, s.set.Endpoints[name])
	}
	return digest(fields...)
}

// digest is a short hash of fields, for keys.
func digest(fields ...string) string {
	h := sha256.New()
	var n [8]byte
	var b strings.Builder
	for _, f := range fields {
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		b.Write(n[:])
		b.WriteString(f)
	}
	h.Write([]byte(b.String()))
	return hex.EncodeToString(h.Sum(nil)[:16])
}
