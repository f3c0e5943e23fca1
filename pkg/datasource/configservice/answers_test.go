package configservice

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"

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
		"counts":               {text: `{"kind":"counts","totals":true,"regions":["default","eu-central-1"]}`},
		"query":                {text: `{"kind":"query","expression":"SELECT resourceId, configuration.state.name, tags WHERE resourceType = 'AWS::EC2::Instance' ORDER BY resourceId"}`},
		"query_star":           {text: `{"kind":"query","expression":"SELECT * WHERE resourceType = 'AWS::EC2::SecurityGroup'","regions":["default","eu-central-1"]}`},
		"query_counts":         {text: `{"kind":"query","expression":"SELECT resourceType, COUNT(*) WHERE resourceType LIKE 'AWS::EC2::%' GROUP BY resourceType ORDER BY COUNT(*) DESC"}`},
		"query_empty":          {text: `{"kind":"query","expression":"SELECT resourceId, tags WHERE resourceType = 'AWS::Lambda::Function'"}`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // a long history takes many calls, a few a second
				s := sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
				golden(t, name, good(t, s, around(tc.before, tc.after, tc.text)))
			})
		})
	}
}

func TestInventoryKeepsWhatWasDeleted(t *testing.T) {
	s := sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
	f := good(t, s, around(time.Hour, 0, `{"resourceType":"AWS::EC2::Instance","includeDeleted":true}`))[0]
	i := slices.Index(texts(t, f, "id"), awsfake.GoneInstance)
	if i < 0 || texts(t, f, "deleted")[i] != "true" || texts(t, f, "deletion time")[i] == "" || texts(t, f, "status")[i] != "ResourceDeleted" {
		t.Errorf("the deleted instance is row %d", i)
	}
	i = slices.Index(texts(t, f, "id"), awsfake.GatewayInstance)
	if i < 0 || texts(t, f, "deleted")[i] != "false" || texts(t, f, "state")[i] != "stopped" || texts(t, f, "arn")[i] == "" || texts(t, f, "capture time")[i] == "" {
		t.Errorf("the stopped instance is row %d", i)
	}
	f = good(t, s, around(time.Hour, 0, `{"resourceType":"AWS::EC2::Instance"}`))[0]
	if slices.Contains(texts(t, f, "id"), awsfake.GoneInstance) {
		t.Error("a deleted instance that nobody asked for")
	}
}

func TestHistoryOfSeveralPlacesFindsTheOne(t *testing.T) {
	s := sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
	f := good(t, s, around(time.Hour, 0, `{"kind":"history","regions":["eu-central-1","default"],`+gateway+`}`))[0]
	if r := texts(t, f, "region"); len(r) != 1 || r[0] != awsfake.MainRegion || notices(f) != "" {
		t.Errorf("regions %v, notices %q", r, notices(f))
	}
}

func TestHistoryLimitKeepsTheNeighbour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
		f := good(t, s, around(200*24*time.Hour, 0, `{"kind":"history","limit":1,`+gateway+`}`))[0]
		if d := texts(t, f, "difference"); len(d) != 1 || !strings.Contains(d[0], "running → stopped") || !strings.Contains(notices(f), "limit of 1") {
			t.Errorf("difference %q, notices %q", d, notices(f))
		}
	})
}

// alertable checks a numeric-multi frame as Grafana's expressions read it: a
// type, no time, exactly one field, a number with labels that no other has.
func alertable(t *testing.T, frames data.Frames, rows int) {
	t.Helper()
	seen := map[string]bool{}
	for _, f := range frames {
		if f.Meta == nil || f.Meta.Type != data.FrameTypeNumericMulti || f.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) {
			t.Errorf("frame %s: meta %+v", f.Name, f.Meta)
		}
		if len(f.Fields) != 1 || !f.Fields[0].Type().Numeric() || f.Fields[0].Len() > 1 {
			t.Fatalf("frame %s has %d fields", f.Name, len(f.Fields))
		}
		if key := f.Fields[0].Labels.String(); seen[key] {
			t.Errorf("labels %s twice", key)
		} else {
			seen[key] = true
		}
		rows -= f.Fields[0].Len()
	}
	if rows != 0 {
		t.Errorf("%d rows are missing", rows)
	}
}

func TestCountsAlert(t *testing.T) {
	s := sessions(t, awsfake.New(awsfake.Options{}), awsfake.AdminKey)
	q := around(time.Hour, 0, `{"kind":"counts"}`)
	q.Alert = true
	frames := good(t, s, q)
	alertable(t, frames, 6)
	got := map[string]float64{}
	for _, f := range frames {
		v, err := f.Fields[0].FloatAt(0)
		if err != nil {
			t.Fatal(err)
		}
		got[f.Fields[0].Labels["rule"]] = v
	}
	want := map[string]float64{"ec2-stopped-instance": 1, "encrypted-volumes": 1, "lambda-runtime": 0, "rds-storage-encrypted": 0, "required-tags": 0, "restricted-ssh": 1}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	alertable(t, good(t, s, around(time.Hour, 0, `{"kind":"counts","totals":true}`)), 7)
}

func TestSameAnswerFromTheCacheWithoutCalls(t *testing.T) {
	f := awsfake.New(awsfake.Options{})
	s := sessions(t, f, awsfake.AdminKey)
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
