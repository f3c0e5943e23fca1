package virtual

import (
	"encoding/hex"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/patlite"
)

func TestHTTPCommands(t *testing.T) {
	for name, c := range map[string]struct{ model, query, reply, shows string }{
		"NHV: nothing":              {"NHV6", "", "Error. [003]", "green=flash"},
		"NHV: unknown":              {"NHV6", "color1=red", "Error. [002]", "green=flash"},
		"NHV: unknown beside alert": {"NHV6", "alert=100000&state=on", "Error. [002]", "green=flash"},
		"NHV: no value":             {"NHV6", "alert=", "Error. [004]", "green=flash"},
		"NHV: name alone":           {"NHV6", "alert", "Error. [004]", "green=flash"},
		"NHV: five digits":          {"NHV6", "alert=10000", "Error. [005]", "green=flash"},
		"NHV: a letter":             {"NHV6", "alert=10000x", "Error. [005]", "green=flash"},
		"NHV: flash 5":              {"NHV6", "alert=600000", "Error. [005]", "green=flash"},
		"NHV: buzzer 6":             {"NHV6", "alert=000006", "Error. [005]", "green=flash"},
		"NHV: all patterns":         {"NHV6", "alert=123455", "Success.", "red=steady amber=flash green=flash2 blue=flash3 white=flash4 buzzer=5"},
		"NHV: twice":                {"NHV6", "alert=100000&alert=000000", "Error. [005]", "green=flash"},
		"NHV: restore alone":        {"NHV6", "restore=4", "Error. [005]", "green=flash"},
		"NHV: restore 0":            {"NHV6", "alert=100000&restore=0", "Error. [005]", "green=flash"},
		"NHV: led keeps the buzzer": {"NHV6", "led=19999", "Success.", "red=steady green=flash"},
		"NHV: clear":                {"NHV6", "clear=1", "Success.", "off"},
		"NHV: clear 2":              {"NHV6", "clear=2", "Error. [005]", "green=flash"},
		"NHV: speech is data":       {"NHV6", "speech=disk%20full%26clear%3D1%26alert%3D000000&lang=jp&repeat=255&notify=10", "Success.", "green=flash"},
		"NHV: speech, broken":       {"NHV6", "speech=%ff", "Error. [005]", "green=flash"},
		"NHV: escape, broken":       {"NHV6", "speech=%zz", "Error. [005]", "green=flash"},
		"NHV: outputs":              {"NHV6", "output=19&sound=71", "Success.", "green=flash"},
		"NHV: output 2":             {"NHV6", "output=12", "Error. [005]", "green=flash"},
		"NHV: multi-colour":         {"NHV6", "color=Purple&c-pat=5&b-pat=9", "Success.", "green=flash"},
		"NHV: c-pat alone":          {"NHV6", "c-pat=1", "Error. [005]", "green=flash"},
		"NHV: no tier 4":            {"NHV6-3", "alert=000110", "Success.", "off"},
		"LA6: color and flash":      {"LA6-POE", "color=10020&buzzer=0&flash=1", "Success.", "red=flash blue=flash"},
		"LA6: color alone":          {"LA6-POE", "color=10020", "Error.", "green=flash"},
		"LA6: flash alone":          {"LA6-POE", "flash=1", "Error.", "green=flash"},
		"LA6: color beside alert":   {"LA6-POE", "alert=100000&color=10020&buzzer=1", "Error.", "green=flash"},
		"LA6: buzzer 12":            {"LA6-POE", "color=10020&buzzer=12", "Error.", "green=flash"},
		"LA6: alert":                {"LA6-POE", "alert=129993", "Success.", "red=steady amber=flash green=flash buzzer=3"},
		"LA6: alert, flash 2":       {"LA6-POE", "alert=300000", "Error.", "green=flash"},
		"LA6: smart and pulse":      {"LA6-POE", "smart=31&pulse=1", "Success.", "off"},
		"LA6: smart 32":             {"LA6-POE", "smart=32", "Error.", "green=flash"},
		"LA6: mute":                 {"LA6-POE", "mute=1", "Success.", "green=flash"},
		"LA6: stop":                 {"LA6-POE", "stop=0", "Success.", "green=flash"},
		"LA6: restore":              {"LA6-POE", "alert=100000&restore=4", "Error.", "green=flash"},
		"NH: alert":                 {"NHL-3FB2", "alert=321004", "Success.", "red=flash2 amber=flash green=steady buzzer=4"},
		"NH: flash 3":               {"NHL-3FB2", "alert=400000", "Error.", "green=flash"},
		"LR5: triple flash":         {"LR5-LAN", "alert=700001", "Success.", "red=flash6 buzzer=1"},
		"LR5: buzzer 2":             {"LR5-LAN", "alert=000002", "Error.", "green=flash"},
	} {
		t.Run(name, func(t *testing.T) {
			tower := start(t, Config{Model: c.model, HTTP: "127.0.0.1:0"})
			set(t, tower, "green=flash")
			if reply := command(t, tower, c.query); reply != c.reply {
				t.Errorf("reply %q, want %q", reply, c.reply)
			}
			shows(t, tower, c.shows)
		})
	}
}

func TestHTTPStatus(t *testing.T) {
	tower := start(t, Config{Model: "NHV6", HTTP: "127.0.0.1:0"})
	set(t, tower, "red=flash4 white=steady buzzer=2")
	status := "http://" + tower.HTTPAddr() + "/api/status?format="
	_, header, body := do(t, http.MethodGet, status+"json")
	if d, err := patlite.ParseHTTPStatus([]byte(body)); err != nil || d != (patlite.Digits{5, 0, 0, 0, 1, 2}) || header.Get("Content-Type") != "application/json" {
		t.Errorf("%s: %v, %v, %v", body, d, err, header)
	}
	if _, _, body := do(t, http.MethodGet, status+"pdf"); body != "Error. [005]" {
		t.Errorf("another format is answered %q", body)
	}
	tower.SetHTTPControlOff(true)
	if _, _, body := do(t, http.MethodGet, status+"json"); body != "Error. [002]" {
		t.Errorf("with HTTP control off: %q", body)
	}
	tower.SetHTTPControlOff(false)
	tower.SetRefuse(true)
	if reply := command(t, tower, "alert=000000"); reply != "Error. [005]" {
		t.Errorf("refusing: %q", reply)
	}
	shows(t, tower, "red=flash4 white=steady buzzer=2")
}

func TestPNSCommandsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ model, frame string }{
		"other category":   {"LR5-LAN", "XXC\x00\x00\x00"},
		"unknown command":  {"LA6-POE", "ABZ\x00\x00\x00"},
		"D on LR5":         {"LR5-LAN", "ABD\x00\x00\x07\x01\x00\x00\x00\x00\x00\x00"},
		"S of 5":           {"LR5-LAN", "ABS\x00\x00\x05\x01\x00\x00\x00\x00"},
		"S, no such value": {"NHL-3FB2", "XXS\x00\x00\x06\x04\x00\x00\x00\x00\x00"},
		"S, no such tone":  {"LR5-LAN", "ABS\x00\x00\x06\x00\x00\x00\x00\x00\x02"},
		"C with data":      {"LR5-LAN", "ABC\x00\x00\x01\x00"},
		"G with data":      {"LR5-LAN", "ABG\x00\x00\x01\x00"},
		"E with data":      {"LA6-POE", "ABE\x00\x00\x01\x00"},
		"D, colour 10":     {"LA6-POE", "ABD\x00\x00\x07\x0a\x00\x00\x00\x00\x00\x00"},
		"T, group 32":      {"LA6-POE", "ABT\x00\x00\x01\x20"},
		"M, 2":             {"LA6-POE", "ABM\x00\x00\x01\x02"},
		"P, 2":             {"LA6-POE", "ABP\x00\x00\x01\x02"},
		"B, password":      {"LA6-POE", "ABB\x00\x00\x05guess"},
		"fourth byte":      {"LA6-POE", "ABC\x01\x00\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			tower := start(t, Config{Model: c.model, PNS: "127.0.0.1:0"})
			set(t, tower, "green=flash")
			pns(t, tower, []byte(c.frame), patlite.NAK)
			shows(t, tower, "green=flash")
		})
	}
}

func TestSmartModeIsReportedNotDrawn(t *testing.T) {
	tower := start(t, Config{Model: "LA6-POE", PNS: "127.0.0.1:0"})
	set(t, tower, "red=flash")
	for _, f := range []patlite.Frame{patlite.SmartFrame(7), patlite.MuteFrame(true), patlite.InputFrame(true)} {
		pns(t, tower, f.Bytes(), patlite.ACK)
	}
	shows(t, tower, "off")
	reply := tower.answerPNS("test", &net.UDPAddr{}, patlite.StatusFrame("AB").Bytes())
	s, err := patlite.ParseLA6Status(reply)
	if err != nil || s.Smart == nil || *s.Smart != (patlite.SmartMode{Group: 7, Mute: true, Stop: true, Pattern: 1}) {
		t.Errorf("status %+v, %v", s, err)
	}
	pns(t, tower, patlite.MotionFrame("AB", patlite.Digits{9, 9, 9, 9, 1, 0}).Bytes(), patlite.ACK)
	shows(t, tower, "white=steady")
}

// vectors of one protocol, as requests.
func vectors(f *testing.F, protocol string) []string {
	f.Helper()
	body, err := os.ReadFile("../testdata/patlite-vectors.json")
	if err != nil {
		f.Fatal(err)
	}
	var all []struct {
		Protocol string `json:"protocol"`
		Request  string `json:"request_hex"`
	}
	if err := json.Unmarshal(body, &all); err != nil {
		f.Fatal(err)
	}
	var requests []string
	for _, v := range all {
		if v.Protocol != protocol {
			continue
		}
		request, err := hex.DecodeString(v.Request)
		if err != nil {
			f.Fatal(err)
		}
		requests = append(requests, string(request))
	}
	if len(requests) == 0 {
		f.Fatalf("no vectors of %s", protocol)
	}
	return requests
}

// fuzzTowers is one tower without sockets for each model.
func fuzzTowers(f *testing.F) []*Tower {
	f.Helper()
	var towers []*Tower
	for _, m := range patlite.Models() {
		tower, err := Start(Config{Model: m.Name})
		if err != nil {
			f.Fatal(err)
		}
		f.Cleanup(func() { _ = tower.Close() })
		towers = append(towers, tower)
	}
	return towers
}

// valid fails where a tower shows something that its model does not have.
func valid(t *testing.T, tower *Tower) {
	t.Helper()
	if _, err := tower.panel.State(tower.face.digits); err != nil {
		t.Errorf("model %s: %v", tower.panel.Model.Name, err)
	}
}

func FuzzPNSRequest(f *testing.F) {
	for _, request := range vectors(f, "PNS") {
		f.Add([]byte(request))
	}
	towers := fuzzTowers(f)
	f.Fuzz(func(t *testing.T, request []byte) {
		for _, tower := range towers {
			reply := tower.answerPNS("test", &net.UDPAddr{}, request)
			_, err := patlite.ParseFrame(request)
			if len(reply) == 0 || err != nil && (len(reply) != 1 || reply[0] != patlite.NAK) {
				t.Errorf("%X is answered %X", request, reply)
			}
			valid(t, tower)
		}
	})
}

func FuzzControlQuery(f *testing.F) {
	for _, request := range vectors(f, "HTTP") {
		_, query, _ := strings.Cut(request, "?")
		f.Add(query)
	}
	f.Add("alert=123455&restore=4")
	f.Add("speech=a%20b&lang=jp&repeat=255")
	f.Add("led=11000&sound=1&&%61lert=000000")
	towers := fuzzTowers(f)
	f.Fuzz(func(t *testing.T, query string) {
		for _, tower := range towers {
			c, code := parseControl(tower.panel.Model, query)
			again, codeAgain := parseControl(tower.panel.Model, query+"&")
			if code != codeAgain || (c.alert == nil) != (again.alert == nil) {
				t.Errorf("%q: %d, with & at its end %d", query, code, codeAgain)
			}
			if code == accepted {
				tower.do(Entry{Command: query}, func() string { tower.runControl(c); return "" })
				valid(t, tower)
			}
		}
	})
}
