package patlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
)

// httpProtocol is the tower's web commands: GET /api/control and, on NHV and
// NHB, GET /api/status. Plain HTTP without authentication; it must be switched
// on in the tower's web setup.
var httpProtocol = protocol{
	name:     "http",
	port:     "80",
	readBack: func(m Model) bool { return m.HTTPStatus },
	restore:  func(m Model) bool { return m.Restore },
	open: func(s *Settings, o Options) Driver {
		d := &httpDriver{
			panel: s.panel, host: s.hostPort, timeout: s.Timeout,
			client: &http.Client{
				Transport: &http.Transport{
					DialContext: (&net.Dialer{}).DialContext,
					// No proxy and no redirect: a command for a lamp goes to
					// the lamp or nowhere.
					Proxy:                  nil,
					DisableKeepAlives:      true,
					DisableCompression:     true,
					MaxResponseHeaderBytes: maxBody,
				},
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			},
		}
		if o.Restore > 0 {
			d.deadMan = newDeadMan(s.panel, o)
		}
		return d
	},
}

// maxBody bounds what is read of an answer; real ones are a word or a small
// document.
const maxBody = 64 << 10

type httpDriver struct {
	panel   Panel
	host    string
	timeout time.Duration
	client  *http.Client
	deadMan *deadMan // nil where restore is off
}

var _ Driver = (*httpDriver)(nil)

func (d *httpDriver) Apply(ctx context.Context, s lamp.State) error {
	digits, err := d.panel.Digits(s)
	if err != nil {
		return fmt.Errorf("apply %s: %w", s, err)
	}
	if d.deadMan != nil {
		err = d.applyWithDeadMan(ctx, s, digits)
	} else {
		err = d.control(ctx, Param{"alert", digits.String()})
	}
	if err != nil {
		return fmt.Errorf("apply %s: %w", s, err)
	}
	return nil
}

// applyWithDeadMan writes the base state first where the tower may have lost
// it. The base is visible until the alert that follows at once has arrived:
// the protocol has no way to set it unseen.
func (d *httpDriver) applyWithDeadMan(ctx context.Context, s lamp.State, digits Digits) error {
	written, done := d.deadMan.begin(s)
	err := func() error {
		if !written {
			if err := d.control(ctx, Param{"led", d.deadMan.base}); err != nil {
				return fmt.Errorf("write the base state: %w", err)
			}
		}
		return d.control(ctx, Param{"alert", digits.String()}, Param{"restore", strconv.Itoa(d.deadMan.seconds)})
	}()
	done(err)
	return err
}

func (d *httpDriver) Read(ctx context.Context) (lamp.State, error) {
	if !d.panel.Model.HTTPStatus {
		return lamp.State{}, fmt.Errorf("read model %s over http: %w: no status is documented for it", d.panel.Model.Name, errors.ErrUnsupported)
	}
	seen := d.deadMan.watch()
	s, err := d.status(ctx)
	seen(s, err)
	if err != nil {
		return lamp.State{}, fmt.Errorf("read: %w", err)
	}
	return s, nil
}

func (d *httpDriver) status(ctx context.Context) (lamp.State, error) {
	body, err := d.get(ctx, "/api/status?format=json")
	if err != nil {
		return lamp.State{}, err
	}
	if refused := refusal(string(body)); refused != nil {
		return lamp.State{}, refused
	}
	digits, err := ParseHTTPStatus(body)
	if err != nil {
		return lamp.State{}, err
	}
	return d.panel.State(digits)
}

func (d *httpDriver) Test(ctx context.Context) error {
	if err := d.Apply(ctx, d.panel.allLit()); err != nil {
		return fmt.Errorf("test: %w", err)
	}
	return nil
}

func (d *httpDriver) Close() error {
	d.client.CloseIdleConnections()
	return nil
}

func (d *httpDriver) control(ctx context.Context, params ...Param) error {
	body, err := d.get(ctx, ControlTarget(params...))
	if err != nil {
		return err
	}
	return CheckControlAnswer(string(body))
}

func (d *httpDriver) get(ctx context.Context, target string) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, d.timeout, errNoAnswer)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.host+target, nil)
	if err != nil {
		return nil, err
	}
	resp, err := d.client.Do(req)
	if err != nil {
		// The URL in front of the reason is noise here.
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err
		}
		return nil, fmt.Errorf("tower %s: %w", d.host, causeOf(ctx, err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, fmt.Errorf("tower %s: read the answer: %w", d.host, causeOf(ctx, err))
	}
	// Towers answer 200 even when they refuse, so anything else comes from
	// something that is not the tower's command interface.
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("tower %s: HTTP status %s; is this address a tower's?", d.host, resp.Status)
	}
	return body, nil
}

// causeOf puts the reason why a context ended in place of the error that its
// end caused.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return context.Cause(ctx)
}
