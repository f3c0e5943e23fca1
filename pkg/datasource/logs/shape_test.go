package logs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadShape(t *testing.T) {
	bin := func(name string) group { return group{name, true} }
	col := func(name string) group { return group{column: name} }
	for text, want := range map[string]shape{
		``: {},
		`fields @timestamp, @message | sort @timestamp desc`: {},
		`stats count(*)`: {stats: true},
		`filter x = 1 | STATS count(*) BY bin(5m)`:                             {stats: true, by: []group{bin("bin(5m)")}},
		"stats count(*) as n,\n avg(x) by bin(5 m) as t, host, `a by b`":       {stats: true, by: []group{bin("t"), col("host"), col("aby" + "b")}},
		`stats sum(a)/count(b) as r by service | sort r desc | limit 5`:        {stats: true, by: []group{col("service")}},
		`filter @message like /a|stats x by y/ | stats max(v) by z`:            {stats: true, by: []group{col("z")}},
		`parse @message /(?<a>x|stats n by q)/ | stats count() by a`:           {stats: true, by: []group{col("a")}},
		`filter m = "| stats n by q" | fields m`:                               {},
		"# stats count(*) by a\nfields @message # | stats count(*) by b":       {},
		`stats count(*) as n by bin(1m) as t, host | stats max(n) by host`:     {stats: true, by: []group{col("host")}},
		`stats count(*) as n by bin(1m) as t, host | stats max(n) by t`:        {stats: true, by: []group{bin("t")}},
		`fields datefloor(@timestamp, 1h) as hour | stats count(*) by hour`:    {stats: true, by: []group{bin("hour")}},
		`stats count(*) by dateceil(@timestamp, 1h), replace(host, "by", "a")`: {stats: true, by: []group{bin("dateceil(@timestamp,1h)"), col(`replace(host,"by","a")`)}},
		`stats earliest(x) by @timestamp`:                                      {stats: true, by: []group{bin("@timestamp")}},
		`stats count(*) by "unfinished`:                                        {stats: true, by: []group{col(`"unfinished`)}},
		`stats count(*) by`:                                                    {stats: true},
		`stats count(*) by ,`:                                                  {stats: true},
	} {
		if d := cmp.Diff(want, readShape(text), cmp.AllowUnexported(shape{}, group{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", text, d)
		}
	}
}

func TestRegroupKeepsTheTime(t *testing.T) {
	s := readShape(`stats count(*) as n by bin(5m), host, zone`)
	s.regroup([]string{"zone", "", "zone", "bin(5m)"})
	want := shape{stats: true, by: []group{{"bin(5m)", true}, {column: "zone"}}}
	if d := cmp.Diff(want, s, cmp.AllowUnexported(shape{}, group{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func FuzzReadShape(f *testing.F) {
	for _, s := range []string{
		``, `stats count(*) by bin(5m)`, "stats a by `x, y` as z", `filter m like /a\/|b/ | stats n by q`, "# c\nstats x", `stats ((( by a`, `stats n by "日本`,
		"\x80stats\xff by \x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain, masked := mask(text)
		if len(plain) != len(text) || len(masked) != len(text) {
			t.Fatalf("%d bytes became %d and %d", len(text), len(plain), len(masked))
		}
		s := readShape(text)
		if len(s.by) > 0 && !s.stats {
			t.Error("groups without stats")
		}
		for _, g := range s.by {
			if g.column == "" || strings.ContainsAny(g.column, " \t\r\n") {
				t.Errorf("column %q", g.column)
			}
		}
		// A comment changes nothing.
		if d := cmp.Diff(s, readShape("# stats x by y\n"+text), cmp.AllowUnexported(shape{}, group{})); d != "" {
			t.Error(d)
		}
	})
}
