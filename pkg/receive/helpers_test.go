package receive

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/andonhq/andon/pkg/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	alarmTime = time.Date(2026, 10, 6, 14, 20, 40, 0, time.UTC)
	mailTime  = time.Date(2026, 10, 6, 13, 0, 10, 0, time.UTC)
)

const (
	alarmTopic = "arn:aws:sns:eu-central-1:123456789012:ops-alarms"
	mailTopic  = "arn:aws:sns:eu-west-1:123456789012:inbound-mail"
	secret     = "s3cr3t-t0ken"
)

func message(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "messages", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sink remembers what it was given and knows keys, as the journal does.
type sink struct {
	mu       sync.Mutex
	batches  []Batch
	refusals []Refusal
	keys     map[string]bool
	repeats  int
	submit   func(ctx context.Context) error
}

// set says what becomes of the batches from now on.
func (s *sink) set(submit func(ctx context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.submit = submit
}

func (s *sink) Submit(ctx context.Context, b Batch) error {
	s.mu.Lock()
	submit := s.submit
	s.mu.Unlock()
	if submit != nil {
		if err := submit(ctx); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.Key != "" && s.keys[b.Key] {
		s.repeats++
		return nil
	}
	if b.Key == "" && len(b.Events)+len(b.Records) == 0 && b.Group == "" {
		return nil // it was only asked whether the sink works
	}
	if s.keys == nil {
		s.keys = map[string]bool{}
	}
	s.keys[b.Key] = true
	s.batches = append(s.batches, b)
	return nil
}

func (s *sink) Refuse(r Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, r)
}

func (s *sink) events() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.batches {
		n += len(b.Events)
	}
	return n
}

func (s *sink) last(t testing.TB) Refusal {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.refusals) == 0 {
		t.Fatal("nothing was refused")
	}
	return s.refusals[len(s.refusals)-1]
}

// transport answers instead of the network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func reply(status int, body []byte) *http.Response {
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Body: io.NopCloser(bytes.NewReader(body)), Header: http.Header{}}
}

// bench is a server with everything around it.
type bench struct {
	*Server
	sink *sink
	log  *bytes.Buffer
	reg  *prometheus.Registry
	now  time.Time
}

func newBench(t testing.TB, tr transport, cfgs ...Config) *bench {
	t.Helper()
	b := &bench{sink: &sink{}, log: &bytes.Buffer{}, reg: prometheus.NewRegistry(), now: alarmTime}
	if tr == nil {
		tr = func(r *http.Request) (*http.Response, error) {
			t.Errorf("something was fetched: %s", r.URL.Host)
			return reply(500, nil), nil
		}
	}
	var err error
	b.Server, err = NewServer(cfgs, Deps{
		Sink: b.sink, Now: func() time.Time { return b.now }, Logger: slog.New(slog.NewTextHandler(b.log, nil)),
		Transport: tr, Metrics: NewMetrics(b.reg),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reload puts a server of another configuration in the place of the one there.
func (b *bench) reload(t testing.TB, cfgs ...Config) {
	t.Helper()
	deps := b.deps
	deps.Before = b.Server
	next, err := NewServer(cfgs, deps)
	if err != nil {
		t.Fatal(err)
	}
	b.Server = next
}

// post sends a body with the token and returns status and answer.
func (b *bench) post(t testing.TB, name string, body []byte, headers ...string) (int, map[string]string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/receive/"+name, bytes.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+secret)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	var answer map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("answer is not JSON: %q", w.Body)
	}
	b.noSecrets(t, w.Body.String(), answer)
	return w.Code, answer
}

func (b *bench) noSecrets(t testing.TB, texts ...any) {
	t.Helper()
	all, err := json.Marshal([]any{texts, b.log.String(), b.sink.refusals})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(all), secret) {
		t.Errorf("a secret leaked: %s", all)
	}
}

func (b *bench) metric(t testing.TB, name string, labels ...string) float64 {
	t.Helper()
	families, err := b.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
	metric:
		for _, m := range f.GetMetric() {
			for i := 0; i+1 < len(labels); i += 2 {
				found := false
				for _, l := range m.GetLabel() {
					found = found || l.GetName() == labels[i] && l.GetValue() == labels[i+1]
				}
				if !found {
					continue metric
				}
			}
			total += m.GetCounter().GetValue()
		}
	}
	return total
}

func alertmanagerConfig(t testing.TB) Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return Config{Name: "am", Alertmanager: &Alertmanager{}, Authorization: &Authorization{TokenFile: file}}
}

// snsConfig verifies with the certificate of the example messages.
func snsConfig() Config {
	return Config{
		Name: "aws",
		SNS:  &SNS{Topics: []string{alarmTopic, mailTopic}, CertificateFile: "testdata/messages/sns-test-signing-cert.pem"},
		Mail: &Mail{Senders: []string{"*@legacy.example.com", "*@monitor.example.jp"}},
		Extract: []Extract{
			{Subject: regex(`^(?P<state>PROBLEM|OK): (?P<what>.+) on (?P<host>\S+)$`)},
			{Subject: regex(`^\[(?P<state>障害|復旧)\] (?P<host>\S+) (?P<service>.+)$`)},
			{Body: regex(`^Status: (?P<status>\S+)$`)},
		},
	}
}

func regex(s string) *config.Regexp {
	var re config.Regexp
	if err := re.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return &re
}

// signer signs messages with its own key, as Amazon SNS would.
type signer struct {
	key *rsa.PrivateKey
	pem []byte
}

func newSigner(t testing.TB, name string, from, to time.Time) *signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

func validSigner(t testing.TB) *signer {
	return newSigner(t, "sns.amazonaws.com", alarmTime.AddDate(-1, 0, 0), alarmTime.AddDate(1, 0, 0))
}

func (s *signer) file(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(path, s.pem, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sign makes a body of the given fields over sensible ones.
func (s *signer) sign(t testing.TB, change map[string]string) []byte {
	t.Helper()
	fields := map[string]string{
		"Type": snsNotification, "MessageId": "m1", "TopicArn": alarmTopic, "Message": "hello", "Timestamp": "2026-10-06T14:20:31.703Z",
		"SignatureVersion": "2", "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem",
	}
	for name, value := range change {
		fields[name] = value
	}
	_, hasSubject := fields["Subject"]
	e := envelope{
		Type: fields["Type"], MessageID: fields["MessageId"], TopicARN: fields["TopicArn"], Message: fields["Message"],
		Subject: fields["Subject"], hasSubject: hasSubject, Timestamp: fields["Timestamp"], Token: fields["Token"], SubscribeURL: fields["SubscribeURL"],
	}
	sum := sha256.Sum256([]byte(e.signed()))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	fields["Signature"] = base64.StdEncoding.EncodeToString(signature)
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
