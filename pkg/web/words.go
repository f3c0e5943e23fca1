package web

import (
	"time"

	"github.com/andonhq/andon/pkg/alert"
	"github.com/andonhq/andon/pkg/bridge"
	"github.com/andonhq/andon/pkg/lamp"
	"github.com/andonhq/andon/pkg/text"
)

// The reader's words for what the program names; what the catalogue does not
// know stays as it is.

// Severity is the reader's word for a severity.
func (p *page) Severity(s alert.Severity) string { return text.Name(p.Lang, text.Severity, s) }

// Phase is the reader's word for a phase.
func (p *page) Phase(ph alert.Phase) string { return text.Name(p.Lang, text.Phase, ph) }

// Kind is the reader's word for a kind of entry.
func (p *page) Kind(k alert.Kind) string { return text.Name(p.Lang, text.Kind, k) }

// Unit is the reader's word for a coloured light.
func (p *page) Unit(u lamp.Unit) string { return text.Name(p.Lang, text.Unit, u) }

// Pattern is the reader's word for how a unit is lit.
func (p *page) Pattern(pattern lamp.Pattern) string { return text.Name(p.Lang, text.Pattern, pattern) }

// Reason is a reason that the history gives, in the reader's language where it
// is one of the program's own.
func (p *page) Reason(note string) string { return text.Name(p.Lang, text.Reason, note) }

// Note is the note of a history entry, in the reader's language as far as it is
// the program's own.
func (p *page) Note(k alert.Kind, note string) string { return text.Note(p.Lang, k, note) }

// Role is the reader's word for a role.
func (p *page) Role(role string) string { return text.Name(p.Lang, text.Role, role) }

// own says in the reader's language what an alert of the bridge itself tells,
// "" where its summary has to do.
func (p *page) own(a *alert.Alert) string {
	label, why, after := a.Labels.Get, a.Annotations.Get("error"), a.Annotations.Get("missing_after")
	switch name := label("alertname"); {
	case name == bridge.TowerLost && why != "":
		return p.T("own.tower_lost", label("tower"), why)
	case name == bridge.HeartbeatLost && after != "":
		return p.T("own.heartbeat_missing", label("heartbeat"), after)
	case name == bridge.NotifierDown:
		return p.T("own.notifier_down", label("notifier"))
	case name == bridge.SenderRefused && why != "":
		return p.T("own.sender_refused", label("refused_by"), why)
	case name == bridge.QueueUnreadable && why != "":
		return p.T("own.queue_unreadable", label("queue"), why)
	case name == bridge.AlertsTruncated:
		return p.T("own.alerts_truncated")
	}
	return ""
}

// When is a time for the reader, for the template "time".
type When struct{ Machine, Full, Short, Ago string }

// When writes a time in every form that a page needs.
func (p *page) When(t time.Time) When {
	return When{
		Machine: t.UTC().Format(time.RFC3339), Full: p.Full(t, p.Now), Short: p.Clock(t, p.Now), Ago: p.Lang.Ago(t, p.Now),
	}
}
