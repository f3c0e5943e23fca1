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

func interval(times *data.Field) time.Duration {
	return time.Duration(times.Config.Interval) * time.Millisecond
}
