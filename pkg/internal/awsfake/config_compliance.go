package awsfake

import (
	"slices"
	"strings"
)

const (
	compliant    = "COMPLIANT"
	nonCompliant = "NON_COMPLIANT"
	insufficient = "INSUFFICIENT_DATA"
)

type contributorCount struct {
	CappedCount int
	CapExceeded bool
}

type compliance struct {
	ComplianceType             string
	ComplianceContributorCount *contributorCount `json:",omitempty"`
}

// contributors caps a count as the service does: at 25.
func contributors(n int) *contributorCount { return &contributorCount{min(n, 25), n > 25} }

type rulesIn struct {
	ConfigRuleNames, ComplianceTypes []string
	NextToken                        *string
}

type configRule struct {
	ConfigRuleName, ConfigRuleArn, ConfigRuleId, Description, ConfigRuleState string //nolint:revive // the wire's name
	Source                                                                    ruleSource
	Scope                                                                     ruleScope
}

type ruleSource struct{ Owner, SourceIdentifier string }

type ruleScope struct{ ComplianceResourceTypes []string }

type describeRulesOut struct {
	ConfigRules []configRule
	NextToken   *string `json:",omitempty"`
}

// rulesPage is how many rules a page has; the service fixes it.
const rulesPage = 25

func (f *Fake) pickRules(c *call, names []string) ([]*rule, error) {
	r := f.realm(c)
	if len(names) > rulesPage {
		return nil, errInvalid(Config, "ConfigRuleNames must have at most %d members", rulesPage)
	}
	for _, n := range names {
		if !slices.ContainsFunc(r.rules, func(u *rule) bool { return u.name == n }) {
			return nil, errf("NoSuchConfigRuleException", "The ConfigRule '%s' provided in the request is invalid. Please check the configRule name.", n)
		}
	}
	var picked []*rule
	for _, u := range r.rules {
		if len(names) == 0 || slices.Contains(names, u.name) {
			picked = append(picked, u)
		}
	}
	slices.SortFunc(picked, func(a, b *rule) int { return strings.Compare(a.name, b.name) })
	return picked, nil
}

func (f *Fake) describeConfigRules(c *call, in *rulesIn) (*describeRulesOut, error) {
	rules, err := f.pickRules(c, in.ConfigRuleNames)
	if err != nil {
		return nil, err
	}
	rules, next, err := page(Config, rules, rulesPage, in.NextToken, request(c, in.ConfigRuleNames))
	if err != nil {
		return nil, err
	}
	out := &describeRulesOut{ConfigRules: []configRule{}, NextToken: next}
	for _, u := range rules {
		out.ConfigRules = append(out.ConfigRules, configRule{
			ConfigRuleName: u.name, ConfigRuleArn: f.realm(c).arn("config", "config-rule/config-rule-"+u.name), ConfigRuleId: "config-rule-" + u.name,
			Description: "Checks " + u.kind, ConfigRuleState: "ACTIVE", Source: ruleSource{"AWS", u.source}, Scope: ruleScope{[]string{u.kind}},
		})
	}
	return out, nil
}

type complianceByRule struct {
	ConfigRuleName string
	Compliance     compliance
}

type byRuleOut struct {
	ComplianceByConfigRules []complianceByRule
	NextToken               *string `json:",omitempty"`
}

func (f *Fake) describeComplianceByConfigRule(c *call, in *rulesIn) (*byRuleOut, error) {
	rules, err := f.pickRules(c, in.ConfigRuleNames)
	if err != nil {
		return nil, err
	}
	all := []complianceByRule{}
	for _, u := range rules {
		resources, failing := f.realm(c).evaluated(u, f.now())
		x := complianceByRule{u.name, compliance{ComplianceType: compliant}}
		switch {
		case len(resources) == 0:
			x.Compliance.ComplianceType = insufficient
		case len(failing) > 0:
			x.Compliance = compliance{nonCompliant, contributors(len(failing))}
		}
		if len(in.ComplianceTypes) == 0 || slices.Contains(in.ComplianceTypes, x.Compliance.ComplianceType) {
			all = append(all, x)
		}
	}
	got, next, err := page(Config, all, rulesPage, in.NextToken, request(c, in.ConfigRuleNames, in.ComplianceTypes))
	if err != nil {
		return nil, err
	}
	return &byRuleOut{got, next}, nil
}

type byResourceIn struct {
	ResourceType    string
	ResourceID      string `json:"ResourceId"`
	ComplianceTypes []string
	Limit           *int32
	NextToken       *string
}

type complianceByResource struct {
	ResourceType string
	ResourceID   string `json:"ResourceId"`
	Compliance   compliance
}

type byResourceOut struct {
	ComplianceByResources []complianceByResource
	NextToken             *string `json:",omitempty"`
}

func (f *Fake) describeComplianceByResource(c *call, in *byResourceIn) (*byResourceOut, error) {
	if err := checkLimit(in.Limit, configPage); err != nil {
		return nil, err
	}
	r := f.realm(c)
	all := []complianceByResource{}
	for _, x := range r.resources {
		if in.ResourceType != "" && in.ResourceType != x.kind || in.ResourceID != "" && in.ResourceID != x.id {
			continue
		}
		rules, bad := 0, 0
		for _, u := range r.rules {
			resources, failing := r.evaluated(u, f.now())
			if slices.Contains(resources, x) {
				rules++
			}
			if _, failed := failing[x.id]; failed && u.kind == x.kind {
				bad++
			}
		}
		y := complianceByResource{x.kind, x.id, compliance{ComplianceType: compliant}}
		switch {
		case rules == 0:
			continue
		case bad > 0:
			y.Compliance = compliance{nonCompliant, contributors(bad)}
		}
		if len(in.ComplianceTypes) == 0 || slices.Contains(in.ComplianceTypes, y.Compliance.ComplianceType) {
			all = append(all, y)
		}
	}
	got, next, err := page(Config, all, limit(in.Limit, 10, configPage), in.NextToken, request(c, in.ResourceType, in.ResourceID, in.ComplianceTypes))
	if err != nil {
		return nil, err
	}
	return &byResourceOut{got, next}, nil
}

type summaryOut struct {
	ComplianceSummary struct {
		CompliantResourceCount, NonCompliantResourceCount *contributorCount
		ComplianceSummaryTimestamp                        *stamp
	}
}

// getComplianceSummaryByConfigRule counts rules, in spite of its fields' names.
func (f *Fake) getComplianceSummaryByConfigRule(c *call, _ *struct{}) (*summaryOut, error) {
	good, bad := 0, 0
	r := f.realm(c)
	for _, u := range r.rules {
		switch resources, failing := r.evaluated(u, f.now()); {
		case len(failing) > 0:
			bad++
		case len(resources) > 0:
			good++
		}
	}
	out := &summaryOut{}
	out.ComplianceSummary.CompliantResourceCount, out.ComplianceSummary.NonCompliantResourceCount = contributors(good), contributors(bad)
	out.ComplianceSummary.ComplianceSummaryTimestamp = at(f.now())
	return out, nil
}
