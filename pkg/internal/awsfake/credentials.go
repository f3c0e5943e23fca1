package awsfake

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The accounts of the world, and keys that are good in it. Any secret does:
// signatures are not verified.
const (
	MainAccount   = "123456789012"
	SecondAccount = "210987654321"
	MainRegion    = "ap-northeast-1"
	SecondRegion  = "eu-central-1"

	AdminKey  = "AKIAEXAMPLEADMIN0001" // user andon of the main account; may do everything
	ViewerKey = "AKIAEXAMPLEVIEWER001" // user viewer of the main account; may until denied
	SecondKey = "AKIAEXAMPLESECOND001" // user andon of the second account
)

var knownRegions = map[string]bool{
	"us-east-1": true, "us-east-2": true, "us-west-1": true, "us-west-2": true, "ap-northeast-1": true, "ap-northeast-2": true,
	"ap-northeast-3": true, "ap-southeast-1": true, "ap-southeast-2": true, "ap-south-1": true, "ca-central-1": true,
	"eu-central-1": true, "eu-west-1": true, "eu-west-2": true, "eu-west-3": true, "eu-north-1": true, "sa-east-1": true,
}

// identity is who calls.
type identity struct {
	accessKey string
	account   string
	arn       string // of the user or of the assumed role's session
	role      string // of the role, where one was assumed
	userID    string
}

type key struct {
	identity
	token   string    // of a session; empty: a long-term key
	expires time.Time // of a session
}

type keyring struct {
	mu   sync.Mutex
	keys map[string]key
	next int
}

func (k *keyring) init() {
	k.keys = map[string]key{}
	for _, u := range [][3]string{{AdminKey, MainAccount, "andon"}, {ViewerKey, MainAccount, "viewer"}, {SecondKey, SecondAccount, "andon"}} {
		k.add(u[0], u[1], u[2])
	}
}

func (k *keyring) add(accessKey, account, user string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys[accessKey] = key{identity: identity{
		accessKey: accessKey, account: account, arn: "arn:aws:iam::" + account + ":user/" + user, userID: "AIDA" + strings.ToUpper(user),
	}}
}

// AddKey makes another access key good: that of a user of an account.
func (f *Fake) AddKey(accessKey, account, user string) { f.keys.add(accessKey, account, user) }

// session makes the key of an assumed role.
func (k *keyring) session(account, role, session string, expires time.Time) key {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next++
	id := fmt.Sprintf("ASIAEXAMPLE%09d", k.next)
	s := key{token: fmt.Sprintf("FwoGZXIvYXdzEXAMPLE%09d", k.next), expires: expires, identity: identity{
		accessKey: id, account: account, role: role, userID: "AROAEXAMPLEROLE:" + session,
		arn: "arn:aws:sts::" + account + ":assumed-role/" + role[strings.LastIndexByte(role, '/')+1:] + "/" + session,
	}}
	k.keys[id] = s
	return s
}

// authenticate reads who signed, for which region and service. The signature
// itself is not verified.
func (f *Fake) authenticate(r *http.Request, c *call) *Error {
	scope, ok := credentialScope(r.Header.Get("Authorization"))
	if !ok {
		return &Error{Code: "MissingAuthenticationToken", Message: "Request is missing Authentication Token", Status: http.StatusForbidden}
	}
	if scope.service != c.service {
		return &Error{
			Code: "InvalidSignatureException", Status: http.StatusForbidden,
			Message: fmt.Sprintf("Credential should be scoped to correct service: '%s'.", c.service),
		}
	}
	if !knownRegions[scope.region] {
		return &Error{Code: "InvalidSignatureException", Message: "Credential should be scoped to a valid region.", Status: http.StatusForbidden}
	}
	f.keys.mu.Lock()
	k, known := f.keys.keys[scope.accessKey]
	f.keys.mu.Unlock()
	switch {
	case !known, k.token != r.Header.Get("X-Amz-Security-Token"):
		code := "UnrecognizedClientException"
		if c.service == STS || c.service == CloudWatch {
			code = "InvalidClientTokenId"
		}
		return &Error{Code: code, Message: "The security token included in the request is invalid.", Status: http.StatusForbidden}
	case k.token != "" && !f.now().Before(k.expires):
		code := "ExpiredTokenException"
		if c.service == STS || c.service == CloudWatch {
			code = "ExpiredToken"
		}
		return &Error{Code: code, Message: "The security token included in the request is expired", Status: http.StatusForbidden}
	}
	c.identity, c.region = k.identity, scope.region
	return nil
}

type scope struct{ accessKey, region, service string }

// credentialScope parses the Authorization header of Signature Version 4.
func credentialScope(header string) (scope, bool) {
	rest, ok := strings.CutPrefix(header, "AWS4-HMAC-SHA256 ")
	if !ok {
		return scope{}, false
	}
	for part := range strings.SplitSeq(rest, ",") {
		v, is := strings.CutPrefix(strings.TrimSpace(part), "Credential=")
		if !is {
			continue
		}
		p := strings.Split(v, "/")
		if len(p) < 5 || p[len(p)-1] != "aws4_request" || p[0] == "" {
			return scope{}, false
		}
		return scope{accessKey: p[0], region: p[len(p)-3], service: p[len(p)-2]}, true
	}
	return scope{}, false
}
