package datasource

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
	"github.com/andonhq/andon/pkg/internal/bubble"
)

func forJapanese(q string) string { return `{"language":"ja",` + q[1:] }

// words are what is said of an answer, to panels and in the inspector.
func words(r backend.DataResponse) string {
	if r.Error != nil {
		return r.Error.Error()
	}
	out := []string{querytest.Notices(r.Frames[0])}
	for _, s := range r.Frames[0].Meta.Stats {
		out = append(out, s.DisplayName)
	}
	return strings.Join(out, "|")
}

// Viewers of two languages share calls and series, and each is told in his own.
func TestTwoLanguagesShareCalls(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		equal := `{"queryType":"metrics","expression":"` + searchCPU + `","period":"300","label":"${PROP('MetricName')}"}`
		some := `{"queryType":"alarms","limit":1}`
		bubble.Pass(5 * time.Second) // into the minute
		now := r.ds.sessions.Now()
		ask := func(metrics, alarms string) backend.Responses {
			return r.Ask(querytest.Asking("A", metrics, now.Add(-time.Hour), now), querytest.Asking("B", alarms, now.Add(-time.Hour), now))
		}
		ask(equal, some)
		before := r.aws.Counts().Total()
		en, ja := ask(equal, some), ask(forJapanese(equal), forJapanese(some))
		if n := r.aws.Counts().Total() - before; n != 0 {
			r.Errorf("%d calls for viewers of another language: %v", n, r.aws.Counts().Calls)
		}
		if en["A"].Frames[0].Fields[1] != ja["A"].Frames[0].Fields[1] {
			r.Error("two languages, two makings of one series")
		}
		for refID, want := range map[string][2]string{
			"A": {"Some series had the same labels and are numbered", "ラベルが同じ系列がある"},
			"B": {"1 of 9 alarms are shown", "9件中1件のアラームを表示しています。"},
		} {
			if got := words(en[refID]); !strings.HasPrefix(got, want[0]) || !strings.Contains(got, "|AWS calls|Answered from the cache|") {
				r.Errorf("%s in English: %s", refID, got)
			}
			if got := words(ja[refID]); !strings.HasPrefix(got, want[1]) || !strings.Contains(got, "|AWS の呼び出し|キャッシュからの応答|") {
				r.Errorf("%s in Japanese: %s", refID, got)
			}
		}
		if again := ask(equal, some); words(again["A"]) != words(en["A"]) {
			r.Errorf("in English after a Japanese reader: %s", words(again["A"]))
		}
	})
}

// What was announced in one language answers a reader of another, and an alert
// rule's answer is in English whatever its query says.
func TestAnnouncedInAnyLanguage(t *testing.T) {
	inBubble(t, awsfake.Options{FleetHosts: 2}, func(r *room) {
		q := hostMetric("A", 1)
		if status, text := r.announce(announcing(at(-60), at(0), []string{forJapanese(q)})); status != http.StatusNoContent {
			r.Fatalf("%d %s", status, text)
		}
		for _, same := range []string{q, forJapanese(q)} {
			if a := r.Ask(asking("A", same, at(-60), at(0)))["A"]; a.Error != nil || a.Frames[0].Rows() < 50 {
				r.Errorf("%s: %v", same, a.Error)
			}
		}
		if n := calls(r.aws.Counts(), "GetMetricData"); n != 1 {
			r.Errorf("%d calls", n)
		}
		rule := r.AskForRule(asking("A", forJapanese(q), at(-60), at(0)))["A"]
		if got := words(rule); !strings.Contains(got, "AWS calls") {
			r.Errorf("a rule is told %s", got)
		}
		wrong := strings.Replace(forJapanese(q), `"ja"`, `"fr"`, 1)
		if a := r.Ask(asking("A", wrong, at(-60), at(0)))["A"]; a.Error == nil || a.Status != backend.StatusBadRequest || a.Error.Error() != `language: "fr" is not known; allowed: en, ja` {
			r.Errorf("an unknown language: %d %v", a.Status, a.Error)
		}
	})
}

// Limits that end a query before AWS has answered are told in the language, too.
func TestOutOfTimeInJapanese(t *testing.T) {
	inBubble(t, awsfake.Options{}, func(r *room) {
		r.aws.FailNext("LookupEvents", -1, awsfake.ErrThrottled(awsfake.CloudTrail))
		a := r.One(forJapanese(`{"queryType":"cloudtrail"}`), at(-10), at(5))
		if want := "cloudtrail:LookupEvents がスロットリングされています：時間内のすべての呼び出しが、AWS のレート制限により拒否されました"; a.Status != backend.StatusTooManyRequests || words(a) != want {
			r.Errorf("%d %s", a.Status, words(a))
		}
		if a.ErrorSource != backend.ErrorSourceDownstream || query.HTTPStatus(a.Error) != http.StatusTooManyRequests {
			r.Errorf("told in Japanese it is %s, %d", a.ErrorSource, query.HTTPStatus(a.Error))
		}
	})
}
