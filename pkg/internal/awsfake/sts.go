package awsfake

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The roles of the world. Their last actions can be taken with [Fake.Deny].
const (
	MainRole    = "arn:aws:iam::" + MainAccount + ":role/AndonReader"
	SecondRole  = "arn:aws:iam::" + SecondAccount + ":role/AndonReader"  // needs ExternalID
	LimitedRole = "arn:aws:iam::" + SecondAccount + ":role/AndonLimited" // may read CloudWatch only
	ClosedRole  = "arn:aws:iam::" + SecondAccount + ":role/Closed"       // nobody may assume it
	ExternalID  = "andon-external-id"
)

var roles = map[string]struct {
	externalID string
	closed     bool
}{MainRole: {}, SecondRole: {externalID: ExternalID}, LimitedRole: {}, ClosedRole: {closed: true}}

var stsOperations = map[string]handler{"AssumeRole": assumeRole, "GetCallerIdentity": getCallerIdentity}

type assumeRoleResponse struct {
	XMLName      xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
	AssumedID    string   `xml:"AssumeRoleResult>AssumedRoleUser>AssumedRoleId"`
	AssumedARN   string   `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
	AccessKey    string   `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
	Secret       string   `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
	SessionToken string   `xml:"AssumeRoleResult>Credentials>SessionToken"`
	Expiration   string   `xml:"AssumeRoleResult>Credentials>Expiration"`
}

func assumeRole(f *Fake, c *call) (any, error) {
	arn, session := c.form.Get("RoleArn"), c.form.Get("RoleSessionName")
	if arn == "" || session == "" {
		return nil, errf("ValidationError", "RoleArn and RoleSessionName are required")
	}
	seconds := 3600
	if s := c.form.Get("DurationSeconds"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 900 || n > 43200 {
			return nil, errf("ValidationError", "DurationSeconds must be between 900 and 43200")
		}
		seconds = n
	}
	r, known := roles[arn]
	if !known || r.closed || r.externalID != "" && r.externalID != c.form.Get("ExternalId") {
		return nil, &Error{
			Code: "AccessDenied", Status: http.StatusForbidden,
			Message: "User: " + c.arn + " is not authorized to perform: sts:AssumeRole on resource: " + arn,
		}
	}
	k := f.keys.session(strings.Split(arn, ":")[4], arn, session, f.now().Add(time.Duration(seconds)*time.Second))
	if arn == LimitedRole {
		f.limitOnce(arn)
	}
	return assumeRoleResponse{
		AssumedID: k.userID, AssumedARN: k.arn, AccessKey: k.accessKey, Secret: "example-secret-of-" + k.accessKey,
		SessionToken: k.token, Expiration: k.expires.Format(time.RFC3339),
	}, nil
}

// limitOnce takes everything but CloudWatch from a role that has not been
// touched by [Fake.Deny].
func (f *Fake) limitOnce(arn string) {
	f.switches.mu.Lock()
	defer f.switches.mu.Unlock()
	if _, set := f.denied[arn]; !set {
		f.denied[arn] = []string{"logs:*", "cloudtrail:*", "config:*", "sqs:*"}
	}
}

type callerIdentityResponse struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	ARN     string   `xml:"GetCallerIdentityResult>Arn"`
	UserID  string   `xml:"GetCallerIdentityResult>UserId"`
	Account string   `xml:"GetCallerIdentityResult>Account"`
}

func getCallerIdentity(_ *Fake, c *call) (any, error) {
	return callerIdentityResponse{ARN: c.arn, UserID: c.userID, Account: c.account}, nil
}
