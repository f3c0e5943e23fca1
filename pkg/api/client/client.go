package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/lamp"
)

// DefaultURL is where a bridge listens unless it is told otherwise.
const DefaultURL = "http://127.0.0.1:9560"

// Client talks to one bridge.
type Client struct {
	url   string
	shown string // url without the password it may hold
	token string
	http  *http.Client
}

// New makes a client. token may be empty; a nil HTTP client gets a default
// with a timeout of 15 s.
func New(base, token string, h *http.Client) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("the URL of the bridge cannot be read; write for example %s", DefaultURL)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q is not the URL of a bridge; write for example %s", u.Redacted(), DefaultURL)
	}
	if h == nil {
		h = &http.Client{Timeout: 15 * time.Second}
	}
	return &Client{
		url: strings.TrimSuffix(base, "/"), shown: strings.TrimSuffix(u.Redacted(), "/"), token: token, http: h,
	}, nil
}

// maxAnswer bounds an answer: 100,000 alerts fit.
const maxAnswer = 512 << 20

func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	return c.callWith(ctx, nil, method, path, in, out)
}

func (c *Client) callWith(ctx context.Context, header http.Header, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return err
	}
	maps.Copy(req.Header, header)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return fmt.Errorf("reach the bridge at %s: %w", c.shown, err)
	}
	defer resp.Body.Close()
	answer := io.LimitReader(resp.Body, maxAnswer)
	if resp.StatusCode/100 != 2 {
		e := &Error{Status: resp.StatusCode}
		data, _ := io.ReadAll(io.LimitReader(answer, 64<<10))
		if json.Unmarshal(data, e) != nil || e.Message == "" {
			e.Message = fmt.Sprintf("%s: %.200s", resp.Status, bytes.TrimSpace(data))
		}
		return e
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(answer).Decode(out); err != nil {
		return fmt.Errorf("read the bridge's answer: %w", err)
	}
	return nil
}

// Status tells how the bridge is.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.call(ctx, http.MethodGet, "/api/v1/status", nil, &s)
}

// Alerts lists the open alerts that match, most severe first.
func (c *Client) Alerts(ctx context.Context, match ...string) (alerts []Alert, err error) {
	return alerts, c.call(ctx, http.MethodGet, "/api/v1/alerts?"+url.Values{"match": match}.Encode(), nil, &alerts)
}

// FirstAlerts is Alerts, cut after the limit.
func (c *Client) FirstAlerts(ctx context.Context, limit int, match ...string) (alerts []Alert, err error) {
	v := url.Values{"match": match, "limit": {strconv.Itoa(limit)}}
	return alerts, c.call(ctx, http.MethodGet, "/api/v1/alerts?"+v.Encode(), nil, &alerts)
}

// Counts tells how many open alerts match, by severity, the highest first, and
// phase; also where there are none.
func (c *Client) Counts(ctx context.Context, match ...string) (counts []Count, err error) {
	return counts, c.call(ctx, http.MethodGet, "/api/v1/counts?"+url.Values{"match": match}.Encode(), nil, &counts)
}

// Alert returns one alert with its history.
func (c *Client) Alert(ctx context.Context, id alert.Identity) (d Detail, err error) {
	return d, c.call(ctx, http.MethodGet, "/api/v1/alerts/"+url.PathEscape(string(id)), nil, &d)
}

// HistoryQuery selects entries of the history.
type HistoryQuery struct {
	Identity  alert.Identity
	Unmatched bool
	Before    uint64 // change number
	// From and To bound the time, both included; zero: no bound.
	From, To time.Time
	Limit    int // 1 to 1,000; 0: 100
}

// History lists entries, newest first.
func (c *Client) History(ctx context.Context, q HistoryQuery) (entries []alert.Entry, err error) {
	v := url.Values{}
	if q.Identity != "" {
		v.Set("identity", string(q.Identity))
	}
	if q.Unmatched {
		v.Set("unmatched", "true")
	}
	if q.Before != 0 {
		v.Set("before", strconv.FormatUint(q.Before, 10))
	}
	for name, t := range map[string]time.Time{"from": q.From, "to": q.To} {
		if !t.IsZero() {
			v.Set(name, t.UTC().Format(time.RFC3339Nano))
		}
	}
	if q.Limit != 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	return entries, c.call(ctx, http.MethodGet, "/api/v1/history?"+v.Encode(), nil, &entries)
}

// Towers lists the towers.
func (c *Client) Towers(ctx context.Context) (towers []Tower, err error) {
	return towers, c.call(ctx, http.MethodGet, "/api/v1/towers", nil, &towers)
}

// ReadTower asks a tower what it shows.
func (c *Client) ReadTower(ctx context.Context, name string) (o lamp.Observation, err error) {
	return o, c.call(ctx, http.MethodPost, "/api/v1/towers/"+url.PathEscape(name)+"/read", nil, &o)
}

// TestTower shows every light of a tower for a moment.
func (c *Client) TestTower(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodPost, "/api/v1/towers/"+url.PathEscape(name)+"/test", nil, nil)
}

// StopBuzzer stops the buzzer of one tower, or of all where name is empty.
func (c *Client) StopBuzzer(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodPost, "/api/v1/buzzer-stop", map[string]string{"tower": name}, nil)
}

// Acknowledge takes alerts.
func (c *Client) Acknowledge(ctx context.Context, s Selection) (o []Outcome, err error) {
	return o, c.call(ctx, http.MethodPost, "/api/v1/ack", s, &o)
}

// AcknowledgeFor takes one alert in the name of a person; the client's user must
// be one with on_behalf_of.
func (c *Client) AcknowledgeFor(ctx context.Context, person string, id alert.Identity, comment string) (Outcome, error) {
	var o []Outcome
	err := c.callWith(ctx, http.Header{"X-Andon-On-Behalf-Of": {person}}, http.MethodPost,
		"/api/v1/alerts/"+url.PathEscape(string(id))+"/ack", Selection{Comment: comment}, &o)
	if err == nil && len(o) != 1 {
		err = fmt.Errorf("read the bridge's answer: %d outcomes of one alert", len(o))
	}
	if err != nil {
		return Outcome{}, err
	}
	return o[0], nil
}

// Reset ends alerts that wait for it.
func (c *Client) Reset(ctx context.Context, s Selection) (o []Outcome, err error) {
	return o, c.call(ctx, http.MethodPost, "/api/v1/reset", s, &o)
}

// Send sends an event.
func (c *Client) Send(ctx context.Context, s Send) (sent Sent, err error) {
	return sent, c.call(ctx, http.MethodPost, "/api/v1/send", s, &sent)
}

// Reload makes the bridge read its configuration again.
func (c *Client) Reload(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/-/reload", nil, nil)
}
