package datasource

import (
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestCloudTrail(t *testing.T) {
	for name, q := range map[string]string{
		"by-name":     `{"queryType":"cloudtrail","attribute":"EventName","value":"StopInstances"}`,
		"by-user":     `{"queryType":"cloudtrail","attribute":"Username","value":"` + awsfake.Culprit + `","changes":true}`,
		"filters":     `{"queryType":"cloudtrail","changes":true,"filters":[{"field":"eventName","value":"St*Instances"},{"field":"sourceIPAddress","op":"=~","value":"198\\.51\\.100\\..*"},{"field":"requestParameters.instancesSet.items.instanceId","op":"=","value":"` + awsfake.GatewayInstance + `"}]}`,
		"search":      `{"queryType":"cloudtrail","search":"` + strings.ToUpper(awsfake.GatewayInstance) + `","filters":[{"field":"readOnly","op":"!=","value":"true"}]}`,
		"annotations": `{"queryType":"cloudtrail","kind":"annotations","attribute":"EventName","value":"StopInstances"}`,
		"none":        `{"queryType":"cloudtrail","attribute":"EventName","value":"NoSuchEvent"}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := enter(t, keys).One(q, at(-30), at(5))
			if got.Error != nil || got.Frames[0].Meta.Type != data.FrameTypeTable {
				t.Fatalf("error %v, frames %v", got.Error, got.Frames)
			}
			golden(t, "cloudtrail-"+name, got)
		})
	}
}

func TestCloudTrailCounts(t *testing.T) {
	for name, q := range map[string]string{
		"counts":          `{"queryType":"cloudtrail","kind":"counts","attribute":"EventName","value":"StopInstances"}`,
		"counts-by-user":  `{"queryType":"cloudtrail","kind":"counts","groupBy":"user","changes":true}`,
		"counts-none":     `{"queryType":"cloudtrail","kind":"counts","attribute":"EventName","value":"NoSuchEvent"}`,
		"counts-no-group": `{"queryType":"cloudtrail","kind":"counts","groupBy":"errorCode","attribute":"EventName","value":"NoSuchEvent"}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := enter(t, keys).One(q, at(-4), at(2))
			querytest.AlertableAnswer(t, got)
			golden(t, "cloudtrail-"+name, got)
		})
	}
}

// A step of which a part only was read is not counted: its number would be too
// small.
func TestCloudTrailCountsWholeStepsOnly(t *testing.T) {
	r := enter(t, keys)
	q := querytest.Asking("A", `{"queryType":"cloudtrail","kind":"counts","limit":2}`, at(-30), at(5))
	q.Interval = 10 * time.Minute
	got := r.Ask(q)["A"]
	querytest.AlertableAnswer(t, got)
	if !strings.Contains(querytest.Notices(got.Frames[0]), "more events than the limit") {
		t.Errorf("notices: %s", querytest.Notices(got.Frames[0]))
	}
	if n := got.Frames[0].Rows(); n >= 4 {
		t.Errorf("%d steps, though the newest two events only were read", n)
	}
}

// A region that cannot be read is told; the others are shown.
func TestCloudTrailSeveralRegions(t *testing.T) {
	r := enter(t, keys)
	got := r.One(`{"queryType":"cloudtrail","regions":["ap-northeast-1","mars-north-1"],"attribute":"EventName","value":"StopInstances"}`, at(-30), at(5))
	if got.Error != nil || got.Frames[0].Rows() != 1 {
		t.Fatalf("error %v, frames %v", got.Error, got.Frames)
	}
	if text := querytest.Notices(got.Frames[0]); !strings.Contains(text, `mars-north-1: there is no region "mars-north-1"`) {
		t.Errorf("notices: %s", text)
	}
	if c := got.Frames[0].Meta.Custom.(query.Custom).Usage; c.Calls["cloudtrail:LookupEvents"] != 1 {
		t.Errorf("usage %+v", c)
	}
}

func TestCloudTrailMistakes(t *testing.T) {
	r := enter(t, keys)
	for q, want := range map[string]string{
		`{"queryType":"cloudtrail","kind":"pie"}`:                                    `kind: "pie" is not known; allowed: events, counts, annotations`,
		`{"queryType":"cloudtrail","attribute":"Colour","value":"x"}`:                `attribute: "Colour" is not known; allowed: `,
		`{"queryType":"cloudtrail","attribute":"EventName"}`:                         "value: is empty: the EventName to look for",
		`{"queryType":"cloudtrail","value":"x"}`:                                     `attribute: is empty, but value is "x"`,
		`{"queryType":"cloudtrail","limit":100000}`:                                  "limit: is 100000",
		`{"queryType":"cloudtrail","groupBy":"user"}`:                                "groupBy: belongs to kind counts",
		`{"queryType":"cloudtrail","filters":[{"value":"x"}]}`:                       "filters[0].field: is empty",
		`{"queryType":"cloudtrail","filters":[{"field":"a","op":"~","value":"x"}]}`:  `filters[0].op: "~" is not known; allowed: =, !=, =~, !~`,
		`{"queryType":"cloudtrail","filters":[{"field":"a","op":"=~","value":"("}]}`: "filters[0].value: is no regular expression",
		`{"queryType":"cloudtrail","filters":"none"}`:                                "filters: is a JSON string, not a",
	} {
		got := r.One(q, at(-6), at(4))
		if got.Error == nil || !strings.Contains(got.Error.Error(), want) || got.Status != 400 {
			t.Errorf("%s\n got %d %v\nwant %s", q, got.Status, got.Error, want)
		}
	}
}

// CloudTrail knows 90 days: nobody can say "none" of what was before.
func TestCloudTrailCountsWhatCloudTrailKnows(t *testing.T) {
	r := enter(t, keys)
	got := r.One(`{"queryType":"cloudtrail","kind":"counts","attribute":"EventName","value":"StopInstances"}`, at(0).AddDate(-1, 0, 0), at(5))
	querytest.AlertableAnswer(t, got)
	times := got.Frames[0].Fields[0]
	if times.Len() == 0 {
		t.Fatal("no point at all")
	}
	if first, oldest := times.At(0).(time.Time), at(30).AddDate(0, 0, -90); first.Before(oldest) || first.After(oldest.AddDate(0, 0, 2)) {
		t.Errorf("the first point is of %s, 90 days ago was %s", first, oldest)
	}
}
