package awsfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// condition is the parsed rule of a composite alarm.
type condition func(state func(alarm string) string) bool

// parseRule reads ALARM("a") AND (OK(b) OR NOT INSUFFICIENT_DATA("c")), TRUE,
// FALSE, and returns also the names that it refers to.
func parseRule(text string) (condition, []string, error) {
	p := &ruleParser{in: text}
	c, err := p.or(0)
	if err != nil {
		return nil, nil, err
	}
	if p.space(); p.in != "" {
		return nil, nil, fmt.Errorf("alarm rule: unexpected %q", p.in)
	}
	return c, p.names, nil
}

type ruleParser struct {
	in    string
	names []string
}

func (p *ruleParser) space() { p.in = strings.TrimLeft(p.in, " \t\r\n") }

func (p *ruleParser) word(w string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.in, w)
	if ok && (rest == "" || !isWordByte(rest[0])) {
		p.in = rest
		return true
	}
	return false
}

func isWordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func (p *ruleParser) mark(m string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.in, m)
	if ok {
		p.in = rest
	}
	return ok
}

// maxNesting bounds the parsers' recursion.
const maxNesting = 64

var errNesting = errors.New("nested too deeply")

func (p *ruleParser) or(depth int) (condition, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	left, err := p.and(depth)
	for err == nil && p.word("OR") {
		a := left
		var b condition
		b, err = p.and(depth)
		left = func(s func(string) string) bool { return a(s) || b(s) }
	}
	return left, err
}

func (p *ruleParser) and(depth int) (condition, error) {
	left, err := p.not(depth)
	for err == nil && p.word("AND") {
		a := left
		var b condition
		b, err = p.not(depth)
		left = func(s func(string) string) bool { return a(s) && b(s) }
	}
	return left, err
}

func (p *ruleParser) not(depth int) (condition, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	switch {
	case p.word("NOT"):
		c, err := p.not(depth + 1)
		return func(s func(string) string) bool { return !c(s) }, err
	case p.word("TRUE"):
		return func(func(string) string) bool { return true }, nil
	case p.word("FALSE"):
		return func(func(string) string) bool { return false }, nil
	case p.mark("("):
		c, err := p.or(depth + 1)
		if err == nil && !p.mark(")") {
			err = errors.New("alarm rule: missing )")
		}
		return c, err
	}
	for _, state := range []string{stateAlarm, stateOK, stateInsufficient} {
		if !p.word(state) {
			continue
		}
		if !p.mark("(") {
			return nil, fmt.Errorf("alarm rule: ( expected after %s", state)
		}
		name, rest, ok := strings.Cut(p.in, ")")
		if !ok {
			return nil, errors.New("alarm rule: missing )")
		}
		p.in = rest
		name = strings.Trim(strings.TrimSpace(name), `"`)
		name = name[strings.LastIndexByte(name, ':')+1:] // an ARN ends in the name
		p.names = append(p.names, name)
		return func(s func(string) string) bool { return s(name) == state }, nil
	}
	return nil, fmt.Errorf("alarm rule: unexpected %q", p.in)
}

// watchComposite replays the children's transitions.
func (r *realm) watchComposite(a *alarm, now int64, depth int) {
	rule, names, err := parseRule(a.rule)
	if err != nil || depth > maxRuleDepth {
		return
	}
	var moments []time.Time
	for _, n := range names {
		child := r.byName[n]
		if child == nil {
			continue
		}
		r.watch(child, now, depth+1)
		for _, t := range child.transitions {
			if t.at.Unix() <= now && t.at.After(a.created) {
				moments = append(moments, t.at)
			}
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	moments = slices.CompactFunc(moments, time.Time.Equal)
	a.transitions = nil
	for _, t := range append([]time.Time{a.created}, moments...) {
		state := stateOK
		if rule(func(n string) string { return r.stateOf(n, t) }) {
			state = stateAlarm
		}
		old := stateInsufficient
		if n := len(a.transitions); n > 0 {
			old = a.transitions[n-1].state
			if old == state {
				continue
			}
		}
		reason, data := r.compositeReason(a, names, t, state, len(a.transitions) == 0)
		a.transitions = append(a.transitions, transition{t, state, old, reason, data})
	}
}

// stateOf returns what an alarm's state was at a time.
func (r *realm) stateOf(name string, t time.Time) string {
	state := stateInsufficient
	if a := r.byName[name]; a != nil {
		for _, x := range a.transitions {
			if x.at.After(t) {
				break
			}
			state = x.state
		}
	}
	return state
}

func (r *realm) compositeReason(a *alarm, names []string, t time.Time, state string, created bool) (reason, data string) {
	type child struct {
		ARN   string         `json:"arn"`
		State map[string]any `json:"state"`
	}
	var triggering []child
	for _, n := range names {
		c := r.byName[n]
		if c == nil {
			continue
		}
		for _, x := range c.transitions {
			if x.at.Equal(t) {
				triggering = append(triggering, child{r.arn("cloudwatch", "alarm:"+n), map[string]any{"value": x.state, "timestamp": x.at.Format(reasonTime)}})
			}
		}
	}
	switch {
	case created || len(triggering) == 0:
		reason = fmt.Sprintf("%s was created and its alarm rule evaluates to %s", r.arn("cloudwatch", "alarm:"+a.name), state)
	default:
		reason = fmt.Sprintf("%s transitioned to %s at %s", triggering[0].ARN, triggering[0].State["value"], t.Format("Monday 02 January, 2006 15:04:05 MST"))
	}
	b, _ := json.Marshal(map[string]any{"triggeringAlarms": triggering})
	return reason, string(b)
}
