package awsfake

import "testing"

func FuzzFilterPattern(f *testing.F) {
	for _, s := range []string{`?a -b "c d"`, `{ ($.a[0].b = "x*") && $.c > 1e3 || $.d IS NULL }`, `[..., a = 4* || a > 1, b]`, "%a+%"} {
		f.Add(s, `{"a":[{"b":"xy"}]}`)
	}
	f.Fuzz(func(t *testing.T, pattern, message string) {
		if match, err := ParseFilterPattern(pattern); err == nil {
			if first, second := match(message), match(message); first != second {
				t.Error("not a function")
			}
		} else if match != nil {
			t.Error("a matcher with an error")
		}
	})
}

func FuzzInsights(f *testing.F) {
	for _, s := range []string{`fields @timestamp, bin(5m) as b | filter a like /x/ and not b in ["1"] | sort b desc | limit 3`, `parse @message "a * b *" as x, y | stats pct(x, 9), count(*) as n by y, bin(1h)`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := parseInsights(query)
		if err != nil {
			return
		}
		g := &logGroup{name: "g"}
		rows := []insightRow{newRow(MainAccount, g, logEvent{at: DefaultAnchor, message: `{"a":1,"b":{"c":"x"}}`}), newRow(MainAccount, g, logEvent{at: DefaultAnchor, message: "a 1 b 2"})}
		if out, matched := q.run(rows, 10); len(out) > 10 || matched < 0 || matched > 2 {
			t.Errorf("%d rows of %v", len(out), matched)
		}
	})
}

func FuzzMath(f *testing.F) {
	for _, s := range []string{"SUM([a, b]) / 2 ^ -c", "IF(a >= 1 AND b != 2, FILL(a, REPEAT), 0)", `SEARCH('{AWS/EC2,InstanceId} cpu OR (a="b" NOT c)', 'p99.9', 60)`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := parseMath(text); (n == nil) == (err == nil) {
			t.Errorf("%v and %v", n, err)
		}
		if match, err := parseSearch(text); err == nil {
			match(&metric{namespace: "AWS/EC2", name: "cpu", dims: dims("a", "b")})
		}
	})
}

func FuzzSQL(f *testing.F) {
	for _, s := range []string{`SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) WHERE a = 'b' GROUP BY c ORDER BY AVG() DESC LIMIT 5`, "SELECT a, COUNT(*) WHERE b.c LIKE 'xyz%' AND NOT (d IN (1, 'e') OR f >= 2) GROUP BY a ORDER BY COUNT(*) DESC"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if in, err := parseInsight(text); err == nil && (in.limit < 1 || in.limit > maxSeries) {
			t.Errorf("limit %d", in.limit)
		}
		if q, err := parseAdvanced(text); err == nil {
			q.where(map[string]any{"a": "x", "b": map[string]any{"c": "xyz"}})
		}
	})
}

func FuzzAlarmRule(f *testing.F) {
	f.Add(`ALARM("a") AND (NOT OK(b) OR INSUFFICIENT_DATA("arn:aws:cloudwatch:r:1:alarm:c") OR FALSE)`)
	f.Fuzz(func(t *testing.T, text string) {
		if rule, _, err := parseRule(text); err == nil {
			rule(func(string) string { return stateOK })
		}
	})
}
