package web

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/alert"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// TestGoldenPages keeps the main states of every page in both languages.
func TestGoldenPages(t *testing.T) {
	mail := "/alerts/" + `rule%2Fmail-ng%7Bhost=%22db01.tokyo%22%2Cservice=%22PostgreSQL%22%7D`
	for _, c := range []struct {
		name, who, path string
		world           func(*testing.T) *world
		status          int
	}{
		{"normal", "sato", "/", quiet, http.StatusOK},
		{"critical", "sato", "/", critical, http.StatusOK},
		{"critical-viewer", "guest", "/", critical, http.StatusOK},
		{"no-users", "", "/", visitors, http.StatusOK},
		{"lost", "sato", "/", lost, http.StatusOK},
		{"failed", "sato", "/", failed, http.StatusOK},
		{"shadow", "sato", "/", shadowed, http.StatusOK},
		{"fragment", "sato", "/fragment", lost, http.StatusOK},
		{"alert-mail", "sato", mail, critical, http.StatusOK},
		{"alert-acknowledged", "guest", "/alerts/arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:web-alb-5xx", critical, http.StatusOK},
		{"history", "sato", "/history", critical, http.StatusOK},
		{"unmatched", "sato", "/unmatched", unmatched, http.StatusOK},
		{"entry", "sato", "/history/3", unmatched, http.StatusOK},
		{"login", "", "/", quiet, http.StatusUnauthorized},
		{"no-history", "sato", "/history", failed, http.StatusServiceUnavailable},
	} {
		for _, lang := range []string{"en", "ja"} {
			t.Run(c.name+"."+lang, func(t *testing.T) {
				w := asking{c.who, lang}.get(t, New(c.world(t).deps()), c.path)
				if w.Code != c.status {
					t.Errorf("status %d, want %d", w.Code, c.status)
				}
				// Its version changes with every change of style.
				got := strings.ReplaceAll(w.Body.String(), version, "VERSION")
				file := filepath.Join("testdata", "golden", c.name+"."+lang+".html")
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// unmatched has a mail and an alert that no rule knew, a mail that a rule keeps
// on record, and a message that was refused.
func unmatched(*testing.T) *world {
	w := newWorld()
	w.record(alert.Entry{
		At: noon, Kind: alert.Recorded, Identity: "mail/mail/<1@example.jp>", Receiver: "mail", Severity: alert.Record, Rule: "reports",
		Labels: labels("subject", "Monthly report"),
	})
	w.record(alert.Entry{
		At: noon, Kind: alert.Recorded, Identity: "mail/mail/<2@example.jp>", Receiver: "mail", Severity: alert.Record, Note: "severity record", Unmatched: true,
		Labels: labels("subject", `[情報] it's "done"`, "from", "backup@monitor.example.jp", "receiver", "mail"), Original: japaneseMail,
	})
	w.record(alert.Entry{
		At: noon, Kind: alert.Recorded, Receiver: "aws", Note: "recorded only: a topic that is not allowed", Original: `{"Type":"Notification","Message":"<b>&</b>"}`,
	})
	w.record(alert.Entry{
		At: noon, Kind: alert.Opened, Identity: "am/x", Receiver: "alertmanager", Severity: "warning", Unmatched: true,
		Labels: labels("alertname", "NewlyMade", "host", "db1"),
	})
	return w
}
