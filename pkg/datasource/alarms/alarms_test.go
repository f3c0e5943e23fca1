package alarms

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// atAnchor stands still at the moment the tunnel's alarm fires.
func atAnchor() time.Time { return awsfake.DefaultAnchor }

func TestTable(t *testing.T) {
	bubble(t, awsfake.Options{Now: atAnchor}, awsfake.AdminKey, func(r *rig) {
		frames := r.Frames(`{}`)
		querytest.GoldenFrames(t, "table", frames)
		if names := querytest.Column(t, frames[0], "name"); len(names) != 9 || names[0] != "vpn-degraded" || names[1] != awsfake.TunnelAlarm {
			t.Errorf("the firing alarm and the composite over it come first: %q", names)
		}
		got := querytest.Column(t, frames[0], "state")
		if !slices.IsSortedFunc(got, func(a, b string) int { return slices.Index(states, a) - slices.Index(states, b) }) {
			t.Errorf("order of states: %q", got)
		}
		querytest.GoldenFrames(t, "table-empty", r.Frames(`{"prefix":"nothing-has-this-name"}`))
	})
}

func TestTableSelects(t *testing.T) {
	bubble(t, awsfake.Options{Now: atAnchor}, awsfake.AdminKey, func(r *rig) {
		for body, want := range map[string][]string{
			`{"prefix":"vpn-tunnel"}`:                         {"vpn-tunnel-1-down", "vpn-tunnel-2-down"},
			`{"names":["vpn-dead"," batch-1-busy ",""]}`:      {"batch-1-busy", "vpn-dead"},
			`{"types":["composite"]}`:                         {"vpn-degraded", "vpn-dead"},
			`{"types":["metric"],"states":["ALARM"]}`:         {"vpn-tunnel-1-down"},
			`{"states":["ALARM","INSUFFICIENT_DATA"]}`:        {"vpn-tunnel-1-down", "vpn-degraded"},
			`{"search":"203.0.113.10 TUNNELSTATE"}`:           {"vpn-tunnel-1-down"},
			`{"search":"トンネル"}`:                               {"vpn-tunnel-1-down"},
			`{"names":["vpn-tunnel-1-down"],"states":["OK"]}`: {},
		} {
			got := querytest.Column(t, r.Frames(body)[0], "name")
			slices.Sort(got)
			slices.Sort(want)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", body, d)
			}
		}
	})
}

func TestTableTellsWhatIsLeftOut(t *testing.T) {
	bubble(t, awsfake.Options{Now: atAnchor}, awsfake.AdminKey, func(r *rig) {
		f := r.Frames(`{"limit":1}`)[0]
		if got := querytest.Column(t, f, "name"); len(got) != 1 || got[0] != "vpn-degraded" {
			t.Errorf("limit 1: %q", got)
		}
		if got, want := querytest.Notices(f), "1 of 9 alarms are shown, those in ALARM first."; got != want {
			t.Errorf("notices %q, want %q", got, want)
		}
		if got, want := querytest.Notices(r.Frames(`{"names":["vpn-dead","gone"]}`)[0]), "There is no alarm named gone"; got != want {
			t.Errorf("notices %q, want %q", got, want)
		}
	})
}

func TestSeveralPlaces(t *testing.T) {
	bubble(t, awsfake.Options{Now: atAnchor}, awsfake.AdminKey, func(r *rig) {
		f := r.Frames(`{"accounts":["all"],"regions":["default","eu-central-1"],"search":"cpu-high"}`)[0]
		places := querytest.Column(t, f, "account")
		for i, region := range querytest.Column(t, f, "region") {
			places[i] += " " + region
		}
		slices.Sort(places)
		want := []string{"123456789012 ap-northeast-1", "123456789012 eu-central-1", "210987654321 ap-northeast-1"}
		if d := cmp.Diff(want, slices.Compact(places)); d != "" {
			t.Errorf("places (-want +got):\n%s", d)
		}

		r.AWS.Deny(awsfake.SecondRole, "cloudwatch:DescribeAlarms")
		f = r.Frames(`{"kind":"counts","accounts":["default","shops"],"noCache":true}`)[0]
		if got := querytest.Notices(f); !strings.Contains(got, "permission cloudwatch:DescribeAlarms is missing") || !strings.HasPrefix(got, "Not read: shops ap-northeast-1: ") {
			t.Errorf("notices %q", got)
		}

		r.Alert = true
		if a := r.Ask(`{"kind":"counts","accounts":["default","shops"]}`); a.Error == nil || a.Status != http.StatusForbidden {
			t.Errorf("a rule must not judge by a part: %v, status %d", a.Error, a.Status)
		}
		if a := r.Ask(`{"kind":"table"}`); a.Error == nil || a.Error.Error() != "kind: table cannot alert: use counts" {
			t.Errorf("a rule over a table: %v", a.Error)
		}
	})
}

func TestCounts(t *testing.T) {
	bubble(t, awsfake.Options{Now: atAnchor}, awsfake.AdminKey, func(r *rig) {
		frames := r.Frames(`{"kind":"counts"}`)
		querytest.GoldenFrames(t, "counts", frames)
		querytest.Alertable(t, frames, data.FrameTypeNumericMulti)

		none := r.Frames(`{"kind":"counts","prefix":"nothing-has-this-name"}`)
		querytest.GoldenFrames(t, "counts-none", none)
		querytest.Alertable(t, none, data.FrameTypeNumericMulti)
		for i, f := range none {
			if f.Rows() != 1 || f.Fields[0].At(0) != 0.0 {
				t.Errorf("frame %d: a state without alarms is a zero, not %v", i, f.Fields[0])
			}
		}

		one := r.Frames(`{"kind":"counts","states":["ALARM"]}`)
		querytest.Alertable(t, one, data.FrameTypeNumericMulti)
		if len(one) != 1 || one[0].Fields[0].At(0) != 2.0 {
			t.Errorf("ALARM only: %d frames, %v", len(one), one[0].Fields[0].At(0))
		}

		several := r.Frames(`{"kind":"counts","accounts":["default","shops"]}`)
		querytest.GoldenFrames(t, "counts-several", several)
		querytest.Alertable(t, several, data.FrameTypeNumericMulti)
	})
}

func TestHistory(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		frames := r.Frames(`{"kind":"history","prefix":"vpn-"}`)
		querytest.GoldenFrames(t, "history", frames)
		f := frames[0]
		if got := querytest.Column(t, f, "to"); !slices.Equal(got, []string{"OK", "OK", "ALARM", "ALARM"}) {
			t.Errorf("states: %q", got)
		}
		querytest.GoldenFrames(t, "annotations", r.Frames(`{"kind":"annotations","names":["vpn-tunnel-1-down"],"states":["ALARM"]}`))
		r.To = r.From.Add(time.Minute)
		querytest.GoldenFrames(t, "history-empty", r.Frames(`{"kind":"history"}`))
	})
}

func TestHistoryIsOneCallForTheWholeAccount(t *testing.T) {
	bubble(t, awsfake.Options{FleetHosts: 50, FleetAlarms: 200}, awsfake.AdminKey, func(r *rig) {
		r.From, r.To = awsfake.DefaultAnchor.Add(-24*time.Hour), awsfake.DefaultAnchor
		n := r.Frames(`{"kind":"history"}`)[0].Rows()
		if calls := r.AWS.Counts().Of("DescribeAlarmHistory"); n < 10 || calls != (n+99)/100 {
			t.Errorf("%d calls for %d changes", calls, n)
		}
		f := r.Frames(`{"kind":"history","limit":3}`)[0]
		if got, want := querytest.Notices(f), "The newest 3 changes are shown; there are more in this time."; f.Rows() != 3 || got != want {
			t.Errorf("%d rows, %q", f.Rows(), got)
		}
		f = r.Frames(`{"kind":"history","limit":3,"states":["ALARM","OK"]}`)[0]
		if f.Rows() != 3 || !strings.Contains(querytest.Notices(f), "newest 3 changes") {
			t.Errorf("sorted out here: %d rows, %q", f.Rows(), querytest.Notices(f))
		}
	})
}

func TestMistakes(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.AdminKey, func(r *rig) {
		for body, want := range map[string]string{
			``:                                "the query is empty",
			`{"kind":"list"}`:                 `kind: "list" is not known; allowed: table, counts, history, annotations`,
			`{"types":["log"]}`:               `types: "log" is not known; allowed: metric, composite`,
			`{"states":["FIRING"]}`:           `states: "FIRING" is not known; allowed: ALARM, INSUFFICIENT_DATA, OK`,
			`{"limit":-1}`:                    "limit: is -1; 1 to 10000, or 0 for 1000",
			`{"limit":10001}`:                 "limit: is 10001; 1 to 10000, or 0 for 1000",
			`{"names":"vpn"}`:                 "names: is a JSON string, not a []string",
			`{"regions":["moon-1"]}`:          `there is no region "moon-1"`,
			`{"account":"nobody"}`:            "nobody",
			`{"prefix":"` + long(256) + `"}`:  "prefix: is longer",
			`{"names":["` + long(256) + `"]}`: "names[0]: is longer",
		} {
			a := r.Ask(body)
			if a.Error == nil || !strings.Contains(a.Error.Error(), want) {
				t.Errorf("%.60s: error %v, want %s", body, a.Error, want)
			} else if a.ErrorSource != backend.ErrorSourceDownstream || a.Status != http.StatusBadRequest {
				t.Errorf("%.60s: source %s, status %d", body, a.ErrorSource, a.Status)
			}
		}
		r.To = r.From
		if a := r.Ask(`{"kind":"history"}`); a.Error == nil || a.Status != http.StatusBadRequest {
			t.Errorf("empty range: %v, %d", a.Error, a.Status)
		}
	})
}

func long(n int) string { return strings.Repeat("a", n) }

func TestDeniedAndThrottled(t *testing.T) {
	bubble(t, awsfake.Options{}, awsfake.ViewerKey, func(r *rig) {
		r.AWS.Deny(awsfake.ViewerKey, "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory")
		for kind, action := range map[string]string{"table": "DescribeAlarms", "counts": "DescribeAlarms", "history": "DescribeAlarmHistory"} {
			a := r.Ask(`{"kind":"` + kind + `"}`)
			if a.Error == nil || !strings.Contains(a.Error.Error(), "permission cloudwatch:"+action) || a.Status != http.StatusForbidden {
				t.Errorf("%s: %v, status %d", kind, a.Error, a.Status)
			}
		}
		r.AWS.Allow(awsfake.ViewerKey)
		r.AWS.FailNext("DescribeAlarms", 2, awsfake.ErrThrottled(awsfake.CloudWatch))
		f := r.Frames(`{}`)[0]
		if c, _ := f.Meta.Custom.(query.Custom); f.Rows() != 9 || c.Usage.Throttled != 2 {
			t.Errorf("throttled twice: %d rows, usage %+v", f.Rows(), c.Usage)
		}
		r.AWS.FailNext("DescribeAlarms", -1, awsfake.ErrThrottled(awsfake.CloudWatch))
		if a := r.Ask(`{"kind":"counts","noCache":true}`); a.Error == nil || a.Status != http.StatusTooManyRequests {
			t.Errorf("throttled for good: %v, status %d: a count that was not read is no zero", a.Error, a.Status)
		}
		r.AWS.FailNext("DescribeAlarms", 0, nil)
	})
}

func TestHistoryThatTakesTooLong(t *testing.T) {
	bubble(t, awsfake.Options{FleetHosts: 50, FleetAlarms: 1000}, awsfake.AdminKey, func(r *rig) {
		r.AWS.SetDelayOf("DescribeAlarmHistory", 15*time.Second)
		f := r.Frames(`{"kind":"history"}`)[0]
		c, _ := f.Meta.Custom.(query.Custom)
		if f.Rows() == 0 || !c.Incomplete || !strings.HasPrefix(querytest.Notices(f), "Read so far: ap-northeast-1 back to 2026-10-0") {
			t.Errorf("%d rows, incomplete %v, notices %q", f.Rows(), c.Incomplete, querytest.Notices(f))
		}
		r.AWS.SetDelayOf("DescribeAlarmHistory", 0)
		whole := r.Frames(`{"kind":"history"}`)[0]
		if c, _ := whole.Meta.Custom.(query.Custom); c.Incomplete || whole.Rows() <= f.Rows() {
			t.Errorf("the next refresh: %d rows after %d, incomplete %v", whole.Rows(), f.Rows(), c.Incomplete)
		}
	})
}

func TestMoreAlarmsThanAreRead(t *testing.T) {
	bubble(t, awsfake.Options{Now: atAnchor, FleetHosts: 20, FleetAlarms: 10_010}, awsfake.AdminKey, func(r *rig) {
		frames := r.Frames(`{"kind":"counts"}`)
		if n := frames[0].Fields[0].At(0); n != 2.0 {
			t.Errorf("%v in ALARM: those come last by name, and count all the same", n)
		}
		if got := querytest.Notices(frames[0]); !strings.HasPrefix(got, "ap-northeast-1 has more than 10,000 such alarms") {
			t.Errorf("notices %q", got)
		}
	})
}
