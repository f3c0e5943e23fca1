package receive

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/config"
)

const (
	signature   = "X-Grafana-Alerting-Signature"
	timestamp   = "X-Grafana-Alerting-Timestamp"
	grafanaBody = `{"version":"1","alerts":[{"status":"firing","labels":{"alertname":"A"}}]}`
)

// grafanaConfig is a receiver that knows its sender by HMAC, with the secret of
// all these tests.
func grafanaConfig(t testing.TB, h HMAC) Config {
	t.Helper()
	h.SecretFile = filepath.Join(t.TempDir(), "hmac")
	if err := os.WriteFile(h.SecretFile, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return Config{Name: "grafana", Grafana: &Grafana{HMAC: &h}}
}

func macOf(signed string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return hex.EncodeToString(mac.Sum(nil))
}

// TestGrafanaRequestExample verifies a request as a contact point sends it.
func TestGrafanaRequestExample(t *testing.T) {
	var example struct {
		Secret, Body string
		Headers      map[string]string
		Without      map[string]string `json:"headers_without_timestamp"`
	}
	if err := json.Unmarshal(message(t, "grafana-alerting-webhook-hmac-request.json"), &example); err != nil {
		t.Fatal(err)
	}
	seconds, err := strconv.ParseInt(example.Headers[timestamp], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		h       HMAC
		headers map[string]string
	}{
		"with a time":    {HMAC{TimestampHeader: timestamp}, example.Headers},
		"without a time": {HMAC{}, example.Without},
	} {
		cfg := grafanaConfig(t, c.h)
		if err := os.WriteFile(cfg.Grafana.HMAC.SecretFile, []byte(example.Secret), 0o600); err != nil {
			t.Fatal(err)
		}
		b := newBench(t, nil, cfg)
		b.now = time.Unix(seconds, 0).Add(time.Second)
		var headers []string
		for k, v := range c.headers {
			headers = append(headers, k, v)
		}
		if status, answer := b.post(t, "grafana", []byte(example.Body), headers...); status != http.StatusOK {
			t.Errorf("%s: got %d %v", name, status, answer)
		}
		if status, _ := b.post(t, "grafana", []byte(strings.Replace(example.Body, "7.25", "0.25", 1)), headers...); status != http.StatusForbidden {
			t.Errorf("%s: a changed body was answered %d", name, status)
		}
		if b.sink.events() != 1 {
			t.Errorf("%s: %d events", name, b.sink.events())
		}
	}
}

func TestGrafanaSignatures(t *testing.T) {
	unix := func(age time.Duration) string { return strconv.FormatInt(alarmTime.Add(-age).Unix(), 10) }
	now := unix(0)
	timed := func(at string) map[string]string {
		return map[string]string{timestamp: at, signature: macOf(at + ":" + grafanaBody)}
	}
	plain, withTime := HMAC{}, HMAC{TimestampHeader: timestamp}
	for _, c := range []struct {
		name    string
		h       HMAC
		headers map[string]string
		status  int
		field   string
		says    string
		board   bool
	}{
		{"plain", plain, map[string]string{signature: macOf(grafanaBody)}, 200, "", "", false},
		{"capitals", plain, map[string]string{signature: strings.ToUpper(macOf(grafanaBody))}, 200, "", "", false},
		{"the older header", plain, map[string]string{"X-Grafana-Alert-Signature": macOf(grafanaBody)}, 200, "", "", false},
		{"its own header", HMAC{Header: "x-mine"}, map[string]string{"X-Mine": macOf(grafanaBody)}, 200, "", "", false},
		{"its own header, in the usual one", HMAC{Header: "x-mine"}, map[string]string{signature: macOf(grafanaBody)}, 403, "x-mine", "no signature", false},
		{"none", plain, nil, 403, signature, "no signature", false},
		{"forged", plain, map[string]string{signature: strings.Repeat("ab", sha256.Size)}, 403, signature, "the signature is wrong", false},
		{"cut", plain, map[string]string{signature: macOf(grafanaBody)[:62]}, 403, signature, "the signature is wrong", false},
		{"not hexadecimal", plain, map[string]string{signature: "sha256=" + macOf(grafanaBody)}, 403, signature, "the signature is wrong", false},
		{"of another body", plain, map[string]string{signature: macOf(grafanaBody + " ")}, 403, signature, "the signature is wrong", false},
		{"with a time where none is wanted", plain, timed(now), 403, signature, "the signature is wrong", false},

		{"timed", withTime, timed(now), 200, "", "", false},
		{"as old as may be", withTime, timed(unix(defaultMaxAge)), 200, "", "", false},
		{"too old", withTime, timed(unix(defaultMaxAge + time.Second)), 403, timestamp, "the request is 5m1s old, more than the max_age of 5m0s", true},
		{"older than its max_age", HMAC{TimestampHeader: timestamp, MaxAge: config.Duration(10 * time.Second)}, timed(unix(11 * time.Second)), 403, timestamp, "more than the max_age of 10s", true},
		{"a little ahead", withTime, timed(unix(-time.Minute)), 200, "", "", false},
		{"from the future", withTime, timed(unix(-time.Hour)), 403, timestamp, "from 1h0m0s in the future; is a clock wrong?", true},
		{"from the end of time", withTime, timed("9223372036854775807"), 403, timestamp, "", true},
		{"no number", withTime, timed("now"), 403, timestamp, `expected seconds since 1970, got "now"`, true},
		{"no time", withTime, map[string]string{signature: macOf(grafanaBody)}, 403, timestamp, "no time", false},
		{"an old signature with a new time", withTime, map[string]string{timestamp: now, signature: macOf(unix(time.Hour) + ":" + grafanaBody)}, 403, signature, "the signature is wrong", false},
		{"the time not signed", withTime, map[string]string{timestamp: now, signature: macOf(grafanaBody)}, 403, signature, "the signature is wrong", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil, grafanaConfig(t, c.h))
			var headers []string
			for k, v := range c.headers {
				headers = append(headers, k, v)
			}
			status, answer := b.post(t, "grafana", []byte(grafanaBody), headers...)
			if status != c.status || answer["field"] != c.field || !strings.Contains(answer["error"], c.says) {
				t.Fatalf("got %d %v", status, answer)
			}
			if status == http.StatusOK {
				return
			}
			if r := b.sink.last(t); r.Authenticated != c.board || r.Reason != ReasonSignature && r.Reason != ReasonReplay {
				t.Errorf("refusal %+v", r)
			}
			if len(b.sink.batches) != 0 {
				t.Error("something was submitted")
			}
			if text, err := json.Marshal(answer); err != nil || strings.Contains(string(text), macOf(grafanaBody)[:16]) {
				t.Errorf("the answer helps to forge: %s", text)
			}
		})
	}
}

// A request that was recorded changes nothing when it is sent again: within
// max_age its key is known, after that it is too old.
func TestGrafanaReplay(t *testing.T) {
	b := newBench(t, nil, grafanaConfig(t, HMAC{TimestampHeader: timestamp}))
	at := strconv.FormatInt(b.now.Unix(), 10)
	headers := []string{timestamp, at, signature, macOf(at + ":" + grafanaBody)}
	for range 2 {
		if status, answer := b.post(t, "grafana", []byte(grafanaBody), headers...); status != http.StatusOK {
			t.Fatalf("got %d %v", status, answer)
		}
	}
	if b.sink.events() != 1 || b.sink.repeats != 1 {
		t.Errorf("%d events, %d repeats", b.sink.events(), b.sink.repeats)
	}
	until := b.sink.batches[0].KeyUntil
	b.now = until.Add(-time.Second)
	if status, _ := b.post(t, "grafana", []byte(grafanaBody), headers...); status != http.StatusOK || b.sink.repeats != 2 {
		t.Errorf("the last moment was answered %d, %d repeats", status, b.sink.repeats)
	}
	b.now = until
	if status, _ := b.post(t, "grafana", []byte(grafanaBody), headers...); status != http.StatusForbidden {
		t.Errorf("when its key may be forgotten it was answered %d", status)
	}
}

// With both, both must be right.
func TestGrafanaTokenAndSignature(t *testing.T) {
	cfg := grafanaConfig(t, HMAC{})
	cfg.Authorization = alertmanagerConfig(t).Authorization
	b := newBench(t, nil, cfg)
	for _, c := range []struct {
		token, signed string
		status        int
		board         bool
	}{
		{secret, macOf(grafanaBody), 200, false},
		{"guessed", macOf(grafanaBody), 401, false},
		{secret, macOf("x"), 403, true}, // who has the token has sent something else
	} {
		status, answer := b.post(t, "grafana", []byte(grafanaBody), "Authorization", "Bearer "+c.token, signature, c.signed)
		if status != c.status {
			t.Errorf("got %d %v, expected %d", status, answer, c.status)
		}
		if status != 200 && b.sink.last(t).Authenticated != c.board {
			t.Errorf("refusal %+v", b.sink.last(t))
		}
	}
	token := Config{Name: "token", Grafana: &Grafana{}, Authorization: cfg.Authorization}
	b = newBench(t, nil, token)
	if status, answer := b.post(t, "token", []byte(grafanaBody)); status != 200 {
		t.Errorf("by token alone: got %d %v", status, answer)
	}
}

func TestGrafanaThatCannotOpen(t *testing.T) {
	_, err := NewServer([]Config{{Name: "g", Grafana: &Grafana{HMAC: &HMAC{SecretFile: filepath.Join(t.TempDir(), "none")}}}}, Deps{Sink: &sink{}, Now: time.Now})
	if err == nil || !strings.Contains(err.Error(), "receivers[0].grafana.hmac.secret_file: read the secret: ") {
		t.Errorf("got %v", err)
	}
}
