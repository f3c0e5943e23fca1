package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/internal/rig"
)

// What cannot be used is refused with a clear answer and counted; where an
// authenticated sender was refused, the board says so.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := begin(t, edit{"severity: warning}", "severity: info}"}) // the bridge's own alerts light nothing here
	stale, err := w.sns.Notification("", alarm("ALARM", time.Now()), time.Now().Add(-3*time.Hour))
	w.must(err)
	stranger, err := rig.NewSNS(topic, w.dir+"/stranger.pem")
	w.must(err)
	forged, err := stranger.Notification("", alarm("ALARM", time.Now()), time.Now())
	w.must(err)
	firing := string(webhook("firing", "DiskFull severity=critical"))
	for _, c := range []struct {
		name, receiver, token, body string
		status                      int
		says, reason                string
		onBoard                     bool
	}{
		{"not JSON", "alertmanager", amToken, "DiskFull!", 400, "expected", "format", true},
		{"another shape", "alertmanager", amToken, `["DiskFull"]`, 400, "expected", "format", true},
		{"version 3", "alertmanager", amToken, strings.Replace(firing, `"version":"4"`, `"version":"3"`, 1), 400, `got \"3\"`, "format", true},
		{"labels that are not UTF-8", "alertmanager", amToken, strings.Replace(firing, "DiskFull", "Disk\xff", 1), 400, "alerts[0].labels", "encoding", true},
		{"no token", "alertmanager", "", firing, 401, "wrong or missing credentials", "unauthorized", false},
		{"wrong token", "alertmanager", "guessed", firing, 401, "wrong or missing credentials", "unauthorized", false},
		{"a user's token", "alertmanager", operatorToken, firing, 401, "wrong or missing credentials", "unauthorized", false},
		{"unknown receiver", "nobody", amToken, firing, 404, "no receiver of this name", "unknown_receiver", false},
		{"body over the limit", "alertmanager", amToken, strings.Repeat(" ", 16<<20) + firing, 413, "the body has more than 16777216 bytes", "too_large", true},
		{"forged signature", "aws", "", string(forged), 403, "Signature", "signature", false},
		{"certificate of another host", "aws", "", strings.Replace(string(forged), "sns.ap-northeast-1.amazonaws.com/Simple", "sns.elsewhere.example.com/Simple", 1), 403, "SigningCertURL", "certificate_url", false},
		{"foreign topic", "aws", "", strings.ReplaceAll(string(forged), ":alarms", ":others"), 403, "TopicArn", "topic", false},
		{"an old message", "aws", "", string(stale), 403, "replay_window", "replay", true},
	} {
		receiver := c.receiver
		if c.status == http.StatusNotFound {
			receiver = ""
		}
		counter := fmt.Sprintf(`andon_refused_total{reason=%q,receiver=%q}`, c.reason, receiver)
		before := w.metric(counter)
		status, answer := w.post(c.receiver, c.token, []byte(c.body))
		if status != c.status || !strings.Contains(answer, c.says) {
			t.Errorf("%s: answered %d, expected %d and %q: %s", c.name, status, c.status, c.says, answer)
		}
		if after := w.metric(counter); after == before {
			t.Errorf("%s: the metric %s stays at %q", c.name, counter, after)
		}
		refused := []string{`alertname="SenderRefused"`, fmt.Sprintf("refused_by=%q", c.receiver), fmt.Sprintf("reason=%q", c.reason)}
		if c.onBoard {
			w.until(c.name+" is on the board", func() bool { return len(w.board(refused...)) == 1 })
		} else if len(w.board(refused...)) > 0 {
			t.Errorf("%s: a stranger made an alert", c.name)
		}
	}
	if strings.Contains(w.log(), "guessed") {
		t.Error("the log holds a token that was tried")
	}
	if got := w.board(`alertname!="SenderRefused"`); len(got) > 0 {
		t.Errorf("%s is open, which was refused", got[0].Name)
	}
	w.Stays(opsRoom, idle)
	w.Stays(hall, idle)
}

// many is a webhook body of so many alerts.
func many(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"version":"4","groupKey":"{}","status":"firing","receiver":"andon","alerts":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"status":"firing","labels":{"alertname":"Many","severity":"warning","i":"%d"}}`, i)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func TestManyAlertsInOneBody(t *testing.T) {
	t.Parallel()
	w := begin(t)
	// As long as Alertmanager waits.
	ctx, cancel := context.WithTimeout(w.Context(), 10*time.Second)
	defer cancel()
	status, answer, err := rig.Post(ctx, w.bridge.URL+"/receive/alertmanager", amToken, many(20_000))
	w.must(err)
	if status != http.StatusOK {
		t.Fatalf("20,000 alerts were answered %d: %s", status, answer)
	}
	w.kill()
	w.start()
	if s, err := w.bridge.Client.Status(w.Context()); err != nil || s.Open != 20_000 {
		t.Errorf("%d alerts are open after kill -9 (%v), expected 20,000", s.Open, err)
	}
	if n := len(w.board(`alertname="Many"`)); n != 20_000 {
		t.Errorf("the board lists %d alerts, expected 20,000", n)
	}
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)

	status, answer = w.post("alertmanager", amToken, many(100_000))
	if status != http.StatusRequestEntityTooLarge || !strings.Contains(answer, "max_alerts") {
		t.Errorf("100,000 alerts were answered %d, expected 413: %s", status, answer)
	}
	w.until("the board says that they were refused", func() bool {
		return len(w.board(`alertname="SenderRefused"`, `reason="too_many_alerts"`)) == 1
	})
	if s, err := w.bridge.Client.Status(w.Context()); err != nil || s.Open != 20_001 {
		t.Errorf("%d alerts are open (%v), expected 20,000 and the refusal", s.Open, err)
	}
	w.Stays(opsRoom, warning)
	w.Stays(hall, warning)
}

// max_alerts cut the sender's list: what was left out is an alarm until the
// group is whole again.
func TestTruncatedAlerts(t *testing.T) {
	t.Parallel()
	w := begin(t)
	body := webhook("firing", "DiskFull severity=critical host=db1")
	w.deliver(bytes.Replace(body, []byte(`"version"`), []byte(`"truncatedAlerts":7,"version"`), 1))
	w.Expect(opsRoom, "red=flash amber=steady buzzer=1")
	w.Expect(hall, "red=flash amber=steady buzzer=2")
	w.OnBoard("AlertsTruncated", "DiskFull")
	w.deliver(body)
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.OnBoard("DiskFull")
}

// A body that does not come is answered 503, in time for the sender, and holds
// up nobody else.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	w := begin(t)
	host := strings.TrimPrefix(w.bridge.URL, "http://")
	c, err := net.Dial("tcp", host)
	w.must(err)
	defer c.Close()
	body := webhook("firing", "DiskFull severity=critical host=db1")
	_, err = fmt.Fprintf(c, "POST /receive/alertmanager HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
		host, amToken, len(body), body[:len(body)/2])
	w.must(err)
	w.Deliver("Other severity=warning")
	w.Expect(opsRoom, warning)
	w.Expect(hall, warning)

	w.must(c.SetReadDeadline(time.Now().Add(patience)))
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	w.must(err)
	defer resp.Body.Close()
	var answer struct{ Error string }
	w.must(json.NewDecoder(resp.Body).Decode(&answer))
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(answer.Error, "did not arrive in time") {
		t.Errorf("a slow body was answered %d: %s", resp.StatusCode, answer.Error)
	}
	w.OnBoard("Other") // a sender that comes again is no alarm
}
