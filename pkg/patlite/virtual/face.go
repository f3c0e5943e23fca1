package virtual

import (
	"time"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite"
)

// face is everything that can be seen and heard of the tower.
type face struct {
	digits patlite.Digits
	// colours are what D or color has set, per tier: 0 is the tier's own.
	colours [5]byte
	// smart is set while an LA6-POE runs smart mode; smartTiers is what it
	// then reports in its detailed status.
	smart      *patlite.SmartMode
	smartTiers [5]patlite.TierStatus
}

// State is what the tower shows now. While a tier has a colour of its own by
// D or color, it is still named by the unit it stands for.
func (t *Tower) State() lamp.State {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state()
}

func (t *Tower) state() lamp.State {
	// Every value on the face has passed accept, so it can be read back.
	s, _ := t.panel.State(t.face.digits)
	return s
}

// Set puts the tower into a state, as a command of somebody else would. The
// error names what the tower cannot show.
func (t *Tower) Set(s lamp.State) error {
	digits, err := t.panel.Digits(s)
	if err != nil {
		return err
	}
	t.do(Entry{Protocol: "set", Command: s.String()}, func() string {
		t.show(digits)
		return ""
	})
	return nil
}

// Clear presses the clear button on the tower.
func (t *Tower) Clear() { t.clearBy("button", "") }

func (t *Tower) clearBy(protocol, from string) {
	t.do(Entry{Protocol: protocol, From: from, Command: "clear"}, func() string {
		t.clear()
		return ""
	})
}

// PowerCycle switches the tower off and on: it is dark, and its base state is
// gone. Its address and settings stay.
func (t *Tower) PowerCycle() {
	t.do(Entry{Protocol: "power", Command: "off and on"}, func() string {
		t.clear()
		return ""
	})
}

// SetRefuse makes the tower answer NAK, or an HTTP error, to everything.
func (t *Tower) SetRefuse(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refuse = on
}

// SetHTTPControlOff switches HTTP Command Control off, as on a new tower:
// everything over HTTP is answered "Error. [002]".
func (t *Tower) SetHTTPControlOff(off bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.httpOff = off
}

// SetInputs sets the contact inputs that an LA6-POE reports.
func (t *Tower) SetInputs(inputs [8]bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inputs = inputs
}

// SetMAC sets the MAC address that the tower reports.
func (t *Tower) SetMAC(mac [6]byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mac = mac
}

// SetSmart puts an LA6-POE into smart mode, with what its detailed status then
// reports of the tiers. The next S, D or clear ends it.
func (t *Tower) SetSmart(mode patlite.SmartMode, tiers [5]patlite.TierStatus) {
	t.do(Entry{Protocol: "set", Command: "smart mode"}, func() string {
		t.stopRestore()
		t.face = face{smart: &mode, smartTiers: tiers}
		return ""
	})
}

// show sets lights and buzzer; NoChange leaves one as it is. It ends what ran
// before: a restore, smart mode, colours.
func (t *Tower) show(d patlite.Digits) {
	t.stopRestore()
	for i, v := range d {
		if v == patlite.NoChange {
			d[i] = t.face.digits[i]
		}
	}
	t.face = face{digits: t.present(d)}
}

// present puts out the lights at positions where the model has none: commands
// have six values whatever the number of tiers.
func (t *Tower) present(d patlite.Digits) patlite.Digits {
	for i := t.panel.Model.Tiers; i < 5; i++ {
		d[i] = 0
	}
	return d
}

// clear is the button, command C and HTTP's clear. That it also forgets the
// base state is assumed, not documented: a driver must cope with it.
func (t *Tower) clear() {
	t.stopRestore()
	t.face = face{}
	t.base = [5]byte{}
}

// colour is D and HTTP's color.
func (t *Tower) colour(d patlite.Detail) {
	t.stopRestore()
	t.face = face{colours: d.Colours}
	for i, c := range d.Colours {
		switch {
		case c == 0:
		case d.Flash:
			t.face.digits[i] = 2
		default:
			t.face.digits[i] = 1
		}
	}
	t.face.digits[5] = d.Buzzer
}

// runSmart starts a smart mode group. What it shows is set up on the tower,
// so nothing is drawn.
func (t *Tower) runSmart(group byte) {
	t.stopRestore()
	t.face = face{smart: &patlite.SmartMode{Group: group, Pattern: 1}}
}

// mute and stop change smart mode only, elsewhere they do nothing.
func (t *Tower) mute(on bool) {
	if t.face.smart != nil {
		t.face.smart.Mute = on
	}
}

func (t *Tower) stop(on bool) {
	if t.face.smart != nil {
		t.face.smart.Stop = on
	}
}

// accepts reports whether the model has these values; NoChange always is.
func accepts(m patlite.Model, d patlite.Digits) bool {
	highest := byte(len(m.Patterns) + len(m.Found) - 1)
	for _, v := range d[:5] {
		if v > highest && v != patlite.NoChange {
			return false
		}
	}
	return int(d[5]) <= m.Buzzers || d[5] == patlite.NoChange
}

// setBase is HTTP's led: it lights the units without touching the buzzer, and
// is what restore falls back to.
func (t *Tower) setBase(lights [5]byte) {
	d := patlite.Digits{5: patlite.NoChange}
	copy(d[:], lights[:])
	t.show(d)
	copy(t.base[:], t.face.digits[:5])
}

// restoreTimer is one run of restore.
type restoreTimer struct{ stop func() bool }

// startRestore falls back to the base after a while, unless stopRestore comes
// first: measured on an NHV6-3, a command with restore does not return to the
// state before it but to the base that led has set.
func (t *Tower) startRestore(after time.Duration) {
	r := &restoreTimer{}
	t.restore = r
	t.timers.Add(1)
	r.stop = t.afterFunc(after, func() {
		defer t.timers.Done()
		t.do(Entry{Protocol: "restore", Command: "after " + after.String()}, func() string {
			if t.restore != r {
				return ""
			}
			t.restore = nil
			d := patlite.Digits{}
			copy(d[:], t.base[:])
			t.face = face{digits: d}
			return ""
		})
	})
}

func (t *Tower) stopRestore() {
	if r := t.restore; r != nil {
		t.restore = nil
		if r.stop() {
			t.timers.Done()
		}
	}
}
