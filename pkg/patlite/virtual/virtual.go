// Package virtual provides a signal tower made of software: real sockets that
// answer as a PATLITE tower does, over HTTP and PNS (TCP and UDP), and a page
// that shows it lit, flashing and sounding. It is used by "andon tower
// virtual", by the demo, and by tests, which can look at everything that the
// tower was sent and has shown, press its button, cut its power and pull its
// cable.
//
// It takes commands from anybody who can reach its sockets, as the real ones
// do, and it never connects to anything. Smart mode, mute, pulse, reboot,
// voice and digital outputs are answered and logged, not drawn.
package virtual

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite"
)

// Config says what the tower is and where it listens.
type Config struct {
	// Model is found by patlite.FindModel.
	Model string
	// Tiers names the units of an LA6-POE from the top; without it red,
	// amber, green, blue, white. Other models have fixed units.
	Tiers []lamp.Unit
	// HTTP is the address for commands and the page, such as 127.0.0.1:8080;
	// port 0 takes a free one, "" does not listen.
	HTTP string
	// PNS is the address for PNS over TCP and UDP, likewise.
	PNS string
	// Password is the web password that reboot wants; "patlite" if empty.
	Password string
	// Clock gives the times in the log; time.Now if nil.
	Clock func() time.Time
	// AfterFunc starts the timer of restore; time.AfterFunc if nil. stop
	// reports whether it came before f was called.
	AfterFunc func(d time.Duration, f func()) (stop func() bool)
	// Log takes a line for each change of what the tower shows; nil is quiet.
	Log *slog.Logger
}

// Tower is a running virtual tower. Its methods may be called from any
// goroutine.
type Tower struct {
	panel     patlite.Panel
	password  string
	clock     func() time.Time
	afterFunc func(time.Duration, func()) func() bool
	log       *slog.Logger
	timers    sync.WaitGroup

	// netMu is held while sockets are opened and closed; it is taken before
	// mu, never after.
	netMu  sync.Mutex
	net    *network // nil while unplugged
	http   string   // addresses as they were first bound
	pns    string
	closed bool

	mu      sync.Mutex
	face    face
	base    [5]byte // lights after restore has run out
	restore *restoreTimer
	inputs  [8]bool
	mac     [6]byte
	refuse  bool
	httpOff bool
	records records
}

// Start returns a running tower, dark and quiet. Close ends it.
func Start(c Config) (*Tower, error) {
	m, err := patlite.FindModel(c.Model)
	if err != nil {
		return nil, fmt.Errorf("start virtual tower: %w", err)
	}
	if c.Tiers == nil {
		c.Tiers = lamp.Units
	}
	if len(c.Tiers) > m.Tiers && m.AnyColour {
		return nil, fmt.Errorf("start virtual tower: %d tiers: model %s has %d", len(c.Tiers), m.Name, m.Tiers)
	}
	for i, u := range c.Tiers {
		if u != "" && !slices.Contains(lamp.Units, u) {
			return nil, fmt.Errorf("start virtual tower: tier %d: unknown unit %q", i+1, u)
		}
	}
	if c.PNS != "" && m.Category == "" {
		return nil, fmt.Errorf("start virtual tower: model %s speaks no PNS, as far as is documented", m.Name)
	}
	t := &Tower{
		panel: patlite.NewPanel(m, c.Tiers), password: c.Password, clock: c.Clock,
		afterFunc: c.AfterFunc, log: c.Log, http: c.HTTP, pns: c.PNS,
		mac: [6]byte{0x80, 0x39, 0xE5, 0x00, 0x1A, 0x2F},
	}
	if t.password == "" {
		t.password = "patlite"
	}
	if t.clock == nil {
		t.clock = time.Now
	}
	if t.afterFunc == nil {
		t.afterFunc = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	if t.log == nil {
		t.log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	t.records.start(t.clock())
	if err := t.Plug(); err != nil {
		return nil, fmt.Errorf("start virtual tower: %w", err)
	}
	return t, nil
}

// HTTPAddr is the bound host:port of HTTP, "" where there is none. It stays
// the same while the tower is unplugged.
func (t *Tower) HTTPAddr() string {
	t.netMu.Lock()
	defer t.netMu.Unlock()
	return t.http
}

// PNSAddr is the bound host:port of PNS, the same for TCP and UDP.
func (t *Tower) PNSAddr() string {
	t.netMu.Lock()
	defer t.netMu.Unlock()
	return t.pns
}

// Panel is the face of the tower: model and units.
func (t *Tower) Panel() patlite.Panel { return t.panel }

// Unplug pulls the network cable: the sockets close, open connections are
// cut. Lights stay, a restore that is running runs out.
func (t *Tower) Unplug() {
	t.netMu.Lock()
	defer t.netMu.Unlock()
	if t.net != nil {
		t.net.close()
		t.net = nil
	}
}

// Plug puts the cable back: the tower listens at the same ports again.
func (t *Tower) Plug() error {
	t.netMu.Lock()
	defer t.netMu.Unlock()
	switch {
	case t.closed:
		return errors.New("the virtual tower is closed")
	case t.net != nil:
		return nil
	}
	n, err := t.listen(t.http, t.pns)
	if err != nil {
		return err
	}
	t.net, t.http, t.pns = n, n.httpAddr(), n.pnsAddr()
	return nil
}

// Close ends the tower and waits for everything it has started.
func (t *Tower) Close() error {
	t.Unplug()
	t.netMu.Lock()
	t.closed = true
	t.netMu.Unlock()
	t.mu.Lock()
	t.stopRestore()
	t.records.close()
	t.mu.Unlock()
	t.timers.Wait()
	return nil
}
