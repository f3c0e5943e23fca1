package receive

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWhoMaySend(t *testing.T) {
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	token := alertmanagerConfig(t)
	basic := Config{Name: "basic", Alertmanager: &Alertmanager{}, Authorization: &Authorization{Basic: &Basic{Username: "am", PasswordFile: password}}}
	cert := Config{Name: "cert", Alertmanager: &Alertmanager{}, Authorization: &Authorization{ClientCertificate: &ClientCertificate{Names: []string{"am.example.com"}}}}
	leaf := func(c x509.Certificate) *tls.ConnectionState {
		return &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{&c}}}
	}
	withBasic := func(user, pass string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, pass) }
	}
	header := func(v string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", v) }
	}
	withTLS := func(s *tls.ConnectionState) func(*http.Request) { return func(r *http.Request) { r.TLS = s } }
	for _, c := range []struct {
		name, receiver string
		change         func(*http.Request)
		status         int
		challenge      string
	}{
		{"token", "am", header("Bearer " + secret), 200, ""},
		{"token, other case", "am", header("bearer " + secret), 200, ""},
		{"no token", "am", func(*http.Request) {}, 401, "Bearer"},
		{"wrong token", "am", header("Bearer wrong"), 401, "Bearer"},
		{"token as basic", "am", withBasic("", secret), 401, "Bearer"},
		{"basic", "basic", withBasic("am", secret), 200, ""},
		{"basic, wrong password", "basic", withBasic("am", "x"), 401, "Basic"},
		{"basic, wrong user", "basic", withBasic("x", secret), 401, "Basic"},
		{"certificate by common name", "cert", withTLS(leaf(x509.Certificate{Subject: pkix.Name{CommonName: "am.example.com"}})), 200, ""},
		{"certificate by DNS name", "cert", withTLS(leaf(x509.Certificate{DNSNames: []string{"x", "am.example.com"}})), 200, ""},
		{"certificate of another", "cert", withTLS(leaf(x509.Certificate{DNSNames: []string{"x"}})), 403, ""},
		{"certificate not verified", "cert", withTLS(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{{DNSNames: []string{"am.example.com"}}}}), 403, ""},
		{"no TLS", "cert", func(*http.Request) {}, 403, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil, token, basic, cert)
			r := httptest.NewRequest(http.MethodPost, "/receive/"+c.receiver, strings.NewReader(string(webhookBody(1))))
			c.change(r)
			w := httptest.NewRecorder()
			b.ServeHTTP(w, r)
			if w.Code != c.status || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), c.challenge) {
				t.Errorf("got %d, %q: %s", w.Code, w.Header().Get("WWW-Authenticate"), w.Body)
			}
			b.noSecrets(t, w.Body.String())
			if c.status != 200 {
				if r := b.sink.last(t); r.Authenticated || r.Reason != ReasonUnauthorized {
					t.Errorf("refusal %+v", r)
				}
				if b.sink.events() != 0 {
					t.Error("something was submitted")
				}
			}
		})
	}
}

func TestUnknownReceiverAndMethod(t *testing.T) {
	b := newBench(t, nil, alertmanagerConfig(t))
	for _, name := range []string{"nobody", "", "am/x", "../am"} {
		if status, answer := b.post(t, name, webhookBody(1)); status != 404 || answer["status"] != "error" {
			t.Errorf("%q: got %d %v", name, status, answer)
		}
	}
	if n := b.metric(t, "andon_refused_total", "receiver", "", "reason", ReasonUnknownReceiver); n != 4 {
		t.Errorf("counted %v", n)
	}
	r := httptest.NewRequest(http.MethodGet, "/receive/am", nil)
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	if w.Code != 405 || w.Header().Get("Allow") != "POST" {
		t.Errorf("got %d", w.Code)
	}
	if status, _ := b.post(t, "am", webhookBody(1), "Content-Encoding", "gzip"); status != 415 {
		t.Errorf("compressed: got %d", status)
	}
}

func TestNotNowIs503(t *testing.T) {
	for name, submit := range map[string]func(context.Context) error{
		"busy":       func(context.Context) error { return fmt.Errorf("queue: %w", ErrBusy) },
		"disk":       func(context.Context) error { return errors.New("write /var/lib/andon/andon.db: disk full") },
		"never done": func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil, alertmanagerConfig(t))
			b.within = 20 * time.Millisecond
			b.sink.submit = submit
			status, answer := b.post(t, "am", webhookBody(1))
			if status != 503 || strings.Contains(answer["error"], "/var/lib") {
				t.Errorf("got %d %v", status, answer)
			}
			if r := b.sink.last(t); r.Authenticated || r.Reason != ReasonBusy {
				t.Errorf("refusal %+v: the sender will come again", r)
			}
		})
	}
}

func TestTooManyAtOnceIs503(t *testing.T) {
	b := newBench(t, nil, alertmanagerConfig(t))
	for range maxInFlight {
		b.known.slots <- struct{}{}
	}
	if status, _ := b.post(t, "am", webhookBody(1)); status != 503 {
		t.Errorf("got %d", status)
	}
	<-b.known.slots
	if status, _ := b.post(t, "am", webhookBody(1)); status != 200 {
		t.Errorf("got %d", status)
	}
	if !b.known.bodies.TryAcquire(maxBodies) {
		t.Fatal("a body's memory was not given back")
	}
	if status, _ := b.post(t, "am", webhookBody(1)); status != 503 {
		t.Errorf("no memory: got %d", status)
	}
}

// TestStrangersHoldUpNobodyElse: who has proved nothing can fill the room of
// those who prove themselves by their body, and no other.
func TestStrangersHoldUpNobodyElse(t *testing.T) {
	b := newBench(t, nil, alertmanagerConfig(t), snsConfig())
	for range maxInFlight / strangersShare {
		b.strangers.slots <- struct{}{}
	}
	if !b.strangers.bodies.TryAcquire(maxBodies / strangersShare) {
		t.Fatal("there is less room")
	}
	if status, _ := b.post(t, snsConfig().Name, []byte("{}")); status != 503 {
		t.Errorf("one more stranger: %d", status)
	}
	if status, _ := b.post(t, "am", webhookBody(1)); status != 200 {
		t.Errorf("one who is known: %d", status)
	}
}

// send writes a raw request over a real connection and returns the status.
func send(t *testing.T, address, request string) int {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestOverARealConnection(t *testing.T) {
	b := newBench(t, nil, alertmanagerConfig(t))
	b.within = 100 * time.Millisecond
	srv := httptest.NewServer(b)
	defer srv.Close()
	address := srv.Listener.Addr().String()
	head := "POST /receive/am HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + secret + "\r\n"
	body := string(webhookBody(1))
	for _, c := range []struct {
		name, request string
		status        int
		reason        string
	}{
		{"slow body", head + "Content-Length: 1000\r\n\r\n{", 503, ReasonSlow},
		{"slow body in chunks", head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", 503, ReasonSlow},
		{"too long by its own word", head + "Content-Length: 99999999\r\n\r\n{", 413, ReasonTooLarge},
		{"chunks", head + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body), 200, ""},
		{"whole", head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body), 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := send(t, address, c.request); got != c.status {
				t.Errorf("got %d", got)
			}
			if c.reason != "" && b.sink.last(t).Reason != c.reason {
				t.Errorf("refusal %+v", b.sink.last(t))
			}
		})
	}
}

func TestServerThatCannotOpen(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := NewServer([]Config{
		{Name: "a", Alertmanager: &Alertmanager{}, Authorization: &Authorization{TokenFile: empty}},
		{Name: "b", Alertmanager: &Alertmanager{}, Authorization: &Authorization{TokenFile: empty + "-missing"}},
		{Name: "c", SNS: &SNS{CertificateFile: empty}},
		{Name: "d"},
	}, Deps{Sink: &sink{}, Now: time.Now})
	for _, want := range []string{"receivers[0].authorization: ", "is empty", "receivers[1].authorization: ", "receivers[2].sns.certificate_file: ", "receivers[3]: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
