package board

import (
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// Reclassify applies changed rules to an open alert: its severity and what
// goes with it may change, an acknowledgement stays, its identity too. A
// raised severity sounds again. What the rules would no longer open (record, a
// heartbeat, a recovery) ends.
func Reclassify(prev *alert.Alert, d alert.Decision, now time.Time) (*alert.Alert, []alert.Entry) {
	if !prev.Open() {
		return prev, nil
	}
	n := *prev
	n.Labels, n.Severity, n.Rule, n.Sequence = d.Labels, d.Severity, d.Rule, d.Sequence
	n.Expire, n.ExpireEnds, n.EndOnAck = d.Expire, d.ExpireEnds, d.EndOnAck
	// What would no longer turn stale is not stale: its new deadline decides.
	n.Stale = n.Stale && n.Expire > 0 && !n.ExpireEnds
	switch {
	case d.Severity == alert.Record || d.Heartbeat != 0 || d.Status == alert.Resolved:
		n.Severity = prev.Severity
		finish(&n, now)
		return &n, []alert.Entry{about(&n, alert.Closed, NoteRules, "", now)}
	case !n.Abnormal && n.Ack != nil && !n.Sequence.NeedsReset(), !n.Abnormal && !n.Sequence.LocksIn():
		finish(&n, now)
		return &n, []alert.Entry{about(&n, alert.Closed, NoteRuleChange, "", now)}
	case d.Rank > d.PrevRank:
		n.RaisedAt = now
		return &n, []alert.Entry{about(&n, alert.Raised, NoteRuleChange+": was "+string(prev.Severity), "", now)}
	case d.Rank < d.PrevRank:
		return &n, []alert.Entry{about(&n, alert.Lowered, NoteRuleChange+": was "+string(prev.Severity), "", now)}
	case n.Severity == prev.Severity && n.Rule == prev.Rule && n.Labels.Equal(prev.Labels) && n.Sequence == prev.Sequence &&
		n.Expire == prev.Expire && n.ExpireEnds == prev.ExpireEnds && n.EndOnAck == prev.EndOnAck:
		return prev, nil
	}
	return &n, []alert.Entry{about(&n, alert.Updated, NoteRuleChange, "", now)}
}
