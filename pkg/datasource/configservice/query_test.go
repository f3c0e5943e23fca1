package configservice

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestMistakes(t *testing.T) {
	f := awsfake.New(awsfake.Options{})
	s := querytest.Sessions(t, f, awsfake.AdminKey)
	many := func(n int, of func(int) string) string {
		list := make([]string, n)
		for i := range list {
			list[i] = `"` + of(i) + `"`
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	number := func(prefix string) func(int) string {
		return func(i int) string { return prefix + strings.Repeat("x", i) }
	}
	for text, want := range map[string]string{
		``:                       "the query is empty",
		`[]`:                     "the query is not JSON of the expected shape",
		`{"limit":"many"}`:       "limit: is a JSON string, not a int",
		`{"kind":"history "}`:    `kind: "history " is not known; allowed: inventory, history, annotations, compliance, compliance_resources, counts, query`,
		`{"limit":-1}`:           "limit: is -1; 1 to 10000, or 0 for 1000",
		`{"limit":10001}`:        "limit: is 10001; 1 to 10000, or 0 for 1000",
		`{"resourceType":"EC2"}`: `resourceType: "EC2" is no resource type, such as AWS::EC2::Instance`,
		`{"resourceTypes":["AWS::EC2::Instance","'"]}`:                      `resourceTypes: "'" is no resource type, such as AWS::EC2::Instance`,
		`{"resourceTypes":` + many(21, number("AWS::EC2::A")) + `}`:         "resourceTypes: names 21 types; up to 20 can be asked at once",
		`{"resourceId":"i-1"}`:                                              "resourceType: is empty: AWS Config finds a resource only by its type, such as AWS::EC2::Instance",
		`{"resourceId":"i-1","resourceName":"web"}`:                         "resourceName: does not go together with resourceId: leave one empty",
		`{"kind":"history","resourceId":"i-1"}`:                             "resourceType: names 0 types; the history is that of one resource of one type, such as AWS::EC2::Instance",
		`{"kind":"history","resourceType":"AWS::EC2::Instance"}`:            "resourceId: is empty: the history is that of one resource",
		`{"kind":"history","limit":1001,` + gateway + `}`:                   "limit: is 1001; 1 to 1000, or 0 for 100",
		`{"kind":"annotations"}`:                                            "resourceType: names 0 types; the history is that of one resource of one type, such as AWS::EC2::Instance",
		`{"kind":"compliance","complianceTypes":["BAD"]}`:                   `complianceTypes: "BAD" is not known; allowed: COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE, INSUFFICIENT_DATA`,
		`{"kind":"compliance_resources","resourceId":"i-1"}`:                "resourceType: names 0 types; a resourceId needs its one type",
		`{"kind":"compliance_resources","resourceName":"web"}`:              "resourceName: is not what rules go by: use resourceId",
		`{"kind":"counts","rules":` + many(101, number("rule-")) + `}`:      "rules: names 101 rules; up to 100, or none for all",
		`{"kind":"query","expression":" "}`:                                 "expression: is empty: an advanced query, such as SELECT resourceId WHERE resourceType = 'AWS::EC2::Instance'",
		`{"kind":"query","expression":"` + strings.Repeat("あ", 4097) + `"}`: "expression: has 4097 characters; AWS Config takes 4096",
		// What AWS itself calls wrong.
		`{"kind":"query","expression":"SELECT a FROM b"}`:                           "The expression is not valid",
		`{"kind":"counts","rules":["none"]}`:                                        "The ConfigRule 'none' provided in the request is invalid",
		`{"kind":"history","resourceType":"AWS::EC2::Instance","resourceId":"i-0"}`: "Resource i-0 of resourceType:AWS::EC2::Instance is unknown or has not been discovered",
		`{"region":"mars-north-1"}`:                                                 `there is no region "mars-north-1"`,
		`{"account":"third"}`:                                                       "third",
	} {
		r := ask(t, s, around(time.Hour, 0, text))
		if r.Error == nil || !strings.Contains(r.Error.Error(), want) {
			t.Errorf("%.80s: %v, want %s", text, r.Error, want)
			continue
		}
		if r.ErrorSource != backend.ErrorSourceDownstream || r.Status != backend.Status(http.StatusBadRequest) {
			t.Errorf("%.80s: source %s, status %d", text, r.ErrorSource, r.Status)
		}
	}
}

func TestDecodeDefaults(t *testing.T) {
	q, err := decode(around(0, 0, `{"queryType":"config","resourceType":"AWS::EC2::Instance, AWS::EC2::Volume","resourceTypes":["AWS::EC2::Instance"],"datasource":{"uid":"x"}}`))
	if err != nil || q.Kind != Inventory || q.Limit != 1000 || len(q.ResourceTypes) != 2 || q.NoCache {
		t.Errorf("%+v %v", q, err)
	}
	raw := around(0, 0, `{"kind":"counts","rules":["b","a","b"," "]}`)
	raw.Alert = true
	if q, err = decode(raw); err != nil || !q.NoCache || len(q.Rules) != 2 {
		t.Errorf("%+v %v", q, err)
	}
	if _, err := decode(around(0, 0, `{"kind":1}`)); !errors.As(err, new(*query.Mistake)) {
		t.Errorf("%v", err)
	}
}
