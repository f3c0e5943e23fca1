package awsapi

import (
	"slices"
	"strconv"
	"strings"
)

// token is a piece of a metric math expression.
type token struct {
	text string
	kind tokenKind
}

type tokenKind int

const (
	tokenOther  tokenKind = iota // operators, numbers, white space
	tokenName                    // an id
	tokenCall                    // a function's name
	tokenString                  // with its quotes
)

// tokens cuts an expression up; put together again they are the expression.
func tokens(expression string) []token {
	var out []token
	for i := 0; i < len(expression); {
		start, c := i, expression[i]
		switch {
		case c == '\'' || c == '"':
			for i++; i < len(expression) && expression[i] != c; i++ {
				if expression[i] == '\\' {
					i++
				}
			}
			i = min(i+1, len(expression))
			out = append(out, token{expression[start:i], tokenString})
		case isLetter(c) || c == '_':
			for i < len(expression) && (isLetter(expression[i]) || isDigit(expression[i]) || expression[i] == '_') {
				i++
			}
			kind := tokenName
			if strings.HasPrefix(strings.TrimLeft(expression[i:], " \t\r\n"), "(") {
				kind = tokenCall
			}
			out = append(out, token{expression[start:i], kind})
		case isDigit(c):
			// With an exponent, so that the e of 1e3 is no id.
			for i < len(expression) && (isLetter(expression[i]) || isDigit(expression[i]) || expression[i] == '.') {
				i++
			}
			out = append(out, token{expression[start:i], tokenOther})
		default:
			i++
			out = append(out, token{expression[start:i], tokenOther})
		}
	}
	return out
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// rename gives ids of an expression other names. Strings (a SEARCH's schema, for
// instance) stay as they are.
func rename(expression string, names map[string]string) string {
	if len(names) == 0 || isSQL(expression) {
		return expression
	}
	var b strings.Builder
	for _, t := range tokens(expression) {
		if to, ok := names[t.text]; ok && t.kind == tokenName {
			b.WriteString(to)
		} else {
			b.WriteString(t.text)
		}
	}
	return b.String()
}

// References lists the ids that an expression names, each once.
func References(expression string) []string {
	ids, _ := references(expression)
	return ids
}

// references lists the ids an expression names, each once. METRICS() without an
// argument refers to all.
func references(expression string) (ids []string, all bool) {
	if isSQL(expression) {
		return nil, false
	}
	for _, t := range tokens(expression) {
		switch {
		case t.kind == tokenName && metricID.MatchString(t.text) && !slices.Contains(ids, t.text):
			ids = append(ids, t.text)
		case isMetrics(t):
			all = true
		}
	}
	return ids, all
}

func isMetrics(t token) bool { return t.kind == tokenCall && strings.EqualFold(t.text, "METRICS") }

// replaceMetrics gives each METRICS() of an expression another form. text is that
// of METRICS('text'), empty where there is none.
func replaceMetrics(expression string, form func(text string) string) string {
	if isSQL(expression) {
		return expression
	}
	var b strings.Builder
	for rest := tokens(expression); len(rest) > 0; {
		t := rest[0]
		rest = rest[1:]
		if text, after, ok := metricsArgument(rest); ok && isMetrics(t) {
			b.WriteString(form(text))
			rest = after
			continue
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// metricsArgument reads () or ('text'), and gives what is after it.
func metricsArgument(all []token) (text string, after []token, ok bool) {
	next := func() (t token) {
		for len(all) > 0 && strings.TrimSpace(t.text) == "" {
			t, all = all[0], all[1:]
		}
		return t
	}
	if next().text != "(" {
		return "", nil, false
	}
	t := next()
	if t.kind == tokenString {
		text, t = strings.Trim(t.text, `'"`), next()
	}
	return text, all, t.text == ")"
}

// metricsCall is METRICS() or METRICS('text').
func metricsCall(text string) string {
	if text == "" {
		return "METRICS()"
	}
	return "METRICS('" + text + "')"
}

// arrayOf is an array of metrics in metric math.
func arrayOf(ids []string) string { return "[" + strings.Join(ids, ", ") + "]" }

// isArray tells whether an expression has an array of metrics, so that its answer
// may be several series.
func isArray(expression string) bool {
	return !isSQL(expression) && slices.ContainsFunc(tokens(expression), func(t token) bool { return t.text == "[" || isMetrics(t) })
}

// countSearches is how many SEARCH calls an expression has.
func countSearches(expression string) int {
	n := 0
	for _, t := range tokens(expression) {
		if t.kind == tokenCall && t.text == "SEARCH" {
			n++
		}
	}
	return n
}

// searchPeriod is the period that the first SEARCH of an expression asks for, in
// seconds; 0 where it leaves that to the query.
func searchPeriod(expression string) int64 {
	if all := SearchPeriods(expression); len(all) > 0 {
		return all[0]
	}
	return 0
}

// SearchPeriods are the periods that the SEARCH calls of an expression ask for, in
// seconds, one each; 0 where one leaves that to the query.
func SearchPeriods(expression string) []int64 {
	var out []int64
	argument, last, inside := 0, "", false
	for _, t := range tokens(expression) {
		switch {
		case t.kind == tokenCall && strings.EqualFold(t.text, "SEARCH"):
			argument, last, inside = 0, "", true
		case !inside || strings.TrimSpace(t.text) == "":
		case t.text == ",":
			argument, last = argument+1, ""
		case t.text == ")":
			n, err := strconv.ParseInt(last, 10, 64)
			if argument != 2 || err != nil || !isPeriod(n) {
				n = 0
			}
			out, inside = append(out, n), false
		default:
			last += t.text
		}
	}
	return out
}

// dependsOnRange are the parts of a dynamic label that change with the range.
var dependsOnRange = []string{"MAX", "MIN", "AVG", "SUM", "FIRST", "LAST", "DATAPOINT_COUNT"}

func labelDependsOnRange(label string) bool {
	for _, part := range strings.Split(label, "${")[1:] {
		for _, name := range dependsOnRange {
			if strings.HasPrefix(part, name) {
				return true
			}
		}
	}
	return false
}

// pointwise tells whether the value of an expression at one time follows from
// the data of that time alone, so that its answer may be put together from
// pieces asked at different times. Arithmetic is; so is a lone SEARCH whose
// labels tell its series apart wherever the range begins. RATE, FILL, SORT,
// SQL's LIMIT and whatever else looks further are not.
func pointwise(r MetricRequest) bool {
	if r.Expression == "" {
		return !labelDependsOnRange(r.Label)
	}
	if isSQL(r.Expression) || labelDependsOnRange(r.Label) {
		return false
	}
	searches := 0
	for _, t := range tokens(r.Expression) {
		switch {
		case t.kind == tokenCall && t.text == "SEARCH":
			searches++
		case t.kind == tokenCall && t.text == "REMOVE_EMPTY":
		case t.kind == tokenCall, t.text == "[":
			return false
		}
	}
	if searches == 0 {
		return !strings.ContainsAny(r.Expression, `'"`)
	}
	ids, all := references(r.Expression)
	return searches == 1 && len(ids) == 0 && !all && strings.Contains(r.Label, "${PROP(")
}
