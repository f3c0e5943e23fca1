package andon

import (
	"crypto/x509"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/internal/loopback"
)

// Settings are what a data source says of its bridge.
type Settings struct {
	URL    string // jsonData.bridgeUrl; empty: there is no bridge
	Board  string // jsonData.boardUrl: where people's browsers find the board; the URL where empty
	Token  string // secureJsonData.bridgeToken
	CACert string // secureJsonData.tlsCACert, PEM, trusted besides the system's
}

// ParseSettings reads a data source's jsonData and decrypted secureJsonData. The
// error is a [query.Mistake] that names the field.
func ParseSettings(jsonData []byte, secure map[string]string) (Settings, error) {
	var j struct {
		URL       string `json:"bridgeUrl"`
		Board     string `json:"boardUrl"`
		TLSWithCA bool   `json:"tlsAuthWithCACert"`
	}
	if len(jsonData) > 0 {
		if err := json.Unmarshal(jsonData, &j); err != nil {
			return Settings{}, query.Wrong("jsonData", "%v", err)
		}
	}
	s := Settings{
		URL: strings.TrimRight(strings.TrimSpace(j.URL), "/"), Board: strings.TrimRight(strings.TrimSpace(j.Board), "/"),
		Token: strings.TrimSpace(secure["bridgeToken"]),
	}
	if s.URL == "" {
		return s, nil
	}
	if j.TLSWithCA {
		s.CACert = secure["tlsCACert"]
		if !x509.NewCertPool().AppendCertsFromPEM([]byte(s.CACert)) {
			return s, query.Wrong("secureJsonData.tlsCACert", "holds no certificate in PEM form")
		}
	}
	if err := isURL(s.URL); err != "" {
		return s, query.Wrong("bridgeUrl", "%s", err)
	}
	if s.Board == "" {
		s.Board = s.URL
	} else if err := isURL(s.Board); err != "" {
		return s, query.Wrong("boardUrl", "%s", err)
	}
	return s, nil
}

// exposed reports whether the token crosses a network unencrypted.
func (s Settings) exposed() bool {
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "http" || s.Token == "" {
		return false
	}
	return !loopback.Is(u.Hostname())
}

// isURL says what is wrong with a URL. It does not show one with a password.
func isURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case err == nil && u.User != nil:
		return "holds a name or a password: leave them out, and put a user's token into secureJsonData.bridgeToken"
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return "is not the URL of a bridge; write for example " + client.DefaultURL
	}
	return ""
}
