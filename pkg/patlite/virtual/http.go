package virtual

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// handler is what the tower serves over HTTP: its commands, and the page.
func (t *Tower) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/control", t.serveControl)
	mux.HandleFunc("GET /api/status", t.serveStatus)
	t.addPage(mux)
	return mux
}

func (t *Tower) serveControl(w http.ResponseWriter, r *http.Request) {
	t.answerHTTP(w, r, false, func() string {
		c, code := parseControl(t.panel.Model, r.URL.RawQuery)
		if code != accepted {
			return t.httpError(code)
		}
		t.runControl(c)
		return "Success."
	})
}

func (t *Tower) serveStatus(w http.ResponseWriter, r *http.Request) {
	t.answerHTTP(w, r, true, func() string {
		if !t.panel.Model.HTTPStatus || r.URL.RawQuery != "format=json" {
			return t.httpError(badValue)
		}
		return t.httpStatus()
	})
}

// answerHTTP carries out a request and answers it, with HTTP status 200
// whatever the answer is, as an NHV6-3 was measured to do.
func (t *Tower) answerHTTP(w http.ResponseWriter, r *http.Request, read bool, run func() string) {
	var body string
	e := Entry{Protocol: "http", From: r.RemoteAddr, Command: r.Method + " " + r.URL.RequestURI(), Read: read}
	t.do(e, func() string {
		switch {
		case t.httpOff:
			body = t.httpError(unknownCommand)
		case t.refuse:
			body = t.httpError(badValue)
		default:
			body = run()
		}
		return body
	})
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if strings.HasPrefix(body, "{") {
		w.Header().Set("Content-Type", "application/json")
	}
	_, _ = io.WriteString(w, body)
}

// httpError writes a refusal; only NHV and NHB number theirs.
func (t *Tower) httpError(code int) string {
	if t.panel.Model.Codes {
		return fmt.Sprintf("Error. [%03d]", code)
	}
	return "Error."
}

// runControl carries out a command, under Tower.mu.
func (t *Tower) runControl(c control) {
	if c.clear {
		t.clear()
	}
	if c.led != nil {
		t.setBase(*c.led)
	}
	if c.alert != nil {
		t.show(*c.alert)
		if c.restore > 0 {
			t.startRestore(c.restore)
		}
	}
	if c.detail != nil {
		t.colour(*c.detail)
	}
	if c.smart != 0 {
		t.runSmart(c.smart)
	}
	if c.mute != nil {
		t.mute(*c.mute)
	}
	if c.stop != nil {
		t.stop(*c.stop)
	}
}

// httpStatus is the JSON of NHV. Its field names are those of the manual, its
// envelope is not documented.
func (t *Tower) httpStatus() string {
	lights := make([]int, 5)
	for i := range lights {
		lights[i] = int(t.face.digits[i])
	}
	status := struct {
		UnitStatus      []int  `json:"Unit_Status"`
		MultiColor      string `json:"Multi_Color"`
		MultiPattern    int    `json:"Multi_Pattern"`
		BuzzerPattern   int    `json:"Buzzer_Pattern"`
		SoundCH         int    `json:"Sound_CH"`
		DigitalOutput   []int  `json:"Digital_Output"`
		DigitalInput    []int  `json:"Digital_Input"`
		SoftwareVersion string `json:"Software_Version"`
		MACAddress      string `json:"MAC_Address"`
	}{
		UnitStatus: lights, MultiColor: "NONE", BuzzerPattern: int(t.face.digits[5]),
		DigitalOutput: []int{0, 0}, DigitalInput: []int{0, 0, 0, 0}, SoftwareVersion: "virtual",
		MACAddress: fmt.Sprintf("%02X:%02X:%02X:%02X:%02X:%02X", t.mac[0], t.mac[1], t.mac[2], t.mac[3], t.mac[4], t.mac[5]),
	}
	// Only numbers and plain texts: this cannot fail.
	body, _ := json.Marshal(status)
	return string(body)
}
