package patlite_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite"
	"github.com/andonhq/andon/pkg/patlite/virtual"
)

// vector is one request and reply of testdata/patlite-vectors.json.
type vector struct {
	Protocol    string `json:"protocol"`
	Model       string `json:"model"`
	Description string `json:"description"`
	RequestHex  string `json:"request_hex"`
	ReplyHex    string `json:"reply_hex"`
}

// misprint is the one vector that no tower answers: the manual's example 1 of
// LA6-POE's detailed status shows tier 2 as off and says that it is on.
const misprint = "E: detailed status, signal tower mode, 40 bytes"

// supposed is what a vector supposes: how the request is built, and what the
// tower is like before it.
type supposed struct {
	model   string        // where the vector's model is not a row's name
	frame   patlite.Frame // PNS
	target  string        // HTTP
	prepare func(*testing.T, *virtual.Tower)
	shows   string // what the tower shows after, "" where it is not said
}

func digits(v ...byte) patlite.Digits { return patlite.Digits(v) }

func refuse(_ *testing.T, tower *virtual.Tower) { tower.SetRefuse(true) }

func set(state string) func(*testing.T, *virtual.Tower) {
	return func(t *testing.T, tower *virtual.Tower) {
		t.Helper()
		s, err := lamp.Parse(state)
		if err != nil {
			t.Fatal(err)
		}
		if err := tower.Set(s); err != nil {
			t.Fatal(err)
		}
	}
}

func inputs(numbers ...int) [8]bool {
	var in [8]bool
	for _, n := range numbers {
		in[n-1] = true
	}
	return in
}

// manualExample1 is the state of the example on p.43 of the LA6-POE manual.
func manualExample1(t *testing.T, tower *virtual.Tower) {
	tower.SetInputs(inputs(1, 3, 4, 6))
	set("red=steady amber=steady green=flash blue=steady white=flash buzzer=1")(t, tower)
}

var example2Mode = patlite.SmartMode{Group: 10, Mute: true, Pattern: 5, Overdue: true}

var example2Tiers = [5]patlite.TierStatus{
	{Value: 2, RGB: [3]byte{0x00, 0x33, 0xFF}},
	{Value: 2, RGB: [3]byte{0x00, 0x33, 0xFF}},
	{Value: 2}, // as printed: flashing, in black
	{Value: 2, RGB: [3]byte{0xCC, 0x00, 0xDD}},
	{Value: 2, RGB: [3]byte{0xFF, 0x00, 0xCC}},
}

// suppositions, by "request reply" in hexadecimal, or by description for HTTP.
var suppositions = map[string]supposed{
	"585853000006010203000004 06": {model: "NHL-3FB2", frame: patlite.MotionFrame("XX", digits(1, 2, 3, 0, 0, 4)), shows: "red=steady amber=flash green=flash2 buzzer=4"},
	"585853000006010203000004 15": {model: "NHL-3FB2", frame: patlite.MotionFrame("XX", digits(1, 2, 3, 0, 0, 4)), prepare: refuse, shows: "off"},
	"585853000006090909090909 06": {model: "NHL-5FV2W", frame: patlite.MotionFrame("XX", digits(9, 9, 9, 9, 9, 9)), prepare: set("white=flash2 buzzer=3"), shows: "white=flash2 buzzer=3"},
	"585853000006010101010101 06": {model: "NHP-3FB1", frame: patlite.MotionFrame("XX", digits(1, 1, 1, 1, 1, 1)), shows: "red=steady amber=steady green=steady buzzer=1"},
	"585843000000 06":             {model: "NHL-3FB2", frame: patlite.ClearFrame("XX"), prepare: set("red=flash buzzer=1"), shows: "off"},
	"585847000000 010203000004":   {model: "NHL-3FB2", frame: patlite.StatusFrame("XX"), prepare: set("red=steady amber=flash green=flash2 buzzer=4"), shows: "red=steady amber=flash green=flash2 buzzer=4"},
	"41425000000101 06":           {frame: patlite.InputFrame(true)},
	"41425000000101 15":           {frame: patlite.InputFrame(true), prepare: refuse},
	"4142540000010A 06":           {frame: patlite.SmartFrame(10)},
	"41425400000101 06":           {frame: patlite.SmartFrame(1)},
	"41424D00000101 06":           {frame: patlite.MuteFrame(true)},
	"414253000006010209000001 06": {frame: patlite.MotionFrame("AB", digits(1, 2, 9, 0, 0, 1)), prepare: set("green=flash white=steady"), shows: "red=steady amber=flash green=flash buzzer=1"},
	"4142440000070406000901000B 06": {
		frame: patlite.DetailFrame(patlite.Detail{Colours: [5]byte{4, 6, 0, 9, 1}, Buzzer: 11}),
		shows: "red=steady amber=steady blue=steady white=steady buzzer=11",
	},
	"41424400000701020304050101 06": {
		frame: patlite.DetailFrame(patlite.Detail{Colours: [5]byte{1, 2, 3, 4, 5}, Flash: true, Buzzer: 1}),
		shows: "red=flash amber=flash green=flash blue=flash white=flash buzzer=1",
	},
	"414243000000 06":                             {frame: patlite.ClearFrame("AB"), prepare: set("red=flash buzzer=1"), shows: "off"},
	"4142420000077061746C697465 06":               {frame: patlite.RebootFrame("patlite")},
	"414247000000 010001010001000000010102010201": {frame: patlite.StatusFrame("AB"), prepare: manualExample1},
	"414245000000 8039E5001A2F0100010100010000000000000001FF000000FFCC000200FF00010033FF02FFFFFF01": {
		frame: patlite.DetailedStatusFrame(), prepare: manualExample1,
	},
	"414245000000 8039E5001A2F000100010001000101000000000A01000501020033FF020033FF0200000002CC00DD02FF00CC00": {
		frame: patlite.DetailedStatusFrame(),
		prepare: func(_ *testing.T, tower *virtual.Tower) {
			tower.SetMAC([6]byte{0x80, 0x39, 0xE5, 0x00, 0x1A, 0x2F})
			tower.SetInputs(inputs(2, 4, 6, 8))
			tower.SetSmart(example2Mode, example2Tiers)
		},
	},
	"414253000006010209000701 06": {frame: patlite.MotionFrame("AB", digits(1, 2, 9, 0, 7, 1)), prepare: set("green=flash4"), shows: "red=steady amber=flash green=flash4 white=flash6 buzzer=1"},
	"414247000000 010200000701": {
		frame: patlite.StatusFrame("AB"),
		prepare: func(t *testing.T, tower *virtual.Tower) {
			// The triple flash is not a pattern that Set knows.
			if reply := overTCP(t, tower.PNSAddr(), patlite.MotionFrame("AB", digits(1, 2, 0, 0, 7, 1)).Bytes()); reply[0] != patlite.ACK {
				t.Fatalf("S is answered %X", reply)
			}
		},
	},
	"414253000006010209000001 15": {frame: patlite.MotionFrame("AB", digits(1, 2, 9, 0, 0, 1)), prepare: refuse, shows: "off"},

	"colours 4,6,0,9,1 for tiers 1-5 and buzzer 11. request_hex = ASCII of method and request target, reply_hex = ASCII of the body": {
		target: patlite.ControlTarget(patlite.Param{Name: "color", Value: "46091"}, patlite.Param{Name: "buzzer", Value: "11"}),
		shows:  "red=steady amber=steady blue=steady white=steady buzzer=11",
	},
	"run smart mode group 10": {target: patlite.ControlTarget(patlite.Param{Name: "smart", Value: "10"})},
	"clear":                   {target: patlite.ControlTarget(patlite.Param{Name: "clear", Value: "1"}), prepare: set("red=flash"), shows: "off"},
	"wrong parameter name (name made up here)": {target: patlite.ControlTarget(patlite.Param{Name: "nosuch", Value: "1"}), prepare: set("red=flash"), shows: "red=flash"},
	"six-digit alert with no change for all but the red tier": {
		model: "NHV6", target: patlite.ControlTarget(patlite.Param{Name: "alert", Value: digits(1, 9, 9, 9, 9, 9).String()}),
		prepare: set("amber=flash4 buzzer=5"), shows: "red=steady amber=flash4 buzzer=5",
	},
	"any command while HTTP Command Control is disabled or no account exists: HTTP status 200, this body": {
		target:  patlite.ControlTarget(patlite.Param{Name: "alert", Value: "199999"}),
		prepare: func(_ *testing.T, tower *virtual.Tower) { tower.SetHTTPControlOff(true) }, shows: "off",
	},
}

func loadVectors(t *testing.T) []vector {
	t.Helper()
	body, err := os.ReadFile("testdata/patlite-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestVectors sends every HTTP and PNS vector, built by the driver's encoders,
// to a virtual tower in the state that the vector supposes, over real sockets.
func TestVectors(t *testing.T) {
	var exceptions []string
	used := map[string]bool{}
	for _, v := range loadVectors(t) {
		key := v.RequestHex + " " + v.ReplyHex
		if v.Protocol == "HTTP" {
			key = v.Description
		} else if v.Protocol != "PNS" {
			continue
		}
		t.Run(v.Protocol+" "+v.Description, func(t *testing.T) {
			want, ok := suppositions[key]
			if !ok {
				t.Fatalf("nothing is supposed for %s", key)
			}
			used[key] = true
			if want.model == "" {
				want.model = v.Model
			}
			request, reply := fromHex(t, v.RequestHex), fromHex(t, v.ReplyHex)
			config := virtual.Config{Model: want.model, HTTP: "127.0.0.1:0"}
			if v.Protocol == "PNS" {
				config.PNS = "127.0.0.1:0"
			}
			tower, err := virtual.Start(config)
			if err != nil {
				t.Fatal(err)
			}
			defer tower.Close()
			prepare := func() {
				if want.prepare != nil {
					want.prepare(t, tower)
				}
			}
			prepare()
			var replies [][]byte
			if v.Protocol == "HTTP" {
				if got := "GET " + want.target; got != string(request) {
					t.Errorf("encoded %q, want %q", got, request)
				}
				replies = append(replies, overHTTP(t, tower.HTTPAddr(), want.target))
				if err := patlite.CheckControlAnswer(string(reply)); (err == nil) != (string(reply) == "Success.") {
					t.Errorf("answer %q: error %v", reply, err)
				}
			} else {
				checkFrame(t, want.frame, request)
				replies = append(replies, overTCP(t, tower.PNSAddr(), request))
				prepare()
				replies = append(replies, overUDP(t, tower.PNSAddr(), request))
			}
			for _, got := range replies {
				if bytes.Equal(got, reply) {
					continue
				}
				if strings.HasPrefix(v.Description, misprint) {
					exceptions = append(exceptions, v.Description)
					checkMisprint(t, reply, got)
					continue
				}
				t.Errorf("reply %X, want %X", got, reply)
			}
			if want.shows != "" && tower.State().String() != want.shows {
				t.Errorf("the tower shows %s, want %s", tower.State(), want.shows)
			}
		})
	}
	if len(exceptions) != 2 || len(used) != len(suppositions) {
		t.Errorf("%d replies differ (want one vector, by TCP and UDP); %d of %d suppositions used", len(exceptions), len(used), len(suppositions))
	}
}

// checkMisprint: what is printed differs in byte 24 alone.
func checkMisprint(t *testing.T, printed, got []byte) {
	t.Helper()
	right := bytes.Clone(printed)
	right[23] = 1
	if !bytes.Equal(got, right) {
		t.Errorf("reply %X, want %X", got, right)
	}
}

// checkFrame encodes and decodes.
func checkFrame(t *testing.T, f patlite.Frame, request []byte) {
	t.Helper()
	if got := f.Bytes(); !bytes.Equal(got, request) {
		t.Errorf("encoded %X, want %X", got, request)
	}
	got, err := patlite.ParseFrame(request)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(f, got); d != "" {
		t.Errorf("decoded (-want +got):\n%s", d)
	}
	again := got
	switch got.ID {
	case patlite.PNSMotion:
		d, e := got.Motion()
		again, err = patlite.MotionFrame(got.Category, d), e
	case patlite.PNSDetail:
		d, e := got.Detail()
		again, err = patlite.DetailFrame(d), e
	case patlite.PNSSmart:
		g, e := got.Smart()
		again, err = patlite.SmartFrame(g), e
	case patlite.PNSMute:
		on, e := got.Mute()
		again, err = patlite.MuteFrame(on), e
	case patlite.PNSInput:
		on, e := got.Input()
		again, err = patlite.InputFrame(on), e
	case patlite.PNSReboot:
		password, e := got.Reboot()
		again, err = patlite.RebootFrame(password), e
	}
	if err != nil || !bytes.Equal(again.Bytes(), request) {
		t.Errorf("data decoded and encoded again: %X, %v; want %X", again.Bytes(), err, request)
	}
}

// TestStatusReplies decodes the status replies of the vectors, and encodes
// those that a tower builds.
func TestStatusReplies(t *testing.T) {
	la6, err := patlite.ParseLA6Status(fromHex(t, "010001010001000000010102010201"))
	want := patlite.LA6Status{Inputs: inputs(1, 3, 4, 6), Digits: digits(1, 1, 2, 1, 2, 1)}
	if d := cmp.Diff(want, la6); err != nil || d != "" {
		t.Errorf("LA6 status: %v (-want +got):\n%s", err, d)
	}
	smart := fromHex(t, "000000000000000001"+"0A010005"+"0000")
	la6, err = patlite.ParseLA6Status(smart)
	want = patlite.LA6Status{Smart: &patlite.SmartMode{Group: 10, Mute: true, Pattern: 5}}
	if d := cmp.Diff(want, la6); err != nil || d != "" || !bytes.Equal(la6.Bytes(), smart) {
		t.Errorf("LA6 status in smart mode: %v (-want +got):\n%s", err, d)
	}
	nh, err := patlite.ParseStatus(fromHex(t, "010203000004"))
	if err != nil || nh != digits(1, 2, 3, 0, 0, 4) {
		t.Errorf("NH status: %v, %v", nh, err)
	}
	example1, err := patlite.ParseDetailedStatus(fromHex(t, "8039E5001A2F0100010100010000000000000001FF000001FFCC000200FF00010033FF02FFFFFF01"))
	detailed := patlite.DetailedStatus{
		MAC: [6]byte{0x80, 0x39, 0xE5, 0x00, 0x1A, 0x2F}, Inputs: inputs(1, 3, 4, 6), Buzzer: 1,
		Tiers: [5]patlite.TierStatus{
			{Value: 1, RGB: [3]byte{0xFF, 0, 0}},
			{Value: 1, RGB: [3]byte{0xFF, 0xCC, 0}},
			{Value: 2, RGB: [3]byte{0, 0xFF, 0}},
			{Value: 1, RGB: [3]byte{0, 0x33, 0xFF}},
			{Value: 2, RGB: [3]byte{0xFF, 0xFF, 0xFF}},
		},
	}
	if d := cmp.Diff(detailed, example1); err != nil || d != "" {
		t.Errorf("detailed status: %v (-want +got):\n%s", err, d)
	}
	example2, err := patlite.ParseDetailedStatus(fromHex(t, "8039E5001A2F000100010001000101000000000A01000501020033FF020033FF0200000002CC00DD02FF00CC00"))
	detailed = patlite.DetailedStatus{MAC: detailed.MAC, Inputs: inputs(2, 4, 6, 8), Smart: &example2Mode, Tiers: example2Tiers}
	if d := cmp.Diff(detailed, example2); err != nil || d != "" {
		t.Errorf("detailed status in smart mode: %v (-want +got):\n%s", err, d)
	}
}

func fromHex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
