package web

import (
	"testing"

	"github.com/andonhq/andon/pkg/access"
	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/board"
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
		board.NoteExpired, board.NoteByAck, board.NoteRules, board.NoteRuleChange, board.NoteNeither, board.NoteMomentary)
	check(text.Role, access.Viewer, access.Operator, access.Admin)
	for _, key := range sayings {
		if text.English.T(key) == string(key) {
			t.Errorf("%s is not in the catalogue", key)
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
