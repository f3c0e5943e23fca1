package logs

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestInsightsLines(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		querytest.GoldenFrames(t, "insights-lines", r.Frames(`{"logGroups":["/shop/application"],"query":"fields @timestamp, @message, @logStream, service | filter level != \"INFO\""}`))
		querytest.GoldenFrames(t, "insights-lines-empty", r.Frames(`{"logGroups":["/shop/application"],"query":"fields @timestamp, @message | filter level = \"NONE\""}`))
		querytest.GoldenFrames(t, "insights-fields", r.Frames(`{"logGroups":["/shop/application"],"query":"fields @timestamp, service, latencyMs | limit 3"}`))
		f := r.Frames(`{"logGroups":["/shop/application"],"query":"fields @timestamp, @message","limit":2}`)[0]
		if got := querytest.Notices(f); f.Rows() != 2 || !strings.HasPrefix(got, "2 rows, the limit, were found") {
			t.Errorf("limit 2: %d rows, %q", f.Rows(), got)
		}
	})
}

func TestInsightsTimeSeries(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		r.Alert = true
		frames := r.Frames(`{"logGroups":["/shop/application"],"query":"stats count(*) as events, avg(latencyMs) as latency by bin(5m), service"}`)
		querytest.GoldenFrames(t, "insights-series", frames)
		querytest.Alertable(t, frames, data.FrameTypeTimeSeriesMulti)

		// The same through the other name of the field, with the time under an alias.
		frames = r.Frames(`{"logGroups":["/shop/application"],"expression":"stats count(*) as n by bin(5m) as t | sort t asc"}`)
		querytest.Alertable(t, frames, data.FrameTypeTimeSeriesMulti)
		if len(frames) != 1 || frames[0].Fields[1].Labels != nil || frames[0].Rows() < 2 {
			t.Errorf("alias: %d frames, labels %v, %d rows", len(frames), frames[0].Fields[1].Labels, frames[0].Rows())
		}

		none := r.Frames(`{"logGroups":["/shop/application"],"query":"filter level = 'NONE' | stats count(*) by bin(5m)"}`)
		querytest.GoldenFrames(t, "insights-series-empty", none)
		querytest.Alertable(t, none, data.FrameTypeTimeSeriesMulti)
	})
}

func TestInsightsNumbers(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		r.Alert = true
		frames := r.Frames(`{"logGroups":["/shop/application"],"query":"stats count(*) as events, max(latencyMs) as worst by service | sort service asc"}`)
		querytest.GoldenFrames(t, "insights-numbers", frames)
		querytest.Alertable(t, frames, data.FrameTypeNumericMulti)

		// A port is a number, but a label when it is grouped by.
		frames = r.Frames(`{"logGroups":["/vpc/flow-logs"],"query":"stats count(*) as n by dstPort"}`)
		querytest.Alertable(t, frames, data.FrameTypeNumericMulti)
		if len(frames) != 2 || frames[0].Fields[0].Labels["dstPort"] == "" {
			t.Errorf("%d frames, labels %v", len(frames), frames[0].Fields[0].Labels)
		}

		none := r.Frames(`{"logGroups":["/shop/application"],"query":"filter level = 'NONE' | stats count(*) by service"}`)
		querytest.GoldenFrames(t, "insights-numbers-empty", none)
		querytest.Alertable(t, none, data.FrameTypeNumericMulti)

		r.Alert = false
		querytest.GoldenFrames(t, "insights-table", r.Frames(`{"logGroups":["/shop/application"],"format":"table","query":"stats count(*) as events by bin(5m), service"}`))
	})
}

func TestInsightsSeveralPlaces(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		const body = `{"regions":["ap-northeast-1","eu-central-1"],"logGroups":["/shop/application"],"query":"stats count(*) as n"}`
		f := r.Frames(body)[0]
		if l := f.Fields[0].Labels; l["account"] != awsfake.MainAccount || l["region"] != awsfake.MainRegion {
			t.Errorf("labels %v", l)
		}
		if got := querytest.Notices(f); !strings.HasPrefix(got, "Not read: eu-central-1: ") {
			t.Errorf("notices %q", got)
		}
		r.Alert = true
		if a := r.Ask(body); a.Error == nil || a.Status != http.StatusBadRequest {
			t.Errorf("a rule must not judge by a part: %v, status %d", a.Error, a.Status)
		}
	})
}

func TestInsightsTellsWhatItTook(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		f := r.Frames(`{"logGroups":["/shop/application"],"query":"fields @timestamp, @message | filter level = 'WARN'"}`)[0]
		stats := map[string]float64{}
		for _, s := range f.Meta.Stats {
			stats[s.DisplayName] = s.Value
		}
		if stats["Records matched"] != float64(f.Rows()) || stats["Records scanned"] <= stats["Records matched"] || stats["Scanned"] < 1000 {
			t.Errorf("%d rows, statistics %v", f.Rows(), stats)
		}
	})
}

// A query that takes longer than one answer runs on in AWS: the next refresh takes
// it up again. One that nobody comes back for is stopped.
func TestInsightsThatTakesTooLong(t *testing.T) {
	bubble(t, awsfake.Options{QueryTakes: 40 * time.Second}, awsfake.AdminKey, func(r *rig) {
		const body = `{"logGroups":["/shop/application"],"query":"stats count(*) by bin(5m)"}`
		for _, alert := range []bool{false, true} {
			r.Alert = alert
			first := r.Ask(body)
			if alert {
				if first.Error == nil || first.Status != backend.StatusTimeout || !strings.HasSuffix(first.Error.Error(), "The next evaluation gets its rows.") {
					t.Errorf("a rule must not judge by a part: %v, status %d", first.Error, first.Status)
				}
			} else if c, _ := first.Frames[0].Meta.Custom.(query.Custom); !c.Incomplete || c.Running || !strings.Contains(querytest.Notices(first.Frames[0]), "The next refresh takes it up again.") {
				t.Errorf("%+v, notices %q", c, querytest.Notices(first.Frames[0]))
			}
			r.From, r.To = r.From.Add(25*time.Second), r.To.Add(25*time.Second)
			second := r.Frames(body)[0]
			if c, _ := second.Meta.Custom.(query.Custom); c.Incomplete || second.Rows() == 0 || !strings.Contains(querytest.Notices(second), "These are the rows of the same query, begun earlier: from ") {
				t.Errorf("%+v, %d rows, notices %q", c, second.Rows(), querytest.Notices(second))
			}
		}
		// Each, and the one after it, for the next refresh or evaluation.
		if stops, starts := stopped(r), r.AWS.Counts().Of("StartQuery"); starts != 4 || stops != 0 {
			t.Errorf("%d queries started, %d stopped", starts, stops)
		}
	})
	bubble(t, awsfake.Options{QueryTakes: time.Hour}, awsfake.AdminKey, func(r *rig) {
		r.Frames(`{"logGroups":["/shop/application"],"query":"stats count(*) by bin(5m)"}`)
		if stops := stopped(r); stops != 1 {
			t.Errorf("%d queries stopped", stops)
		}
	})
}

// A follower sees how far a query is, and asks again until it is whole.
func TestInsightsFollowed(t *testing.T) {
	bubble(t, awsfake.Options{QueryTakes: 10 * time.Second}, awsfake.AdminKey, func(r *rig) {
		const body = `{"follow":true,"language":"ja","logGroups":["/shop/application"],"query":"fields @timestamp, @message"}`
		began, rounds, rows := time.Now(), 0, []int(nil)
		for running := true; running; rounds++ {
			f := r.Frames(body)[0]
			c, _ := f.Meta.Custom.(query.Custom)
			notices := querytest.Notices(f)
			if running = c.Running; running != strings.Contains(notices, "クエリは AWS で実行中です。開始から") || c.Incomplete {
				t.Errorf("round %d: %+v, notices %q", rounds, c, notices)
			}
			rows = append(rows, f.Rows())
		}
		if n := r.AWS.Counts().Of("StartQuery"); n != 1 || rounds != 4 || time.Since(began) > 11*time.Second || rows[3] == 0 {
			t.Errorf("%d queries, %d rounds with %v rows in %s", n, rounds, rows, time.Since(began))
		}
	})
}

// A table that has no rows yet has the columns that it groups by: Grafana would
// drop the frame, and what it says with it.
func TestARunningTableHasColumns(t *testing.T) {
	bubble(t, awsfake.Options{QueryTakes: 10 * time.Second}, awsfake.AdminKey, func(r *rig) {
		f := r.Frames(`{"follow":true,"format":"table","logGroups":["/vpc/flow-logs"],"query":"stats count(*) as n by srcAddr, dstAddr"}`)[0]
		if len(f.Fields) != 2 || f.Fields[0].Name != "srcAddr" || f.Rows() != 0 || !strings.Contains(querytest.Notices(f), "has been running") {
			t.Errorf("%d fields, %d rows, %q", len(f.Fields), f.Rows(), querytest.Notices(f))
		}
	})
}

// A dashboard that refreshes itself every 10 s breaks its question off and asks
// again, of a range that has moved on: a query of 35 s is answered all the same.
// When it is closed the query is stopped.
func TestInsightsOfADashboardThatRefreshesItself(t *testing.T) {
	bubble(t, awsfake.Options{QueryTakes: 35 * time.Second}, awsfake.AdminKey, func(r *rig) {
		began := time.Now()
		ask := func(text string) bool {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer time.AfterFunc(10*time.Second, cancel).Stop()
			passed := time.Since(began)
			for {
				a := Handler().Query(ctx, r.Sessions, []query.Query{{
					RefID: "A", From: r.From.Add(passed), To: r.To.Add(passed),
					JSON: []byte(`{"follow":true,"logGroups":["/shop/application"],"query":"` + text + `"}`),
				}})["A"]
				if a.Error != nil {
					return false
				}
				if c, _ := a.Frames[0].Meta.Custom.(query.Custom); !c.Running {
					return a.Frames[0].Rows() > 0
				}
			}
		}
		const text = "fields @timestamp, @message"
		for round, want := range []bool{false, false, false, true} {
			if got := ask(text); got != want {
				t.Errorf("round %d: answered %v", round, got)
			}
		}
		if n := r.AWS.Counts().Of("StartQuery"); n != 1 {
			t.Errorf("%d queries", n)
		}
		if ask(text + " | limit 3"); stopped(r) != 1 {
			t.Errorf("%d stopped", stopped(r))
		}
	})
}

func TestInsightsCancelledIsStopped(t *testing.T) {
	bubble(t, awsfake.Options{QueryTakes: time.Hour}, awsfake.AdminKey, func(r *rig) {
		ctx, cancel := context.WithCancel(r.Context())
		defer time.AfterFunc(3*time.Second, cancel).Stop()
		a := Handler().Query(ctx, r.Sessions, []query.Query{{
			RefID: "A", From: r.From, To: r.To, JSON: []byte(`{"logGroups":["/shop/application"],"query":"fields @timestamp, @message"}`),
		}})["A"]
		if stops := stopped(r); a.Error == nil || a.Status != 499 || stops != 1 {
			t.Errorf("error %v, status %d, %d queries stopped", a.Error, a.Status, stops)
		}
	})
}

func TestMistakes(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		many := `"` + strings.Join(slices.Collect(func(yield func(string) bool) {
			for i := range 51 {
				if !yield("g" + strings.Repeat("x", i)) {
					return
				}
			}
		}), `","`) + `"`
		for body, want := range map[string]string{
			``:                                    "the query is empty",
			`{"mode":"ql"}`:                       `mode: "ql" is not known; allowed: insights, filter`,
			`{"format":"x","logGroups":["g"]}`:    `format: "x" is not known; allowed: auto, table`,
			`{"query":"stats count(*)"}`:          "logGroups: no log group: choose 1 to 50",
			`{"mode":"filter","logGroups":[" "]}`: "logGroups: no log group: choose 1 to 50",
			`{"logGroups":[` + many + `],"query":"stats count(*)"}`: "logGroups: 51 log groups; up to 50 can be asked at once",
			`{"logGroups":["g"]}`:               "query: is empty: as fields @timestamp",
			`{"logGroups":["g"],"query":" \n"}`: "query: is empty: as fields @timestamp",
			`{"logGroups":["g"],"query":"` + strings.Repeat("x", maxQuery+1) + `"}`:                     "query: is longer than the 10000 characters",
			`{"logGroups":["g"],"limit":20000,"query":"stats count(*)"}`:                                "limit: is 20000; 1 to 10000",
			`{"logGroups":["/none"],"query":"fields @message"}`:                                         "logGroups: The specified log group does not exist.",
			`{"logGroups":["/shop/application"],"query":"felds @message"}`:                              "query: unexpected symbol found felds",
			`{"mode":"filter","logGroups":["/shop/application"],"pattern":"{ $.level = "}`:              "pattern: Invalid filter pattern",
			`{"mode":"filter","logGroups":["/none","/nowhere"]}`:                                        "/none: logGroups: The specified log group does not exist.",
			`{"mode":"filter","logGroups":["g"],"pattern":"` + strings.Repeat("x", maxPattern+1) + `"}`: "pattern: is longer than the 1024 characters",
			`{"logGroups":["g"],"query":"fields @message","region":"moon-1"}`:                           `there is no region "moon-1"`,
		} {
			a := r.Ask(body)
			if a.Error == nil || !strings.Contains(a.Error.Error(), want) {
				t.Errorf("%.80s: error %v, want %s", body, a.Error, want)
			} else if a.ErrorSource != backend.ErrorSourceDownstream || a.Status != http.StatusBadRequest {
				t.Errorf("%.80s: source %s, status %d", body, a.ErrorSource, a.Status)
			}
		}
	})
}

func TestRulesNeedNumbers(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		r.Alert = true
		for body, want := range map[string]string{
			`{"logGroups":["/shop/application"],"query":"fields @timestamp, @message"}`:                      "query: log lines cannot alert",
			`{"logGroups":["/shop/application"],"mode":"filter","pattern":"ERROR"}`:                          "mode: log lines cannot alert",
			`{"logGroups":["/shop/application"],"format":"table","query":"stats count(*) by bin(5m)"}`:       "format: a table cannot alert",
			`{"logGroups":["/shop/application"],"query":"stats count(*) as n by service, level | fields n"}`: "query: cannot alert: two rows have the same labels",
		} {
			if a := r.Ask(body); a.Error == nil || !strings.HasPrefix(a.Error.Error(), want) {
				t.Errorf("%s: error %v, want %s", body, a.Error, want)
			}
		}
	})
}

func TestDeniedAndThrottled(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.ViewerKey, func(r *rig) {
		const insights, filter = `{"logGroups":["/shop/application"],"query":"stats count(*)"}`, `{"mode":"filter","logGroups":["/shop/application"]}`
		r.AWS.Deny(awsfake.ViewerKey, "logs:StartQuery", "logs:FilterLogEvents")
		for body, action := range map[string]string{insights: "logs:StartQuery", filter: "logs:FilterLogEvents"} {
			if a := r.Ask(body); a.Error == nil || !strings.Contains(a.Error.Error(), "permission "+action) || a.Status != http.StatusForbidden {
				t.Errorf("%s: %v, status %d", body, a.Error, a.Status)
			}
		}
		r.AWS.Allow(awsfake.ViewerKey)
		r.AWS.FailNext("FilterLogEvents", 2, awsfake.ErrThrottled(awsfake.Logs))
		if f := r.Frames(filter)[0]; f.Rows() == 0 {
			t.Error("throttled twice: no rows")
		}
		r.AWS.FailNext("StartQuery", -1, awsfake.ErrThrottled(awsfake.Logs))
		if a := r.Ask(insights); a.Error == nil || a.Status != http.StatusTooManyRequests {
			t.Errorf("throttled for good: %v, status %d", a.Error, a.Status)
		}
		r.AWS.FailNext("StartQuery", 0, nil)
	})
}
