package logs

import (
	"regexp"
	"slices"
	"strings"
)

// shape is what a query's text tells of its answer: whether its rows are
// aggregates, and by which columns.
type shape struct {
	stats bool
	by    []group
}

// group is a column that the last stats command groups by.
type group struct {
	column string
	time   bool // bin(5m) and the like
}

var (
	timeFunction = regexp.MustCompile(`(?i)^(?:bin|datefloor|dateceil)\s*\(`)
	timeAlias    = regexp.MustCompile(`(?i)\b(?:bin|datefloor|dateceil)\s*\([^()]*\)\s+as\s+(\S+)`)
	asWord       = regexp.MustCompile(`(?i)\sas\s`)
	byWord       = regexp.MustCompile(`(?i)(?:^|[\s)])by\s`)
	blanks       = regexp.MustCompile(`\s+`)
)

// readShape reads a query of Logs Insights QL as far as its shape needs. What it
// does not understand it takes for nothing: AWS tells what is wrong in a query.
func readShape(text string) shape {
	plain, masked := mask(text)
	var out shape
	times := map[string]bool{"@timestamp": true}
	for _, m := range timeAlias.FindAllStringSubmatchIndex(masked, -1) {
		times[columnName(strings.TrimRight(plain[m[2]:m[3]], ",|"))] = true
	}
	start := 0
	for _, end := range append(indexes(masked, '|'), len(masked)) {
		lead := len(masked[start:end]) - len(strings.TrimLeft(masked[start:end], " \t\r\n"))
		from := start + lead
		start = end + 1
		word, _, _ := strings.Cut(blanks.ReplaceAllString(masked[from:end], " "), " ")
		if !strings.EqualFold(word, "stats") {
			continue
		}
		out = shape{stats: true}
		at := byWord.FindStringIndex(flat(masked[from:end]))
		if at == nil {
			continue
		}
		out.by = groups(plain[from+at[1]:end], masked[from+at[1]:end], times)
	}
	return out
}

// groups reads "bin(5m) as t, host, `a field`".
func groups(plain, masked string, times map[string]bool) []group {
	var out []group
	start := 0
	for _, end := range append(indexes(flat(masked), ','), len(masked)) {
		item := plain[start:end]
		name := item
		if as := asWord.FindAllStringIndex(flat(masked[start:end]), -1); as != nil {
			name = item[as[len(as)-1][1]:]
		}
		start = end + 1
		if column := columnName(name); column != "" {
			out = append(out, group{column, timeFunction.MatchString(strings.TrimSpace(item)) || times[column]})
		}
	}
	return out
}

// columnName is a column as AWS's answer names it, but without blanks, which
// are not kept.
func columnName(text string) string {
	return strings.Trim(blanks.ReplaceAllString(text, ""), "`")
}

// regroup replaces the columns by those that the query's author names. Which of
// them are times stays.
func (s *shape) regroup(columns []string) {
	var by []group
	for _, g := range s.by {
		if g.time {
			by = append(by, g)
		}
	}
	for _, c := range columns {
		if c = columnName(c); c != "" && !slices.ContainsFunc(by, func(g group) bool { return g.column == c }) {
			by = append(by, group{column: c})
		}
	}
	s.by = by
}

// series reports whether rows are points in time, as far as the text tells.
func (s shape) series() bool {
	return slices.ContainsFunc(s.by, func(g group) bool { return g.time })
}

func (s shape) isGroup(column string) bool {
	return slices.ContainsFunc(s.by, func(g group) bool { return g.column == columnName(column) })
}

func indexes(s string, b byte) []int {
	var out []int
	for i := range len(s) {
		if s[i] == b {
			out = append(out, i)
		}
	}
	return out
}

// flat is masked text with what is in parentheses blanked as well.
func flat(masked string) string {
	out, depth := []byte(masked), 0
	for i, b := range out {
		switch {
		case b == '(':
			depth++
		case b == ')' && depth > 0:
			depth--
		case depth > 0:
			out[i] = covered
		}
	}
	return string(out)
}

// covered stands for a byte that is no part of the query's grammar.
const covered = '.'

// mask gives the text without comments, and the same with every byte of texts,
// names in backticks and regular expressions covered. All have the same length.
func mask(text string) (plain, masked string) {
	a, b := []byte(text), []byte(text)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '#':
			for ; i < len(text) && text[i] != '\n'; i++ {
				a[i], b[i] = ' ', ' '
			}
		case c == '"' || c == '\'' || c == '`' || c == '/' && expressionFollows(b[:i]):
			b[i] = covered
			for i++; i < len(text); i++ {
				b[i] = covered
				if text[i] == c {
					break
				}
				if text[i] == '\\' && i+1 < len(text) {
					i++
					b[i] = covered
				}
			}
		}
	}
	return string(a), string(b)
}

// expressionFollows tells the slash of a regular expression from a division by
// what stands before it.
func expressionFollows(before []byte) bool {
	s := strings.TrimRight(string(before), " \t\r\n")
	if s == "" || strings.ContainsRune("~=,([|", rune(s[len(s)-1])) {
		return true
	}
	command := strings.ToLower(strings.TrimSpace(s[strings.LastIndexByte(s, '|')+1:]))
	return strings.HasPrefix(command, "parse ") || strings.HasSuffix(command, " like")
}
