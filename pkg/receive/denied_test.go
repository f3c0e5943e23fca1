package receive

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestDeniedIsLoggedOnce: the first refused request after an accepted one is in
// the log, with receiver, address and reason; the many that follow are not.
func TestDeniedIsLoggedOnce(t *testing.T) {
	const refusing, again = "level=WARN msg=\"receiver refuses requests: their sender is not proven\" ", `level=INFO msg="receiver accepts requests again" `
	am := string(message(t, "alertmanager-webhook-v4.json"))
	mac := macOf(grafanaBody)
	foreign := []byte(`{"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:eu-central-1:123456789012:other","Message":"x","Timestamp":"2026-10-06T14:20:31.703Z","SignatureVersion":"2","SigningCertURL":"https://sns.eu-central-1.amazonaws.com/a.pem","Signature":"AAAA"}`)
	type request struct {
		body    string
		headers []string
		status  int
	}
	for name, c := range map[string]struct {
		config    Config
		bad, good request
		warn      string
	}{
		"HMAC": {
			grafanaConfig(t, HMAC{}),
			request{grafanaBody, []string{signature, strings.Repeat("0", len(mac))}, http.StatusForbidden},
			request{grafanaBody, []string{signature, mac}, http.StatusOK},
			`receiver=grafana from=192.0.2.1:1234 reason=signature error="X-Grafana-Alerting-Signature: the signature is wrong`,
		},
		"token": {
			alertmanagerConfig(t),
			request{am, []string{"Authorization", "Bearer wrong-0123"}, http.StatusUnauthorized},
			request{am, nil, http.StatusOK},
			`receiver=am from=192.0.2.1:1234 reason=unauthorized error="wrong or missing credentials"`,
		},
		"SNS": {
			snsConfig(),
			request{string(foreign), nil, http.StatusForbidden},
			request{string(message(t, "sns-notification-cloudwatch-alarm.json")), nil, http.StatusOK},
			`receiver=aws from=192.0.2.1:1234 reason=topic error="TopicArn: topic`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil, c.config)
			send := func(r request, times int) {
				t.Helper()
				for range times {
					if status, answer := b.post(t, c.config.Name, []byte(r.body), r.headers...); status != r.status {
						t.Fatalf("got %d %v", status, answer)
					}
				}
			}
			counts := func(warned, told int) {
				t.Helper()
				log := b.log.String()
				if strings.Count(log, refusing+c.warn) != warned || strings.Count(log, "level=WARN") != warned || strings.Count(log, again) != told {
					t.Errorf("expected %d warnings and %d of the end, got\n%s", warned, told, log)
				}
				for _, s := range []string{secret, mac, "wrong-0123", "000000000000000000"} {
					if strings.Contains(log, s) {
						t.Errorf("the log has %s", s)
					}
				}
			}
			send(c.good, 1)
			counts(0, 0)
			send(c.bad, 3)
			counts(1, 0)
			send(c.good, 2)
			counts(1, 1)
			if !strings.Contains(b.log.String(), again+"receiver="+c.config.Name+" from=192.0.2.1:1234 refused=3\n") {
				t.Errorf("got\n%s", b.log)
			}
			for range 5 { // by turns, which does not fill the log
				send(c.bad, 1)
				send(c.good, 1)
			}
			counts(1, 1)
			b.now = b.now.Add(10 * time.Minute)
			send(c.bad, 2)
			counts(2, 1)
		})
	}
}

// What a proven sender got wrong is on the board, not in this log.
func TestOnlyAuthenticationIsDenied(t *testing.T) {
	b := newBench(t, nil, alertmanagerConfig(t))
	for _, path := range []string{"am", "none"} {
		if status, _ := b.post(t, path, []byte("{}")); status < 400 {
			t.Errorf("%s: %d", path, status)
		}
	}
	if b.log.Len() > 0 {
		t.Errorf("got\n%s", b.log)
	}
}

// A reload keeps what is known of a receiver that it does not change: its
// refusals are not news again, and their end is told with all of their number.
func TestDenialsOutliveAReload(t *testing.T) {
	wrong := []string{"Authorization", "Bearer wrong-0123"}
	am := message(t, "alertmanager-webhook-v4.json")
	same := alertmanagerConfig(t)
	other := same
	other.Default = "critical"
	for name, c := range map[string]struct {
		after    Config
		warnings int
		told     string
	}{
		"unchanged": {same, 1, "refused=5\n"},
		"changed":   {other, 2, "refused=2\n"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil, same)
			send := func(status, times int, headers ...string) {
				t.Helper()
				for range times {
					if got, answer := b.post(t, "am", am, headers...); got != status {
						t.Fatalf("got %d %v", got, answer)
					}
				}
			}
			send(http.StatusUnauthorized, 3, wrong...)
			for range 2 { // as configured already: nothing comes of it
				b.reload(t, c.after)
			}
			send(http.StatusUnauthorized, 2, wrong...)
			if got := strings.Count(b.log.String(), "level=WARN"); got != c.warnings {
				t.Errorf("expected %d warnings, got\n%s", c.warnings, b.log)
			}
			b.reload(t, c.after)
			send(http.StatusOK, 2)
			if log := b.log.String(); strings.Count(log, "accepts requests again") != 1 || !strings.HasSuffix(log, c.told) {
				t.Errorf("expected the end to be told once, with %q, got\n%s", c.told, log)
			}
		})
	}
}
