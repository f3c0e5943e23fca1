package configservice

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/configservice"
	cfgtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/andonhq/andon/pkg/text"
)

// verdict is what a rule says about a place.
type verdict struct {
	rule       string
	compliance cfgtypes.ComplianceType
	failing    int64 // resources that do not comply
	atLeast    bool  // there may be more
}

// rulesPage is how many rules one call takes.
const rulesPage = 25

// maxCounted bounds how many resources of one rule are counted.
const maxCounted = 5000

// verdicts asks for the rules of a query, in the order of their names. AWS counts
// resources up to 25 only; beyond, they are counted here.
func verdicts(ctx context.Context, s source, q Query) (found[verdict], error) {
	var out found[verdict]
	chunks := [][]string{nil}
	if len(q.Rules) > 0 {
		chunks = slices.Collect(slices.Chunk(q.Rules, rulesPage))
	}
	lists := make([]list[cfgtypes.ComplianceByConfigRule], len(chunks))
	if err := parallel(len(chunks), func(i int) (err error) {
		lists[i], err = pages(ctx, maxRows, nil, func(ctx context.Context, token *string) ([]cfgtypes.ComplianceByConfigRule, *string, error) {
			in := &configservice.DescribeComplianceByConfigRuleInput{ConfigRuleNames: chunks[i], NextToken: token}
			out, err := call(ctx, s, complianceTTL, in, s.c.Config().DescribeComplianceByConfigRule)
			if err != nil {
				return nil, nil, err
			}
			return out.ComplianceByConfigRules, out.NextToken, nil
		})
		return err
	}); err != nil {
		return out, err
	}
	for _, l := range lists {
		for _, r := range l.items {
			v := verdict{rule: deref(r.ConfigRuleName), compliance: cfgtypes.ComplianceTypeInsufficientData}
			if r.Compliance != nil {
				v.compliance = r.Compliance.ComplianceType
				if n := r.Compliance.ComplianceContributorCount; n != nil && v.compliance == cfgtypes.ComplianceTypeNonCompliant {
					v.failing, v.atLeast = int64(n.CappedCount), n.CapExceeded
				}
			}
			out.rows = append(out.rows, v)
		}
		if l.late != nil {
			out.late = l.late
		}
	}
	slices.SortFunc(out.rows, func(a, b verdict) int { return strings.Compare(a.rule, b.rule) })
	return out, nil
}

// count replaces the counts that AWS has capped.
func count(ctx context.Context, s source, rows []verdict) error {
	return parallel(len(rows), func(i int) error {
		v := &rows[i]
		if !v.atLeast {
			return nil
		}
		l, err := evaluations(ctx, s, v.rule, []cfgtypes.ComplianceType{cfgtypes.ComplianceTypeNonCompliant}, maxCounted)
		if late(err) {
			return nil // what AWS said stays, as "at least"
		}
		if err != nil {
			return err
		}
		v.failing, v.atLeast = max(v.failing, int64(len(l.items))), l.limited || l.late != nil
		return nil
	})
}

func counted(ctx context.Context, s source, q Query) (found[verdict], error) {
	out, err := verdicts(ctx, s, q)
	if err != nil {
		return out, err
	}
	if len(out.rows) == 0 && out.late == nil {
		out.remarks = append(out.remarks, text.Of("notice.no_rules"))
	}
	return out, count(ctx, s, out.rows)
}

func complianceByRule(ctx context.Context, a question) (data.Frames, error) {
	rows, err := everywhere(ctx, a, func(ctx context.Context, s source) (found[verdict], error) {
		f, err := counted(ctx, s, a.Q)
		f.rows = slices.DeleteFunc(f.rows, func(v verdict) bool {
			return len(a.Q.ComplianceTypes) > 0 && !slices.Contains(a.Q.ComplianceTypes, v.compliance)
		})
		if len(f.rows) > a.Q.Limit {
			f.rows, f.limited = f.rows[:a.Q.Limit], true
		}
		return f, err
	})
	if err != nil {
		return nil, err
	}
	n := len(rows)
	rule, compliance, failing, atLeast := make([]string, n), make([]string, n), make([]int64, n), make([]bool, n)
	account, region := make([]string, n), make([]string, n)
	for i, r := range rows {
		rule[i], compliance[i], failing[i], atLeast[i] = r.x.rule, string(r.x.compliance), r.x.failing, r.x.atLeast
		account[i], region[i] = r.Account, r.Region
	}
	more := data.NewField("at least", nil, atLeast)
	more.Config = &data.FieldConfig{Description: a.Reader.T("column.at_least")}
	return table(data.NewFrame("compliance",
		data.NewField("rule", nil, rule),
		data.NewField("compliance", nil, compliance),
		data.NewField("non-compliant resources", nil, failing),
		more,
		data.NewField("account", nil, account),
		data.NewField("region", nil, region),
	)), nil
}

// evaluations are a rule's results, one for each resource.
func evaluations(ctx context.Context, s source, rule string, of []cfgtypes.ComplianceType, limit int) (list[cfgtypes.EvaluationResult], error) {
	// INSUFFICIENT_DATA is a result but cannot be asked for.
	if slices.Contains(of, cfgtypes.ComplianceTypeInsufficientData) {
		of = nil
	}
	return pages(ctx, limit, nil, func(ctx context.Context, token *string) ([]cfgtypes.EvaluationResult, *string, error) {
		in := &configservice.GetComplianceDetailsByConfigRuleInput{ConfigRuleName: &rule, ComplianceTypes: of, Limit: pageSize, NextToken: token}
		out, err := call(ctx, s, complianceTTL, in, s.c.Config().GetComplianceDetailsByConfigRule)
		if err != nil {
			return nil, nil, err
		}
		return out.EvaluationResults, out.NextToken, nil
	})
}

// evaluation is one resource under one rule.
type evaluation struct {
	kind, id, rule, compliance, annotation string
	since                                  *time.Time
}

func complianceByResource(ctx context.Context, a question) (data.Frames, error) {
	rows, err := everywhere(ctx, a, func(ctx context.Context, s source) (found[evaluation], error) {
		if a.Q.ResourceID != "" {
			return resourceEvaluations(ctx, s, a.Q)
		}
		return ruleEvaluations(ctx, s, a.Q)
	})
	if err != nil {
		return nil, err
	}
	n := len(rows)
	kind, id, rule, compliance, annotation := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	since, account, region := make([]*time.Time, n), make([]string, n), make([]string, n)
	for i, r := range rows {
		kind[i], id[i], rule[i], compliance[i], annotation[i] = r.x.kind, r.x.id, r.x.rule, r.x.compliance, r.x.annotation
		since[i], account[i], region[i] = r.x.since, r.Account, r.Region
	}
	recorded := data.NewField("since", nil, since)
	recorded.Config = &data.FieldConfig{Description: a.Reader.T("column.since")}
	return table(data.NewFrame("compliance of resources",
		data.NewField("type", nil, kind),
		data.NewField("id", nil, id),
		data.NewField("rule", nil, rule),
		data.NewField("compliance", nil, compliance),
		recorded,
		data.NewField("annotation", nil, annotation),
		data.NewField("account", nil, account),
		data.NewField("region", nil, region),
	)), nil
}

// ruleEvaluations asks the rules that can have what is wanted.
func ruleEvaluations(ctx context.Context, s source, q Query) (found[evaluation], error) {
	var out found[evaluation]
	rules, err := verdicts(ctx, s, q)
	if err != nil {
		return out, err
	}
	out.late = rules.late
	onlyFailing := !slices.ContainsFunc(q.ComplianceTypes, func(t cfgtypes.ComplianceType) bool { return t != cfgtypes.ComplianceTypeNonCompliant })
	rules.rows = slices.DeleteFunc(rules.rows, func(v verdict) bool { return onlyFailing && v.compliance != cfgtypes.ComplianceTypeNonCompliant })
	lists := make([]list[cfgtypes.EvaluationResult], len(rules.rows))
	if err := parallel(len(lists), func(i int) (err error) {
		lists[i], err = evaluations(ctx, s, rules.rows[i].rule, q.ComplianceTypes, q.Limit)
		if late(err) {
			lists[i], err = list[cfgtypes.EvaluationResult]{late: err}, nil
		}
		return err
	}); err != nil {
		return out, err
	}
	for _, l := range lists {
		keep(&out, l, q)
	}
	if len(out.rows) > q.Limit {
		out.rows, out.limited = out.rows[:q.Limit], true
	}
	return out, nil
}

// resourceEvaluations asks what all rules say about one resource.
func resourceEvaluations(ctx context.Context, s source, q Query) (found[evaluation], error) {
	var out found[evaluation]
	var of []cfgtypes.ComplianceType
	if !slices.Contains(q.ComplianceTypes, cfgtypes.ComplianceTypeInsufficientData) {
		of = q.ComplianceTypes
	}
	l, err := pages(ctx, q.Limit, nil, func(ctx context.Context, token *string) ([]cfgtypes.EvaluationResult, *string, error) {
		in := &configservice.GetComplianceDetailsByResourceInput{ResourceType: &q.ResourceTypes[0], ResourceId: &q.ResourceID, ComplianceTypes: of, NextToken: token}
		out, err := call(ctx, s, complianceTTL, in, s.c.Config().GetComplianceDetailsByResource)
		if err != nil {
			return nil, nil, err
		}
		return out.EvaluationResults, out.NextToken, nil
	})
	if err != nil {
		return out, err
	}
	keep(&out, l, q)
	return out, nil
}

// keep adds to found what the query wants of a list, ordered by type, id and
// rule.
func keep(out *found[evaluation], l list[cfgtypes.EvaluationResult], q Query) {
	out.limited = out.limited || l.limited
	if l.late != nil {
		out.late = l.late
	}
	for _, r := range l.items {
		e := evaluation{compliance: string(r.ComplianceType), annotation: deref(r.Annotation), since: utc(r.ResultRecordedTime)}
		if id := r.EvaluationResultIdentifier; id != nil && id.EvaluationResultQualifier != nil {
			x := id.EvaluationResultQualifier
			e.kind, e.id, e.rule = deref(x.ResourceType), deref(x.ResourceId), deref(x.ConfigRuleName)
		}
		if slices.Contains(q.ComplianceTypes, r.ComplianceType) &&
			(len(q.ResourceTypes) == 0 || slices.Contains(q.ResourceTypes, e.kind)) &&
			(len(q.Rules) == 0 || slices.Contains(q.Rules, e.rule)) {
			out.rows = append(out.rows, e)
		}
	}
	slices.SortStableFunc(out.rows, func(a, b evaluation) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.id, b.id), strings.Compare(a.rule, b.rule))
	})
}
