package configservice

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/datasource/query"
	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// answers stands before the fake and answers some operations of Config itself.
type answers struct {
	next http.RoundTripper
	of   map[string]func(body []byte) any
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	answer := a.of[operation]
	if answer == nil {
		return a.next.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(answer(body))
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
		Body: io.NopCloser(bytes.NewReader(text)), ContentLength: int64(len(text)), Request: r,
	}, nil
}

type object = map[string]any

func TestDeniedNamesThePermission(t *testing.T) {
	for kind, action := range map[string]string{
		`"kind":"inventory","resourceType":"AWS::EC2::Instance"`: "config:BatchGetResourceConfig",
		`"kind":"inventory"`:                              "config:GetDiscoveredResourceCounts",
		`"kind":"history",` + gateway:                     "config:GetResourceConfigHistory",
		`"kind":"compliance"`:                             "config:DescribeComplianceByConfigRule",
		`"kind":"compliance_resources"`:                   "config:GetComplianceDetailsByConfigRule",
		`"kind":"compliance_resources",` + gateway:        "config:GetComplianceDetailsByResource",
		`"kind":"counts"`:                                 "config:DescribeComplianceByConfigRule",
		`"kind":"query","expression":"SELECT resourceId"`: "config:SelectResourceConfig",
	} {
		f := awsfake.New(awsfake.Options{})
		f.Deny(awsfake.ViewerKey, action)
		r := ask(t, querytest.Sessions(t, f, awsfake.ViewerKey), around(time.Hour, 0, `{`+kind+`}`))
		if r.Error == nil || !strings.Contains(r.Error.Error(), "permission "+action) || r.Status != backend.StatusForbidden || r.ErrorSource != backend.ErrorSourceDownstream {
			t.Errorf("%s: %v, status %d", kind, r.Error, r.Status)
		}
	}
}

func TestOneRegionDownIsAWarningButNoAlertRuleGoesByIt(t *testing.T) {
	s := querytest.Sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
	q := around(time.Hour, 0, `{"kind":"counts","regions":["default","mars-north-1"]}`)
	frames := good(t, s, q)
	alertable(t, frames, 6)
	if text := querytest.Notices(frames[0]); !strings.Contains(text, "Not read: mars-north-1") {
		t.Errorf("notices %q", text)
	}
	q.Alert = true
	if r := ask(t, s, q); r.Error == nil || len(r.Frames) != 0 || !strings.Contains(r.Error.Error(), "mars-north-1") || r.ErrorSource != backend.ErrorSourceDownstream {
		t.Errorf("an alert rule got %d frames and %v", len(r.Frames), r.Error)
	}
}

func TestSeveralAccounts(t *testing.T) {
	s := querytest.Sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
	f := good(t, s, around(time.Hour, 0, `{"accounts":["default","shops"]}`))[0]
	seen := map[string]bool{}
	for _, a := range querytest.Column(t, f, "account") {
		seen[a] = true
	}
	if !seen[awsfake.MainAccount] || !seen[awsfake.SecondAccount] || len(seen) != 2 {
		t.Errorf("accounts %v, notices %q", seen, querytest.Notices(f))
	}
}

func TestThrottledFromTheStartIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := awsfake.New(awsfake.Options{})
		f.FailNext("DescribeComplianceByConfigRule", -1, awsfake.ErrThrottled(awsfake.Config))
		r := ask(t, querytest.Sessions(t, f, awsfake.AdminKey), around(time.Hour, 0, `{"kind":"counts"}`))
		if r.Error == nil || r.Status != backend.StatusTooManyRequests || !strings.Contains(r.Error.Error(), "config:DescribeComplianceByConfigRule is throttled") {
			t.Errorf("%v, status %d", r.Error, r.Status)
		}
	})
}

// A long history with slow calls does not end in time: what was read is shown,
// and the next refresh goes on from there.
func TestSlowHistoryContinuesWithTheNextRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := awsfake.New(awsfake.Options{Now: querytest.Clock()})
		s := querytest.Sessions(t, f, awsfake.AdminKey)
		f.SetDelayOf("GetResourceConfigHistory", 7*time.Second)
		q := around(100*24*time.Hour, 0, `{"kind":"history",`+gateway+`}`)
		first := good(t, s, q)[0]
		if took := time.Since(began); took > 25*time.Second {
			t.Errorf("took %v", took)
		}
		c, _ := first.Meta.Custom.(query.Custom)
		if !c.Incomplete || !strings.Contains(querytest.Notices(first), "The next refresh continues") || first.Rows() == 0 {
			t.Errorf("%d rows, incomplete %v, notices %q", first.Rows(), c.Incomplete, querytest.Notices(first))
		}
		rows := 0
		for range 4 {
			q.From, q.To = q.From.Add(time.Minute), q.To.Add(time.Minute) // as the refreshes of a panel
			last := good(t, s, q)[0]
			c, _ = last.Meta.Custom.(query.Custom)
			rows = last.Rows()
		}
		if rows != 2 || c.Incomplete {
			t.Errorf("after four refreshes %d rows, incomplete %v", rows, c.Incomplete)
		}
	})
}

func TestThrottledHistoryShowsNothingOverAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := awsfake.New(awsfake.Options{})
		s := querytest.Sessions(t, f, awsfake.AdminKey)
		// The newest window is in the cache, everything older is refused.
		good(t, s, around(time.Hour, 0, `{"kind":"history",`+gateway+`}`))
		f.FailNext("GetResourceConfigHistory", -1, awsfake.ErrThrottled(awsfake.Config))
		got := good(t, s, around(100*24*time.Hour, 0, `{"kind":"history",`+gateway+`}`))[0]
		if d := querytest.Column(t, got, "difference"); len(d) != 1 || d[0] != "" || !strings.Contains(querytest.Notices(got), "Not read to its end yet (ap-northeast-1: ") {
			t.Errorf("difference %q, notices %q", d, querytest.Notices(got))
		}
		r := ask(t, s, around(100*24*time.Hour, 0, `{"kind":"history","noCache":true,`+gateway+`}`))
		if r.Error == nil || r.Status != backend.StatusTooManyRequests {
			t.Errorf("%v, status %d", r.Error, r.Status)
		}
	})
}

func TestMoreThanAWSCountsAreCounted(t *testing.T) {
	results := func(n int) []object {
		out := make([]object, n)
		for i := range out {
			out[i] = object{"ComplianceType": "NON_COMPLIANT"}
		}
		return out
	}
	a := answers{awsfake.New(awsfake.Options{}), map[string]func([]byte) any{
		"DescribeComplianceByConfigRule": func([]byte) any {
			return object{"ComplianceByConfigRules": []object{
				{"ConfigRuleName": "many", "Compliance": object{"ComplianceType": "NON_COMPLIANT", "ComplianceContributorCount": object{"CappedCount": 25, "CapExceeded": true}}},
				{"ConfigRuleName": "endless", "Compliance": object{"ComplianceType": "NON_COMPLIANT", "ComplianceContributorCount": object{"CappedCount": 25, "CapExceeded": true}}},
				{"ConfigRuleName": "new"},
			}}
		},
		"GetComplianceDetailsByConfigRule": func(body []byte) any {
			switch {
			case bytes.Contains(body, []byte("endless")):
				return object{"EvaluationResults": results(100), "NextToken": fmt.Sprint(len(body))}
			case bytes.Contains(body, []byte("NextToken")):
				return object{"EvaluationResults": results(30)}
			}
			return object{"EvaluationResults": results(100), "NextToken": "2"}
		},
	}}
	synctest.Test(t, func(t *testing.T) {
		s := querytest.Sessions(t, a, awsfake.AdminKey)
		f := good(t, s, around(time.Hour, 0, `{"kind":"compliance"}`))[0]
		if n, more := querytest.Column(t, f, "non-compliant resources"), querytest.Column(t, f, "at least"); strings.Join(n, " ") != "5000 130 0" || strings.Join(more, " ") != "true false false" {
			t.Errorf("counts %v, at least %v", n, more)
		}
		if c := querytest.Column(t, f, "compliance"); c[2] != "INSUFFICIENT_DATA" {
			t.Errorf("compliance %v", c)
		}
		frames := good(t, s, around(time.Hour, 0, `{"kind":"counts"}`))
		alertable(t, frames, 3)
		if !strings.Contains(querytest.Notices(frames[0]), "endless has more") {
			t.Errorf("notices %q", querytest.Notices(frames[0]))
		}
	})
}

func TestNoRulesIsAnEmptyNumber(t *testing.T) {
	a := answers{awsfake.New(awsfake.Options{}), map[string]func([]byte) any{"DescribeComplianceByConfigRule": func([]byte) any { return object{} }}}
	frames := good(t, querytest.Sessions(t, a, awsfake.AdminKey), around(time.Hour, 0, `{"kind":"counts","totals":true}`))
	alertable(t, frames, 0)
	if len(frames) != 1 || !strings.Contains(querytest.Notices(frames[0]), "no rules") {
		t.Errorf("%d frames, notices %q", len(frames), querytest.Notices(frames[0]))
	}
}

func TestComplianceOfOneResource(t *testing.T) {
	var asked string
	a := answers{awsfake.New(awsfake.Options{}), map[string]func([]byte) any{"GetComplianceDetailsByResource": func(body []byte) any {
		asked = string(body)
		result := func(rule, compliance string) object {
			return object{
				"ComplianceType": compliance, "Annotation": "why", "ResultRecordedTime": awsfake.DefaultAnchor.Unix(),
				"EvaluationResultIdentifier": object{"EvaluationResultQualifier": object{"ConfigRuleName": rule, "ResourceType": "AWS::EC2::Instance", "ResourceId": "i-1"}},
			}
		}
		return object{"EvaluationResults": []object{result("b", "NON_COMPLIANT"), result("a", "NON_COMPLIANT"), result("c", "COMPLIANT")}}
	}}}
	f := good(t, querytest.Sessions(t, a, awsfake.AdminKey), around(time.Hour, 0, `{"kind":"compliance_resources","resourceType":"AWS::EC2::Instance","resourceId":"i-1"}`))[0]
	if got := querytest.Column(t, f, "rule"); strings.Join(got, " ") != "a b" || !strings.Contains(asked, `"NON_COMPLIANT"`) || querytest.Column(t, f, "since")[0] == "" || querytest.Column(t, f, "annotation")[0] != "why" {
		t.Errorf("rules %v of %s", got, asked)
	}
}

func TestLimitIsTold(t *testing.T) {
	s := querytest.Sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
	for _, text := range []string{
		`"resourceType":"AWS::EC2::Instance"`, `"kind":"inventory"`, `"kind":"compliance"`, `"kind":"compliance_resources"`, `"kind":"query","expression":"SELECT resourceId"`,
	} {
		f := good(t, s, around(time.Hour, 0, `{"limit":2,`+text+`}`))[0]
		if f.Rows() != 2 || !strings.Contains(querytest.Notices(f), "limit of 2") {
			t.Errorf("%s: %d rows, notices %q", text, f.Rows(), querytest.Notices(f))
		}
	}
}

func TestAdvancedQueryColumns(t *testing.T) {
	a := answers{awsfake.New(awsfake.Options{}), map[string]func([]byte) any{"SelectResourceConfig": func([]byte) any {
		return object{
			"QueryInfo": object{"SelectFields": []object{{"Name": "resourceId"}, {"Name": "configuration.size"}, {"Name": "relationships.resourceId"}, {"Name": "mixed"}, {"Name": "resourceCreationTime"}}},
			"Results": []string{
				`{"resourceId":"a","Configuration":{"Size":5},"relationships":[{"resourceId":"x"},{"resourceId":"y"}],"mixed":1,"resourceCreationTime":"2026-10-06T10:42:00.5Z","zeta":true}`,
				`{"resourceId":"b","configuration":{"size":2.5},"mixed":"two","alpha":null}`,
				`no JSON`,
			},
		}
	}}}
	f := good(t, querytest.Sessions(t, a, awsfake.AdminKey), around(time.Hour, 0, `{"kind":"query","expression":"SELECT *"}`))[0]
	for name, want := range map[string]string{
		"resourceId": "a|b|", "configuration.size": "5|2.5|", "relationships.resourceId": `["x","y"]||`, "mixed": `1|"two"|`,
		"resourceCreationTime": `"2026-10-06T10:42:00.5Z"||`, "alpha": "||", "zeta": "true||", "result": "||no JSON",
	} {
		if got := strings.Join(querytest.Column(t, f, name), "|"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	order := ""
	for _, field := range f.Fields {
		order += field.Name + " "
	}
	if order != "resourceId configuration.size relationships.resourceId mixed resourceCreationTime alpha result zeta " {
		t.Errorf("order %s", order)
	}
}
