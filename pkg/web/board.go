package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/text"
)

// rendered is the part of the board page that changes: the same for all
// readers of one kind.
type rendered struct {
	at time.Time
	// Title is the document's title, as text.
	Title                     string
	Statement, Towers, Alerts template.HTML
	Updated                   template.HTML
}

// maxAge is how long a rendering is served again, so that a hundred screens
// that hear of the same change cost one rendering. See settle.
const maxAge = 300 * time.Millisecond

// reader is a kind of reader: what the changing part depends on.
type reader struct {
	lang          text.Lang
	may, hasUsers bool
}

// cache keeps the last rendering for each kind of reader, of which there are
// few.
type cache struct {
	mu   sync.Mutex
	last map[reader]*cached
}

type cached struct {
	mu sync.Mutex // held while rendering: who waits gets the result
	*rendered
}

// of returns the entry for a kind of reader.
func (c *cache) of(r reader) *cached {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = map[reader]*cached{}
	}
	if c.last[r] == nil {
		c.last[r] = &cached{}
	}
	return c.last[r]
}

// drop forgets all renderings, those being made too.
func (c *cache) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = nil
}

// board returns the changing part for this reader.
func (s *server) board(p *page) (*rendered, error) {
	c := s.cache.of(reader{p.Lang, p.MayAct(), p.HasUsers})
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rendered != nil && p.Now.Sub(c.at).Abs() < maxAge {
		return c.rendered, nil
	}
	now := s.Now().In(s.Zone)
	v := s.view(p, now)
	r := &rendered{at: now, Title: v.Statement.Title}
	for _, part := range []struct {
		name string
		into *template.HTML
	}{{"statement", &r.Statement}, {"towers", &r.Towers}, {"alerts", &r.Alerts}, {"updated", &r.Updated}} {
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, part.name, &v); err != nil {
			return nil, fmt.Errorf("render %s: %w", part.name, err)
		}
		*part.into = template.HTML(b.String()) //nolint:gosec // made by html/template
	}
	c.rendered = r
	return r, nil
}

// showBoard is the board page.
func (s *server) showBoard(p *page) error { return s.sendBoard(p, "board.html") }

// showFragment is its changing part, for the script.
func (s *server) showFragment(p *page) error { return s.sendBoard(p, "fragment.html") }

func (s *server) sendBoard(p *page, name string) error {
	r, err := s.board(p)
	if err != nil {
		return err
	}
	return p.render(http.StatusOK, name, struct {
		*page
		*rendered
	}{p, r})
}
