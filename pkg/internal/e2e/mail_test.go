package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/api/client"
	"github.com/andonhq/andon/pkg/internal/rig"
)

const monitor = "Zabbix <zabbix@monitor.example.jp>"

// mail writes a mail as Amazon SES publishes it.
func (w *world) mail(m rig.Mail) string {
	w.Helper()
	if m.From == "" {
		m.From = monitor
	}
	if m.Text == "" {
		m.Text = "監視サーバからのお知らせ"
	}
	message, err := rig.ReceivedMail(m)
	w.must(err)
	return message
}

// publish posts a message as Amazon SNS does, each time with a new MessageId,
// and returns the body.
func (w *world) publish(message string) []byte {
	w.Helper()
	body := w.signed(message)
	w.publishAgain(body)
	return body
}

func (w *world) publishAgain(body []byte) {
	w.Helper()
	if status, answer := w.post("aws", "", body); status != http.StatusOK {
		w.Fatalf("the SNS message was answered %d: %s", status, answer)
	}
}

// recorded tells whether the history has an entry that changed nothing, and
// whose note holds a text.
func (w *world) recorded(note string) bool {
	w.Helper()
	entries, err := w.bridge.Client.History(w.Context(), client.HistoryQuery{Limit: 100})
	w.must(err)
	for _, e := range entries {
		if e.Kind == alert.Recorded && strings.Contains(e.Note, note) {
			return true
		}
	}
	return false
}

func TestFailureMailAndRecoveryMail(t *testing.T) {
	t.Parallel()
	w := begin(t)
	began := time.Now().Add(-10 * time.Minute)
	failure := w.mail(rig.Mail{Subject: "[障害] db1 PostgreSQL", Text: "接続できません", At: began})
	body := w.publish(failure)
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	a := w.board()[0]
	if a.Severity != "critical" || a.Rule != "mail-ng" || a.Labels.Get("host") != "db1" || a.Labels.Get("service") != "PostgreSQL" {
		t.Errorf("the mail became %s by rule %q with %s", a.Severity, a.Rule, a.Labels)
	}
	d, err := w.bridge.Client.Alert(w.Context(), a.Identity)
	w.must(err)
	if !strings.Contains(d.OriginalMessage, "接続できません") {
		t.Errorf("the original is %q, expected the text of the mail", d.OriginalMessage)
	}

	before := w.newest()
	w.publishAgain(body)
	if got := w.newest(); got != before {
		t.Error("a repeated MessageId has changed something")
	}
	w.publish(failure) // the same mail in another message
	w.OnBoard(a.Name)

	recovery := rig.Mail{Subject: "[復旧] db1 PostgreSQL", At: began.Add(time.Minute)}
	stranger := recovery
	stranger.From = "somebody@elsewhere.example.com"
	w.publish(w.mail(stranger))
	forged := recovery
	forged.DMARC = "FAIL"
	w.publish(w.mail(forged))
	if !w.recorded("who is not one of the senders") || !w.recorded("without DMARC PASS") {
		t.Error("the mails of a stranger are not on record")
	}
	w.OnBoard(a.Name)
	w.Stays(opsRoom, red)
	w.Stays(hall, redInHall)

	w.publish(w.mail(recovery))
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
	w.publish(failure) // late, once more: older than its recovery
	w.OnBoard()
	w.Stays(opsRoom, idle)
	w.Stays(hall, idle)
}

// newest is the number of the board's newest change.
func (w *world) newest() uint64 {
	w.Helper()
	s, err := w.bridge.Client.Status(w.Context())
	w.must(err)
	return s.Change
}

// Mails overtake each other: their own dates tell what is so.
func TestRecoveryMailBeforeItsFailure(t *testing.T) {
	t.Parallel()
	w := begin(t)
	began := time.Now().Add(-10 * time.Minute)
	w.publish(w.mail(rig.Mail{Subject: "[復旧] web1 HTTP", At: began.Add(time.Minute)}))
	w.publish(w.mail(rig.Mail{Subject: "[障害] web1 HTTP", At: began}))
	w.OnBoard()
	w.Stays(opsRoom, idle)
	w.Stays(hall, idle)
	w.publish(w.mail(rig.Mail{Subject: "[障害] web1 HTTP", At: began.Add(2 * time.Minute)}))
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.publish(w.mail(rig.Mail{Subject: "[復旧] web1 HTTP", At: began.Add(time.Minute)}))
	w.Stays(opsRoom, red)
	w.Stays(hall, redInHall)
}

// What is no failure lights nothing.
func TestWhatLightsNothing(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.Deliver("Watchdog severity=critical")
	w.publish(w.mail(rig.Mail{Subject: "週次レポート", At: time.Now()}))
	w.publish(w.mail(rig.Mail{Subject: "[復旧] db9 NTP", At: time.Now()}))
	w.OnBoard()
	w.Stays(opsRoom, idle)
	w.Stays(hall, idle)
	unmatched, err := w.bridge.Client.History(w.Context(), client.HistoryQuery{Unmatched: true})
	w.must(err)
	if len(unmatched) != 1 || unmatched[0].Labels.Get("subject") != "週次レポート" {
		t.Errorf("%d mails are listed for a rule to be written, expected the ordinary one: %+v", len(unmatched), unmatched)
	}
}

// The absence of the Watchdog is the alarm, and its return the recovery.
func TestWatchdogMissing(t *testing.T) {
	t.Parallel()
	w := begin(t, edit{"severity: warning}", "severity: critical}"})
	w.Deliver("Watchdog severity=none")
	w.change(edit{"missing_after: 1h", "missing_after: 1s"})
	w.must(w.bridge.Client.Reload(w.Context()))
	w.Expect(opsRoom, red)
	w.Expect(hall, redInHall)
	w.OnBoard("HeartbeatMissing")

	w.change(edit{"missing_after: 1s", "missing_after: 1h"}) // so that one is enough
	w.must(w.bridge.Client.Reload(w.Context()))
	w.Stays(opsRoom, red)
	w.Stays(hall, redInHall)
	w.Deliver("Watchdog severity=none")
	w.Expect(opsRoom, idle)
	w.Expect(hall, idle)
	w.OnBoard()
}

// signed is a message as Amazon SNS delivers it now.
func (w *world) signed(message string) []byte {
	w.Helper()
	body, err := w.sns.Notification("", message, time.Now())
	w.must(err)
	return body
}
