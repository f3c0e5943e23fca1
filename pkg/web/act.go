package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/text"
)

// said is what became of a request, as a code in the address that the browser
// is sent back to: the text comes from the catalogue, so that nobody can make
// the page say something by a link.
type said struct {
	code    string
	n, left int
}

// sayings are the codes with their texts.
var sayings = map[string]text.Key{
	"acked": "said.acked", "acked_left": "said.acked_left", "reset": "said.reset",
	"stopped": "said.stopped", "tested": "said.tested", "changed": "said.changed", "already": "said.already",
	"not_open": "said.not_open", "still_on": "said.still_on", "not_acked": "said.not_acked", "no_reset": "said.no_reset",
	"shadow": "said.shadow",
}

func (d said) location(back string) string {
	q := url.Values{"said": {d.code}}
	if d.n > 0 || d.left > 0 {
		q.Set("n", strconv.Itoa(d.n))
		q.Set("left", strconv.Itoa(d.left))
	}
	return local(back) + "?" + q.Encode()
}

// sentence is what a page says of the reader's last request, "" for nothing.
func sentence(p *page, q url.Values) string {
	code := q.Get("said")
	n, _ := strconv.Atoi(q.Get("n"))
	left, _ := strconv.Atoi(q.Get("left"))
	switch code {
	case "":
		return ""
	case "acked":
		return p.T(sayings[code], p.Number(n))
	case "acked_left":
		return p.T(sayings[code], p.Number(n), p.Number(left))
	}
	if key, ok := sayings[code]; ok {
		return p.T(key)
	}
	return ""
}

// refused are the codes of what the board refuses.
var refused = map[string]string{
	board.ErrNotOpen.Error(): "not_open", board.ErrStillOn.Error(): "still_on", board.ErrNotAcked.Error(): "not_acked",
	board.ErrNoReset.Error(): "no_reset", board.ErrAckedOnce.Error(): "already",
}

// maxComment is the longest comment in runes.
const maxComment = 1000

// acknowledge takes one alert. The form says which occurrence and severity its
// reader saw, so that nobody takes a worse one by a click on an old page.
func (s *server) acknowledge(p *page) (said, error) {
	id := alert.Identity(p.r.PathValue("identity"))
	a := s.Board.Alert(id)
	if !a.Open() {
		return said{code: "not_open"}, nil
	}
	opened, severity := p.r.PostFormValue("opened"), p.r.PostFormValue("severity")
	if (opened != "" && opened != strconv.FormatUint(a.Opened, 10)) || (severity != "" && severity != string(a.Severity)) {
		return said{code: "changed"}, nil
	}
	comment := shorten(p.r.PostFormValue("comment"), maxComment)
	outcomes, err := s.Board.Acknowledge(p.r.Context(), bridge.Selection{Identities: []alert.Identity{id}}, p.Who.Name, comment)
	return one(said{code: "acked", n: 1}, outcomes, err)
}

func (s *server) reset(p *page) (said, error) {
	id := alert.Identity(p.r.PathValue("identity"))
	outcomes, err := s.Board.Reset(p.r.Context(), bridge.Selection{Identities: []alert.Identity{id}}, p.Who.Name)
	return one(said{code: "reset"}, outcomes, err)
}

// one is what became of a verb used on one alert.
func one(done said, outcomes []bridge.Outcome, err error) (said, error) {
	if err != nil {
		return said{}, err
	}
	for _, o := range outcomes {
		if o.Error != "" {
			return said{code: cmp.Or(refused[o.Error], "not_open")}, nil
		}
	}
	return done, nil
}

// acknowledgeAll takes every alert of a severity that the reader can have
// seen: what was opened or changed after their page was made is left.
func (s *server) acknowledgeAll(p *page) (said, error) {
	severity := alert.Severity(p.r.FormValue("severity"))
	if severity == "" {
		return said{}, &refusal{http.StatusBadRequest, "error.form"}
	}
	seen, err := strconv.ParseUint(p.r.PostFormValue("seen"), 10, 64)
	all := p.r.PostFormValue("seen") == ""
	if err != nil && !all {
		return said{}, &refusal{http.StatusBadRequest, "error.form"}
	}
	var ids []alert.Identity
	var done said
	for _, a := range s.Board.Alerts(func(a *alert.Alert) bool { return a.Severity == severity && a.Ack == nil }) {
		if all || a.Changed <= seen {
			ids = append(ids, a.Identity)
		} else {
			done.left++
		}
	}
	if len(ids) > 0 {
		slices.SortFunc(ids, func(x, y alert.Identity) int { return strings.Compare(string(x), string(y)) })
		outcomes, err := s.Board.Acknowledge(p.r.Context(), bridge.Selection{Identities: ids}, p.Who.Name, "")
		if err != nil {
			return said{}, err
		}
		for _, o := range outcomes {
			if o.Error == "" { // else it has ended, or somebody was faster
				done.n++
			}
		}
	}
	done.code = "acked"
	if done.left > 0 {
		done.code = "acked_left"
	}
	return done, nil
}

func (s *server) stopBuzzer(p *page) (said, error) {
	return said{code: "stopped"}, known(s.StopBuzzer(p.r.Context(), p.r.PathValue("name"), p.Who.Name))
}

// testLimit is how long a lamp test may take.
const testLimit = 20 * time.Second

func (s *server) testTower(p *page) (said, error) {
	ctx, cancel := context.WithTimeout(p.r.Context(), testLimit)
	defer cancel()
	err := s.Lamps.Test(ctx, p.r.PathValue("name"))
	if errors.Is(err, bridge.ErrShadow) {
		return said{code: "shadow"}, nil
	}
	if err == nil {
		s.Log.Info("lamps tested", "tower", p.r.PathValue("name"), "by", p.Who.Name)
	}
	return said{code: "tested"}, known(err)
}

// known makes a missing tower a page that is not there.
func known(err error) error {
	if errors.Is(err, bridge.ErrNoTower) {
		return errNotFound
	}
	return err
}
