package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/journal"
)

// Bounds of the page of one alert.
const (
	maxHistory  = 100
	maxOriginal = 256 << 10 // bytes shown of a message
	// maxLookups is how many entries are read in search of the last message
	// of an alert that has ended.
	maxLookups = 5
)

// original is a message as received, made readable.
type original struct {
	Text string
	Cut  bool // only the beginning
}

// readable indents JSON and leaves the rest as it is.
func readable(message string) original {
	trimmed := strings.TrimSpace(message)
	if strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		var b bytes.Buffer
		if json.Indent(&b, []byte(trimmed), "", "  ") == nil {
			message = b.String()
		}
	}
	if len(message) <= maxOriginal {
		return original{Text: message}
	}
	end := maxOriginal
	for end > 0 && !utf8.RuneStart(message[end]) {
		end--
	}
	return original{message[:end], true}
}

// showAlert is everything about one alert: open, or remembered.
func (s *server) showAlert(p *page) error {
	id := alert.Identity(p.r.PathValue("identity"))
	a := s.Board.Alert(id)
	data := struct {
		*page
		Identity alert.Identity
		Name     string
		Alert    *alertView // nil where only the history remembers it
		Original original
		History  []entryView
		More     bool // the history goes on
		NoWay    string
	}{page: p, Identity: id, Name: string(id)}
	if a != nil {
		v := s.alert(p, s.Board.Severities(), a, p.Now)
		data.Alert, data.Name = &v, a.Name()
	}
	entries, err := s.remembered(p, id)
	switch {
	case err != nil:
		// The board knows the alert although the journal cannot be read:
		// that is no reason to hide it.
		if a == nil {
			return err
		}
		data.NoWay = err.Error()
	case a == nil && len(entries) == 0:
		return errNotFound
	default:
		if a == nil {
			data.Name = entryName(entries[0])
		}
		data.More = len(entries) == maxHistory
		data.History = s.entries(p, entries)
		if data.Original, err = s.original(p, a, entries); err != nil {
			data.NoWay = err.Error()
		}
	}
	return p.render(http.StatusOK, "alert.html", data)
}

func (s *server) remembered(p *page, id alert.Identity) ([]alert.Entry, error) {
	h, err := s.History()
	if err != nil {
		return nil, err
	}
	return h.History(p.r.Context(), journal.Query{Identity: id, Limit: maxHistory})
}

// original finds the message that fired last. An alert that is forgotten does
// not tell which entry has it: then the newest that has one.
func (s *server) original(p *page, a *alert.Alert, entries []alert.Entry) (original, error) {
	h, err := s.History()
	if err != nil {
		return original{}, err
	}
	var changes []uint64
	if a != nil && a.Original != 0 {
		changes = append(changes, a.Original)
	}
	for _, e := range entries {
		if len(changes) == maxLookups {
			break
		}
		changes = append(changes, e.Change)
	}
	for _, change := range changes {
		e, err := h.Entry(p.r.Context(), change)
		switch {
		case errors.Is(err, journal.ErrNoEntry):
		case err != nil:
			return original{}, err
		case e.Original != "":
			return readable(e.Original), nil
		}
	}
	return original{}, nil
}

// showEntry is one entry of the history with its message.
func (s *server) showEntry(p *page) error {
	change, err := strconv.ParseUint(p.r.PathValue("change"), 10, 63)
	if err != nil {
		return errNotFound
	}
	h, err := s.History()
	if err != nil {
		return err
	}
	e, err := h.Entry(p.r.Context(), change)
	if errors.Is(err, journal.ErrNoEntry) {
		return errNotFound
	} else if err != nil {
		return err
	}
	return p.render(http.StatusOK, "entry.html", struct {
		*page
		Entry    entryView
		Original original
	}{p, s.entries(p, []alert.Entry{e})[0], readable(e.Original)})
}
