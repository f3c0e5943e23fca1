package datasource

import (
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestMetrics(t *testing.T) {
	for name, q := range map[string]string{
		"metric":        `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"` + awsfake.Web1Instance + `"}}`,
		"two-values":    `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":["` + awsfake.Web1Instance + `","` + awsfake.Web2Instance + `"]},"statistic":"p99"}`,
		"wildcard":      `{"queryType":"metrics","namespace":"AWS/VPN","metricName":"TunnelState","dimensions":{"VpnId":"` + awsfake.VPN + `","TunnelIpAddress":"*"},"statistic":"Minimum","period":"300"}`,
		"not-exact":     `{"queryType":"metrics","namespace":"AWS/VPN","metricName":"TunnelState","dimensions":{"TunnelIpAddress":"*"},"matchExact":false,"statistic":"Minimum","period":"5m"}`,
		"search":        `{"queryType":"metrics","expression":"SEARCH('{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', 'Average', $__period_auto)","period":"300"}`,
		"sql":           `{"queryType":"metrics","sqlExpression":"SELECT AVG(CPUUtilization) FROM SCHEMA(\"AWS/EC2\", InstanceId) GROUP BY InstanceId","period":"300"}`,
		"no-such-value": `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"i-nowhere"}}`,
		"nothing-found": `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"NoSuchMetric","dimensions":{"InstanceId":"*"}}`,
		"two-regions":   `{"queryType":"metrics","regions":["ap-northeast-1","eu-central-1"],"namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"*"},"period":"300"}`,
		"with-a-label":  `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"NetworkIn","dimensions":{"InstanceId":"` + awsfake.Web1Instance + `"},"label":"in ${PROP('Dim.InstanceId')}","statistic":"Sum"}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := enter(t, keys)
			got := r.One(q, at(-6), at(4))
			querytest.AlertableAnswer(t, got)
			golden(t, "metrics-"+name, got)
		})
	}
}

// An expression refers to its neighbours, hidden ones too; a neighbour that is
// wrong fails alone.
func TestMetricMathAcrossQueries(t *testing.T) {
	r := enter(t, keys)
	got := r.Ask(
		querytest.Asking("A", `{"queryType":"metrics","id":"used","hide":true,"namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"`+awsfake.Web1Instance+`"},"period":"60"}`, at(-6), at(4)),
		querytest.Asking("B", `{"queryType":"metrics","expression":"100 - used","period":"60"}`, at(-6), at(4)),
		querytest.Asking("C", `{"queryType":"metrics","expression":"100 - nobody","period":"60"}`, at(-6), at(4)),
	)
	querytest.AlertableAnswer(t, got["B"])
	golden(t, "metrics-math", got["B"])
	golden(t, "metrics-math-wrong", got["C"])
	if len(got["A"].Frames) > 0 && got["A"].Frames[0].Rows() > 0 {
		t.Error("the hidden query has rows")
	}
}

// Metadata says what an answer took; the second time it comes from the cache.
func TestMetricsSayWhatTheyTook(t *testing.T) {
	r := enter(t, keys)
	q := `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":["` + awsfake.Web1Instance + `","` + awsfake.Web2Instance + `"]},"period":"60"}`
	first := r.One(q, at(-180), at(-20)).Frames[0].Meta.Custom.(query.Custom).Usage
	if first.Calls["cloudwatch:GetMetricData"] != 1 || first.MetricsBilled != 2 || first.PointsFetched != 2*160 || first.CostUSD <= 0 {
		t.Errorf("first: %+v", first)
	}
	again := r.One(q, at(-180), at(-20)).Frames[0].Meta.Custom.(query.Custom).Usage
	if len(again.Calls) != 0 || again.MetricsBilled != 0 || again.PointsCached != 2*160 {
		t.Errorf("again: %+v", again)
	}
}

func TestMetricsMistakes(t *testing.T) {
	base := `"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"i-1"}`
	for q, want := range map[string]string{
		`{"queryType":"metrics"}`:                       "namespace: is empty",
		`{"queryType":"metrics","namespace":"AWS/EC2"}`: "metricName: is empty",
		`{` + base + `,"statistic":"Mean"}`:             `statistic: "Mean" is not known`,
		`{` + base + `,"period":"7"}`:                   "period: 7: CloudWatch takes 1, 5, 10, 20, 30 seconds or whole minutes",
		`{` + base + `,"period":"soon"}`:                `period: "soon" is neither`,
		`{` + base + `,"id":"Upper"}`:                   `id: "Upper"`,
		`{` + base + `,"dimensions":{"InstanceId":3}}`:  "dimensions.InstanceId: is neither a text nor a list of texts",
		`{` + base + `,"dimensions":{"InstanceId":""}}`: "dimensions.InstanceId: has an empty value",
		`{` + base + `,"region":"mars-north-1"}`:        `there is no region "mars-north-1"`,
		`{` + base + `,"namespace":5}`:                  "namespace: is a JSON number, not a string",
		`{` + base + `,"account":"nobody"}`:             "nobody",
		`{"queryType":"metrics","expression":"1 +"}`:    "the expression ends too early",
		`{"queryType":"metric"}`:                        `queryType: "metric" is not known; allowed: `,
		`{"queryType":"metrics",`:                       "queryType",
	} {
		r := enter(t, keys)
		got := r.One(q, at(-6), at(4))
		if got.Error == nil || !strings.Contains(got.Error.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", q, got.Error, want)
		} else if got.Status != 400 || got.ErrorSource != "downstream" {
			t.Errorf("%s: status %d, source %s", q, got.Status, got.ErrorSource)
		}
	}
}

// An alert rule must not take a series that could not be read for one that is
// well again.
func TestAlertRulesGetAllOrAnError(t *testing.T) {
	for name, q := range map[string]string{
		"metrics":    `{"queryType":"metrics","regions":["ap-northeast-1","mars-north-1"],"namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"*"}}`,
		"cloudtrail": `{"queryType":"cloudtrail","kind":"counts","regions":["ap-northeast-1","mars-north-1"],"attribute":"EventName","value":"StopInstances"}`,
		"limited":    `{"queryType":"cloudtrail","kind":"counts","limit":1}`,
		"groups":     `{"queryType":"cloudtrail","kind":"counts","groupBy":"eventID"}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := enter(t, keys)
			asked := querytest.Asking("A", q, at(-24*60), at(4))
			for alert, got := range map[bool]backend.DataResponse{false: r.Ask(asked)["A"], true: r.AskForRule(asked)["A"]} {
				if alert != (got.Error != nil) {
					t.Errorf("asked by an alert rule: %t; error: %v", alert, got.Error)
				}
				if got.Error != nil && got.ErrorSource != backend.ErrorSourceDownstream {
					t.Errorf("source %s", got.ErrorSource)
				}
			}
		})
	}
}

// A panel does not show what a wildcard finds and what has no data: an instance
// that was terminated days ago. An alert rule goes on asking for it, or else a
// tunnel that is silent for hours would end its own alert.
func TestSilentSeriesStayWithAlertRules(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		q := querytest.Asking("A", `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"*"},"period":"300"}`, at(-60), at(0))
		silent := func(a backend.DataResponse) (n int) {
			for _, f := range a.Frames {
				if f.Rows() == 0 {
					n++
				}
			}
			return n
		}
		if a := r.Ask(q)["A"]; a.Error != nil || len(a.Frames) < 4 || silent(a) != 0 {
			t.Errorf("a panel: %d series, %d silent, %v", len(a.Frames), silent(a), a.Error)
		}
		if a := r.AskForRule(q)["A"]; a.Error != nil || silent(a) != 1 {
			t.Errorf("a rule: %d series, %d silent, %v", len(a.Frames), silent(a), a.Error)
		}
	})
}
