package classify

import (
	"strconv"
	"strings"
	"time"

	"github.com/andonhq/andon/pkg/alert"
)

// Rules decide. They are safe for concurrent use and never change.
type Rules struct {
	cfg       Config
	endsBelow int
}

// New makes rules from a configuration that has been validated.
func New(cfg Config) *Rules {
	if len(cfg.Severities) == 0 {
		cfg.Severities = alert.DefaultSeverities
	}
	if cfg.ExpiryEndsBelow == "" {
		cfg.ExpiryEndsBelow = DefaultExpiryEndsBelow(cfg.Severities)
	}
	return &Rules{cfg: cfg, endsBelow: cfg.Severities.Rank(cfg.ExpiryEndsBelow)}
}

// Severities is the list the rules were made with.
func (r *Rules) Severities() alert.Severities { return r.cfg.Severities }

// Heartbeats are those the rules were made with; Decision.Heartbeat - 1 is
// the index.
func (r *Rules) Heartbeats() []Heartbeat { return r.cfg.Heartbeats }

// Outcome is what became of one rule, for Explain.
type Outcome string

// The outcomes.
const (
	Decided   Outcome = "decided"
	Recovered Outcome = "recovery" // the event is the recovery of this rule's alert
	Continued Outcome = "continued"
	Missed    Outcome = "missed"
)

// Step tells what became of one rule and why.
type Step struct {
	Rule    string  `json:"rule"`
	Outcome Outcome `json:"outcome"`
	// Failed is the first matcher that did not hold, and Value what the
	// event has for its label.
	Failed string `json:"failed,omitempty"`
	Value  string `json:"value,omitempty"`
}

// Decide sorts one event.
func (r *Rules) Decide(e alert.Event) alert.Decision { return r.decide(e, nil) }

// Explain decides as Decide does, and tells of every rule it read.
func (r *Rules) Explain(e alert.Event) (alert.Decision, []Step) {
	steps := []Step{}
	return r.decide(e, &steps), steps
}

func (r *Rules) decide(e alert.Event, trace *[]Step) alert.Decision {
	d := alert.Decision{Identity: e.Identity, Status: e.Status, Labels: e.Labels.With(map[string]string{"receiver": e.Receiver})}
	if e.Status == alert.Firing || e.Status == alert.Message {
		for i, h := range r.cfg.Heartbeats {
			if h.Match.Match(d.Labels) {
				d.Heartbeat, d.Status, d.Severity = i+1, alert.Firing, alert.Record
				if d.Identity == "" {
					d.Identity, d.Single = mailIdentity(nil, d.Labels, e)
				}
				return d
			}
		}
	}
	for i := range r.cfg.Rules {
		rule := &r.cfg.Rules[i]
		outcome, failed := rule.judge(&d)
		if trace != nil {
			step := Step{Rule: rule.Name, Outcome: outcome}
			if failed != nil {
				step.Failed, step.Value = failed.String(), d.Labels.Get(failed.Name)
			}
			*trace = append(*trace, step)
		}
		switch outcome {
		case Missed:
			continue
		case Continued:
			d.Labels = d.Labels.With(rule.Labels)
			continue
		}
		d.Labels = d.Labels.With(rule.Labels)
		r.settle(&d, e, rule, outcome == Recovered)
		return d
	}
	r.settle(&d, e, nil, false)
	return d
}

// judge reads one rule. failed is the matcher that did not hold.
func (rule *Rule) judge(d *alert.Decision) (outcome Outcome, failed *alert.Matcher) {
	// A recovery is read first: a broad match often holds for it too.
	if len(rule.ResolvedBy) > 0 && d.Status != alert.Resolved && rule.ResolvedBy.Match(d.Labels) {
		if rule.firstMiss(d.Labels, rule.ResolvedBy) == nil {
			return Recovered, nil
		}
	}
	if miss := rule.firstMiss(d.Labels, nil); miss != nil {
		return Missed, miss
	}
	if rule.Continue {
		return Continued, nil
	}
	return Decided, nil
}

// firstMiss returns the first matcher that does not hold, leaving out those
// on labels that except names.
func (rule *Rule) firstMiss(ls alert.Labels, except alert.Matchers) *alert.Matcher {
	for i := range rule.Match {
		m := &rule.Match[i]
		if !except.Names(m.Name) && !m.Matches(ls) {
			return m
		}
	}
	return nil
}

// settle fills in what follows from the deciding rule, nil where none matched.
func (r *Rules) settle(d *alert.Decision, e alert.Event, rule *Rule, recovery bool) {
	if rule == nil {
		d.Severity = r.unmatched(e)
	} else {
		d.Rule, d.Severity = rule.Name, rule.Severity
		d.Expire = time.Duration(rule.Expire)
		d.EndOnAck = rule.EndOnAcknowledge
		d.Sequence = rule.Sequence
	}
	if d.Sequence == "" {
		d.Sequence = r.cfg.Sequences[d.Severity]
	}
	if d.Sequence == "" {
		d.Sequence = alert.SequenceAuto
	}
	d.Rank = r.cfg.Severities.Rank(d.Severity)
	d.ExpireEnds = d.Rank < r.endsBelow
	switch {
	case recovery:
		d.Status = alert.Resolved
	case e.Status == alert.Message:
		d.Status = alert.Firing
	case e.Status == alert.Note && rule != nil && rule.Match.Names("state"):
		// A rule that names the state means it: INSUFFICIENT_DATA as an alert.
		d.Status = alert.Firing
	}
	if d.Identity == "" {
		d.Identity, d.Single = mailIdentity(rule, d.Labels, e)
	}
}

func (r *Rules) unmatched(e alert.Event) alert.Severity {
	if e.Default != "" && r.cfg.Severities.Has(e.Default) {
		return e.Default
	}
	if s := r.cfg.Defaults[e.Receiver]; s != "" {
		return s
	}
	if e.Status == alert.Message {
		return alert.Record
	}
	return Fallback(r.cfg.Severities)
}

// mailIdentity is the rule's name with the values of its equal labels, or the
// Message-ID where the rule cannot pair this mail with another: no rule, a
// missing label, or a rule that names nothing to pair by. Then each mail is
// an alert of its own, so that a second failure is never hidden behind the
// acknowledgement of a first.
func mailIdentity(rule *Rule, ls alert.Labels, e alert.Event) (id alert.Identity, single bool) {
	own := alert.Identity("mail/" + e.Receiver + "/" + e.MessageID)
	if rule == nil || (len(rule.Equal) == 0 && len(rule.ResolvedBy) == 0) {
		return own, true
	}
	var b strings.Builder
	b.WriteString("rule/" + rule.Name + "{")
	for i, name := range rule.Equal {
		value := ls.Get(name)
		if value == "" {
			return own, true
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(name + "=" + strconv.Quote(value))
	}
	b.WriteByte('}')
	return alert.Identity(b.String()), false
}
