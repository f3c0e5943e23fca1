package logs

import (
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/text"
)

func TestSeverity(t *testing.T) {
	for _, tt := range []struct {
		labels     map[string]string
		body, want string
	}{
		{nil, `{"level":"WARN","message":"ERROR"}`, "warning"},
		{nil, `{"Severity":"Fatal"}`, "critical"},
		{nil, `{"message":"ERROR"}`, ""},
		{nil, `{"level":30}`, ""},
		{map[string]string{"log.level": "debug"}, "ERROR", "debug"},
		{map[string]string{"level": "7"}, "2026-10-06 ERROR out of memory", "error"},
		{nil, `ts=1 level=info msg="ERROR"`, "info"},
		{nil, "[notice] started", "info"},
		{nil, "Oct  6 sshd: 0 error found, informational", ""},
		{nil, "TERRORS", ""},
		{nil, strings.Repeat("x ", 200) + "ERROR", ""},
		{nil, "障害 CRITICAL", "critical"},
	} {
		if got := severity(tt.labels, tt.body); got != tt.want {
			t.Errorf("%v %.40q: %q, want %q", tt.labels, tt.body, got, tt.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"1": true, "-1.5": true, "1.2E+10": true, ".5": true,
		"": false, "Inf": false, "NaN": false, "0x10": false, "1_000": false, "1,000": false, "-": false, "10.1.8.31": false, "2026-10-06": false, "1e999": false,
	} {
		if got := number(text) != nil; got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestLinesHaveIDsOfTheirOwn(t *testing.T) {
	at := time.Date(2026, 10, 6, 10, 42, 0, 0, time.UTC)
	lines := []line{{time: at, body: "a"}, {time: at, body: "a"}, {time: at, body: "b"}, {time: at, body: "c", id: "p"}, {time: at, body: "c", id: "p"}}
	f := lineFrames(lines)[0]
	ids := map[string]bool{}
	for _, id := range querytest.Column(t, f, "id") {
		ids[id] = true
	}
	if len(ids) != len(lines) {
		t.Errorf("ids %v", ids)
	}
	if again := lineFrames(lines)[0]; strings.Join(querytest.Column(t, f, "id"), " ") != strings.Join(querytest.Column(t, again, "id"), " ") {
		t.Error("ids change from answer to answer")
	}
	if field, _ := f.FieldByName("severity"); field != nil {
		t.Error("severity without one")
	}
}

func TestStatsFrames(t *testing.T) {
	const noon = "2026-10-06 12:00:00.000"
	for _, tt := range []struct {
		name, query   string
		columns       []string
		cells         [][]string
		kind          data.FrameType
		frames        int
		problem, note string
	}{
		{"a cell is missing", "stats sum(a) as a by bin(1h)", []string{"bin(1h)", "a"}, [][]string{{noon, "1"}, {"2026-10-06 11:00:00.000", ""}}, data.FrameTypeTimeSeriesMulti, 1, "", ""},
		{"a group without time", "stats count() as n by bin(1h)", []string{"bin(1h)", "n"}, [][]string{{noon, "1"}, {"", "2"}}, data.FrameTypeTimeSeriesMulti, 1, "", ""},
		{"text beside numbers", "stats count() as n, latest(@message) as m by host", []string{"host", "n", "m"}, [][]string{{"a", "1", "x"}}, data.FrameTypeNumericMulti, 1, "", "Neither numbers nor named after by, so left out: m"},
		{"text only", "stats latest(@message) as m by host", []string{"host", "m"}, [][]string{{"a", "x"}}, "", 0, "no column has numbers", ""},
		{"labels twice", "stats count() as n by a, b | display a, n", []string{"a", "n"}, [][]string{{"x", "1"}, {"x", "2"}}, "", 0, "two rows have the same labels (a=x)", ""},
		{"times twice", "stats count() as n by bin(1h), b | display `bin(1h)`, n", []string{"bin(1h)", "n"}, [][]string{{noon, "1"}, {noon, "2"}}, "", 0, "two rows are of the same time and labels ()", ""},
		{"two values", "stats min(x) as a, max(x) as b by host", []string{"host", "a", "b"}, [][]string{{"x", "1", "2"}, {"y", "3", "4"}}, data.FrameTypeNumericMulti, 4, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told query.Remarks
			frames, problem := statsFrames(readShape(tt.query), rows{columns: tt.columns, cells: tt.cells}, &told)
			if inEnglish(problem) != tt.problem || len(frames) != tt.frames || remarked(told) != tt.note {
				t.Fatalf("%d frames, problem %q, notes %q", len(frames), inEnglish(problem), remarked(told))
			}
			if problem == nil {
				querytest.Alertable(t, frames, tt.kind)
			}
		})
	}
}

func TestSeriesAreBounded(t *testing.T) {
	r := rows{columns: []string{"id", "n"}}
	for i := range maxSeries + 1 {
		r.cells = append(r.cells, []string{strings.Repeat("x", i), "1"})
	}
	var told query.Remarks
	frames, _ := statsFrames(readShape("stats count() as n by id"), r, &told)
	if len(frames) != maxSeries || remarked(told) != "1,000 of 1,001 series are shown." || told.Whole() == nil {
		t.Errorf("%d frames, %q, for a rule %v", len(frames), remarked(told), told.Whole())
	}
}

func inEnglish(said text.Said) string {
	if said == nil {
		return ""
	}
	return said.In(text.English)
}

// remarked is what a panel would be told.
func remarked(told query.Remarks) string {
	f := data.NewFrame("")
	told.Tell(f, text.English)
	return querytest.Notices(f)
}
