package datasource

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

const searchCPU = `SEARCH('{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', 'Average', 300)`

// series are the labels of an answer's series.
func series(r backend.DataResponse) []string {
	var out []string
	for _, f := range r.Frames {
		out = append(out, f.Fields[1].Labels.String())
	}
	return out
}

// A label that is the same for all series names them in the legend; what tells
// them apart is still there, for alert rules.
func TestFixedLabelsTellSeriesApart(t *testing.T) {
	for name, q := range map[string]string{
		"search": `{"queryType":"metrics","expression":"` + searchCPU + `","period":"300","label":"CPU"}`,
		"sql":    `{"queryType":"metrics","sqlExpression":"SELECT AVG(CPUUtilization) FROM SCHEMA(\"AWS/EC2\", InstanceId) GROUP BY InstanceId","period":"300","label":"CPU"}`,
		"equal":  `{"queryType":"metrics","expression":"` + searchCPU + `","period":"300","label":"${PROP('MetricName')}"}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := enter(t, keys)
			got := r.AskForRule(querytest.Asking("A", q, at(-30), at(4)))["A"]
			querytest.AlertableAnswer(t, got)
			labels := series(got)
			if len(labels) < 2 || len(slices.Compact(slices.Sorted(slices.Values(labels)))) != len(labels) {
				t.Errorf("labels %q", labels)
			}
			for _, f := range got.Frames {
				if shown := f.Fields[1].Config.DisplayNameFromDS; name != "equal" && shown != "CPU" {
					t.Errorf("shown as %q", shown)
				}
			}
			if numbered := strings.Contains(querytest.Notices(got.Frames[0]), "are numbered"); numbered != (name == "equal") {
				t.Errorf("notices %q", querytest.Notices(got.Frames[0]))
			}
			if name != "equal" && !slices.Contains(labels, "series="+awsfake.Web1Instance) {
				t.Errorf("labels %q", labels)
			}
		})
	}
}

// The labels of arithmetic on a search are of one kind, however many series it
// finds.
func TestLabelsDoNotDependOnTheNumberOfSeries(t *testing.T) {
	r := enter(t, keys)
	for _, search := range []string{searchCPU, strings.Replace(searchCPU, "MetricName", `InstanceId=\"`+awsfake.Web1Instance+`\" MetricName`, 1)} {
		got := r.Ask(
			querytest.Asking("A", `{"queryType":"metrics","id":"e1","hide":true,"expression":"`+search+`","period":"300"}`, at(-30), at(4)),
			querytest.Asking("B", `{"queryType":"metrics","expression":"e1 * 2","period":"300"}`, at(-30), at(4)),
			querytest.Asking("C", `{"queryType":"metrics","expression":"e1 * 2","period":"300","label":"double"}`, at(-30), at(4)),
		)
		for _, refID := range []string{"B", "C"} {
			querytest.AlertableAnswer(t, got[refID])
			labels := series(got[refID])
			if one := search != searchCPU; one != (len(labels) == 1) {
				t.Fatalf("%s: %d series", search, len(labels))
			}
			for _, l := range labels {
				if !strings.HasPrefix(l, "series=") || l == "series=" {
					t.Errorf("%s: labels %q of %d", refID, l, len(labels))
				}
			}
		}
	}
}

// A region without a series adds none to those of another; where there is none
// anywhere, one frame says so.
func TestRegionsWithoutSeries(t *testing.T) {
	r := enter(t, keys)
	const q = `{"queryType":"metrics","regions":["ap-northeast-1","eu-central-1"],"namespace":"AWS/VPN","metricName":%q,"dimensions":{"VpnId":"*","TunnelIpAddress":"*"},"matchExact":false,"period":"300"}`
	got := r.One(fmt.Sprintf(q, "TunnelState"), at(-6), at(4))
	querytest.AlertableAnswer(t, got)
	if len(got.Frames) != 2 {
		t.Errorf("%d frames for two tunnels", len(got.Frames))
	}
	for _, f := range got.Frames {
		if f.Rows() == 0 || f.Fields[1].Labels["region"] != "ap-northeast-1" {
			t.Errorf("%d rows of %s", f.Rows(), f.Fields[1].Labels)
		}
	}
	got = r.One(fmt.Sprintf(q, "NoSuchMetric"), at(-6), at(4))
	querytest.AlertableAnswer(t, got)
	if len(got.Frames) != 1 || got.Frames[0].Rows() != 0 {
		t.Errorf("nothing found: %d frames", len(got.Frames))
	}
}
