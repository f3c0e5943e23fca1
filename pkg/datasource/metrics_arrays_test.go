package datasource

import (
	"strings"
	"sync"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func cpuOf(id, dimensions string) string {
	return `{"queryType":"metrics","id":"` + id + `","namespace":"AWS/EC2","metricName":"CPUUtilization","period":"300","dimensions":` + dimensions + `}`
}

func mathOf(expression string) string {
	return `{"queryType":"metrics","period":"300","expression":"` + expression + `"}`
}

// first is the first value of each series.
func first(t *testing.T, r backend.DataResponse) []float64 {
	t.Helper()
	querytest.AlertableAnswer(t, r)
	var out []float64
	for _, f := range r.Frames {
		v, err := f.Fields[1].FloatAt(0)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func same(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

// METRICS() is the metrics of its own request, each once, whatever goes to AWS in
// the same call.
func TestAllMetricsAreThoseOfTheRequest(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		var answers backend.Responses
		var wait sync.WaitGroup
		wait.Go(func() {
			answers = r.Ask(
				querytest.Asking("A", cpuOf("web1", `{"InstanceId":"`+awsfake.Web1Instance+`"}`), at(-60), at(0)),
				querytest.Asking("B", cpuOf("other", `{"InstanceId":"`+awsfake.Web2Instance+`"}`), at(-60), at(0)),
				querytest.Asking("C", mathOf("SUM(METRICS())"), at(-60), at(0)),
				querytest.Asking("D", mathOf("SUM( METRICS( 'web' ) ) + 0 * other"), at(-60), at(0)),
				querytest.Asking("E", mathOf(`SUM(METRICS(\"nobody\"))`), at(-60), at(0)),
			)
		})
		wait.Go(func() { // another panel at the same time
			r.Ask(querytest.Asking("A", cpuOf("web3", `{"InstanceId":"`+awsfake.GatewayInstance+`"}`), at(-60), at(0)))
		})
		wait.Wait()
		if n := r.aws.Counts().Of("GetMetricData"); n != 1 {
			t.Errorf("%d calls: nothing was merged", n)
		}
		web1, other := first(t, answers["A"])[0], first(t, answers["B"])[0]
		if got := first(t, answers["C"]); len(got) != 1 || !same(got[0], web1+other) {
			t.Errorf("the sum of %v and %v is %v", web1, other, got)
		}
		if got := first(t, answers["D"]); len(got) != 1 || !same(got[0], web1) {
			t.Errorf("the sum of %v is %v", web1, got)
		}
		if e := answers["E"]; e.Error != nil || e.Frames[0].Rows() > 0 {
			t.Errorf("a sum of nothing: %d rows, %v", e.Frames[0].Rows(), e.Error)
		}
	})
}

// The id of a query with several values is, in an expression, all its metrics.
func TestExpressionOverSeveralValues(t *testing.T) {
	for name, dimensions := range map[string]string{
		"values":   `{"InstanceId":["` + awsfake.Web1Instance + `","` + awsfake.Web2Instance + `"]}`,
		"wildcard": `{"InstanceId":"*"}`,
		"one":      `{"InstanceId":"` + awsfake.Web1Instance[:len(awsfake.Web1Instance)-1] + `1*"}`,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, awsfake.Options{}, func(r *room) {
				got := r.Ask(
					querytest.Asking("A", cpuOf("cpu", dimensions), at(-60), at(0)),
					querytest.Asking("B", mathOf("SUM(cpu)"), at(-60), at(0)),
					querytest.Asking("C", mathOf("cpu * 2"), at(-60), at(0)),
					querytest.Asking("D", mathOf("qB / 2"), at(-60), at(0)),
				)
				each, twice := first(t, got["A"]), first(t, got["C"])
				sum := 0.0
				for i, v := range each {
					if sum += v; len(twice) != len(each) || !same(twice[i], 2*v) {
						t.Errorf("twice %v is %v", each, twice)
						break
					}
				}
				if all := first(t, got["B"]); len(all) != 1 || !same(all[0], sum) {
					t.Errorf("the sum of %v is %v", each, all)
				}
				if half := first(t, got["D"]); len(half) != 1 || !same(half[0], sum/2) {
					t.Errorf("half the sum of %v is %v", each, half)
				}
			})
		})
	}
}

// Where a wildcard finds nothing there is nothing to calculate with: no data, no
// mistake.
func TestExpressionOverNothing(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		got := r.Ask(
			querytest.Asking("A", cpuOf("cpu", `{"InstanceId":"nobody-*"}`), at(-60), at(0)),
			querytest.Asking("B", mathOf("SUM(cpu)"), at(-60), at(0)),
			querytest.Asking("C", mathOf("qB / 2"), at(-60), at(0)),
			querytest.Asking("D", cpuOf("cpu", `{"InstanceId":"`+awsfake.Web1Instance+`"}`), at(-60), at(0)),
		)
		for _, refID := range []string{"A", "B", "C"} {
			if querytest.AlertableAnswer(t, got[refID]); len(got[refID].Frames) != 1 || got[refID].Frames[0].Rows() != 0 {
				t.Errorf("%s: %d series", refID, len(got[refID].Frames))
			}
		}
		if got["D"].Error == nil {
			t.Error("two queries have one id")
		}
	})
}

// Grafana sends the queries of a rule one by one. Who calculates with a neighbour
// there is told so.
func TestExpressionOfARuleAlone(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		alone := querytest.Asking("B", mathOf("100 - cpu"), at(-60), at(0))
		for rule, a := range map[bool]backend.DataResponse{true: r.AskForRule(alone)["B"], false: r.Ask(alone)["B"]} {
			if a.Error == nil || a.Status != 400 || strings.Contains(a.Error.Error(), "sent one by one") != rule {
				t.Errorf("of a rule %t: %d %v", rule, a.Status, a.Error)
			}
		}
		own := querytest.Asking("B", mathOf(`1e3 + SUM(SEARCH('{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', 'Average', 300)`), at(-60), at(0))
		if a := r.AskForRule(own)["B"]; a.Error == nil || strings.Contains(a.Error.Error(), "sent one by one") {
			t.Errorf("an unclosed bracket: %v", a.Error)
		}
		sql := querytest.Asking("B", `{"queryType":"metrics","sqlExpression":"select avg(CPUUtilization) form schema","period":"60"}`, at(-60), at(0))
		if a := r.AskForRule(sql)["B"]; a.Error == nil || strings.Contains(a.Error.Error(), "sent one by one") {
			t.Errorf("a mistake in SQL: %v", a.Error)
		}
	})
}
