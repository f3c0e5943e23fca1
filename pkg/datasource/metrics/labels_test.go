package metrics

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

func TestPlural(t *testing.T) {
	byID := map[string]string{
		"cpu": "SEARCH('{AWS/EC2,InstanceId} CPUUtilization', 'Average', 60)", "twice": "cpu * 2", "m1": "",
		"half": "m1 / 2", "circle": "circle2", "circle2": "circle + half",
	}
	for expression, want := range map[string]bool{
		"m1 * 2": false, "half": false, "circle": false, "cpu": true, "twice / 2": true, "IF(m1, 1, twice)": true,
		"METRICS()": true, "[m1, half]": true, "ANOMALY_DETECTION_BAND(m1)": true,
		"SELECT AVG(CPUUtilization) FROM SCHEMA(\"AWS/EC2\", InstanceId)": true,
		"FILL(m1, 'cpu')": false, "IF(m1 > 1, m1, \"SEARCH\")": false, "cpuidle + 1": false,
	} {
		if got := plural(expression, byID); got != want {
			t.Errorf("%s: %v", expression, got)
		}
	}
}

// A dimension keeps its name; the place gets another.
func TestOwnDimensionsWin(t *testing.T) {
	at := query.Place{Account: "123456789012", Region: "ap-northeast-1"}
	r := awsapi.MetricRequest{Dimensions: map[string]string{"region": "kanto", "host": "a"}}
	want := data.Labels{"region": "kanto", "host": "a", "account": "123456789012", "aws_region": "ap-northeast-1"}
	if d := cmp.Diff(want, labels(asked{several: true}, r, awsapi.MetricSeries{}, at)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	delete(want, "account")
	delete(want, "aws_region")
	if d := cmp.Diff(want, labels(asked{}, r, awsapi.MetricSeries{}, at)); d != "" {
		t.Errorf("of one place (-want +got):\n%s", d)
	}
}

func TestWireLabel(t *testing.T) {
	for _, tt := range []struct {
		label   string
		several bool
		want    string
	}{
		{"", true, ""},
		{"CPU", false, "CPU"},
		{"CPU", true, "CPU" + apart + "${LABEL}"},
		{"CPU of ${PROP('Dim.InstanceId')}", true, "CPU of ${PROP('Dim.InstanceId')}"},
		{"${LABEL} max", true, "${LABEL} max"},
	} {
		if got := wireLabel(tt.label, tt.several); got != tt.want {
			t.Errorf("%q: %q", tt.label, got)
		}
	}
}

func TestEqualLabelsAreNumbered(t *testing.T) {
	var frames data.Frames
	for _, l := range []data.Labels{{"series": "a"}, {"series": "b"}, {"series": "a"}, {"series": "a (2)"}, {"series": "a"}, {}, {}} {
		frames = append(frames, frame(Query{Expression: "x"}, l, awsapi.MetricSeries{}, axes{fields: map[axis]*data.Field{}}.of(awsapi.MetricSeries{})))
	}
	if !distinct(frames) {
		t.Error("nothing is said")
	}
	var got []string
	for _, f := range frames {
		got = append(got, f.Fields[1].Labels["series"])
	}
	if d := cmp.Diff([]string{"a", "b", "a (2)", "a (2) (2)", "a (3)", "", "(2)"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if distinct(frames) {
		t.Error("what is distinct is numbered again")
	}
}

// A variable may give a value twice: its series is one.
func TestProductHasEachMetricOnce(t *testing.T) {
	got, err := product(Dimensions{"a": {"2", "1", "2"}, "b": {"x", "x"}})
	want := []map[string]string{{"a": "1", "b": "x"}, {"a": "2", "b": "x"}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}
