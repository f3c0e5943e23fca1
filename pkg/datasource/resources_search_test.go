package datasource

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// resource reads a list, with its parameters as name, value, name, value.
func (r *room) resource(name string, params ...string) Page {
	r.Helper()
	v := url.Values{}
	for pair := range slices.Chunk(params, 2) {
		v.Set(pair[0], pair[1])
	}
	w := httptest.NewRecorder()
	r.ds.resources().ServeHTTP(w, httptest.NewRequestWithContext(r.Context(), "GET", "/"+name+"?"+v.Encode(), nil))
	var page Page
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != 200 {
		r.Fatalf("%s %q: %d %v %s", name, params, w.Code, err, w.Body)
	}
	return page
}

func (p Page) values() string {
	var out []string
	for _, i := range p.Items {
		out = append(out, i.Value)
	}
	return strings.Join(out, " ")
}

// In an account with more than is read of a list, a search finds what lies
// beyond as far as AWS can search, and says that something may be missing.
func TestSearchBeyondWhatIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		world awsfake.Options
		list  string
		with  []string
		want  map[string]string // what is searched for, and found
	}{
		"log groups": {awsfake.Options{FleetGroups: 2100}, "log-groups", nil, map[string]string{
			"flow-logs":  "/vpc/flow-logs", // the last of all
			"FLOW-LOGS":  "/vpc/flow-logs",
			"et-02042":   "/aws/ecs/Fleet-02042",
			"fleet-0204": "", // AWS tells capitals from small letters
			"a b":        "", // which no name holds and AWS refuses
		}},
		"log groups of a prefix": {awsfake.Options{FleetGroups: 2100}, "log-groups", []string{"prefix", "/aws/ecs/"}, map[string]string{
			"flow-logs":   "",
			"Fleet-02042": "/aws/ecs/Fleet-02042",
			"fleet-02042": "",
		}},
		"alarms": {awsfake.Options{FleetAlarms: 10_000}, "alarms", nil, map[string]string{"vpn-tunnel-1-d": "vpn-tunnel-1-down", "tunnel-1-d": ""}},
		"values of a dimension": {awsfake.Options{FleetHosts: 20_100}, "dimension-values", []string{"namespace", "CWAgent", "metric", "cpu_usage_active", "key", "host"}, map[string]string{
			"host-20050": "host-20050",
			"st-20050":   "",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, c.world, func(r *room) {
				for text, want := range c.want {
					page := r.resource(c.list, append([]string{"search", text}, c.with...)...)
					if got := page.values(); got != want || !page.Truncated {
						r.Errorf("%s: found %q, truncated: %v", text, got, page.Truncated)
					}
				}
				if all := r.resource(c.list, c.with...); !all.Truncated || len(all.Items) != 100 || all.Next != "100" {
					r.Errorf("without a search: %d items, %+v", len(all.Items), all.Next)
				}
			})
		})
	}
}

// A list that is read to its end is searched here, without another call.
func TestSearchInWhatIsRead(t *testing.T) {
	r := enter(t, keys)
	before := r.resource("log-groups")
	calls := r.aws.Counts().Of("DescribeLogGroups")
	page := r.resource("log-groups", "search", "FLOW-logs")
	if page.values() != "/vpc/flow-logs" || page.Truncated || before.Truncated || r.aws.Counts().Of("DescribeLogGroups") != calls {
		t.Errorf("%+v after %d calls, then %d", page, calls, r.aws.Counts().Of("DescribeLogGroups"))
	}
}

// A search that AWS refuses takes nothing away from what was read before.
func TestASearchThatFailsKeepsTheList(t *testing.T) {
	inBubble(t, awsfake.Options{FleetGroups: 2100}, func(r *room) {
		if got := r.resource("log-groups").values(); got == "" {
			r.Fatal("no log groups")
		}
		r.aws.FailNext("DescribeLogGroups", -1, &awsfake.Error{Code: "AccessDeniedException", Message: "no", Status: 400})
		p := r.resource("log-groups", "search", "Fleet-00001")
		if got := p.values(); got != "/aws/ecs/Fleet-00001" || !p.Truncated {
			t.Errorf("found %q, truncated %v", got, p.Truncated)
		}
	})
}
