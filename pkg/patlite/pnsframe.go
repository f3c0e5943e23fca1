package patlite

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The identifiers of PNS commands. NH has S, C and G; LR5-LAN the same;
// LA6-POE has all.
const (
	PNSMotion         = 'S' // lights and buzzer
	PNSDetail         = 'D' // colours, one flash flag, buzzer
	PNSClear          = 'C' // everything off
	PNSStatus         = 'G'
	PNSDetailedStatus = 'E'
	PNSSmart          = 'T' // run a smart mode group
	PNSMute           = 'M' // in smart mode only
	PNSInput          = 'P' // STOP input, pulse trigger
	PNSReboot         = 'B'
)

// The one-byte answers of PNS.
const (
	ACK = 0x06
	NAK = 0x15
)

// PNSHeader is the length of the part of a frame before its data.
const PNSHeader = 6

// Frame is one PNS command: product category "XX" or "AB", identifier, data.
type Frame struct {
	Category string
	ID       byte
	Data     []byte
}

// Bytes writes the frame: category, identifier, an unused zero, the size of
// the data as two bytes big endian, the data (NHL manual p.27, LA6-POE p.35).
func (f Frame) Bytes() []byte {
	b := make([]byte, 0, PNSHeader+len(f.Data))
	b = append(b, f.Category...)
	b = append(b, f.ID, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(len(f.Data)))
	return append(b, f.Data...)
}

// PNSDataSize returns the number of data bytes that follow a header.
func PNSDataSize(header [PNSHeader]byte) int { return int(binary.BigEndian.Uint16(header[4:])) }

// ParseFrame reads exactly one frame.
func ParseFrame(b []byte) (Frame, error) {
	if len(b) < PNSHeader {
		return Frame{}, fmt.Errorf("frame of %d bytes is shorter than its header", len(b))
	}
	size := PNSDataSize([PNSHeader]byte(b))
	switch {
	case b[3] != 0:
		return Frame{}, fmt.Errorf("frame has %02X where 00 must stand", b[3])
	case len(b) != PNSHeader+size:
		return Frame{}, fmt.Errorf("frame of %d bytes says it has %d bytes of data", len(b), size)
	}
	f := Frame{Category: string(b[:2]), ID: b[2]}
	if size > 0 {
		f.Data = append([]byte(nil), b[PNSHeader:]...)
	}
	return f, nil
}

// MotionFrame is command S.
func MotionFrame(category string, d Digits) Frame {
	return Frame{Category: category, ID: PNSMotion, Data: d[:]}
}

// Motion reads the data of S.
func (f Frame) Motion() (Digits, error) {
	if err := f.check(PNSMotion, 6); err != nil {
		return Digits{}, err
	}
	return Digits(f.Data), nil
}

// Detail is what command D of LA6-POE sets: a colour for each tier, 0 for off,
// and one flash flag for all that are lit.
type Detail struct {
	Colours [5]byte
	Flash   bool
	Buzzer  byte
}

// DetailFrame is command D.
func DetailFrame(d Detail) Frame {
	return Frame{Category: "AB", ID: PNSDetail, Data: append(d.Colours[:], flag(d.Flash), d.Buzzer)}
}

// Detail reads the data of D.
func (f Frame) Detail() (Detail, error) {
	if err := f.check(PNSDetail, 7); err != nil {
		return Detail{}, err
	}
	d := Detail{Colours: [5]byte(f.Data[:5]), Buzzer: f.Data[6]}
	for _, c := range d.Colours {
		if c > 9 {
			return Detail{}, fmt.Errorf("colour %02X is not 00 to 09", c)
		}
	}
	if d.Buzzer > 11 {
		return Detail{}, fmt.Errorf("buzzer %02X is not 00 to 0B", d.Buzzer)
	}
	var err error
	d.Flash, err = flagOf(f.Data[5])
	return d, err
}

// ClearFrame is command C.
func ClearFrame(category string) Frame { return Frame{Category: category, ID: PNSClear} }

// StatusFrame is command G.
func StatusFrame(category string) Frame { return Frame{Category: category, ID: PNSStatus} }

// DetailedStatusFrame is command E of LA6-POE.
func DetailedStatusFrame() Frame { return Frame{Category: "AB", ID: PNSDetailedStatus} }

// SmartFrame is command T of LA6-POE: run smart mode group 1 to 31.
func SmartFrame(group byte) Frame {
	return Frame{Category: "AB", ID: PNSSmart, Data: []byte{group}}
}

// Smart reads the group of T.
func (f Frame) Smart() (byte, error) {
	if err := f.check(PNSSmart, 1); err != nil {
		return 0, err
	}
	if g := f.Data[0]; g >= 1 && g <= 31 {
		return g, nil
	}
	return 0, fmt.Errorf("smart mode group %d is not 1 to 31", f.Data[0])
}

// MuteFrame is command M of LA6-POE.
func MuteFrame(on bool) Frame { return Frame{Category: "AB", ID: PNSMute, Data: []byte{flag(on)}} }

// Mute reads the switch of M.
func (f Frame) Mute() (bool, error) { return f.onOff(PNSMute) }

// InputFrame is command P of LA6-POE: STOP input on or off, pulse trigger.
func InputFrame(on bool) Frame { return Frame{Category: "AB", ID: PNSInput, Data: []byte{flag(on)}} }

// Input reads the switch of P.
func (f Frame) Input() (bool, error) { return f.onOff(PNSInput) }

// RebootFrame is command B of LA6-POE; it carries the web password in clear.
func RebootFrame(password string) Frame {
	return Frame{Category: "AB", ID: PNSReboot, Data: []byte(password)}
}

// Reboot reads the password of B.
func (f Frame) Reboot() (string, error) {
	if f.ID != PNSReboot {
		return "", fmt.Errorf("command %q is not %q", f.ID, PNSReboot)
	}
	return string(f.Data), nil
}

func (f Frame) onOff(id byte) (bool, error) {
	if err := f.check(id, 1); err != nil {
		return false, err
	}
	return flagOf(f.Data[0])
}

func (f Frame) check(id byte, size int) error {
	if f.ID != id {
		return fmt.Errorf("command %q is not %q", f.ID, id)
	}
	if len(f.Data) != size {
		return fmt.Errorf("command %q has %d bytes of data instead of %d", f.ID, len(f.Data), size)
	}
	return nil
}

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}

var errFlag = errors.New("a switch is neither 00 nor 01")

func flagOf(b byte) (bool, error) {
	if b > 1 {
		return false, errFlag
	}
	return b == 1, nil
}
