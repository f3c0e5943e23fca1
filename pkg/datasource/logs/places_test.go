package logs

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
)

// What a query groups by keeps its name; the place gets another.
func TestOwnColumnsWin(t *testing.T) {
	tokyo, frankfurt := query.Place{Account: "1", Region: "ap-northeast-1"}, query.Place{Account: "1", Region: "eu-central-1"}
	var r rows
	r.add(awsapi.InsightsAnswer{Columns: []string{"region", "n"}, Rows: [][]string{{"kanto", "1"}, {"kansai", "2"}}}, tokyo)
	r.add(awsapi.InsightsAnswer{}, query.Place{Account: "2", Region: "eu-central-1"}) // nothing found
	r.add(awsapi.InsightsAnswer{Columns: []string{"n", "zone", "region"}, Rows: [][]string{{"3", "a", "hessen"}}}, frankfurt)
	r.place()
	var told query.Remarks
	frames, problem := statsFrames(readShape("stats count(*) as n by region, zone"), r, &told)
	if problem != nil {
		t.Fatal(inEnglish(problem))
	}
	querytest.Alertable(t, frames, data.FrameTypeNumericMulti)
	want := []data.Labels{
		{"region": "kanto", "zone": "", "account": "1", "aws_region": "ap-northeast-1"},
		{"region": "kansai", "zone": "", "account": "1", "aws_region": "ap-northeast-1"},
		{"region": "hessen", "zone": "a", "account": "1", "aws_region": "eu-central-1"},
	}
	var got []data.Labels
	for _, f := range frames {
		got = append(got, f.Fields[0].Labels)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A value called account is a value, whatever the place's column is called.
func TestAValueCalledAccountIsNoLabel(t *testing.T) {
	var r rows
	r.add(awsapi.InsightsAnswer{Columns: []string{"host", "account"}, Rows: [][]string{{"a", "7"}}}, query.Place{Account: "1", Region: "ap-northeast-1"})
	r.place()
	var told query.Remarks
	frames, problem := statsFrames(readShape("stats max(id) as account by host"), r, &told)
	if problem != nil || len(frames) != 1 {
		t.Fatalf("%d frames, %s", len(frames), inEnglish(problem))
	}
	f := frames[0].Fields[0]
	if d := cmp.Diff(data.Labels{"host": "a", "aws_account": "1", "region": "ap-northeast-1"}, f.Labels); d != "" || f.Name != "account" {
		t.Errorf("%s (-want +got):\n%s", f.Name, d)
	}
}
