package datasource

import (
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// A search has a period of its own. Where the query's is shorter the points are
// still the search's, and a line joins them.
func TestSearchWithItsOwnPeriod(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		got := r.One(`{"queryType":"metrics","expression":"`+searchCPU+`"}`, at(-60), at(0))
		querytest.AlertableAnswer(t, got)
		times := got.Frames[0].Fields[0]
		step := times.At(1).(time.Time).Sub(times.At(0).(time.Time))
		if step != 5*time.Minute || interval(times) != step {
			t.Errorf("a point every %s, a gap after more than %s", step, interval(times))
		}
	})
}

// A panel calls the series of a search as CloudWatch does, and leaves out those
// without a point; an alert rule is told of them.
func TestSeriesOfASearch(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		q := querytest.Asking("A", `{"queryType":"metrics","expression":"`+searchCPU+`"}`, at(-6), at(4))
		shown, rule := r.Ask(q)["A"], r.AskForRule(q)["A"]
		if len(shown.Frames) == 0 || len(rule.Frames) <= len(shown.Frames) {
			t.Errorf("%d series are shown, a rule has %d", len(shown.Frames), len(rule.Frames))
		}
		for _, f := range shown.Frames {
			value := f.Fields[1]
			if f.Rows() == 0 || value.Config.DisplayNameFromDS != value.Labels["series"] || value.Labels["series"] == "" {
				t.Errorf("%d points of %q, called %q", f.Rows(), value.Labels["series"], value.Config.DisplayNameFromDS)
			}
		}
	})
}

func interval(times *data.Field) time.Duration {
	return time.Duration(times.Config.Interval) * time.Millisecond
}
