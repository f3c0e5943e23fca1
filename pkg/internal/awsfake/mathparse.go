package awsfake

import (
	"fmt"
	"strconv"
	"strings"
)

type mathKind int

const (
	mathNumber mathKind = iota
	mathName
	mathText
	mathOperator
	mathCall
)

// mathNode is a part of a parsed metric math expression.
type mathNode struct {
	kind   mathKind
	text   string
	number float64
	args   []*mathNode
}

// precedence of the operators, lowest first.
var precedence = [][]string{{"OR"}, {"AND"}, {"==", "!=", ">=", "<=", ">", "<"}, {"+", "-"}, {"*", "/"}, {"^"}}

// parseMath parses ids, numbers, texts, operators and function calls.
func parseMath(in string) (*mathNode, error) {
	p := &mathParser{in: in}
	n, err := p.level(0, 0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.in != "" {
		return nil, fmt.Errorf("unexpected %q", p.in)
	}
	return n, nil
}

type mathParser struct{ in string }

func (p *mathParser) space() { p.in = strings.TrimLeft(p.in, " \t\r\n") }

func (p *mathParser) take(s string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.in, s)
	if ok && isWordByte(s[0]) && rest != "" && isWordByte(rest[0]) {
		return false
	}
	if ok {
		p.in = rest
	}
	return ok
}

func (p *mathParser) level(l, depth int) (*mathNode, error) {
	if depth > maxNesting {
		return nil, errNesting
	}
	if l == len(precedence) {
		return p.atom(depth)
	}
	left, err := p.level(l+1, depth)
	for err == nil {
		op := ""
		for _, o := range precedence[l] {
			if p.take(o) {
				op = o
				break
			}
		}
		if op == "" {
			return left, nil
		}
		var right *mathNode
		right, err = p.level(l+1, depth)
		left = &mathNode{kind: mathOperator, text: op, args: []*mathNode{left, right}}
	}
	return nil, err
}

func (p *mathParser) atom(depth int) (*mathNode, error) {
	p.space()
	if p.in == "" {
		return nil, fmt.Errorf("the expression ends too early")
	}
	switch b := p.in[0]; {
	case b == '(':
		p.in = p.in[1:]
		n, err := p.level(0, depth+1)
		if err == nil && !p.take(")") {
			err = fmt.Errorf("missing )")
		}
		return n, err
	case b == '[':
		p.in = p.in[1:]
		n := &mathNode{kind: mathCall, text: arrayCall}
		return n, p.arguments(n, "]", depth+1)
	case b == '-':
		p.in = p.in[1:]
		if depth > maxNesting {
			return nil, errNesting
		}
		n, err := p.atom(depth + 1)
		return &mathNode{kind: mathOperator, text: "-", args: []*mathNode{{kind: mathNumber}, n}}, err
	case b == '\'' || b == '"':
		end := strings.IndexByte(p.in[1:], b)
		if end < 0 {
			return nil, fmt.Errorf("missing %c", b)
		}
		n := &mathNode{kind: mathText, text: p.in[1 : 1+end]}
		p.in = p.in[end+2:]
		return n, nil
	case b >= '0' && b <= '9' || b == '.':
		i := 0
		for i < len(p.in) && (p.in[i] >= '0' && p.in[i] <= '9' || p.in[i] == '.') {
			i++
		}
		v, err := strconv.ParseFloat(p.in[:i], 64)
		p.in = p.in[i:]
		return &mathNode{kind: mathNumber, number: v}, err
	case isWordByte(b):
		i := 0
		for i < len(p.in) && isWordByte(p.in[i]) {
			i++
		}
		n := &mathNode{kind: mathName, text: p.in[:i]}
		p.in = p.in[i:]
		if !p.take("(") {
			return n, nil
		}
		n.kind = mathCall
		return n, p.arguments(n, ")", depth+1)
	}
	return nil, fmt.Errorf("unexpected %q", p.in[:1])
}

// arrayCall is the name under which [a, b] is a call.
const arrayCall = "[]"

func (p *mathParser) arguments(n *mathNode, end string, depth int) error {
	if p.take(end) {
		return nil
	}
	for {
		a, err := p.level(0, depth)
		if err != nil {
			return err
		}
		n.args = append(n.args, a)
		switch {
		case p.take(","):
		case p.take(end):
			return nil
		default:
			return fmt.Errorf("missing %s after the arguments of %s", end, n.text)
		}
	}
}
