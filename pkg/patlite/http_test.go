package patlite_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/patlite"
)

// serve answers a driver with a handler instead of a tower.
func serve(t *testing.T, timeout string, h http.HandlerFunc) patlite.Driver {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return open(t, []byte(`{"address":"`+server.Listener.Addr().String()+`","model":"NHV6","timeout":"`+timeout+`"}`), patlite.Options{})
}

func TestControlTargetEscapesValues(t *testing.T) {
	got := patlite.ControlTarget(
		patlite.Param{Name: "speech", Value: "disk full +5% &clear=1&alert=000000 障害"},
		patlite.Param{Name: "lang", Value: "jp"},
	)
	want := "/api/control?speech=disk%20full%20%2B5%25%20%26clear%3D1%26alert%3D000000%20%E9%9A%9C%E5%AE%B3&lang=jp"
	if got != want {
		t.Errorf("target %s, want %s", got, want)
	}
}

func TestOnlySuccessIsSuccess(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		body    string
		refused bool
		want    string // part of the error
	}{
		"control off":    {200, "Error. [002]", true, "switch HTTP Command Control on"},
		"no command":     {200, "Error. [003]\r\n", true, "no command"},
		"no value":       {200, "Error. [004]", true, "no value"},
		"bad value":      {200, "Error. [005]", true, "value is not valid"},
		"without number": {200, "Error.", true, "does not know the command"},
		"new number":     {200, "Error. [077]", true, "Error. [077]"},
		"empty":          {200, "", false, "neither Success. nor an error"},
		"login page":     {200, "<html><body>Success. Log in</body></html>", false, "is this address a tower's?"},
		"not found":      {404, "Success.", false, "404 Not Found"},
		"redirect":       {302, "Success.", false, "302 Found"},
	} {
		t.Run(name, func(t *testing.T) {
			d := serve(t, "10s", func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/followed" {
					t.Error("the redirect was followed")
				}
				w.Header().Set("Location", "/followed")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			err := d.Apply(t.Context(), lamp.State{})
			var refused *patlite.RefusedError
			if err == nil || errors.As(err, &refused) != c.refused || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if _, err := d.Read(t.Context()); err == nil || errors.As(err, &refused) != c.refused {
				t.Errorf("Read returns %v", err)
			}
		})
	}
}

func TestTheEnvironmentsProxyIsNotUsed(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	var path string
	d := serve(t, "10s", func(w http.ResponseWriter, r *http.Request) {
		path = r.RequestURI
		_, _ = io.WriteString(w, "Success.\n")
	})
	if err := d.Apply(t.Context(), lamp.State{Lights: map[lamp.Unit]lamp.Pattern{lamp.White: lamp.Flash4}, Buzzer: 5}); err != nil {
		t.Fatal(err)
	}
	if want := "/api/control?alert=000055"; path != want {
		t.Errorf("asked for %s, want %s", path, want)
	}
}

func TestATowerThatDoesNotAnswerEndsAtTheTimeout(t *testing.T) {
	for name, head := range map[string]string{
		"no answer": "", "half an answer": "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nSucc",
	} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			address := answerer(t, func(c net.Conn) {
				_, _ = io.WriteString(c, head)
				<-release
			})
			t.Cleanup(func() { close(release) })
			d := open(t, []byte(`{"address":"`+address+`","model":"NHV6","timeout":"60ms"}`), patlite.Options{})
			err := d.Apply(t.Context(), lamp.State{})
			if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no answer in time") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestTheContextEndsACommand(t *testing.T) {
	for _, settings := range []string{`"model":"NHV6"`, `"model":"LR5-LAN","protocol":"pns"`} {
		ctx, cancel := context.WithCancelCause(t.Context())
		stopping := errors.New("the notifier stops")
		done := make(chan struct{})
		address := answerer(t, func(net.Conn) {
			cancel(stopping)
			<-done
		})
		d := open(t, []byte(`{"address":"`+address+`","timeout":"30s",`+settings+`}`), patlite.Options{})
		if err := d.Apply(ctx, lamp.State{}); !errors.Is(err, stopping) {
			t.Errorf("%s: error %v", settings, err)
		}
		close(done)
	}
}

// answerer accepts connections and leaves each to a function.
func answerer(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wait.Go(func() {
				defer conn.Close()
				_, _ = conn.Read(make([]byte, 1024))
				serve(conn)
			})
		}
	})
	t.Cleanup(wait.Wait)
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// TestDeadMan: the base state is written once, and again whenever the tower
// may have lost it; Apply carries restore every time.
func TestDeadMan(t *testing.T) {
	tower, settings := startTower(t, "NHV6", "http", "")
	lost, err := lamp.Parse("red=steady amber=steady buzzer=2")
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, settings, patlite.Options{Restore: 4 * time.Second, Fallback: lost})
	green := lamp.State{Lights: map[lamp.Unit]lamp.Pattern{lamp.Green: lamp.Steady}}
	seen := 0
	sent := func(step string, want ...string) {
		t.Helper()
		var got []string
		for _, e := range tower.Log()[seen:] {
			if e.Protocol == "http" && !e.Read {
				got = append(got, strings.TrimPrefix(e.Command, "GET /api/control?"))
			}
		}
		seen = len(tower.Log())
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
	apply := func(s lamp.State) {
		t.Helper()
		if err := d.Apply(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	read := func(want lamp.State) {
		t.Helper()
		if got, err := d.Read(t.Context()); err != nil || !got.Equal(want) {
			t.Fatalf("Read returns %s, %v; want %s", got, err, want)
		}
	}
	const base, alert = "led=11000", "alert=001000&restore=4"

	apply(green)
	sent("first", base, alert)
	apply(green)
	read(green)
	apply(green)
	sent("repeated", alert, alert)

	tower.PowerCycle()
	read(lamp.State{})
	apply(green)
	sent("after a power cycle that was seen", base, alert)

	tower.Unplug()
	if _, err := d.Read(t.Context()); err == nil {
		t.Fatal("an unplugged tower was read")
	}
	if err := tower.Plug(); err != nil {
		t.Fatal(err)
	}
	apply(green)
	sent("after the tower was away", base, alert)

	tower.SetHTTPControlOff(true)
	if err := d.Apply(t.Context(), green); err == nil {
		t.Fatal("a refused Apply succeeds")
	}
	tower.SetHTTPControlOff(false)
	apply(green)
	sent("after a refusal", alert, base, alert)

	apply(lamp.State{})
	read(lamp.State{})
	apply(lamp.State{})
	sent("dark as it should be", "alert=000000&restore=4", "alert=000000&restore=4")
}

func TestParseHTTPStatus(t *testing.T) {
	want := patlite.Digits{1, 0, 5, 0, 2, 3}
	for name, body := range map[string]string{
		"plain":         `{"Unit_Status":[1,0,5,0,2],"Multi_Color":"NONE","Buzzer_Pattern":3,"Sound_CH":0}`,
		"texts":         `{"Unit_Status":["1","0","5","0","2"],"Buzzer_Pattern":"3"}`,
		"one text":      `{"Unit_Status":"10502","Buzzer_Pattern":"3"}`,
		"commas":        `{"Unit_Status":"1, 0, 5, 0, 2","Buzzer_Pattern":3}`,
		"envelope":      `{"result":[{"Status":{"unit status":[1,0,5,0,2],"buzzer pattern":3}}]}`,
		"numbered":      `{"LED1":1,"LED2":0,"LED3":5,"LED4":0,"LED5":2,"Buzzer_Pattern":3}`,
		"Status1 to 5":  `{"Status1":1,"Status2":0,"Status3":5,"Status4":0,"Status5":2,"Buzzer Pattern":3}`,
		"object inside": `{"Unit_Status":{"Unit1":1,"Unit2":0,"Unit3":5,"Unit4":0,"Unit5":2},"Buzzer_Pattern":3}`,
	} {
		if got, err := patlite.ParseHTTPStatus([]byte(body)); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for name, body := range map[string]string{
		"no JSON": `<html>`, "null": `null`, "no lights": `{"Buzzer_Pattern":1}`, "no buzzer": `{"Unit_Status":[0,0,0,0,0]}`,
		"four": `{"Unit_Status":[0,0,0,0],"Buzzer_Pattern":0}`, "half": `{"Unit_Status":[0,0,0.5,0,0],"Buzzer_Pattern":0}`,
		"word": `{"Unit_Status":[0,0,"on",0,0],"Buzzer_Pattern":0}`, "below": `{"Unit_Status":[0,0,-1,0,0],"Buzzer_Pattern":0}`,
		"bool": `{"Unit_Status":true,"Buzzer_Pattern":0}`, "huge": `{"Unit_Status":[0,0,0,0,0],"Buzzer_Pattern":1e30}`,
		"deep": strings.Repeat(`{"a":`, 30) + `{"Unit_Status":[0,0,0,0,0],"Buzzer_Pattern":0}` + strings.Repeat(`}`, 30),
	} {
		if got, err := patlite.ParseHTTPStatus([]byte(body)); err == nil {
			t.Errorf("%s: read as %v", name, got)
		}
	}
}

func FuzzParseHTTPStatus(f *testing.F) {
	f.Add([]byte(`{"Unit_Status":[1,0,5,0,2],"Buzzer_Pattern":3}`))
	f.Add([]byte(`{"x":[{"LED1":"1","LED2":0,"LED3":5,"LED4":0,"LED5":2}],"Buzzer Pattern":"3"}`))
	f.Add([]byte(`{"Unit_Status":"10502","Buzzer_Pattern":1e2}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := patlite.ParseHTTPStatus(body)
		if err != nil {
			return
		}
		// What was read can be written in the plain form and read again.
		list := make([]string, 6)
		for i, v := range d {
			list[i] = strconv.Itoa(int(v))
		}
		plain := `{"Unit_Status":[` + strings.Join(list[:5], ",") + `],"Buzzer_Pattern":` + list[5] + `}`
		if again, err := patlite.ParseHTTPStatus([]byte(plain)); err != nil || again != d {
			t.Errorf("%s: %v, %v; want %v", plain, again, err, d)
		}
	})
}
