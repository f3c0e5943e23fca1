package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/journal"
)

// pageSize is the number of entries on one page of the history.
const pageSize = 100

// entryView is an entry of the history with what is derived from it.
type entryView struct {
	alert.Entry
	Name  string
	Level int
	Path  string // of its alert
	// Matchers are its labels as a rule names them.
	Matchers []string
}

// entryName is the best short name of what an entry tells of.
func entryName(e alert.Entry) string {
	a := alert.Alert{Identity: e.Identity, Labels: e.Labels}
	return a.Name()
}

func (s *server) entries(p *page, entries []alert.Entry) []entryView {
	severities := s.Board.Severities()
	views := make([]entryView, len(entries))
	for i, e := range entries {
		views[i] = entryView{Entry: e, Name: shorten(entryName(e), maxSummary), Level: level(severities, e.Severity), Path: alertPath(e.Identity)}
	}
	return views
}

// listing is a page of the history, newest first.
type listing struct {
	*page
	Entries []entryView
	// Older is the query that leads to the next page, "" on the last.
	Older string
	// Newest tells that the page is the first.
	Newest bool
}

func (s *server) list(p *page, q journal.Query) (listing, error) {
	l := listing{page: p, Newest: true}
	if before := p.r.URL.Query().Get("before"); before != "" {
		n, err := strconv.ParseUint(before, 10, 63)
		if err != nil {
			return l, errNotFound
		}
		q.Before, l.Newest = n, false
	}
	h, err := s.History()
	if err != nil {
		return l, err
	}
	q.Limit = pageSize + 1
	entries, err := h.History(p.r.Context(), q)
	if err != nil {
		return l, err
	}
	if len(entries) > pageSize {
		entries = entries[:pageSize]
		l.Older = fmt.Sprintf("?before=%d", entries[pageSize-1].Change)
	}
	l.Entries = s.entries(p, entries)
	return l, nil
}

func (s *server) showHistory(p *page) error {
	l, err := s.list(p, journal.Query{})
	if err != nil {
		return err
	}
	return p.render(http.StatusOK, "history.html", l)
}

// showUnmatched lists what no rule knew, with what a rule is written from.
func (s *server) showUnmatched(p *page) error {
	l, err := s.list(p, journal.Query{Unmatched: true})
	if err != nil {
		return err
	}
	for i := range l.Entries {
		e := &l.Entries[i]
		e.Matchers = matchers(e.Entry)
	}
	return p.render(http.StatusOK, "unmatched.html", l)
}

// matchers writes labels as items of a rule's match, the receiver first: YAML
// in single quotes, in which only the quote itself is doubled.
func matchers(e alert.Entry) []string {
	quote := func(name, value string) string {
		return "'" + strings.ReplaceAll(fmt.Sprintf("%s=%q", name, value), "'", "''") + "'"
	}
	list := []string{quote("receiver", e.Receiver)}
	for _, l := range e.Labels {
		if l.Name != "receiver" {
			list = append(list, quote(l.Name, l.Value))
		}
	}
	return list
}
