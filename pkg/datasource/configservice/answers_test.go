package configservice

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/datasource/querytest"
	"github.com/andonhq/andon/pkg/internal/awsfake"
)

func TestGoldenAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		text          string
		before, after time.Duration
	}{
		"inventory_deleted":    {text: `{"resourceTypes":["AWS::EC2::Volume","AWS::EC2::Instance"],"includeDeleted":true}`},
		"inventory_one":        {text: `{"resourceType":"AWS::EC2::SecurityGroup","resourceName":"web"}`},
		"inventory_empty":      {text: `{"resourceType":"AWS::Lambda::Function"}`},
		"inventory_types":      {text: `{}`},
		"history_group":        {text: `{"kind":"history","resourceType":"AWS::EC2::SecurityGroup","resourceName":"web"}`, before: 48 * time.Hour},
		"history_first":        {text: `{"kind":"history",` + gateway + `}`, before: 200 * 24 * time.Hour},
		"history_gone":         {text: `{"kind":"history","resourceType":"AWS::EC2::Instance","resourceId":"` + awsfake.GoneInstance + `"}`, before: 7 * 24 * time.Hour},
		"history_empty":        {text: `{"kind":"history",` + gateway + `}`, before: 2 * time.Hour, after: -time.Hour},
		"annotations":          {text: `{"kind":"annotations",` + gateway + `}`, before: 41 * 24 * time.Hour},
		"annotations_empty":    {text: `{"kind":"annotations",` + gateway + `}`, before: 2 * time.Hour, after: -time.Hour},
		"compliance":           {text: `{"kind":"compliance"}`},
		"compliance_empty":     {text: `{"kind":"compliance","complianceTypes":["NOT_APPLICABLE"]}`},
		"compliance_resources": {text: `{"kind":"compliance_resources"}`},
		"compliance_good":      {text: `{"kind":"compliance_resources","complianceTypes":["COMPLIANT"],"resourceType":"AWS::EC2::Instance","rules":["required-tags"]}`},
		"compliance_none":      {text: `{"kind":"compliance_resources","rules":["required-tags"]}`},
		"compliance_one":       {text: `{"kind":"compliance_resources","complianceTypes":["COMPLIANT","NON_COMPLIANT"],` + gateway + `}`},
		"compliance_one_rule":  {text: `{"kind":"compliance_resources","complianceTypes":["COMPLIANT","INSUFFICIENT_DATA"],"rules":["required-tags"],` + gateway + `}`},
		"compliance_one_gone":  {text: `{"kind":"compliance_resources","resourceType":"AWS::EC2::Instance","resourceId":"` + awsfake.GoneInstance + `"}`},
		"counts":               {text: `{"kind":"counts","totals":true,"regions":["default","eu-central-1"]}`},
		"query":                {text: `{"kind":"query","expression":"SELECT resourceId, configuration.state.name, tags WHERE resourceType = 'AWS::EC2::Instance' ORDER BY resourceId"}`},
		"query_star":           {text: `{"kind":"query","expression":"SELECT * WHERE resourceType = 'AWS::EC2::SecurityGroup'","regions":["default","eu-central-1"]}`},
		"query_counts":         {text: `{"kind":"query","expression":"SELECT resourceType, COUNT(*) WHERE resourceType LIKE 'AWS::EC2::%' GROUP BY resourceType ORDER BY COUNT(*) DESC"}`},
		"query_empty":          {text: `{"kind":"query","expression":"SELECT resourceId, tags WHERE resourceType = 'AWS::Lambda::Function'"}`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // a long history takes many calls, a few a second
				s := querytest.Sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
				querytest.GoldenFrames(t, name, good(t, s, around(tc.before, tc.after, tc.text)))
			})
		})
	}
}

func TestInventoryKeepsWhatWasDeleted(t *testing.T) {
	s := querytest.Sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
	f := good(t, s, around(time.Hour, 0, `{"resourceType":"AWS::EC2::Instance","includeDeleted":true}`))[0]
	i := slices.Index(querytest.Column(t, f, "id"), awsfake.GoneInstance)
	if i < 0 || querytest.Column(t, f, "deleted")[i] != "true" || querytest.Column(t, f, "deletion time")[i] == "" || querytest.Column(t, f, "status")[i] != "ResourceDeleted" {
		t.Errorf("the deleted instance is row %d", i)
	}
	i = slices.Index(querytest.Column(t, f, "id"), awsfake.GatewayInstance)
	if i < 0 || querytest.Column(t, f, "deleted")[i] != "false" || querytest.Column(t, f, "state")[i] != "stopped" || querytest.Column(t, f, "arn")[i] == "" || querytest.Column(t, f, "capture time")[i] == "" {
		t.Errorf("the stopped instance is row %d", i)
	}
	f = good(t, s, around(time.Hour, 0, `{"resourceType":"AWS::EC2::Instance"}`))[0]
	if slices.Contains(querytest.Column(t, f, "id"), awsfake.GoneInstance) {
		t.Error("a deleted instance that nobody asked for")
	}
}

func TestHistoryOfSeveralPlacesFindsTheOne(t *testing.T) {
	s := querytest.Sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
	f := good(t, s, around(time.Hour, 0, `{"kind":"history","regions":["eu-central-1","default"],`+gateway+`}`))[0]
	if r := querytest.Column(t, f, "region"); len(r) != 1 || r[0] != awsfake.MainRegion || querytest.Notices(f) != "" {
		t.Errorf("regions %v, notices %q", r, querytest.Notices(f))
	}
}

func TestHistoryLimitKeepsTheNeighbour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := querytest.Sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
		f := good(t, s, around(200*24*time.Hour, 0, `{"kind":"history","limit":1,`+gateway+`}`))[0]
		if d := querytest.Column(t, f, "difference"); len(d) != 1 || !strings.Contains(d[0], "running → stopped") || !strings.Contains(querytest.Notices(f), "limit of 1") {
			t.Errorf("difference %q, notices %q", d, querytest.Notices(f))
		}
	})
}

// alertable checks numbers that may alert, and how many there are.
func alertable(t *testing.T, frames data.Frames, rows int) {
	t.Helper()
	if n := querytest.Alertable(t, frames, data.FrameTypeNumericMulti); n != rows {
		t.Errorf("%d rows, want %d", n, rows)
	}
}

func TestCountsAlert(t *testing.T) {
	s := querytest.Sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
	q := around(time.Hour, 0, `{"kind":"counts"}`)
	q.Alert = true
	frames := good(t, s, q)
	alertable(t, frames, 6)
	// lambda-runtime was never evaluated: there is no function.
	want := map[string]string{"ec2-stopped-instance": "1", "encrypted-volumes": "1", "lambda-runtime": "", "rds-storage-encrypted": "0", "required-tags": "0", "restricted-ssh": "1"}
	if d := cmp.Diff(want, numbers(t, frames)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	totals := good(t, s, around(time.Hour, 0, `{"kind":"counts","totals":true}`))
	alertable(t, totals, 7)
	if want[""] = "3"; !cmp.Equal(want, numbers(t, totals)) {
		t.Errorf("with totals: %v", numbers(t, totals))
	}
}

// numbers are the values of counts by rule, of a total by "".
func numbers(t *testing.T, frames data.Frames) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range frames {
		out[f.Fields[0].Labels["rule"]] = querytest.Column(t, f, failingField)[0]
	}
	return out
}

func TestWhatWasNotEvaluatedHasNoNumber(t *testing.T) {
	rule := func(name, compliance string) object {
		return object{"ConfigRuleName": name, "Compliance": object{"ComplianceType": compliance}}
	}
	for _, tc := range []struct {
		rules []object
		want  map[string]string
	}{
		{
			[]object{rule("good", "COMPLIANT"), rule("idle", "NOT_APPLICABLE"), rule("late", "INSUFFICIENT_DATA"), {"ConfigRuleName": "new"}},
			map[string]string{"good": "0", "idle": "0", "late": "", "new": "", "": "0"},
		},
		{[]object{rule("late", "INSUFFICIENT_DATA")}, map[string]string{"late": "", "": ""}},
	} {
		a := answers{awsfake.New(awsfake.Options{}), map[string]func([]byte) any{
			"DescribeComplianceByConfigRule": func([]byte) any { return object{"ComplianceByConfigRules": tc.rules} },
		}}
		frames := good(t, querytest.Sessions(t, a, awsfake.AdminKey), around(time.Hour, 0, `{"kind":"counts","totals":true}`))
		alertable(t, frames, len(tc.want))
		if d := cmp.Diff(tc.want, numbers(t, frames)); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	}
}

func TestSameAnswerFromTheCacheWithoutCalls(t *testing.T) {
	f := awsfake.New(awsfake.Options{})
	s := querytest.Sessions(t, f, awsfake.AdminKey)
	for _, text := range []string{
		`{"resourceType":"AWS::EC2::Instance"}`, `{}`, `{"kind":"history",` + gateway + `}`, `{"kind":"compliance"}`, `{"kind":"compliance_resources"}`,
		`{"kind":"counts"}`, `{"kind":"query","expression":"SELECT resourceId WHERE resourceType = 'AWS::EC2::Instance'"}`,
	} {
		q := around(time.Hour, 0, text)
		first := good(t, s, q)
		f.ResetCounts()
		second := good(t, s, q)
		if n := f.Counts().Total(); n != 0 {
			t.Errorf("%s: %d calls the second time", text, n)
		}
		q.NoCache = true
		third := good(t, s, q)
		if f.Counts().Total() == 0 {
			t.Errorf("%s: no call for a refresh past the cache", text)
		}
		for _, other := range []data.Frames{second, third} {
			if len(first) != len(other) {
				t.Fatalf("%s: %d and %d frames", text, len(first), len(other))
			}
			for i := range first {
				if d := cmp.Diff(first[i].Fields, other[i].Fields, data.FrameTestCompareOptions()...); d != "" {
					t.Errorf("%s:\n%s", text, d)
				}
			}
		}
	}
}
