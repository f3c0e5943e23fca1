// Package andon is the query type of the bridge's board: what is open, how the
// towers stand, what happened, and how many alerts there are; and the way by
// which somebody at a dashboard acknowledges an alert.
//
// The data source routes queries of type "andon" to it, and the resource
// andon/ack. It asks the bridge's HTTP API through package api/client, with the
// token of the data source's settings, and keeps nothing.
package andon

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

// Bridge is the bridge of one data source.
type Bridge struct {
	set    Settings
	host   string
	api    *client.Client
	http   *http.Client
	unable error // why it cannot be asked: not set, or the settings are wrong
}

// within is the time for one call.
const within = 15 * time.Second

// Open makes the bridge of a data source's settings. It calls nothing, and never
// fails: what is wrong is the error of each query.
func Open(jsonData []byte, secure map[string]string) *Bridge {
	b := &Bridge{}
	if b.set, b.unable = ParseSettings(jsonData, secure); b.unable != nil {
		return b
	}
	if b.set.URL == "" {
		b.unable = query.Wrong("bridgeUrl", "is not set: this data source knows no bridge. Give it the bridge's URL (jsonData.bridgeUrl) and a user's token (secureJsonData.bridgeToken)")
		return b
	}
	if u, err := url.Parse(b.set.URL); err == nil {
		b.host = u.Host
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil // calls go directly, as those to AWS do
	if b.set.CACert != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool() // a system without certificates still works with the given ones
		}
		pool.AppendCertsFromPEM([]byte(b.set.CACert))
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	b.http = &http.Client{
		Transport: transport, Timeout: within,
		// A bridge sends nobody elsewhere; the token goes to it alone.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if b.api, b.unable = client.New(b.set.URL, b.set.Token, b.http); b.unable != nil {
		b.unable = query.Wrong("bridgeUrl", "%v", b.unable)
	}
	return b
}

// Set reports whether the settings name a bridge, rightly or wrongly.
func (b *Bridge) Set() bool { return b.set.URL != "" }

// Close gives up idle connections.
func (b *Bridge) Close() {
	if b.http != nil {
		b.http.CloseIdleConnections()
	}
}

// Check is the bridge as one more capability of the health check. One that works,
// but over a network that reads its token, has that as hint.
func (b *Bridge) Check(ctx context.Context) awsapi.Capability {
	c := awsapi.Capability{Name: "bridge"}
	err := b.unable
	if err == nil {
		var s client.Status
		if s, err = b.api.Status(ctx); err != nil {
			err = b.failed(err)
		} else if s.Failed != "" {
			err = text.Fail("bridge.failed", b.host, s.Failed)
		}
	}
	if err != nil {
		c.Say(err, nil)
		return c
	}
	c.OK = true
	if b.set.exposed() {
		c.Say(nil, text.Of("health.bare", b.host))
	}
	return c
}

// failed says of an error of a call whose it is, and gives it the status that
// fits.
func (b *Bridge) failed(err error) error {
	var e *client.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return err
	case !errors.As(err, &e):
		return &query.Answered{Status: http.StatusBadGateway, Text: text.Of("bridge.no_answer", b.host, reason(err))}
	}
	answered := func(status int, key text.Key) error {
		return &query.Answered{Status: status, Text: text.Of(key, b.host, e.Message)}
	}
	switch e.Status {
	case http.StatusUnauthorized:
		if b.set.Token == "" {
			return &query.Answered{Status: e.Status, Text: text.Of("bridge.wants_token", b.host)}
		}
		return answered(e.Status, "bridge.unknown_token")
	case http.StatusForbidden:
		return answered(e.Status, "bridge.refuses_user")
	case http.StatusBadRequest, http.StatusConflict:
		return answered(e.Status, "bridge.says")
	case http.StatusNotFound:
		return answered(http.StatusBadGateway, "bridge.not_found")
	}
	return answered(http.StatusBadGateway, "bridge.says")
}

// reason is an error without the words of the client, which say what is said
// already.
func reason(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// page is the board's page of an alert.
func (b *Bridge) page(id alert.Identity) string {
	return b.set.Board + "/alerts/" + url.PathEscape(string(id))
}
