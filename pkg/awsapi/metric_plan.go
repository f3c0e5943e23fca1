package awsapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// metricPlan is one request, resolved: with the requests it refers to and the
// key of its data.
type metricPlan struct {
	req    MetricRequest
	refs   []MetricRequest // in the order in which refNames numbers them
	period int64           // seconds
	key    string          // of its data: identity, endpoint, region and definition
	blocks bool            // data may be kept in blocks
	sql    bool
	array  bool // an expression over an array of metrics
	search int  // SEARCH calls in it
}

// planMetrics resolves the requests of one call. Mistakes are errors of their own
// request; the plan at its place is nil.
func planMetrics(scope string, reqs []MetricRequest) ([]*metricPlan, []error) {
	reqs = spelled(reqs)
	byID := map[string]MetricRequest{}
	for _, r := range reqs {
		byID[r.ID] = r
	}
	plans, errs := make([]*metricPlan, len(reqs)), make([]error, len(reqs))
	for i, r := range reqs {
		plans[i], errs[i] = planMetric(scope, r, reqs, byID)
	}
	return plans, errs
}

// spelled are requests whose expressions name metrics by their ids alone: a group
// is written as the list of its requests, and so is METRICS('text'), which AWS
// would look for among the ids of a merged call.
func spelled(reqs []MetricRequest) []MetricRequest {
	var metrics []string // ids
	members := map[string][]string{}
	for _, r := range reqs {
		if r.Expression == "" && metricID.MatchString(r.ID) {
			metrics = append(metrics, r.ID)
			if r.Group != "" {
				members[r.Group] = append(members[r.Group], r.ID)
			}
		}
	}
	groups := map[string]string{}
	for name, ids := range members {
		groups[name] = arrayOf(ids)
	}
	out := slices.Clone(reqs)
	for i := range out {
		if out[i].Expression == "" {
			continue
		}
		out[i].Expression = replaceMetrics(rename(out[i].Expression, groups), func(text string) string {
			named := slices.DeleteFunc(slices.Clone(metrics), func(id string) bool { return !strings.Contains(id, text) })
			if text == "" || len(named) == 0 {
				return metricsCall(text)
			}
			return arrayOf(named)
		})
	}
	return out
}

func planMetric(scope string, r MetricRequest, all []MetricRequest, byID map[string]MetricRequest) (*metricPlan, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	p := &metricPlan{req: r, period: int64(r.Period / time.Second), sql: isSQL(r.Expression), array: isArray(r.Expression), blocks: pointwise(r)}
	if r.Expression == "" {
		p.key = digest(append([]string{scope, "metric"}, r.fields()...)...)
		return p, nil
	}
	if err := p.resolve(r, all, byID, []string{r.ID}); err != nil {
		return nil, err
	}
	if err := p.checkLength(); err != nil {
		return nil, err
	}
	p.search = countSearches(r.Expression)
	names := map[string]string{}
	for i, ref := range p.refs {
		names[ref.ID] = fmt.Sprintf("r%d", i)
	}
	fields := append([]string{scope, "expression", rename(r.Expression, names)}, r.fields()...)
	for _, ref := range p.refs {
		fields = append(fields, rename(ref.Expression, names))
		fields = append(fields, ref.fields()...)
		p.search += countSearches(ref.Expression)
		p.array = p.array || isArray(ref.Expression)
		if ref.Period != r.Period || !pointwise(ref) || ref.Expression != "" && countSearches(ref.Expression) > 0 {
			p.blocks = false
		}
		if isSQL(ref.Expression) {
			p.sql = true
		}
	}
	p.key = digest(fields...)
	if s := searchPeriod(r.Expression); s > 0 && p.blocks && p.search == 1 {
		p.period = s // by which its points come, whatever the query's is
	}
	return p, nil
}

// checkLength refuses what AWS would refuse a whole call for, whose other requests
// belong to others.
func (p *metricPlan) checkLength() error {
	longest := wireID(maxQueries - 1)
	names := p.wireNames(longest)
	for _, r := range append([]MetricRequest{p.req}, p.refs...) {
		if r.Expression == "" || isSQL(r.Expression) {
			continue
		}
		text := wireExpression(r.Expression, longest, names)
		if len(text) <= maxExpression {
			continue
		}
		if len(p.refs) == 0 {
			return &BadRequest{Message: fmt.Sprintf("the expression has %d characters, CloudWatch takes up to %d", len(text), maxExpression)}
		}
		return &BadRequest{Message: fmt.Sprintf("the expression has %d characters with its %d metrics written out, CloudWatch takes up to %d: name fewer", len(text), len(p.refs), maxExpression)}
	}
	return nil
}

// resolve collects what an expression refers to, directly or not.
func (p *metricPlan) resolve(r MetricRequest, all []MetricRequest, byID map[string]MetricRequest, path []string) error {
	ids, every := references(r.Expression)
	if every {
		// METRICS() is every request of the call that is a metric.
		for _, o := range all {
			if o.Expression == "" && metricID.MatchString(o.ID) {
				ids = append(ids, o.ID)
			}
		}
	}
	for _, id := range ids {
		ref, known := byID[id]
		if !known {
			continue // a word of CloudWatch's language, or its own error message will say
		}
		for _, above := range path {
			if above == id {
				return &BadRequest{Message: fmt.Sprintf("expression %q refers to itself: %s", path[0], strings.Join(append(path, id), " → "))}
			}
		}
		if p.has(id) {
			continue
		}
		if err := ref.check(); err != nil {
			return fmt.Errorf("%q, which %q refers to: %w", id, r.ID, err)
		}
		if err := p.resolve(ref, all, byID, append(path, id)); err != nil {
			return err
		}
		if !p.has(id) {
			p.refs = append(p.refs, ref)
		}
	}
	return nil
}

func (p *metricPlan) has(id string) bool {
	for _, r := range p.refs {
		if r.ID == id {
			return true
		}
	}
	return false
}

// queries are the plan on the wire, under ids that begin with prefix. The first
// is the plan's own.
func (p *metricPlan) queries(prefix string) []cwtypes.MetricDataQuery {
	names := p.wireNames(prefix)
	out := []cwtypes.MetricDataQuery{wireQuery(p.req, prefix, prefix, names, true)}
	for _, ref := range p.refs {
		out = append(out, wireQuery(ref, names[ref.ID], prefix, names, false))
	}
	return out
}

// wireNames are the ids on the wire of what a plan refers to, by its own.
func (p *metricPlan) wireNames(prefix string) map[string]string {
	names := map[string]string{}
	for i, ref := range p.refs {
		names[ref.ID] = refPrefix(prefix) + strconv.Itoa(i)
	}
	return names
}

// refPrefix begins the ids of what a plan refers to. No other id of a call has it
// in it, so that it stands for a plan's own metrics where METRICS('text') does.
func refPrefix(prefix string) string { return prefix + "r" }

// wireExpression is an expression with the ids of the wire.
func wireExpression(expression, prefix string, names map[string]string) string {
	return replaceMetrics(rename(expression, names), func(text string) string {
		if text != "" {
			return metricsCall(prefix + "none") // which the request has not
		}
		return metricsCall(refPrefix(prefix))
	})
}

func wireQuery(r MetricRequest, id, prefix string, names map[string]string, answer bool) cwtypes.MetricDataQuery {
	q := cwtypes.MetricDataQuery{Id: aws.String(id), ReturnData: aws.Bool(answer)}
	if r.Label != "" {
		q.Label = aws.String(r.Label)
	}
	if r.AccountID != "" {
		q.AccountId = aws.String(r.AccountID)
	}
	period := aws.Int32(int32(r.Period / time.Second))
	if r.Expression != "" {
		q.Expression = aws.String(wireExpression(r.Expression, prefix, names))
		q.Period = period
		return q
	}
	m := &cwtypes.Metric{Namespace: aws.String(r.Namespace), MetricName: aws.String(r.Metric)}
	for _, name := range sortedKeys(r.Dimensions) {
		m.Dimensions = append(m.Dimensions, cwtypes.Dimension{Name: aws.String(name), Value: aws.String(r.Dimensions[name])})
	}
	q.MetricStat = &cwtypes.MetricStat{Metric: m, Period: period, Stat: aws.String(r.Stat)}
	if r.Unit != "" {
		q.MetricStat.Unit = cwtypes.StandardUnit(r.Unit)
	}
	return q
}
