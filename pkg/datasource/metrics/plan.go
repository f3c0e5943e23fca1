package metrics

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// maxSeries bounds one query: a panel with more shows nothing a person could
// read, and costs $0.01 per thousand and refresh.
const maxSeries = 2000

// asked is one query with the requests that answer it.
type asked struct {
	refID    string
	q        Query
	place    query.Place
	requests []awsapi.MetricRequest
	planned  awsapi.Usage // what the plan took
	several  bool         // the query asks more than one place
	plural   bool         // its expression may give several series
	stranger string       // an id in its expression that no query of the request has
	err      error
}

// plan decides what is requested for a query in one place.
func plan(ctx context.Context, s *awsapi.Sessions, refID string, q Query, p query.Place) (asked, error) {
	a := asked{refID: refID, q: q, place: p}
	id := a.id()
	base := awsapi.MetricRequest{ID: id, Period: q.period, Label: q.Label, AccountID: linked(q.AccountID), Hidden: q.Hide}
	if q.Expression != "" {
		base.Expression = a.expression()
		a.requests = []awsapi.MetricRequest{base}
		return a, nil
	}
	base.Namespace, base.Metric, base.Stat, base.Unit = q.Namespace, q.MetricName, q.Statistic, q.Unit
	var found []listed
	var err error
	if q.looked() {
		found, err = lookUp(ctx, s, q, p)
	}
	if err == nil && !q.wild() {
		found, err = q.named(found)
	}
	if err != nil {
		return a, err
	}
	for i, m := range found {
		r := base
		if r.Dimensions = m.Dimensions; m.Account != "" {
			r.AccountID = m.Account
		}
		if a.array() {
			r.ID, r.Group = fmt.Sprintf("%s_%d", id, i), id
		}
		a.requests = append(a.requests, r)
	}
	return a, nil
}

// array reports whether a query stands for an array of metrics, whatever their
// number is just now.
func (a asked) array() bool {
	if a.q.Expression != "" {
		return false
	}
	return a.q.looked() || slices.ContainsFunc(slices.Collect(maps.Values(a.q.Dimensions)), func(values []string) bool { return len(values) > 1 })
}

func (a asked) expression() string {
	return strings.ReplaceAll(a.q.Expression, "$__period_auto", strconv.Itoa(int(a.q.period/time.Second)))
}

// id is the name that expressions have for the query.
func (a asked) id() string {
	if a.q.ID != "" {
		return a.q.ID
	}
	return "q" + identifier(a.refID)
}

// allLinked stands for the account and all that are linked to it.
const allLinked = "all"

// linked is the account that CloudWatch is asked for by its id, empty for its
// own. A search and SQL reach the linked accounts by themselves.
func linked(account string) string {
	if account == allLinked {
		return ""
	}
	return account
}

// listed is a metric that was found, without its name.
type listed struct {
	Account    string // that it belongs to, empty for the one that is asked
	Dimensions map[string]string
}

// named are the metrics that a query names: those that were found, and of its own
// account what was found nowhere, since what was silent for long is not listed.
func (q Query) named(found []listed) ([]listed, error) {
	sets, err := product(q.Dimensions)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, m := range found {
		known[line(m.Dimensions)] = true
	}
	for _, set := range sets {
		if !known[line(set)] {
			found = append(found, listed{Dimensions: set})
		}
	}
	if len(found) > maxSeries {
		return nil, tooMany(len(found))
	}
	return found, nil
}

var notIdentifier = regexp.MustCompile(`[^A-Za-z0-9_]`)

func identifier(refID string) string { return notIdentifier.ReplaceAllString(refID, "_") }

// product is every combination of the dimensions' values.
func product(d Dimensions) ([]map[string]string, error) {
	sets := []map[string]string{{}}
	for _, name := range slices.Sorted(maps.Keys(d)) {
		var next []map[string]string
		for _, set := range sets {
			for _, v := range slices.Compact(slices.Sorted(slices.Values(d[name]))) {
				one := maps.Clone(set)
				one[name] = v
				next = append(next, one)
			}
			if len(next) > maxSeries {
				return nil, tooMany(len(next))
			}
		}
		sets = next
	}
	return sets, nil
}

func tooMany(n int) error {
	return query.Wrong("dimensions", "stand for %d metrics or more; up to %d can be asked at once: choose fewer values, or a Metrics Insights query with LIMIT", n, maxSeries)
}

// listFor is how long a list of metrics is believed. CloudWatch itself lists a
// new metric up to 15 minutes late.
const listFor = 5 * time.Minute

// activeFor is how far back a metric has data that ListMetrics calls recently
// active. It lists others for two weeks after their last data.
const activeFor = 3 * time.Hour

// lookUp finds the metrics that a query with *, without exactness or of all linked
// accounts means.
func lookUp(ctx context.Context, s *awsapi.Sessions, q Query, p query.Place) ([]listed, error) {
	c, err := s.Client(ctx, p.Account, p.Region)
	if err != nil {
		return nil, err
	}
	in := cloudwatch.ListMetricsInput{Namespace: &q.Namespace, MetricName: &q.MetricName}
	if q.AccountID != "" {
		in.IncludeLinkedAccounts = aws.Bool(true)
	}
	if id := linked(q.AccountID); id != "" {
		in.OwningAccount = &id
	}
	if q.recent {
		in.RecentlyActive = cwtypes.RecentlyActivePt3h
	}
	for _, name := range slices.Sorted(maps.Keys(q.Dimensions)) {
		f := cwtypes.DimensionFilter{Name: aws.String(name)}
		if v := q.Dimensions[name]; len(v) == 1 && !strings.Contains(v[0], "*") {
			f.Value = aws.String(v[0])
		}
		in.Dimensions = append(in.Dimensions, f)
	}
	key := "metrics:" + q.Namespace + "\x00" + q.MetricName + "\x00" + q.AccountID + "\x00" + string(in.RecentlyActive)
	for _, f := range in.Dimensions {
		key += "\x00" + *f.Name + "\x00" + aws.ToString(f.Value)
	}
	fetch := func(ctx context.Context) ([]listed, error) { return list(ctx, c, in) }
	var all []listed
	if q.fresh {
		all, err = fetch(ctx)
	} else {
		all, err = awsapi.Cached(ctx, c, key, listFor, fetch)
	}
	if err != nil {
		return nil, err
	}
	var found []listed
	for _, m := range all {
		if q.matches(m.Dimensions) {
			found = append(found, m)
		}
	}
	if len(found) > maxSeries {
		return nil, tooMany(len(found))
	}
	slices.SortFunc(found, func(a, b listed) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(line(a.Dimensions), line(b.Dimensions)))
	})
	return found, nil
}

// maxListed bounds what is read of ListMetrics, at 500 a call.
const maxListed = 20_000

func list(ctx context.Context, c *awsapi.Client, in cloudwatch.ListMetricsInput) ([]listed, error) {
	all, more, err := query.Pages(ctx, maxListed, func(ctx context.Context, token *string) (found []listed, next *string, err error) {
		in.NextToken = token
		page, err := c.CloudWatch().ListMetrics(ctx, &in)
		if err != nil {
			return nil, nil, err
		}
		for i, m := range page.Metrics {
			one := listed{Dimensions: make(map[string]string, len(m.Dimensions))}
			for _, d := range m.Dimensions {
				one.Dimensions[aws.ToString(d.Name)] = aws.ToString(d.Value)
			}
			// Which account a metric belongs to is told in a list beside theirs.
			if i < len(page.OwningAccounts) && page.OwningAccounts[i] != c.Identity().AccountID {
				one.Account = page.OwningAccounts[i]
			}
			found = append(found, one)
		}
		return found, page.NextToken, nil
	})
	if more {
		return nil, tooMany(len(all))
	}
	return all, err
}

// matches reports whether a metric's dimensions are among those asked for.
func (q Query) matches(set map[string]string) bool {
	if q.exact() && len(set) != len(q.Dimensions) {
		return false
	}
	for name, values := range q.Dimensions {
		got, has := set[name]
		if !has {
			return false
		}
		if len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return like(v, got) }) {
			return false
		}
	}
	return true
}

// special are the characters that path.Match gives a meaning, besides *: / too,
// which a dimension's value may hold (load balancers: app/web/50dc6c495c0c9188).
var special = strings.NewReplacer(`\`, `\\`, `?`, `\?`, `[`, `\[`, `/`, "\x00")

// like matches * in a value; nothing else is special.
func like(pattern, value string) bool {
	if !strings.Contains(pattern, "*") {
		return pattern == value
	}
	ok, err := path.Match(special.Replace(pattern), strings.ReplaceAll(value, "/", "\x00"))
	return ok && err == nil
}

func line(set map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(set)) {
		b.WriteString(k + "\x00" + set[k] + "\x00")
	}
	return b.String()
}
