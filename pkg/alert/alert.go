// Package alert holds the words that everything else in Andon uses: what a
// sender reports (Event), what the rules make of it (Decision), what is open
// on the board (Alert), and what is remembered (Entry). It does nothing by
// itself; board, classify and mute give the words their behaviour.
package alert

import (
	"fmt"
	"slices"
	"time"
)

// Identity is the key of an alert. Failure and recovery are two events of one
// alert, so both carry the same identity; it is fixed when the alert opens.
type Identity string

// Severity is the name of a tier, from the list in the configuration.
type Severity string

// Record is the severity that is kept in the history and never on the board.
const Record Severity = "record"

// DefaultSeverities is the list used where the configuration has none.
var DefaultSeverities = Severities{Record, "info", "warning", "critical", "disaster"}

// Severities is the ordered list of tiers, lowest to highest. Record is the
// lowest whether it is listed or not.
type Severities []Severity

// Rank is the position of a severity, 0 for Record and for one that is not in
// the list. The higher rank wins.
func (s Severities) Rank(name Severity) int {
	for i, n := range s {
		if n == name {
			return i
		}
	}
	return 0
}

// Has reports whether the name is in the list; Record always is.
func (s Severities) Has(name Severity) bool {
	return name == Record || slices.Contains(s, name)
}

// Status is what an event says of its alert.
type Status string

const (
	// Firing: something is wrong.
	Firing Status = "firing"
	// Resolved: it is over.
	Resolved Status = "resolved"
	// Message: the sender gives no verdict, the rules do (a mail).
	Message Status = "message"
	// Note: the sender says something that is neither failure nor recovery,
	// unless a rule says so (CloudWatch's INSUFFICIENT_DATA).
	Note Status = "note"
)

// Order says how events of one alert are put in order.
type Order string

const (
	// ByArrival: the last received counts (Alertmanager, Grafana: they
	// deliver a group's notifications one after the other).
	ByArrival Order = "arrival"
	// ByTime: the sender's own time counts; events may arrive in any order.
	ByTime Order = "time"
)

// Event is one report of one sender about one alert.
type Event struct {
	// Identity is set by the receiver before any rule adds labels; it is
	// empty for mail, where the rules return it.
	Identity Identity `json:"identity,omitempty"`
	// Receiver is the configured name of the receiver that took it. It is
	// also the label "receiver" that rules can match.
	Receiver    string `json:"receiver"`
	Status      Status `json:"status"`
	Order       Order  `json:"order"`
	Labels      Labels `json:"labels,omitempty"`
	Annotations Labels `json:"annotations,omitempty"`
	// At is the sender's own time of the change (ByTime).
	At time.Time `json:"at,omitzero"`
	// Server is the receiving server's time, the tie-breaker of At.
	Server time.Time `json:"server,omitzero"`
	// StartsAt and EndsAt are as sent, zero where unknown. EndsAt in the
	// future ends a firing alert at that time.
	StartsAt time.Time `json:"startsAt,omitzero"`
	EndsAt   time.Time `json:"endsAt,omitzero"`
	// MessageID names the message; it is the identity of a mail that no rule
	// knows, and the key of replay protection.
	MessageID string `json:"messageId,omitempty"`
	// Link leads to the sender's own view of the alert.
	Link string `json:"link,omitempty"`
	// Why says how a Resolved event knows that it is over, for the history;
	// empty: its sender says so.
	Why string `json:"why,omitempty"`
	// Default is the severity where no rule matches; empty: the receiver's.
	Default Severity `json:"default,omitempty"`
	// Original is the message as received, ready to be read by a person:
	// decoded mail text, or JSON.
	Original string `json:"original,omitempty"`
}

// Sequence is how a lamp behaves between failure, acknowledgement and return
// to normal, after ISA-18.1-1979.
type Sequence string

const (
	// SequenceAuto returns to normal by itself, acknowledged or not:
	// automatic reset without lock-in. The default.
	SequenceAuto Sequence = "auto"
	// SequenceA locks in: a return to normal shows only once acknowledged.
	SequenceA Sequence = "A"
	// SequenceM stays lit until it is reset by hand.
	SequenceM Sequence = "M"
	// SequenceR shows the return to normal (ringback) until it is reset.
	SequenceR Sequence = "R"
)

// Sequences lists the selectable sequences.
var Sequences = []Sequence{SequenceAuto, SequenceA, SequenceM, SequenceR}

// UnmarshalText reads a sequence by name.
func (s *Sequence) UnmarshalText(text []byte) error {
	if !slices.Contains(Sequences, Sequence(text)) {
		return fmt.Errorf("%q is not a sequence; auto, A, M or R", text)
	}
	*s = Sequence(text)
	return nil
}

// LocksIn reports whether an unacknowledged alarm outlives its cause.
func (s Sequence) LocksIn() bool { return s == SequenceA || s == SequenceM || s == SequenceR }

// NeedsReset reports whether the alarm ends by reset only.
func (s Sequence) NeedsReset() bool { return s == SequenceM || s == SequenceR }

// Decision is what the rules made of an event.
type Decision struct {
	// Identity is the event's, or for mail the one found by the rule.
	Identity Identity `json:"identity"`
	// Status is Firing, Resolved or Note: Message has been decided.
	Status Status `json:"status"`
	// Rule names the deciding rule, "" where none matched.
	Rule     string   `json:"rule,omitempty"`
	Severity Severity `json:"severity"`
	// Labels are the event's with those that rules added, "receiver" too.
	Labels   Labels   `json:"labels,omitempty"`
	Sequence Sequence `json:"sequence,omitempty"`
	// Expire is how long after its last firing event the alert expires; 0 never.
	Expire time.Duration `json:"expire,omitempty"`
	// ExpireEnds tells that expiry ends the alert although nobody has
	// acknowledged it (its severity is below the configured one); else it
	// turns stale.
	ExpireEnds bool `json:"expireEnds,omitempty"`
	// EndOnAck: an acknowledgement ends the alert.
	EndOnAck bool `json:"endOnAck,omitempty"`
	// Single: the identity stands for this one message, nothing pairs with it.
	Single bool `json:"single,omitempty"`
	// Heartbeat is the index + 1 of the heartbeat the event feeds; such an
	// event opens nothing.
	Heartbeat int `json:"heartbeat,omitempty"`
	// Rank is the severity's position, for comparing; see Severities.Rank.
	Rank int `json:"rank"`
	// PrevRank is the rank of the severity that the alert has on the board
	// already, by the same list; 0 where it is not open.
	PrevRank int `json:"-"`
}

// Ack says who took an alert, when, and what they said.
type Ack struct {
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Comment string    `json:"comment,omitempty"`
}

// Stamp orders events of one kind: the later At, then the later Server, then
// the greater Tie.
type Stamp struct {
	At     time.Time `json:"at"`
	Server time.Time `json:"server,omitzero"`
	Tie    string    `json:"tie,omitempty"`
}

// Compare returns -1, 0 or +1 as s is before, the same as, or after o.
func (s Stamp) Compare(o Stamp) int {
	if c := s.At.Compare(o.At); c != 0 {
		return c
	}
	if c := s.Server.Compare(o.Server); c != 0 {
		return c
	}
	switch {
	case s.Tie < o.Tie:
		return -1
	case s.Tie > o.Tie:
		return 1
	}
	return 0
}

// Stamps are the newest events of each kind that a ByTime alert has seen.
type Stamps struct {
	Firing   Stamp `json:"firing,omitzero"`
	Resolved Stamp `json:"resolved,omitzero"`
	Note     Stamp `json:"note,omitzero"`
}

// Phase is where an alert stands, as a lamp shows it.
type Phase string

const (
	// Unacknowledged: open and nobody has it (also an alarm that is over but
	// locked in).
	Unacknowledged Phase = "unacknowledged"
	// Acknowledged: open and somebody has it.
	Acknowledged Phase = "acknowledged"
	// Stale: expired, never acknowledged, too severe to vanish.
	Stale Phase = "stale"
	// Returned: normal again and acknowledged, waiting for reset (sequence R).
	Returned Phase = "returned"
	// Ended: not on the board.
	Ended Phase = "ended"
)

// Phases lists the phases that are on the board.
var Phases = []Phase{Unacknowledged, Stale, Acknowledged, Returned}

// Sent is what the rules need of an event to decide it anew.
type Sent struct {
	// Labels are those that the sender gave.
	Labels Labels `json:"labels,omitempty"`
	// Default is the event's own default severity.
	Default Severity `json:"default,omitempty"`
}

// Alert is one alert on the board, or the tombstone of one that ended. A
// value of it is never changed once published: each step makes a new one.
type Alert struct {
	Identity Identity `json:"identity"`
	Receiver string   `json:"receiver"`
	Labels   Labels   `json:"labels,omitempty"`
	// Sent is what the rules did not leave as it was, nil where they added
	// "receiver" only and the event had no default of its own.
	Sent        *Sent    `json:"sent,omitempty"`
	Annotations Labels   `json:"annotations,omitempty"`
	Link        string   `json:"link,omitempty"`
	Severity    Severity `json:"severity"`
	Rule        string   `json:"rule,omitempty"`
	Sequence    Sequence `json:"sequence"`

	// Abnormal is the sender's last word: true while it says firing.
	Abnormal bool `json:"abnormal"`
	// Ended: the alert is off the board; what is left is its tombstone.
	Ended bool `json:"ended,omitempty"`
	// Stale: it expired unacknowledged.
	Stale bool `json:"stale,omitempty"`
	// Mail: it came as a message without a verdict of its sender.
	Mail bool `json:"mail,omitempty"`
	// ExpireEnds and EndOnAck are the decision's.
	ExpireEnds bool `json:"expireEnds,omitempty"`
	EndOnAck   bool `json:"endOnAck,omitempty"`
	Ack        *Ack `json:"ack,omitempty"`
	// Note is what the sender said last that is neither failure nor
	// recovery, such as INSUFFICIENT_DATA.
	Note string `json:"note,omitempty"`

	// OpenedAt is when the bridge opened this occurrence, RaisedAt when it
	// last became worth sounding (opened, or its severity was raised).
	OpenedAt time.Time `json:"openedAt"`
	RaisedAt time.Time `json:"raisedAt"`
	// SeenAt is when the last firing event was applied.
	SeenAt   time.Time `json:"seenAt"`
	StartsAt time.Time `json:"startsAt,omitzero"`
	// EndsAt is when the sender said a firing alert ends by itself.
	EndsAt  time.Time `json:"endsAt,omitzero"`
	EndedAt time.Time `json:"endedAt,omitzero"`

	Order  Order   `json:"order"`
	Stamps *Stamps `json:"stamps,omitempty"`

	Expire time.Duration `json:"expire,omitempty"`

	// Opened and Changed are the change numbers of the occurrence's first
	// and of the last entry: Changed grows with every change on the board.
	Opened  uint64 `json:"opened"`
	Changed uint64 `json:"changed"`
	// Raised is the change number of the entry with which it last became worth
	// sounding: what RaisedAt is by the clock.
	Raised uint64 `json:"raised,omitempty"`
	// Original is the change number of the entry that keeps the message
	// which fired last.
	Original uint64 `json:"original,omitempty"`
}

// Open reports whether the alert is on the board.
func (a *Alert) Open() bool { return a != nil && !a.Ended }

// Phase returns where the alert stands; a nil alert has ended.
func (a *Alert) Phase() Phase {
	switch {
	case !a.Open():
		return Ended
	case a.Ack == nil && a.Stale:
		return Stale
	case a.Ack == nil:
		return Unacknowledged
	case !a.Abnormal && a.Sequence == SequenceR:
		return Returned
	default:
		return Acknowledged
	}
}

// Event is the failure that the alert stands for, for deciding it anew.
func (a *Alert) Event() Event {
	e := Event{
		Identity: a.Identity, Receiver: a.Receiver, Status: Firing, Order: a.Order,
		Annotations: a.Annotations, StartsAt: a.StartsAt, EndsAt: a.EndsAt, Link: a.Link,
	}
	if a.Mail {
		e.Status = Message
	}
	if a.Sent != nil {
		e.Labels, e.Default = a.Sent.Labels, a.Sent.Default
	} else {
		e.Labels = a.Labels.With(map[string]string{"receiver": ""})
	}
	return e
}

// Name is the best short name of an alert: its alertname, subject or alarm
// name, else its identity.
func (a *Alert) Name() string {
	for _, l := range []string{"alertname", "subject"} {
		if v := a.Labels.Get(l); v != "" {
			return v
		}
	}
	return string(a.Identity)
}

// Kind is what an entry of the history tells.
type Kind string

// The kinds of entries.
const (
	Opened       Kind = "opened"       // a failure opened the alert
	Updated      Kind = "updated"      // labels, annotations or note changed while open
	Raised       Kind = "raised"       // its severity went up
	Lowered      Kind = "lowered"      // its severity went down
	Acked        Kind = "acknowledged" // somebody took it
	BecameStale  Kind = "stale"        // it expired unacknowledged
	BecameNormal Kind = "normal"       // the cause is over, the lamp's sequence keeps it lit
	Closed       Kind = "ended"        // off the board; Note says why
	Reset        Kind = "reset"        // reset by hand
	Recorded     Kind = "recorded"     // kept on record, changed nothing; Note says why
)

// Entry is one line of the history.
type Entry struct {
	Change   uint64    `json:"change"`
	At       time.Time `json:"at"`
	Kind     Kind      `json:"kind"`
	Identity Identity  `json:"identity"`
	Receiver string    `json:"receiver"`
	Severity Severity  `json:"severity,omitempty"`
	Rule     string    `json:"rule,omitempty"`
	// Unmatched: it tells of an event that was taken and that no rule knew,
	// whatever became of it.
	Unmatched bool `json:"unmatched,omitempty"`
	// By is who did it: a user, or what in the bridge.
	By string `json:"by,omitempty"`
	// Note says why, or carries a comment.
	Note        string `json:"note,omitempty"`
	Labels      Labels `json:"labels,omitempty"`
	Annotations Labels `json:"annotations,omitempty"`
	// Original is the message as received.
	Original string `json:"original,omitempty"`
}
