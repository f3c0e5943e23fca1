package awsapi

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// caPool is the system's certificates and the given ones.
func caPool(pem string) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		// A system without certificates still works with the given ones.
		pool = x509.NewCertPool()
	}
	if pem != "" && !pool.AppendCertsFromPEM([]byte(pem)) {
		return nil, errors.New("holds no certificate in PEM form")
	}
	return pool, nil
}

// How long the beginning of an answer is waited for. A service that is silent has to
// be told of by name before those who ask give up, also where STS was silent
// before; a queue's long poll takes 20 s.
const (
	answerPatience = 12 * time.Second
	pollPatience   = 30 * time.Second
)

// httpClient is the client of one data source. It has to be the SDK's buildable
// client: with AWS_CA_BUNDLE set the SDK adds that bundle to the client's
// transport and refuses any other kind. The pool is always set, so that the
// bundle is added to the system's certificates instead of replacing them.
func httpClient(set Settings, patience time.Duration) (*awshttp.BuildableClient, error) {
	pool, err := caPool(set.CACert)
	if err != nil {
		return nil, err
	}
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = 5 * time.Second }).
		WithTransportOptions(func(t *http.Transport) {
			t.Proxy = set.Proxy.function()
			t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}
			t.TLSHandshakeTimeout = 5 * time.Second
			t.MaxIdleConnsPerHost = 64
			t.IdleConnTimeout = 90 * time.Second
			t.ResponseHeaderTimeout = patience
		}), nil
}
