package awsfake

import (
	"slices"
	"strings"
	"time"
)

type detailsIn struct {
	ConfigRuleName  string
	ComplianceTypes []string
	Limit           *int32
	NextToken       *string
}

type evaluationResult struct {
	EvaluationResultIdentifier struct {
		EvaluationResultQualifier struct{ ConfigRuleName, ResourceType, ResourceId, EvaluationMode string } //nolint:revive // the wire's name
		OrderingTimestamp         *stamp
	}
	ComplianceType        string
	ResultRecordedTime    *stamp
	ConfigRuleInvokedTime *stamp
	Annotation            string `json:",omitempty"`
}

type detailsOut struct {
	EvaluationResults []evaluationResult
	NextToken         *string `json:",omitempty"`
}

// detailsPage is a page of evaluation results where the request does not say, or
// cannot say, how long it shall be.
const detailsPage = 10

// verdict is what a rule says about a resource that it looks at.
func (u *rule) verdict(x *resource, failing map[string]finding, now time.Time) evaluationResult {
	var e evaluationResult
	q := &e.EvaluationResultIdentifier.EvaluationResultQualifier
	q.ConfigRuleName, q.ResourceType, q.ResourceId, q.EvaluationMode = u.name, x.kind, x.id, "DETECTIVE"
	e.ComplianceType = compliant
	since := x.current(now).at
	if why, bad := failing[x.id]; bad {
		e.ComplianceType, e.Annotation, since = nonCompliant, why.why, why.since
	}
	e.ResultRecordedTime, e.ConfigRuleInvokedTime, e.EvaluationResultIdentifier.OrderingTimestamp = at(since), at(since), at(since)
	return e
}

// checkCompliance refuses what is a compliance, but none to ask for.
func checkCompliance(types []string) error {
	for _, t := range types {
		if t != compliant && t != nonCompliant && t != "NOT_APPLICABLE" {
			return errParameter("%s cannot be used as a ComplianceType for filtering results.", t)
		}
	}
	return nil
}

func errParameter(format string, args ...any) *Error {
	return errf("InvalidParameterValueException", format, args...)
}

func (f *Fake) getComplianceDetailsByConfigRule(c *call, in *detailsIn) (*detailsOut, error) {
	if err := checkLimit(in.Limit, configPage); err != nil {
		return nil, err
	}
	if err := checkCompliance(in.ComplianceTypes); err != nil {
		return nil, err
	}
	rules, err := f.pickRules(c, []string{in.ConfigRuleName})
	if err != nil {
		return nil, err
	}
	u, now := rules[0], f.now()
	resources, failing := f.realm(c).evaluated(u, now)
	all := []evaluationResult{}
	for _, x := range resources {
		if e := u.verdict(x, failing, now); len(in.ComplianceTypes) == 0 || slices.Contains(in.ComplianceTypes, e.ComplianceType) {
			all = append(all, e)
		}
	}
	got, next, err := page(Config, all, limit(in.Limit, detailsPage, configPage), in.NextToken, request(c, in.ConfigRuleName, in.ComplianceTypes))
	if err != nil {
		return nil, err
	}
	return &detailsOut{got, next}, nil
}

type resourceDetailsIn struct {
	ResourceType         string
	ResourceID           string `json:"ResourceId"`
	ResourceEvaluationID string `json:"ResourceEvaluationId"`
	ComplianceTypes      []string
	NextToken            *string
}

// getComplianceDetailsByResource is what all rules say about one resource, by
// the rules' names; nothing about a resource that no rule looks at, that is
// deleted or was never there. Nobody here evaluates resources before they exist,
// so that there is no resource evaluation to ask for.
func (f *Fake) getComplianceDetailsByResource(c *call, in *resourceDetailsIn) (*detailsOut, error) {
	switch {
	case in.ResourceEvaluationID != "":
		return nil, errParameter("There is no resource evaluation %q.", in.ResourceEvaluationID)
	case in.ResourceType == "" || in.ResourceID == "":
		return nil, errParameter("Either ResourceEvaluationId or ResourceId and ResourceType are required.")
	}
	if err := checkCompliance(in.ComplianceTypes); err != nil {
		return nil, err
	}
	r, now := f.realm(c), f.now()
	all := []evaluationResult{}
	for _, u := range r.rules {
		resources, failing := r.evaluated(u, now)
		for _, x := range resources {
			if x.kind != in.ResourceType || x.id != in.ResourceID {
				continue
			}
			if e := u.verdict(x, failing, now); len(in.ComplianceTypes) == 0 || slices.Contains(in.ComplianceTypes, e.ComplianceType) {
				all = append(all, e)
			}
		}
	}
	slices.SortFunc(all, func(a, b evaluationResult) int {
		return strings.Compare(a.EvaluationResultIdentifier.EvaluationResultQualifier.ConfigRuleName, b.EvaluationResultIdentifier.EvaluationResultQualifier.ConfigRuleName)
	})
	got, next, err := page(Config, all, detailsPage, in.NextToken, request(c, in.ResourceType, in.ResourceID, in.ComplianceTypes))
	if err != nil { // this operation knows one error only
		return nil, errParameter("The specified next token is not valid.")
	}
	return &detailsOut{got, next}, nil
}
