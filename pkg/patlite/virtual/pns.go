package virtual

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/patlite"
)

const (
	// maxPNSConns is the number of simultaneous connections of an LA6-POE
	// (operation manual p.44).
	maxPNSConns = 8
	// maxPNSData bounds a frame; the longest data is a password.
	maxPNSData = 256
	idlePNS    = 30 * time.Second
)

func (t *Tower) servePNS(n *network) {
	for {
		conn, err := n.tcp.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		if !n.add(conn) {
			_ = conn.Close()
			continue
		}
		n.wait.Go(func() {
			defer n.remove(conn)
			defer conn.Close()
			t.servePNSConn(conn)
		})
	}
}

// servePNSConn answers frame after frame until the sender closes.
func (t *Tower) servePNSConn(conn net.Conn) {
	for {
		_ = conn.SetDeadline(time.Now().Add(idlePNS))
		request, err := readFrame(conn)
		if err != nil {
			return
		}
		if _, err := conn.Write(t.answerPNS("pns/tcp", conn.RemoteAddr(), request)); err != nil {
			return
		}
	}
}

// readFrame takes the bytes of one frame from a stream.
func readFrame(r io.Reader) ([]byte, error) {
	var header [patlite.PNSHeader]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	size := patlite.PNSDataSize(header)
	if size > maxPNSData {
		return nil, fmt.Errorf("%d bytes of data", size)
	}
	frame := append(header[:], make([]byte, size)...)
	_, err := io.ReadFull(r, frame[patlite.PNSHeader:])
	return frame, err
}

func (t *Tower) servePNSDatagrams(n *network) {
	buffer := make([]byte, patlite.PNSHeader+maxPNSData+1)
	for {
		size, from, err := n.udp.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		_, _ = n.udp.WriteTo(t.answerPNS("pns/udp", from, buffer[:size]), from)
	}
}

// answerPNS carries out one request and returns the reply. What makes a real
// tower answer NAK is not documented; this one does for everything it cannot
// carry out.
func (t *Tower) answerPNS(protocol string, from net.Addr, request []byte) []byte {
	var reply []byte
	f, err := patlite.ParseFrame(request)
	e := Entry{Protocol: protocol, From: from.String(), Command: describeFrame(f, err, request)}
	e.Read = err == nil && (f.ID == patlite.PNSStatus || f.ID == patlite.PNSDetailedStatus)
	t.do(e, func() string {
		if err != nil || t.refuse {
			reply = []byte{patlite.NAK}
		} else {
			reply = t.runPNS(f)
		}
		return hexText(reply)
	})
	return reply
}

// describeFrame writes a request for the log, without the password of B.
func describeFrame(f patlite.Frame, err error, request []byte) string {
	switch {
	case err != nil:
		return "not a frame: " + hexText(request)
	case f.ID == patlite.PNSReboot:
		return "B (password)"
	case len(f.Data) == 0:
		return printable(f.ID)
	}
	return printable(f.ID) + " " + hexText(f.Data)
}

func printable(id byte) string {
	if id > ' ' && id < 0x7F {
		return string(rune(id))
	}
	return fmt.Sprintf("%02X", id)
}

func hexText(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// runPNS carries out a frame, under Tower.mu.
func (t *Tower) runPNS(f patlite.Frame) []byte {
	m := t.panel.Model
	if f.Category != m.Category {
		return []byte{patlite.NAK}
	}
	switch f.ID {
	case patlite.PNSStatus:
		if len(f.Data) == 0 {
			return t.status()
		}
	case patlite.PNSMotion:
		if d, err := f.Motion(); err == nil && accepts(m, d) {
			t.show(d)
			return []byte{patlite.ACK}
		}
	case patlite.PNSClear:
		if len(f.Data) == 0 {
			t.clear()
			return []byte{patlite.ACK}
		}
	default:
		if m.Family == patlite.LA6 {
			return t.runLA6(f)
		}
	}
	return []byte{patlite.NAK}
}

// runLA6 carries out the commands that only LA6-POE has.
func (t *Tower) runLA6(f patlite.Frame) []byte {
	var err error
	switch f.ID {
	case patlite.PNSDetailedStatus:
		if len(f.Data) == 0 {
			return t.detailedStatus()
		}
		err = errors.New("data where none belongs")
	case patlite.PNSDetail:
		var d patlite.Detail
		if d, err = f.Detail(); err == nil {
			t.colour(d)
		}
	case patlite.PNSSmart:
		var group byte
		if group, err = f.Smart(); err == nil {
			t.runSmart(group)
		}
	case patlite.PNSMute:
		var on bool
		if on, err = f.Mute(); err == nil {
			t.mute(on)
		}
	case patlite.PNSInput:
		var on bool
		if on, err = f.Input(); err == nil {
			t.stop(on)
		}
	case patlite.PNSReboot:
		var password string
		if password, err = f.Reboot(); err == nil && password != t.password {
			err = errors.New("wrong password")
		}
	default:
		err = errors.New("unknown command")
	}
	if err != nil {
		return []byte{patlite.NAK}
	}
	return []byte{patlite.ACK}
}

func (t *Tower) status() []byte {
	if t.panel.Model.Family != patlite.LA6 {
		return bytes.Clone(t.face.digits[:]) // it is sent after mu is released
	}
	return patlite.LA6Status{Inputs: t.inputs, Smart: t.face.smart, Digits: t.face.digits}.Bytes()
}

func (t *Tower) detailedStatus() []byte {
	s := patlite.DetailedStatus{MAC: t.mac, Inputs: t.inputs, Smart: t.face.smart, Tiers: t.face.smartTiers, Buzzer: t.face.digits[5]}
	if s.Smart == nil {
		for i, v := range t.face.digits[:5] {
			s.Tiers[i] = patlite.TierStatus{Value: v, RGB: t.rgb(i)}
		}
	}
	return s.Bytes()
}
