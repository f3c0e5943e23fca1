package awsapi

import (
	"fmt"
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

func TestGroupsAndMETRICSAreSpelledOut(t *testing.T) {
	reqs := []MetricRequest{
		{ID: "cpu_0", Group: "cpu", Metric: "x"},
		{ID: "cpu_1", Group: "cpu", Metric: "x"},
		{ID: "mem", Metric: "y"},
		{ID: "Not an id", Metric: "z"},
		{ID: "half", Expression: "mem / 2"},
	}
	for in, want := range map[string]string{
		"SUM(cpu) / mem":                   "SUM([cpu_0, cpu_1]) / mem",
		"SUM(METRICS()) / mem":             "SUM(METRICS()) / mem",
		"SUM(METRICS('cpu')) AND mem":      "SUM([cpu_0, cpu_1]) AND mem",
		"metrics ( \"mem\" ) AND mem":      "[mem] AND mem",
		"SUM(METRICS('disk'))":             "SUM(METRICS('disk'))",
		"METRICS(1, 2)":                    "METRICS(1, 2)",
		"SEARCH('cpu METRICS()', 'p', 60)": "SEARCH('cpu METRICS()', 'p', 60)",
		"SELECT AVG(cpu) FROM METRICS()":   "SELECT AVG(cpu) FROM METRICS()",
	} {
		got := spelled(append(reqs, MetricRequest{ID: "e", Expression: in}))
		if last := got[len(got)-1].Expression; last != want {
			t.Errorf("%s\n got %s\nwant %s", in, last, want)
		}
	}
}

// In a call with others METRICS() is the plan's own metrics.
func TestMETRICSOnTheWire(t *testing.T) {
	one := func(id string) MetricRequest {
		return MetricRequest{ID: id, Namespace: "N", Metric: id, Stat: "Sum", Period: time.Minute}
	}
	plans, errs := planMetrics("scope", []MetricRequest{
		one("a"), one("b"), {ID: "all", Expression: "SUM(METRICS())", Period: time.Minute}, {ID: "none", Expression: "SUM(METRICS('x')) / a", Period: time.Minute},
	})
	for i, want := range []string{2: "SUM(METRICS('q7r'))", 3: "SUM(METRICS('q7none')) / q7r0"} {
		if want == "" {
			continue
		}
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		q := plans[i].queries("q7")
		if got := *q[0].Expression; got != want || len(q) != 3 || *q[1].Id != "q7r0" {
			t.Errorf("%s with %d queries, want %s", got, len(q), want)
		}
	}
}

// An expression may be as long as AWS takes it: with the ids of the call, which its
// author does not write.
func TestLengthOfAnExpression(t *testing.T) {
	group := func(n int) []MetricRequest {
		var out []MetricRequest
		for i := range n {
			out = append(out, MetricRequest{
				ID: fmt.Sprintf("databaseConnections%d", i), Group: "databaseConnections",
				Namespace: "AWS/RDS", Metric: "DatabaseConnections", Stat: "Average", Period: time.Minute,
			})
		}
		return append(out, MetricRequest{ID: "sum", Expression: "SUM(databaseConnections)", Period: time.Minute})
	}
	for n, want := range map[int]string{2: "", 95: "", 190: "", 300: "with its 300 metrics written out"} {
		_, errs := planMetrics("scope", group(n))
		if got := fmt.Sprint(errs[n]); want == "" && errs[n] != nil || !strings.Contains(got, want) {
			t.Errorf("%d metrics: %v", n, errs[n])
		}
	}
	long := []MetricRequest{{ID: "a", Expression: strings.Repeat("1 + ", maxExpression/4) + "1", Period: time.Minute}}
	if _, errs := planMetrics("scope", long); errs[0] == nil || !strings.Contains(errs[0].Error(), "has 2049 characters") {
		t.Error(errs[0])
	}
}
