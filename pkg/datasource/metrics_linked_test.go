package datasource

import (
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// drawn are the series of an answer that have points, by their labels.
func drawn(t *testing.T, r backend.DataResponse) []string {
	t.Helper()
	if r.Error != nil {
		t.Fatal(r.Error)
	}
	var out []string
	for _, f := range r.Frames {
		if f.Rows() > 0 {
			out = append(out, query.LabelText(f.Fields[1].Labels))
		}
	}
	slices.Sort(out)
	return out
}

// Of all linked accounts means the own one and each that is linked to it, and the
// series say whose they are.
func TestMetricsOfAllLinkedAccounts(t *testing.T) {
	const cpu = `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","period":"300",`
	const pos = "i-0b2b2c3d4e5f60011" // of the second account
	r := enter(t, keys)
	ask := func(rest string) []string { return drawn(t, r.One(cpu+rest, at(-6), at(4))) }

	own := ask(`"dimensions":{"InstanceId":"*"}}`)
	all := ask(`"accountId":"all","dimensions":{"InstanceId":"*"}}`)
	if len(own) != 5 || len(all) != 7 {
		t.Errorf("any instance: own %q, all %q", own, all)
	}
	for _, want := range []struct{ name, rest, account, id string }{
		{"named of another account", `"accountId":"all","dimensions":{"InstanceId":"` + pos + `"}}`, awsfake.SecondAccount, pos},
		{"named of the own account", `"accountId":"all","dimensions":{"InstanceId":"` + awsfake.Web1Instance + `"}}`, awsfake.MainAccount, awsfake.Web1Instance},
		{"several, of which one is none", `"accountId":"all","dimensions":{"InstanceId":["` + pos + `","i-nowhere"]}}`, awsfake.SecondAccount, pos},
	} {
		got := ask(want.rest)
		if len(got) != 1 || !strings.Contains(got[0], want.account) || !strings.Contains(got[0], want.id) {
			t.Errorf("%s: %q", want.name, got)
		}
	}
	if got := ask(`"dimensions":{"InstanceId":"` + pos + `"}}`); len(got) != 0 {
		t.Errorf("an instance of another account, without one: %q", got)
	}
	if got := ask(`"accountId":"` + awsfake.SecondAccount + `","dimensions":{"InstanceId":"*"}}`); len(got) != 2 || strings.Contains(got[0], "account") {
		t.Errorf("one account: %q", got)
	}
	search := drawn(t, r.One(`{"queryType":"metrics","accountId":"all","expression":"SEARCH('{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"', 'Average', 300)","period":"300"}`, at(-6), at(4)))
	if len(search) != 7 {
		t.Errorf("a search: %q", search)
	}
}

// An alert rule has one series for an instance of a linked account, not another
// one without data in the own account.
func TestRuleOverAllLinkedAccounts(t *testing.T) {
	r := enter(t, keys)
	got := r.AskForRule(querytest.Asking("A", `{"queryType":"metrics","namespace":"AWS/EC2","metricName":"CPUUtilization","period":"300","accountId":"all","dimensions":{"InstanceId":"i-0b2b2c3d4e5f60011"}}`, at(-6), at(4)))["A"]
	querytest.AlertableAnswer(t, got)
	if len(got.Frames) != 1 || got.Frames[0].Rows() == 0 {
		t.Errorf("%d frames, %v", len(got.Frames), got.Error)
	}
}
