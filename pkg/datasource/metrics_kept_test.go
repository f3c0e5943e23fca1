package datasource

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/bubble"
)

// shown is what a panel shows of answers: all but what they took.
func shown(answers backend.Responses) map[string][]string {
	out := map[string][]string{}
	for refID, a := range answers {
		for _, f := range a.Frames {
			text := fmt.Sprint(f.Name, f.RefID, querytest.Notices(f))
			for _, field := range f.Fields {
				text += fmt.Sprint("\n", field.Name, field.Labels, field.Config)
				for i := range field.Len() {
					text += fmt.Sprint(" ", field.At(i))
				}
			}
			out[refID] = append(out[refID], text)
		}
	}
	return out
}

// Viewers of the same minute share the series, and each is told what its own
// answer took; a minute later, and for anybody who asks something else, it is
// made anew. What is shared is what would have been made.
func TestViewersShareSeries(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		wild := `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","dimensions":{"InstanceId":"*"},"period":"60"}`
		search := `{"queryType":"metrics","expression":"SEARCH('{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', 'Average', 60)","label":"${PROP('Dim.InstanceId')}","period":"60"}`
		panel := func(s querytest.Source, behind time.Duration) backend.Responses {
			now := r.ds.sessions.Now().Add(-behind)
			return s.Ask(querytest.Asking("A", wild, now.Add(-time.Hour), now), querytest.Asking("B", search, now.Add(-time.Hour), now))
		}
		field := func(a backend.Responses) *data.Field { return a["A"].Frames[0].Fields[1] }
		bubble.Pass(5 * time.Second) // into the minute
		panel(r.Source, 0)
		first, second := panel(r.Source, 0), panel(r.Source, time.Second)
		if field(first) != field(second) {
			r.Error("two viewers, two makings of one series")
		}
		if diff := cmp.Diff(shown(first), shown(second)); diff != "" {
			r.Errorf("-first +second:\n%s", diff)
		}
		u := second["A"].Frames[0].Meta.Custom.(query.Custom)
		if len(u.Usage.Calls) > 0 || u.Usage.CacheHits == 0 || u.Usage.PointsCached == 0 || second["B"].Frames[0].Meta.Custom.(query.Custom).SharedWith != "A" {
			r.Errorf("the second viewer is told %+v", u)
		}
		if len(first["A"].Frames[0].Meta.Stats) != len(second["A"].Frames[0].Meta.Stats) {
			r.Error("one is told what the other one took, too")
		}
		past := querytest.Asking("A", `{"noCache":true,`+wild[1:], r.ds.sessions.Now().Add(-time.Hour), r.ds.sessions.Now())
		if got := r.Ask(past)["A"]; field(backend.Responses{"A": got}) == field(first) {
			r.Error("past the cache, but shared")
		}
		rule := r.AskForRule(querytest.Asking("A", wild, r.ds.sessions.Now().Add(-time.Hour), r.ds.sessions.Now()))
		if field(rule) == field(first) {
			r.Error("an alert rule shares what panels do")
		}
		for range 5 {
			bubble.Pass(20 * time.Second)
			if diff := cmp.Diff(shown(panel(open(r.T, keys, awsfake.Options{Now: r.ds.sessions.Now}).Source, 0)), shown(panel(r.Source, 0))); diff != "" {
				r.Errorf("-of one who sees it for the first time +of one who has seen it:\n%s", diff)
			}
		}
		if third := panel(r.Source, 0); field(third) == field(first) {
			r.Error("the next minute shows the last one")
		}
	})
}

// Queries of one request may have ranges of their own: their answers are not
// those of a panel with one.
func TestViewersWithTwoRanges(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		now := r.ds.sessions.Now()
		asks := func(behind time.Duration) []backend.DataQuery {
			var out []backend.DataQuery
			for i, instance := range []string{awsfake.Web1Instance, awsfake.Web2Instance} {
				from := now.Add(-time.Hour + time.Duration(i)*behind)
				out = append(out, querytest.Asking(string(rune('A'+i)), hostMetricOf("AWS/EC2", "CPUUtilization", instance), from, now))
			}
			return out
		}
		for _, behind := range []time.Duration{0, 20 * time.Second, 0, 20 * time.Second, 0} {
			for refID, a := range r.Ask(asks(behind)...) {
				if a.Error != nil || len(a.Frames) != 1 || a.Frames[0].Rows() < 50 {
					r.Errorf("%s behind, %s: %v", behind, refID, a.Error)
				}
			}
		}
	})
}

// Ten viewers at once, some of whom change what they ask: each gets an answer of
// its own.
func TestViewersShareWithoutHarm(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		for range 3 {
			var all sync.WaitGroup
			for viewer := range 10 {
				all.Go(func() {
					for _, refID := range []string{"A", "B"} {
						now := r.ds.sessions.Now()
						q := querytest.Asking(refID, hostMetricOf("AWS/EC2", "CPUUtilization", awsfake.Web1Instance), now.Add(-time.Hour), now)
						a := r.Ask(q)[refID]
						if a.Error != nil || a.Frames[0].RefID != "" && a.Frames[0].RefID != refID {
							r.Errorf("viewer %d: %v %q", viewer, a.Error, a.Frames[0].RefID)
							continue
						}
						if _, err := backend.ToProto().QueryDataResponse(backend.DataFrameFormat_ARROW, &backend.QueryDataResponse{Responses: backend.Responses{refID: a}}); err != nil {
							r.Error(err)
						}
						if a.Frames[0].RefID != refID {
							r.Errorf("viewer %d got the frame of %s", viewer, a.Frames[0].RefID)
						}
					}
				})
			}
			all.Wait()
			bubble.Pass(time.Minute)
		}
	})
}

func hostMetricOf(namespace, metric, instance string) string {
	return fmt.Sprintf(`{"queryType":"metrics","namespace":%q,"metricName":%q,"dimensions":{"InstanceId":%q},"period":"60"}`, namespace, metric, instance)
}
