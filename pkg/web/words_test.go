package web

import (
	"testing"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/text"
)

// Every name that the program uses has a word in both languages.
func TestNamesHaveWords(t *testing.T) {
	check := func(class text.Class, names ...string) {
		for _, n := range names {
			if !text.Known(class, n) {
				t.Errorf("%s %q has no word", class, n)
			}
		}
	}
	for _, p := range append(alert.Phases, alert.Ended) {
		check(text.Phase, string(p))
	}
	for _, k := range []alert.Kind{
		alert.Opened, alert.Updated, alert.Raised, alert.Lowered, alert.Acked, alert.BecameStale, alert.BecameNormal, alert.Closed, alert.Reset, alert.Recorded,
	} {
		check(text.Kind, string(k))
	}
	for _, p := range lamp.Patterns {
		check(text.Pattern, string(p))
	}
	for _, u := range lamp.Units {
		check(text.Unit, string(u))
	}
	for _, s := range alert.DefaultSeverities {
		check(text.Severity, string(s))
	}
	check(text.Reason, board.NoteOlder, board.NoteNothingOpen, board.NoteRecordOnly, board.NoteBySender, board.NoteByRecovery, board.NoteEndsAt,
		board.NoteExpired, board.NoteByAck, board.NoteRules, board.NoteRuleChange, board.NoteNeither, board.NoteMomentary, board.NoteOverBefore,
		bridge.NoteTowerAnswers, bridge.NoteNotifierRuns, bridge.NoteHeartbeat, bridge.NoteQueueAnswers, bridge.NoteNothingCut, bridge.NoteNotAgain, bridge.NoteNotThere)
	check(text.Role, access.Viewer, access.Operator, access.Admin)
	for _, key := range sayings {
		if text.English.T(key) == string(key) {
			t.Errorf("%s is not in the catalogue", key)
		}
	}
}

// What the bridge says of itself is said in the reader's language.
func TestOwnAlertsHaveWords(t *testing.T) {
	for _, c := range []struct{ labels, en, ja string }{
		{bridge.TowerLost, "tower hall does not answer: no route", "信号灯 hall が応答しません：no route"},
		{bridge.HeartbeatLost, "no Watchdog for 3m: the path from its sender to here is broken", "Watchdog が 3m 届いていません。送信元からここまでの経路が途切れています。"},
		{bridge.NotifierDown, "notifier patlite keeps ending: its towers may not show the truth", "通知プロセス patlite が繰り返し終了しています。信号灯の表示が正しくない可能性があります。"},
		{bridge.SenderRefused, "receiver am refused a request: no route", "受信口 am が要求を拒否しました：no route"},
		{bridge.QueueUnreadable, "the queue of receiver aws cannot be read: nothing that is in it reaches this board: no route", "受信口 aws のキューを読み取れません。キュー内のアラートはボードに届いていません：no route"},
		{bridge.AlertsTruncated, "the sender left out alerts of this group (max_alerts): lamps may be missing some", "送信元がこのグループのアラートの一部を省きました（max_alerts）。表示されていないものがある可能性があります。"},
		{"Another", "", ""},
	} {
		a := &alert.Alert{
			Labels:      labels("alertname", c.labels, "tower", "hall", "heartbeat", "Watchdog", "notifier", "patlite", "refused_by", "am", "queue", "aws"),
			Annotations: labels("error", "no route", "missing_after", "3m"),
		}
		for lang, want := range map[text.Lang]string{text.English: c.en, text.Japanese: c.ja} {
			if got := (&page{Lang: lang}).own(a); got != want {
				t.Errorf("%s: %q, want %q", c.labels, got, want)
			}
		}
	}
}

func TestLevels(t *testing.T) {
	own := alert.Severities{alert.Record, "P4", "P3", "P2", "P1", "P0"}
	for s, want := range map[alert.Severity]int{"P0": 4, "P1": 3, "P2": 2, "P3": 1, "P4": 1, "record": 0, "gone": 0} {
		if got := level(own, s); got != want {
			t.Errorf("level(%s) = %d, want %d", s, got, want)
		}
	}
	if got := level(alert.Severities{alert.Record, "warning", "critical"}, "critical"); got != 3 {
		t.Errorf("critical keeps its colour: %d", got)
	}
}
