package receive

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	maxCertificate  = 64 << 10         // bytes of a certificate file
	maxCertificates = 64               // in the cache
	fetchTimeout    = 5 * time.Second  // for one certificate
	retryFetch      = 30 * time.Second // after a failure
	maxFetches      = 4                // at a time
)

// errUnreachable is a certificate that could not be fetched now.
var errUnreachable = errors.New("the signing certificate cannot be fetched now")

// certificates gives the certificate that a message names. With a pinned one
// nothing is ever fetched. A fetched one is believed because it came over
// verified TLS from a host of Amazon SNS; its own dates and names are
// checked too. What SNS serves is the leaf without its issuers, so there is no
// chain to follow.
type certificates struct {
	pinned *x509.Certificate
	client *http.Client
	hosts  hostRule
	now    func() time.Time

	flights singleflight.Group
	fetches chan struct{}
	mu      sync.Mutex
	cache   map[string]cachedCertificate
}

type cachedCertificate struct {
	cert  *x509.Certificate
	err   error
	until time.Time // of an error
}

func newCertificates(file string, hosts hostRule, d Deps) (*certificates, error) {
	c := &certificates{
		hosts: hosts, now: d.Now, client: snsClient(d.Transport),
		fetches: make(chan struct{}, maxFetches), cache: map[string]cachedCertificate{},
	}
	if file == "" {
		return c, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	if c.pinned, err = parseCertificate(data); err != nil {
		return nil, fmt.Errorf("read the certificate %s: %w", file, err)
	}
	return c, nil
}

// snsClient follows no redirects: they could lead anywhere.
func snsClient(t http.RoundTripper) *http.Client {
	return &http.Client{
		Transport: t, Timeout: fetchTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func parseCertificate(data []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no certificate in PEM form")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	if _, ok := cert.PublicKey.(*rsa.PublicKey); !ok {
		return nil, errors.New("it has no RSA key")
	}
	return cert, nil
}

// of returns the certificate at an address that has passed the host rule.
// errUnreachable, wrapped, says that trying again can help.
func (c *certificates) of(ctx context.Context, u *url.URL) (*x509.Certificate, error) {
	cert, err := c.pinned, error(nil)
	if cert == nil {
		cert, err = c.fetched(ctx, u)
	}
	if err != nil {
		return nil, err
	}
	if now := c.now(); now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return nil, fmt.Errorf("the signing certificate is valid from %s to %s only",
			cert.NotBefore.Format(time.DateOnly), cert.NotAfter.Format(time.DateOnly))
	}
	return cert, nil
}

func (c *certificates) fetched(ctx context.Context, u *url.URL) (*x509.Certificate, error) {
	key := u.String()
	if known, ok := c.known(key); ok {
		return known.cert, known.err
	}
	flight := c.flights.DoChan(key, func() (any, error) {
		// Others may wait for this answer, so it outlives the first asker;
		// the client's timeout bounds it.
		cert, err := c.fetch(context.WithoutCancel(ctx), u)
		c.keep(key, cachedCertificate{cert, err, c.now().Add(retryFetch)})
		return cert, err
	})
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", errUnreachable, context.Cause(ctx))
	case got := <-flight:
		if got.Err != nil {
			return nil, got.Err
		}
		return got.Val.(*x509.Certificate), nil
	}
}

func (c *certificates) fetch(ctx context.Context, u *url.URL) (*x509.Certificate, error) {
	select {
	case c.fetches <- struct{}{}:
		defer func() { <-c.fetches }()
	default:
		return nil, fmt.Errorf("%w: too many are being fetched", errUnreachable)
	}
	data, err := get(ctx, c.client, u, maxCertificate)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	cert, err := parseCertificate(data)
	if err != nil {
		return nil, fmt.Errorf("the signing certificate of %s: %w", u.Host, err)
	}
	names := append([]string{cert.Subject.CommonName}, cert.DNSNames...)
	if !slices.ContainsFunc(names, func(n string) bool { return n == "sns.amazonaws.com" || n == u.Hostname() }) {
		return nil, fmt.Errorf("the signing certificate of %s is not one of Amazon SNS", u.Host)
	}
	return cert, nil
}

// get fetches an address that has passed the host rule.
func get(ctx context.Context, client *http.Client, u *url.URL, limit int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask %s: not a URL", u.Host)
	}
	resp, err := client.Do(req)
	if err != nil {
		// The client's error repeats the URL, and with it the token of a
		// subscription.
		var with *url.Error
		if errors.As(err, &with) {
			err = with.Err
		}
		return nil, fmt.Errorf("ask %s: %w", u.Host, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", u.Host, err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", u.Host, resp.Status)
	}
	return data, nil
}

func (c *certificates) known(key string) (cachedCertificate, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.cache[key]
	if ok && known.err != nil && c.now().After(known.until) {
		delete(c.cache, key)
		ok = false
	}
	return known, ok
}

// keep remembers an answer. When the cache is full, failures go first:
// strangers can cause those.
func (c *certificates) keep(key string, got cachedCertificate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.cache) >= maxCertificates {
		victim := ""
		for k, v := range c.cache {
			if victim == "" || v.err != nil {
				victim = k
			}
			if v.err != nil {
				break
			}
		}
		delete(c.cache, victim)
	}
	c.cache[key] = got
}
