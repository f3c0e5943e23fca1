package awsapi

import (
	"strings"
	"testing"
	"time"
)

func TestRenameChangesIDsOnly(t *testing.T) {
	names := map[string]string{"a": "q0r0", "b": "q0r1", "e3": "X"}
	for in, want := range map[string]string{
		"a+b":            "q0r0+q0r1",
		"SUM([a,b])/1e3": "SUM([q0r0,q0r1])/1e3",
		"SEARCH('{a,b} a=\"b\"', 'Average', 60)+a": "SEARCH('{a,b} a=\"b\"', 'Average', 60)+q0r0",
		"abc + a_b + a1":       "abc + a_b + a1",
		"SELECT AVG(a) FROM b": "SELECT AVG(a) FROM b",
		"IF(a > 5, a, \"a\")":  "IF(q0r0 > 5, q0r0, \"a\")",
	} {
		if got := rename(in, names); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestOnlyPointwiseExpressionsAreKeptInBlocks(t *testing.T) {
	prop := "${PROP('Dim.InstanceId')}"
	for _, c := range []struct {
		expression, label string
		want              bool
	}{
		{"a + b * 100 / (c - 1)", "", true},
		{"SEARCH('{AWS/EC2,InstanceId} CPU', 'Average', 60)", prop, true},
		{"REMOVE_EMPTY(SEARCH('{AWS/EC2,InstanceId} CPU', 'Average', 60))", prop, true},
		{"SEARCH('{AWS/EC2,InstanceId} CPU', 'Average', 60)", "", false},
		{"SEARCH('x', 'Average', 60)", prop + " ${MAX}", false},
		{"SUM(SEARCH('x', 'Average', 60))", prop, false},
		{"RATE(a)", "", false},
		{"FILL(a, REPEAT)", "", false},
		{"a - AVG(a)", "", false},
		{"[a, b]", "", false},
		{"SELECT AVG(CPU) FROM x ORDER BY AVG() LIMIT 5", "", false},
	} {
		if got := pointwise(MetricRequest{Expression: c.expression, Label: c.label, Period: time.Minute}); got != c.want {
			t.Errorf("%s %s: %v", c.expression, c.label, got)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"a+b", "SEARCH('{x} \"y\\'', 'p99', 60)", "1e3*_a", "'open", "IF(m1>5 AND m2<3,1,0)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b strings.Builder
		for _, k := range tokens(s) {
			if k.text == "" {
				t.Fatalf("an empty token in %q", s)
			}
			b.WriteString(k.text)
		}
		if b.String() != s {
			t.Fatalf("%q became %q", s, b.String())
		}
	})
}
