package patlite_test

import (
	"bytes"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

func pnsDriver(t *testing.T, address, more string) patlite.Driver {
	t.Helper()
	return open(t, []byte(`{"address":"`+address+`","protocol":"pns",`+more+`}`), patlite.Options{})
}

const la6 = `"model":"LA6-POE","tiers":["red","amber","off","blue"]`

// TestAReplyMayComeInPieces: nothing says that a status is one segment.
func TestAReplyMayComeInPieces(t *testing.T) {
	reply := []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 11}
	address := answerer(t, func(c net.Conn) {
		for _, b := range reply {
			_, _ = c.Write([]byte{b})
		}
	})
	got, err := pnsDriver(t, address, la6).Read(t.Context())
	if err != nil || got.String() != "red=steady amber=flash buzzer=11" {
		t.Errorf("Read returns %s, %v", got, err)
	}
}

func TestPNSAnswersThatAreNone(t *testing.T) {
	for name, c := range map[string]struct {
		reply   string
		refused bool
		want    string
	}{
		"NAK":          {"\x15", true, `refused the command with "NAK"`},
		"hung up":      {"", false, "EOF"},
		"cut short":    {"\x00\x00\x00\x00\x00", false, "after 5 bytes"},
		"smart mode":   {"\x00\x00\x00\x00\x00\x00\x00\x00\x01\x0A\x00\x00\x05\x00\x00", false, "smart mode group 10"},
		"bad mode":     {"\x00\x00\x00\x00\x00\x00\x00\x00\x07\x0A\x00\x00\x05\x00\x00", false, "mode"},
		"bad tier":     {"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00", false, "tier 1"},
		"bad buzzer":   {"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0C", false, "buzzer"},
		"bad input":    {"\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", false, "contact input 2"},
		"web page":     {"HTTP/1.1 400 Bad Request\r\n\r\n", false, "contact input 1"},
		"stray tier 3": {"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			address := answerer(t, func(conn net.Conn) { _, _ = conn.Write([]byte(c.reply)) })
			got, err := pnsDriver(t, address, la6).Read(t.Context())
			var refused *patlite.RefusedError
			switch {
			case c.want == "":
				if err != nil || got.String() != "tier3=steady" {
					t.Errorf("Read returns %s, %v", got, err)
				}
			case err == nil || errors.As(err, &refused) != c.refused || !strings.Contains(err.Error(), c.want):
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	address := answerer(t, func(conn net.Conn) { _, _ = conn.Write([]byte("H")) })
	err := pnsDriver(t, address, la6).Apply(t.Context(), lamp.State{})
	if err == nil || !strings.Contains(err.Error(), "48 is neither ACK nor NAK") {
		t.Errorf("error %v", err)
	}
}

// TestADatagramIsAReply: a short datagram is not waited on for more.
func TestADatagramIsAReply(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	defer wait.Wait()
	defer conn.Close()
	wait.Go(func() {
		buffer := make([]byte, 64)
		for _, reply := range []string{"\x01\x02", "\x15"} {
			_, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo([]byte(reply), from)
		}
	})
	d := pnsDriver(t, conn.LocalAddr().String(), `"model":"NHL-3FB2","transport":"udp","timeout":"20s"`)
	if _, err := d.Read(t.Context()); err == nil || !strings.Contains(err.Error(), "2 bytes instead of 6") {
		t.Errorf("error %v", err)
	}
	var refused *patlite.RefusedError
	if err := d.Apply(t.Context(), lamp.State{}); !errors.As(err, &refused) {
		t.Errorf("error %v", err)
	}
}

func TestReadDetailed(t *testing.T) {
	tower, err := virtual.Start(virtual.Config{Model: "LA6-POE", PNS: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer tower.Close()
	d, ok := pnsDriver(t, tower.PNSAddr(), la6).(patlite.DetailedReader)
	if !ok {
		t.Fatal("the driver tells no details")
	}
	manualExample1(t, tower)
	s, err := d.ReadDetailed(t.Context())
	if err != nil || s.Smart != nil || s.Tiers[2].Value != 2 || s.Tiers[3].RGB != [3]byte{0, 0x33, 0xFF} || s.Inputs != inputs(1, 3, 4, 6) {
		t.Errorf("detailed status %+v, %v", s, err)
	}
	tower.SetSmart(example2Mode, example2Tiers)
	s, err = d.ReadDetailed(t.Context())
	if err != nil || s.Smart == nil || *s.Smart != example2Mode || s.Tiers != example2Tiers {
		t.Errorf("detailed status in smart mode %+v, %v", s, err)
	}
	if _, err := d.Read(t.Context()); err == nil || !strings.Contains(err.Error(), "smart mode group 10") {
		t.Errorf("Read in smart mode: %v", err)
	}
	other := pnsDriver(t, tower.PNSAddr(), `"model":"LR5-LAN"`).(patlite.DetailedReader)
	if _, err := other.ReadDetailed(t.Context()); err == nil || !strings.Contains(err.Error(), "LR5-LAN has none") {
		t.Errorf("error %v", err)
	}
}

func TestFramesThatAreNone(t *testing.T) {
	for name, text := range map[string]string{
		"short": "XXS", "third byte": "XXS\x01\x00\x00", "data missing": "XXS\x00\x00\x06\x01", "more than said": "XXC\x00\x00\x00\x01",
	} {
		if f, err := patlite.ParseFrame([]byte(text)); err == nil {
			t.Errorf("%s: read as %+v", name, f)
		}
	}
	for name, read := range map[string]func() error{
		"S of 5": func() error { _, err := (patlite.Frame{ID: 'S', Data: make([]byte, 5)}).Motion(); return err },
		"C as S": func() error { _, err := patlite.ClearFrame("XX").Motion(); return err },
		"D, colour 10": func() error {
			_, err := (patlite.Frame{ID: 'D', Data: []byte{10, 0, 0, 0, 0, 0, 0}}).Detail()
			return err
		},
		"D, flash 2": func() error {
			_, err := (patlite.Frame{ID: 'D', Data: []byte{1, 0, 0, 0, 0, 2, 0}}).Detail()
			return err
		},
		"D, buzzer 12": func() error {
			_, err := (patlite.Frame{ID: 'D', Data: []byte{1, 0, 0, 0, 0, 0, 12}}).Detail()
			return err
		},
		"T, group 0":     func() error { _, err := patlite.SmartFrame(0).Smart(); return err },
		"T, group 32":    func() error { _, err := patlite.SmartFrame(32).Smart(); return err },
		"M, 2":           func() error { _, err := (patlite.Frame{ID: 'M', Data: []byte{2}}).Mute(); return err },
		"P without data": func() error { _, err := (patlite.Frame{ID: 'P'}).Input(); return err },
		"C as B":         func() error { _, err := patlite.ClearFrame("AB").Reboot(); return err },
	} {
		if read() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func FuzzPNSStatus(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0, 0, 4})
	f.Add([]byte{1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 2, 1, 2, 1})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 1, 10, 1, 0, 5, 0, 0})
	f.Add(append([]byte{0x80, 0x39, 0xE5, 0, 0x1A, 0x2F}, make([]byte, 34)...))
	f.Add(patlite.DetailedStatus{Smart: &example2Mode, Tiers: example2Tiers}.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := patlite.ParseStatus(b); err == nil && !bytes.Equal(d[:], b) {
			t.Errorf("status %X was read as %v", b, d)
		}
		if s, err := patlite.ParseLA6Status(b); err == nil {
			// The last two bytes are unused in smart mode.
			n := len(b)
			if s.Smart != nil {
				n -= 2
			}
			if !bytes.Equal(s.Bytes()[:n], b[:n]) {
				t.Errorf("status %X is written as %X", b, s.Bytes())
			}
		}
		if s, err := patlite.ParseDetailedStatus(b); err == nil {
			again, err := patlite.ParseDetailedStatus(s.Bytes())
			if err != nil || !bytes.Equal(again.Bytes(), s.Bytes()) || len(s.Bytes()) != len(b) {
				t.Errorf("detailed status %X is written as %X: %v", b, s.Bytes(), err)
			}
		}
	})
}
