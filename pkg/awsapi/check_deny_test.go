package awsapi

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// probed is what Check tries, and the permission each capability needs.
var probed = []struct{ name, action string }{
	{"metrics", "cloudwatch:ListMetrics"},
	{"metric data", "cloudwatch:GetMetricData"},
	{"alarms", "cloudwatch:DescribeAlarms"},
	{"alarm history", "cloudwatch:DescribeAlarmHistory"},
	{"logs", "logs:DescribeLogGroups"},
	{"log events", "logs:FilterLogEvents"},
	{"log queries", "logs:StartQuery"},
	{"log queries", "logs:GetQueryResults"},
	{"log queries", "logs:StopQuery"},
	{"event history", "cloudtrail:LookupEvents"},
	{"config rules", "config:DescribeComplianceByConfigRule"},
	{"config rules", "config:GetComplianceDetailsByConfigRule"},
	{"config inventory", "config:GetDiscoveredResourceCounts"},
	{"config resources", "config:ListDiscoveredResources"},
	{"config resources", "config:BatchGetResourceConfig"},
	{"config history", "config:GetResourceConfigHistory"},
	{"config query", "config:SelectResourceConfig"},
}

func TestCheckNamesEachPermissionThatIsDenied(t *testing.T) {
	for _, p := range append(probed, struct{ name, action string }{"nothing is denied", ""}) {
		t.Run(p.name+" "+p.action, func(t *testing.T) {
			inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, _ *Client, sh *Shared) {
				var want []string
				if p.action != "" {
					f.Deny(awsfake.ViewerKey, p.action)
					want = []string{p.name + ": " + p.action}
					switch p.name + p.action { // what has nothing to be tried on
					case "logslogs:DescribeLogGroups":
						want = append(want, "log events: "+p.action, "log queries: "+p.action)
					case "config resourcesconfig:ListDiscoveredResources":
						want = append(want, "config history: "+p.action)
					}
				}
				var names, got []string
				for _, c := range open(t, f, keys(awsfake.ViewerKey), sh).Check(t.Context()) {
					names = append(names, c.Name)
					if c.OK {
						continue
					}
					got = append(got, c.Name+": "+c.MissingPermission)
					if !strings.Contains(c.Hint, "allow "+p.action) || !strings.Contains(c.Error, p.action) {
						t.Errorf("%+v", c)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				if bytes := f.Counts().BytesScanned; bytes != 0 || len(names) != 14 {
					t.Errorf("%v bytes were scanned, capabilities %q", bytes, names)
				}
			})
		})
	}
}

// TestCheckOfSeveralAccounts has a role that may do everything, one that may read
// CloudWatch only, and one that nobody may assume.
func TestCheckOfSeveralAccounts(t *testing.T) {
	inBubble(t, awsfake.Options{Now: bubbleNow}, func(t *testing.T, f *awsfake.Fake, _ *Client, sh *Shared) {
		set := keys(awsfake.AdminKey)
		set.Accounts = []Account{
			{Name: "second", AccountID: awsfake.SecondAccount, RoleARN: awsfake.SecondRole, ExternalID: awsfake.ExternalID, Regions: []string{awsfake.SecondRegion}},
			{Name: "limited", AccountID: awsfake.SecondAccount, RoleARN: awsfake.LimitedRole},
			{Name: "closed", AccountID: awsfake.SecondAccount, RoleARN: awsfake.ClosedRole},
		}
		missing := map[string][]string{}
		for _, c := range open(t, f, set, sh).Check(t.Context()) {
			if !c.OK {
				missing[c.Account] = append(missing[c.Account], c.MissingPermission)
			}
		}
		if len(missing[""]) != 0 || len(missing["second"]) != 0 || !slices.Equal(missing["closed"], []string{"sts:AssumeRole"}) ||
			len(missing["limited"]) == 0 || slices.ContainsFunc(missing["limited"], func(a string) bool { return strings.HasPrefix(a, "cloudwatch:") }) {
			t.Errorf("missing permissions: %q", missing)
		}
	})
}
