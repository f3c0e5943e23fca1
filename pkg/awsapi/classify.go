package awsapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Error codes of the services, as their API references list them under common
// errors. Some spell them with, some without "Exception".
var (
	deniedCodes = []string{
		"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "NotAuthorized",
		"AWS.SimpleQueueService.AccessDenied", "KMS.AccessDeniedException",
	}
	credentialCodes = []string{
		"UnrecognizedClientException", "InvalidClientTokenId", "SignatureDoesNotMatch", "InvalidSignatureException",
		"ExpiredToken", "ExpiredTokenException", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidAccessKeyId",
		"IncompleteSignature", "RequestExpired", "AuthFailure", "OptInRequired",
	}
	throttleCodes = []string{
		"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
		"TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "LimitExceededException", "LimitExceededFault", "LimitExceeded",
		"PriorRequestNotComplete", "TransactionInProgressException", "BandwidthLimitExceeded", "ProvisionedThroughputExceededException",
	}
	badRequestCodes = []string{
		"ValidationError", "ValidationException", "InvalidParameterValue", "InvalidParameterValueException",
		"InvalidParameterCombination", "InvalidParameterCombinationException", "InvalidParameterException", "InvalidFormat", "InvalidFormatFault",
		"MissingParameter", "MissingRequiredParameterException", "MalformedQueryException", "InvalidExpressionException",
		"InvalidNextToken", "InvalidNextTokenException", "InvalidTimeRangeException", "InvalidLookupAttributesException",
		"InvalidMaxResultsException", "InvalidLimitException", "ResourceNotFound", "ResourceNotFoundException", "ResourceNotDiscoveredException",
		"InvalidQueryExpression", "InvalidQueryStringException", "SerializationException", "InvalidAction",
		"NoSuchConfigRuleException", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "InvalidResultTokenException",
	}
)

var denial = regexp.MustCompile(`not authorized to perform:? ([A-Za-z0-9-]+:[A-Za-z0-9*]+)(?: on resource:? ([^\s,]+))?`)

// typed gives an SDK error the type callers decide by. endpoint is that of the
// failed call.
func typed(err error, action, region, endpoint string) error {
	if err == nil || isTyped(err) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return typedAPI(err, api, action)
	}
	var status *smithyhttp.ResponseError
	if errors.As(err, &status) && status.HTTPStatusCode() == http.StatusTooManyRequests {
		return &Throttled{Action: action, Err: answered(err, status)}
	}
	var invalid *smithy.InvalidParamsError
	if errors.As(err, &invalid) {
		return &BadRequest{Message: invalid.Error(), Err: err}
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		if dns.IsNotFound && !slices.Contains(regions, region) && strings.Contains(dns.Name, region) {
			return &NoSuchRegion{Region: region, Err: err}
		}
		return &Unreachable{Endpoint: dns.Name, Err: dns}
	}
	if network := networkCause(err); network != nil {
		return &Unreachable{Endpoint: endpointOf(err, endpoint), Err: network}
	}
	var signing interface{ ProviderName() string }
	if errors.As(err, &signing) || noCredentialText(err) {
		return &NoCredentials{Err: err}
	}
	if status != nil { // an answer that is none of AWS's, such as a page of a proxy's
		return &Failed{Action: action, Err: answered(err, status)}
	}
	return err
}

func isTyped(err error) bool {
	var (
		denied      *Denied
		throttled   *Throttled
		credentials *NoCredentials
		region      *NoSuchRegion
		unreachable *Unreachable
		bad         *BadRequest
		failed      *Failed
	)
	return errors.As(err, &denied) || errors.As(err, &throttled) || errors.As(err, &credentials) ||
		errors.As(err, &region) || errors.As(err, &unreachable) || errors.As(err, &bad) ||
		errors.As(err, &failed)
}

func typedAPI(err error, api smithy.APIError, action string) error {
	// JSON protocols may prefix the code with its namespace.
	code := api.ErrorCode()
	if i := strings.LastIndexByte(code, '#'); i >= 0 {
		code = code[i+1:]
	}
	switch {
	case slices.Contains(deniedCodes, code):
		d := &Denied{Action: action, Err: plain(err, api)}
		if m := denial.FindStringSubmatch(api.ErrorMessage()); m != nil {
			d.Action, d.Resource = m[1], m[2]
		}
		return d
	case slices.Contains(credentialCodes, code):
		return &NoCredentials{Err: plain(err, api)}
	case slices.Contains(throttleCodes, code):
		return &Throttled{Action: action, Err: plain(err, api)}
	case slices.Contains(badRequestCodes, code):
		message := api.ErrorMessage()
		if message == "" {
			message = code
		}
		return &BadRequest{Message: message, Action: action, Request: requestOf(err), Err: err}
	}
	return &Failed{Action: action, Err: plain(err, api)}
}

// plain is what AWS said, without the SDK's chain of layers in front, and still
// the SDK's error for errors.As.
func plain(err error, api smithy.APIError) error { return apiText{api, requestOf(err)} }

type apiText struct {
	smithy.APIError
	request string
}

func (e apiText) Error() string {
	said := e.ErrorCode()
	if e.ErrorMessage() != "" {
		said += ": " + e.ErrorMessage()
	}
	return said + withRequest(" (", e.request, ")")
}
func (e apiText) Unwrap() error { return e.APIError }

// answered is what an answer says that has no error of AWS's in it.
func answered(err error, status *smithyhttp.ResponseError) error {
	return fmt.Errorf("status %d: %w%s", status.HTTPStatusCode(), status.Err, withRequest(" (", requestOf(err), ")"))
}

// requestOf is AWS's id of the call that gave an error, empty where it tells none.
func requestOf(err error) string {
	var answered interface{ ServiceRequestID() string }
	if errors.As(err, &answered) {
		return answered.ServiceRequestID()
	}
	return ""
}

func networkCause(err error) error {
	var (
		op     *net.OpError
		cert   *tls.CertificateVerificationError
		unk    x509.UnknownAuthorityError
		host   x509.HostnameError
		record tls.RecordHeaderError
		uerr   *url.Error
		send   *smithyhttp.RequestSendError
	)
	switch {
	case errors.As(err, &cert):
		return cert
	case errors.As(err, &unk):
		return unk
	case errors.As(err, &host):
		return host
	case errors.As(err, &record):
		return record
	case errors.As(err, &op):
		return op
	case errors.As(err, &uerr):
		return uerr.Err
	case errors.As(err, &send):
		return send.Err
	}
	return nil
}

func endpointOf(err error, fallback string) string {
	var uerr *url.Error
	if errors.As(err, &uerr) {
		if u, perr := url.Parse(uerr.URL); perr == nil {
			return u.Host
		}
	}
	return fallback
}

// noCredentialText recognises the errors of the credential chain, which have no
// type of their own in the SDK.
func noCredentialText(err error) bool {
	var missing *aws.MissingRegionError
	if errors.As(err, &missing) {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "get credentials:") || strings.Contains(text, "failed to refresh cached credentials") ||
		strings.Contains(text, "get identity:") || strings.Contains(text, "static credentials are empty")
}

func retryableNetwork(err error) bool {
	var cert *tls.CertificateVerificationError
	if errors.As(err, &cert) {
		return false
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return !dns.IsNotFound
	}
	return networkCause(err) != nil
}
