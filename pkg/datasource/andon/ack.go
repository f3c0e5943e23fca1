package andon

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/text"
)

const (
	maxAck     = 64 << 10 // bytes of a request
	maxComment = 1000     // runes
)

// Acknowledged is the answer to an acknowledgement.
type Acknowledged struct {
	Message  string         `json:"message"`
	Identity alert.Identity `json:"identity"`
}

// Ack is the resource POST andon/ack: {"identity": …, "comment": …}, the identity
// also as a parameter of the address, for an action in a table. It takes an
// open alert in the name of the person who is logged in to Grafana, who must be an
// Editor or Admin: resources can be reached by everybody who may query the data
// source. Answers: 200 [Acknowledged]; else {"message": …} with 400 (what is
// wrong with the request), 403 (who may not), 409 (the alert is not open), 502
// (the bridge cannot be reached).
func (b *Bridge) Ack(w http.ResponseWriter, r *http.Request) {
	out, err := b.ack(r)
	status := http.StatusOK
	var answer any = out
	if err != nil {
		reader := text.For(r.Header.Get("Accept-Language")) // a resource has no query that could say it
		status, answer = query.HTTPStatus(err), map[string]string{"message": reader.Error(err)}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the reader has gone: nobody is left to be told
}

func (b *Bridge) ack(r *http.Request) (Acknowledged, error) {
	login, err := mayAct(backend.UserFromContext(r.Context()))
	if err != nil {
		return Acknowledged{}, err
	}
	id, comment, err := readAck(r.Body, alert.Identity(r.URL.Query().Get("identity")))
	if err != nil {
		return Acknowledged{}, err
	}
	if b.unable != nil {
		return Acknowledged{}, b.unable
	}
	o, err := b.api.AcknowledgeFor(r.Context(), login, id, comment)
	if err != nil {
		return Acknowledged{}, b.failed(err)
	}
	if o.Error != "" {
		return Acknowledged{}, &query.Answered{Status: http.StatusConflict, Text: text.Of("bridge.not_taken", b.host, string(id), o.Error)}
	}
	return Acknowledged{Message: "acknowledged", Identity: id}, nil
}

// mayAct returns the login of somebody who may act.
func mayAct(u *backend.User) (string, error) {
	deny := func(why text.Key, args ...any) error {
		return &query.Answered{Status: http.StatusForbidden, Text: text.Of(why, args...)}
	}
	switch {
	case u == nil || strings.TrimSpace(u.Login) == "":
		return "", deny("bridge.nobody")
	case u.Role != "Editor" && u.Role != "Admin":
		return "", deny("bridge.role", u.Login, u.Role)
	case strings.ContainsFunc(u.Login, unicode.IsControl):
		return "", deny("bridge.login")
	}
	return strings.TrimSpace(u.Login), nil
}

// readAck takes the identity of the body before the one given besides.
func readAck(body io.Reader, given alert.Identity) (alert.Identity, string, error) {
	in := struct {
		Identity alert.Identity `json:"identity"`
		Comment  string         `json:"comment"`
	}{Identity: given}
	d := json.NewDecoder(io.LimitReader(body, maxAck))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return "", "", query.Wrong("", `expected {"identity": …, "comment": …}: %v`, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", "", query.Wrong("", `expected {"identity": …, "comment": …}: something follows it, or it is too long`)
	}
	switch n := utf8.RuneCountInString(in.Comment); {
	case in.Identity == "":
		return "", "", query.Wrong("identity", "is empty: which alert?")
	case n > maxComment:
		return "", "", query.Wrong("comment", "has %d characters; up to %d", n, maxComment)
	}
	return in.Identity, strings.TrimSpace(in.Comment), nil
}
