package patlite

import "fmt"

// Lengths of status replies. They have no header, so the length must be known:
// NH and LR5-LAN answer G with 6 bytes, LA6-POE with 15; LA6-POE answers E
// with 40, in smart mode with 45.
const (
	statusSize         = 6
	la6StatusSize      = 15
	detailedHead       = 20 // up to where smart mode differs
	detailedModeOffset = 14
	detailedSize       = 40
	detailedSmartSize  = 45
)

// StatusSize is the length of the reply to G.
func (m Model) StatusSize() int {
	if m.Family == LA6 {
		return la6StatusSize
	}
	return statusSize
}

// ParseStatus reads the reply of NH and LR5-LAN to G: values as in S.
func ParseStatus(b []byte) (Digits, error) {
	if len(b) != statusSize {
		return Digits{}, fmt.Errorf("status has %d bytes instead of %d", len(b), statusSize)
	}
	return Digits(b), nil
}

// SmartMode is what an LA6-POE reports while it runs a smart mode group
// instead of showing what S and D set.
type SmartMode struct {
	Group   byte // 1 to 31
	Mute    bool
	Stop    bool
	Pattern byte // 1 to 63
	// Overdue, the takt time has passed: only in the detailed status.
	Overdue bool
}

// LA6Status is the reply of LA6-POE to G (operation manual p.39).
type LA6Status struct {
	Inputs [8]bool    // contact inputs 1 to 8
	Smart  *SmartMode // nil in signal tower mode
	Digits Digits     // tiers and buzzer; zero in smart mode
}

// ParseLA6Status reads 15 bytes.
func ParseLA6Status(b []byte) (LA6Status, error) {
	var s LA6Status
	if len(b) != la6StatusSize {
		return s, fmt.Errorf("status has %d bytes instead of %d", len(b), la6StatusSize)
	}
	var err error
	if s.Inputs, err = parseInputs(b[:8]); err != nil {
		return LA6Status{}, err
	}
	smart, err := flagOf(b[8])
	if err != nil {
		return LA6Status{}, fmt.Errorf("status: mode: %w", err)
	}
	if !smart {
		s.Digits = Digits(b[9:])
		return s, checkLA6Digits(s.Digits)
	}
	s.Smart, err = parseSmart(b[9:13])
	return s, err
}

// Bytes writes the reply, as a tower does.
func (s LA6Status) Bytes() []byte {
	b := appendInputs(nil, s.Inputs)
	if s.Smart == nil {
		return append(append(b, 0), s.Digits[:]...)
	}
	b = append(b, 1)
	b = append(b, s.Smart.bytes()...)
	return append(b, 0, 0)
}

// TierStatus is one tier in the detailed status.
type TierStatus struct {
	Value byte // 0 off, 1 on, 2 flashing
	RGB   [3]byte
}

// DetailedStatus is the reply of LA6-POE to E (operation manual p.41).
type DetailedStatus struct {
	MAC    [6]byte
	Inputs [8]bool
	Smart  *SmartMode // nil in signal tower mode
	Tiers  [5]TierStatus
	Buzzer byte // 0 to 11
}

// DetailedStatusSize tells the length of the whole reply from its first 15
// bytes or more.
func DetailedStatusSize(head []byte) (int, error) {
	if len(head) <= detailedModeOffset {
		return 0, fmt.Errorf("detailed status ends after %d bytes", len(head))
	}
	smart, err := flagOf(head[detailedModeOffset])
	if err != nil {
		return 0, fmt.Errorf("detailed status: mode: %w", err)
	}
	if smart {
		return detailedSmartSize, nil
	}
	return detailedSize, nil
}

// ParseDetailedStatus reads 40 or 45 bytes.
func ParseDetailedStatus(b []byte) (DetailedStatus, error) {
	var s DetailedStatus
	size, err := DetailedStatusSize(b)
	if err != nil {
		return s, err
	}
	if len(b) != size {
		return s, fmt.Errorf("detailed status has %d bytes instead of %d", len(b), size)
	}
	s.MAC = [6]byte(b)
	if s.Inputs, err = parseInputs(b[6:14]); err != nil {
		return DetailedStatus{}, err
	}
	rest := b[detailedHead-1:]
	if size == detailedSmartSize {
		if s.Smart, err = parseSmart(rest[:4]); err != nil {
			return DetailedStatus{}, err
		}
		if s.Smart.Overdue, err = flagOf(rest[4]); err != nil {
			return DetailedStatus{}, fmt.Errorf("detailed status: takt time: %w", err)
		}
		rest = rest[5:]
	}
	var d Digits
	for i := range s.Tiers {
		s.Tiers[i] = TierStatus{Value: rest[4*i], RGB: [3]byte(rest[4*i+1:])}
		d[i] = s.Tiers[i].Value
	}
	s.Buzzer = rest[20]
	d[5] = s.Buzzer
	return s, checkLA6Digits(d)
}

// Bytes writes the reply, as a tower does.
func (s DetailedStatus) Bytes() []byte {
	b := appendInputs(append([]byte(nil), s.MAC[:]...), s.Inputs)
	b = append(b, flag(s.Smart != nil), 0, 0, 0, 0)
	if s.Smart != nil {
		b = append(append(b, s.Smart.bytes()...), flag(s.Smart.Overdue))
	}
	for _, t := range s.Tiers {
		b = append(append(b, t.Value), t.RGB[:]...)
	}
	return append(b, s.Buzzer)
}

func (m SmartMode) bytes() []byte { return []byte{m.Group, flag(m.Mute), flag(m.Stop), m.Pattern} }

func parseSmart(b []byte) (*SmartMode, error) {
	m := &SmartMode{Group: b[0], Pattern: b[3]}
	var err error
	if m.Mute, err = flagOf(b[1]); err != nil {
		return nil, fmt.Errorf("smart mode: mute: %w", err)
	}
	if m.Stop, err = flagOf(b[2]); err != nil {
		return nil, fmt.Errorf("smart mode: STOP input: %w", err)
	}
	return m, nil
}

func parseInputs(b []byte) ([8]bool, error) {
	var inputs [8]bool
	for i := range inputs {
		var err error
		if inputs[i], err = flagOf(b[i]); err != nil {
			return inputs, fmt.Errorf("status: contact input %d: %w", i+1, err)
		}
	}
	return inputs, nil
}

func appendInputs(b []byte, inputs [8]bool) []byte {
	for _, on := range inputs {
		b = append(b, flag(on))
	}
	return b
}

func checkLA6Digits(d Digits) error {
	for i, v := range d[:5] {
		if v > 2 {
			return fmt.Errorf("status: tier %d has the value %d instead of 0 to 2", i+1, v)
		}
	}
	if d[5] > 11 {
		return fmt.Errorf("status: buzzer has the value %d instead of 0 to 11", d[5])
	}
	return nil
}
