package awsfake

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	cfgtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

func TestWhoStoppedTheInstance(t *testing.T) {
	f, _ := newFake(t, Options{})
	out, err := trail(f).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{
		StartTime: ptr(DefaultAnchor.Add(-10 * time.Minute)), EndTime: ptr(DefaultAnchor.Add(time.Hour)),
		LookupAttributes: []trailtypes.LookupAttribute{{AttributeKey: trailtypes.LookupAttributeKeyResourceName, AttributeValue: ptr(GatewayInstance)}},
	})
	if err != nil || len(out.Events) != 1 {
		t.Fatalf("%v %v", out, err)
	}
	e := out.Events[0]
	if *e.EventName != "StopInstances" || *e.Username != Culprit || !strings.Contains(*e.CloudTrailEvent, CulpritAddress) || !e.EventTime.Equal(DefaultAnchor.Add(-37*time.Second)) {
		t.Errorf("%+v", e)
	}
	history, err := cfg(f).GetResourceConfigHistory(t.Context(), &configservice.GetResourceConfigHistoryInput{ResourceType: "AWS::EC2::Instance", ResourceId: ptr(GatewayInstance)})
	if err != nil || len(history.ConfigurationItems) != 1 || !strings.Contains(*history.ConfigurationItems[0].Configuration, `"stopped"`) || history.NextToken == nil {
		t.Fatalf("%v %v", history, err)
	}
	n, empty := 0, 0
	for p := configservice.NewGetResourceConfigHistoryPaginator(cfg(f), &configservice.GetResourceConfigHistoryInput{ResourceType: "AWS::EC2::Instance", ResourceId: ptr(GatewayInstance)}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n += len(out.ConfigurationItems); len(out.ConfigurationItems) == 0 {
			empty++
		}
	}
	if n != 3 || empty == 0 {
		t.Errorf("%d items, %d empty pages; want 3 and some", n, empty)
	}
}

func TestLookupEventsPages(t *testing.T) {
	f, _ := newFake(t, Options{})
	in := &cloudtrail.LookupEventsInput{StartTime: ptr(DefaultAnchor.Add(-12 * time.Hour)), EndTime: ptr(DefaultAnchor)}
	seen := map[string]bool{}
	last := DefaultAnchor
	for p := cloudtrail.NewLookupEventsPaginator(trail(f), in); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.Events {
			if seen[*e.EventId] || e.EventTime.After(last) {
				t.Fatalf("event %s twice or out of order", *e.EventId)
			}
			seen[*e.EventId], last = true, *e.EventTime
		}
	}
	if n := len(seen); n < 95 || n > 110 {
		t.Errorf("%d events in twelve hours", n)
	}
	_, err := trail(f).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{NextToken: ptr("nonsense")})
	var bad *trailtypes.InvalidNextTokenException
	if !errors.As(err, &bad) {
		t.Errorf("a wrong token: %v", err)
	}
}

func TestLongRecords(t *testing.T) {
	for _, size := range []int{0, 5000} {
		f, _ := newFake(t, Options{TrailRecord: size})
		out, err := trail(f).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{StartTime: ptr(DefaultAnchor.Add(-24 * time.Hour)), EndTime: ptr(DefaultAnchor.Add(-time.Hour))})
		if err != nil || len(out.Events) != 50 {
			t.Fatalf("%v %v", out, err)
		}
		for _, e := range out.Events {
			if n := len(*e.CloudTrailEvent); n < size || n > size+1200 {
				t.Errorf("a record of %d bytes, %d of them parameters", n, size)
			}
		}
	}
}

func TestConfigAnswers(t *testing.T) {
	f, _ := newFake(t, Options{})
	ctx := t.Context()
	for deleted, want := range map[bool]int{false: 5, true: 6} {
		out, err := cfg(f).ListDiscoveredResources(ctx, &configservice.ListDiscoveredResourcesInput{ResourceType: "AWS::EC2::Instance", IncludeDeletedResources: deleted})
		if err != nil || len(out.ResourceIdentifiers) != want {
			t.Errorf("deleted %v: %v %v", deleted, out, err)
		}
	}
	batch, err := cfg(f).BatchGetResourceConfig(ctx, &configservice.BatchGetResourceConfigInput{ResourceKeys: []cfgtypes.ResourceKey{
		{ResourceType: "AWS::EC2::Instance", ResourceId: ptr(Web1Instance)}, {ResourceType: "AWS::EC2::Instance", ResourceId: ptr(GoneInstance)},
	}})
	if err != nil || len(batch.BaseConfigurationItems) != 1 {
		t.Errorf("batch: %v %v", batch, err)
	}
	counts, err := cfg(f).GetDiscoveredResourceCounts(ctx, &configservice.GetDiscoveredResourceCountsInput{})
	if err != nil || counts.ResourceCounts[0].Count != 5 || counts.TotalDiscoveredResources < 15 {
		t.Errorf("counts: %v %v", counts, err)
	}
	for expression, want := range map[string]int{
		"SELECT resourceId, configuration.state.name WHERE resourceType = 'AWS::EC2::Instance' AND configuration.state.name = 'stopped'": 1,
		"SELECT * WHERE relationships.resourceId = '" + webGroup + "' ORDER BY resourceId DESC":                                          5,
		"SELECT resourceType, COUNT(*) WHERE resourceType LIKE 'AWS::EC2::%' GROUP BY resourceType ORDER BY COUNT(*) DESC":               6,
		"SELECT resourceId WHERE tags.tag = 'Name=web-1'":                                                                                2,
	} {
		out, err := cfg(f).SelectResourceConfig(ctx, &configservice.SelectResourceConfigInput{Expression: &expression})
		if err != nil || len(out.Results) != want {
			t.Errorf("%s: %v %v", expression, out, err)
		}
	}
	_, err = cfg(f).SelectResourceConfig(ctx, &configservice.SelectResourceConfigInput{Expression: ptr("SELECT a FROM b")})
	var invalid *cfgtypes.InvalidExpressionException
	if !errors.As(err, &invalid) {
		t.Errorf("FROM: %v", err)
	}
	_, err = cfg(f).GetResourceConfigHistory(ctx, &configservice.GetResourceConfigHistoryInput{ResourceType: "AWS::EC2::Instance", ResourceId: ptr("i-none")})
	var unknown *cfgtypes.ResourceNotDiscoveredException
	if !errors.As(err, &unknown) {
		t.Errorf("unknown resource: %v", err)
	}
}

func TestCompliance(t *testing.T) {
	f, c := newFake(t, Options{})
	ctx := t.Context()
	bad := func() int {
		out, err := cfg(f).DescribeComplianceByConfigRule(ctx, &configservice.DescribeComplianceByConfigRuleInput{ComplianceTypes: []cfgtypes.ComplianceType{"NON_COMPLIANT"}})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.ComplianceByConfigRules)
	}
	if n := bad(); n != 3 {
		t.Errorf("%d rules broken, want 3", n)
	}
	details, err := cfg(f).GetComplianceDetailsByConfigRule(ctx, &configservice.GetComplianceDetailsByConfigRuleInput{ConfigRuleName: ptr("ec2-stopped-instance"), ComplianceTypes: []cfgtypes.ComplianceType{"NON_COMPLIANT"}})
	if err != nil || len(details.EvaluationResults) != 1 || *details.EvaluationResults[0].EvaluationResultIdentifier.EvaluationResultQualifier.ResourceId != GatewayInstance {
		t.Errorf("details: %v %v", details, err)
	}
	by, err := cfg(f).DescribeComplianceByResource(ctx, &configservice.DescribeComplianceByResourceInput{ResourceType: ptr("AWS::EC2::Instance"), Limit: 3})
	if err != nil || len(by.ComplianceByResources) != 3 || by.NextToken == nil {
		t.Errorf("by resource: %v %v", by, err)
	}
	sum, err := cfg(f).GetComplianceSummaryByConfigRule(ctx, &configservice.GetComplianceSummaryByConfigRuleInput{})
	if err != nil || sum.ComplianceSummary.NonCompliantResourceCount.CappedCount != 3 || sum.ComplianceSummary.CompliantResourceCount.CappedCount != 2 {
		t.Errorf("summary: %v %v", sum, err)
	}
	rules, err := cfg(f).DescribeConfigRules(ctx, &configservice.DescribeConfigRulesInput{})
	if err != nil || len(rules.ConfigRules) != 6 || *rules.ConfigRules[0].ConfigRuleId == "" {
		t.Errorf("rules: %v %v", rules, err)
	}
	_, err = cfg(f).DescribeConfigRules(ctx, &configservice.DescribeConfigRulesInput{ConfigRuleNames: []string{"none"}})
	var none *cfgtypes.NoSuchConfigRuleException
	if !errors.As(err, &none) {
		t.Errorf("unknown rule: %v", err)
	}
	c.add(time.Hour)
	if n := bad(); n != 2 {
		t.Errorf("%d rules broken after the restart, want 2", n)
	}
}

func TestRoles(t *testing.T) {
	f, c := newFake(t, Options{})
	ctx := t.Context()
	me, err := token4(f).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil || *me.Account != MainAccount {
		t.Fatalf("%v %v", me, err)
	}
	assume := func(role, external string) (*sts.AssumeRoleOutput, error) {
		in := &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: ptr("andon")}
		if external != "" {
			in.ExternalId = &external
		}
		return token4(f).AssumeRole(ctx, in)
	}
	if _, err := assume(SecondRole, "wrong"); code(err) != "AccessDenied" || !strings.Contains(err.Error(), "sts:AssumeRole") {
		t.Errorf("wrong external id: %v", err)
	}
	if _, err := assume(ClosedRole, ""); code(err) != "AccessDenied" {
		t.Errorf("closed role: %v", err)
	}
	with := func(o *sts.AssumeRoleOutput) (*cloudwatch.Client, *cloudtrail.Client) {
		a := sdk(f, "", MainRegion)
		a.Credentials = credentials.NewStaticCredentialsProvider(*o.Credentials.AccessKeyId, *o.Credentials.SecretAccessKey, *o.Credentials.SessionToken)
		return cloudwatch.NewFromConfig(a), cloudtrail.NewFromConfig(a)
	}
	out, err := assume(SecondRole, ExternalID)
	if err != nil {
		t.Fatal(err)
	}
	second, _ := with(out)
	alarms, err := second.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	if err != nil || len(alarms.MetricAlarms) != 1 || *alarms.MetricAlarms[0].AlarmName != "pos-1-cpu-high" {
		t.Errorf("alarms of the second account: %v %v", alarms, err)
	}
	out, err = assume(LimitedRole, "")
	if err != nil {
		t.Fatal(err)
	}
	_, limited := with(out)
	if _, err := limited.LookupEvents(ctx, &cloudtrail.LookupEventsInput{}); code(err) != "AccessDeniedException" || !strings.Contains(err.Error(), "cloudtrail:LookupEvents") {
		t.Errorf("limited role: %v", err)
	}
	c.add(2 * time.Hour)
	if _, err := second.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{}); code(err) != "ExpiredToken" {
		t.Errorf("expired session: %v", err)
	}
}

func TestSwitches(t *testing.T) {
	f, c := newFake(t, Options{Throttle: true})
	ctx := t.Context()
	for i := range 3 {
		_, err := trail(f).LookupEvents(ctx, &cloudtrail.LookupEventsInput{})
		if (i == 2) != (code(err) == "ThrottlingException") {
			t.Errorf("lookup %d: %v", i, err)
		}
	}
	c.add(500 * time.Millisecond)
	if _, err := trail(f).LookupEvents(ctx, &cloudtrail.LookupEventsInput{}); err != nil {
		t.Error("after half a second:", err)
	}
	f.Throttle(false)
	f.FailNext("DescribeAlarms", 1, ErrThrottled(CloudWatch))
	if _, err := cw(f).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{}); code(err) != "Throttling" {
		t.Errorf("throttled: %v", err)
	}
	f.FailNext("DescribeAlarms", 1, ErrInternal(CloudWatch))
	_, err := cw(f).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
	var fault *cwtypes.InternalServiceFault
	if !errors.As(err, &fault) {
		t.Errorf("internal: %v", err)
	}
	f.Deny(AdminKey, "cloudwatch:Describe*")
	if _, err = cw(f).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{}); code(err) != "AccessDenied" || !strings.Contains(err.Error(), "cloudwatch:DescribeAlarms") {
		t.Errorf("denied: %v", err)
	}
	f.Allow(AdminKey)
	_, err = cw(f).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{NextToken: ptr("x")})
	var token *cwtypes.InvalidNextToken
	if !errors.As(err, &token) {
		t.Errorf("token: %v", err)
	}
	f.ThrottleShare(0.1, 7)
	n := 0
	for range 300 {
		if _, err := cw(f).ListMetrics(ctx, &cloudwatch.ListMetricsInput{}); code(err) == "Throttling" {
			n++
		}
	}
	if n < 15 || n > 50 {
		t.Errorf("%d of 300 calls throttled, want about 30", n)
	}
	if k := f.Counts(); k.Throttled != n+2 || k.Calls[Call{CloudTrail, "LookupEvents", MainAccount, MainRegion}] != 4 {
		t.Errorf("counts %+v", k)
	}
}

func TestStrangersAreRefused(t *testing.T) {
	f, _ := newFake(t, Options{})
	_, err := cloudwatch.NewFromConfig(sdk(f, "AKIASTRANGER", MainRegion)).ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{})
	if code(err) != "InvalidClientTokenId" {
		t.Errorf("stranger: %v", err)
	}
	_, err = cloudwatch.NewFromConfig(sdk(f, AdminKey, "mars-north-1")).ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{})
	if err == nil || !strings.Contains(err.Error(), "no such host") {
		t.Errorf("no such region: %v", err)
	}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://logs.eu-central-1.amazonaws.com/", nil)
	resp, err := f.RoundTrip(r)
	if err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("nothing known: %v %v", resp, err)
	}
}
