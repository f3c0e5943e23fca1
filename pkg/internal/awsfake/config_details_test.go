package awsfake

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/configservice"
	cfgtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
)

func detailsOf(id string, of ...cfgtypes.ComplianceType) *configservice.GetComplianceDetailsByResourceInput {
	return &configservice.GetComplianceDetailsByResourceInput{ResourceType: ptr("AWS::EC2::Instance"), ResourceId: &id, ComplianceTypes: of}
}

// What all rules say about one resource is what each rule says about it.
func TestComplianceDetailsOfAResource(t *testing.T) {
	f, c := newFake(t, Options{})
	ask := func(in *configservice.GetComplianceDetailsByResourceInput) string {
		t.Helper()
		out, err := cfg(f).GetComplianceDetailsByResource(t.Context(), in)
		if err != nil || out.NextToken != nil {
			t.Fatalf("%v %v", out, err)
		}
		var text []string
		for _, e := range out.EvaluationResults {
			q := e.EvaluationResultIdentifier.EvaluationResultQualifier
			if *q.ResourceId != *in.ResourceId || *q.ResourceType != *in.ResourceType || e.ConfigRuleInvokedTime == nil {
				t.Errorf("%s %s, invoked %v", *q.ResourceType, *q.ResourceId, e.ConfigRuleInvokedTime)
			}
			one := fmt.Sprintf("%s=%s@%s", *q.ConfigRuleName, e.ComplianceType, e.ResultRecordedTime.Sub(DefaultAnchor))
			if e.Annotation != nil {
				one += " " + *e.Annotation
			}
			text = append(text, one)
		}
		return strings.Join(text, "; ")
	}
	stopped := "ec2-stopped-instance=NON_COMPLIANT@-5s インスタンスが停止しています。"
	for _, tc := range []struct {
		in   *configservice.GetComplianceDetailsByResourceInput
		want string
	}{
		{detailsOf(GatewayInstance), stopped + "; required-tags=COMPLIANT@-20s"},
		{detailsOf(GatewayInstance, cfgtypes.ComplianceTypeNonCompliant), stopped},
		{detailsOf(GatewayInstance, cfgtypes.ComplianceTypeNotApplicable), ""},
		{detailsOf(GoneInstance), ""},
		{detailsOf("i-none"), ""},
		{&configservice.GetComplianceDetailsByResourceInput{ResourceType: ptr("AWS::EC2::VPC"), ResourceId: ptr(mainVPC)}, ""},
	} {
		if got := ask(tc.in); got != tc.want {
			t.Errorf("%s %v: %s, want %s", *tc.in.ResourceId, tc.in.ComplianceTypes, got, tc.want)
		}
	}
	c.add(time.Hour)
	if got := ask(detailsOf(GatewayInstance, cfgtypes.ComplianceTypeNonCompliant)); got != "" {
		t.Errorf("after the restart: %s", got)
	}
}

func TestComplianceDetailsOfAResourceHavePages(t *testing.T) {
	f, _ := newFake(t, Options{})
	r := f.world.realm(MainAccount, MainRegion)
	for n := range 2 * detailsPage {
		r.addRule(fmt.Sprintf("rule-%02d", n), "REQUIRED_TAGS", "AWS::EC2::Instance", nil)
	}
	var names []string
	pages := 0
	for p := configservice.NewGetComplianceDetailsByResourcePaginator(cfg(f), detailsOf(Web1Instance)); p.HasMorePages(); pages++ {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.EvaluationResults {
			names = append(names, *e.EvaluationResultIdentifier.EvaluationResultQualifier.ConfigRuleName)
		}
	}
	if pages != 3 || len(names) != 2*detailsPage+2 || names[0] != "ec2-stopped-instance" || names[len(names)-1] != "rule-19" {
		t.Errorf("%d pages with %v", pages, names)
	}
}

func TestComplianceDetailsRefuse(t *testing.T) {
	f, _ := newFake(t, Options{Throttle: true})
	wrong := detailsOf(Web1Instance)
	wrong.NextToken = ptr("nonsense")
	for name, in := range map[string]*configservice.GetComplianceDetailsByResourceInput{
		"no type":           {ResourceId: ptr(Web1Instance)},
		"an evaluation":     {ResourceEvaluationId: ptr("e")},
		"INSUFFICIENT_DATA": detailsOf(Web1Instance, cfgtypes.ComplianceTypeInsufficientData),
		"a wrong token":     wrong,
	} {
		_, err := cfg(f).GetComplianceDetailsByResource(t.Context(), in)
		var bad *cfgtypes.InvalidParameterValueException
		if !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := cfg(f).GetComplianceDetailsByConfigRule(t.Context(), &configservice.GetComplianceDetailsByConfigRuleInput{
		ConfigRuleName: ptr("required-tags"), ComplianceTypes: []cfgtypes.ComplianceType{cfgtypes.ComplianceTypeInsufficientData},
	})
	var bad *cfgtypes.InvalidParameterValueException
	if !errors.As(err, &bad) {
		t.Errorf("INSUFFICIENT_DATA of a rule: %v", err)
	}
	f.Deny(AdminKey, "config:GetComplianceDetailsByResource")
	if _, err := cfg(f).GetComplianceDetailsByResource(t.Context(), detailsOf(Web1Instance)); code(err) != "AccessDeniedException" {
		t.Errorf("denied: %v", err)
	}
	f.Allow(AdminKey)
	_, _ = cfg(f).GetComplianceDetailsByResource(t.Context(), detailsOf(Web1Instance)) // the last of five
	if _, err := cfg(f).GetComplianceDetailsByResource(t.Context(), detailsOf(Web1Instance)); code(err) != "ThrottlingException" {
		t.Errorf("the sixth call at once: %v", err)
	}
}
