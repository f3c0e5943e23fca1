// Package web is the board as a web page: towers drawn as they are, open
// alerts by severity with their original message, history, and the verbs that
// people have: acknowledge, reset, buzzer stop, lamp test. HTML is made here;
// a small script keeps the page up to date, and everything works without it.
// Package api mounts the handler behind its cross-origin protection. The
// package decides nothing about alerts, keeps no state but a rendering of a
// fraction of a second, and loads nothing from other hosts.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/journal"
	"github.com/andonhq/andon/pkg/lamp"
)

// Board is what the page needs of the bridge. *bridge.Bridge is one.
type Board interface {
	Alerts(filter func(*alert.Alert) bool) []*alert.Alert
	Alert(id alert.Identity) *alert.Alert
	Counts() map[board.Count]int
	Severities() alert.Severities
	Towers() []bridge.TowerStatus
	// Changed is the number of the newest change.
	Changed() uint64
	// Failed says why nothing can be made durable, nil while it can.
	Failed() error
	// Subscribe tells of changes, see bridge.Bridge.Subscribe.
	Subscribe() (changes <-chan struct{}, cancel func())
	Acknowledge(ctx context.Context, s bridge.Selection, by, comment string) ([]bridge.Outcome, error)
	Reset(ctx context.Context, s bridge.Selection, by string) ([]bridge.Outcome, error)
}

// History is what the page reads of the journal. *journal.Journal is one.
type History interface {
	History(ctx context.Context, q journal.Query) ([]alert.Entry, error)
	Entry(ctx context.Context, change uint64) (alert.Entry, error)
}

// Lamps is what the page needs of the runtime of the towers. *bridge.Lamps is
// one.
type Lamps interface {
	Test(ctx context.Context, tower string) error
	Capabilities(tower string) (lamp.Capabilities, bool)
}

// Deps is what a handler is made of. FromBridge fills in what the bridge has.
type Deps struct {
	Board Board
	// History returns the journal for reading, or why there is none.
	History func() (History, error)
	// StopBuzzer stops the buzzer of a tower; bridge.ErrNoTower where there
	// is none of that name.
	StopBuzzer func(ctx context.Context, tower, by string) error
	Lamps      Lamps

	// HasUsers reports whether there are users who could log in. Where there
	// are none the page can be read and nothing can be done.
	HasUsers func() bool
	// Who tells who made a request; asked only where there are users. Its
	// error means that nobody known did, unless the request was broken off.
	Who func(*http.Request) (access.Identity, error)

	// Shadow: no lamp is connected.
	Shadow bool
	// Zone is where the readers are; nil: the machine's.
	Zone *time.Location
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	Log *slog.Logger
}

// FromBridge returns the part of Deps that a bridge and its lamps fill.
func FromBridge(b *bridge.Bridge, lamps *bridge.Lamps) Deps {
	return Deps{
		Board: b,
		Lamps: lamps,
		History: func() (History, error) {
			j, err := b.Journal()
			if err != nil {
				return nil, err
			}
			return j, nil
		},
		StopBuzzer: func(ctx context.Context, name, by string) error {
			t := b.Tower(name)
			if t == nil {
				return bridge.ErrNoTower
			}
			return t.StopBuzzer(ctx, by)
		},
	}
}

var (
	_ Board   = (*bridge.Bridge)(nil)
	_ History = (*journal.Journal)(nil)
	_ Lamps   = (*bridge.Lamps)(nil)
)

// server answers the requests.
type server struct {
	Deps
	// cache holds the last rendering of the board for each kind of reader.
	cache cache
	// streams has one place for each open event stream.
	streams chan struct{}
}

// New makes the handler of the page. It starts nothing: event streams live in
// their requests and end with the requests' contexts, so a server that shuts
// down gives its connections a context that ends then (http.Server's
// BaseContext).
func New(d Deps) http.Handler {
	if d.Zone == nil {
		d.Zone = time.Local
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	s := &server{Deps: d, streams: make(chan struct{}, maxStreams)}
	mux := http.NewServeMux()
	read := func(pattern string, h func(*page) error) { mux.HandleFunc("GET "+pattern, s.reading(h)) }
	act := func(pattern string, h func(*page) (said, error)) { mux.HandleFunc("POST "+pattern, s.acting(h)) }
	read("/{$}", s.showBoard)
	read("/fragment", s.showFragment)
	read("/live", s.live)
	read("/alerts/{identity}", s.showAlert)
	read("/history", s.showHistory)
	read("/history/{change}", s.showEntry)
	read("/unmatched", s.showUnmatched)
	act("/alerts/{identity}/ack", s.acknowledge)
	act("/alerts/{identity}/reset", s.reset)
	act("/ack-all", s.acknowledgeAll)
	act("/towers/{name}/buzzer-stop", s.stopBuzzer)
	act("/towers/{name}/test", s.testTower)
	mux.HandleFunc("GET /assets/{name}", serveAsset)
	mux.HandleFunc("GET /", s.reading(func(*page) error { return errNotFound }))
	return mux
}

// Errors that become an answer of their own.
var (
	errNotFound  = errors.New("there is nothing here")
	errForbidden = errors.New("not allowed")
)
