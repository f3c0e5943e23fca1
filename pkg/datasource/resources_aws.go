package datasource

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// How long lists are believed, and how many items of one are read: a list that
// is longer says so, and a search asks AWS too (resources_search.go).
const (
	listTTL  = 5 * time.Minute
	listMost = 20_000
)

// metric is a metric as ListMetrics names it.
type metric struct {
	Namespace, Name string
	Dimensions      map[string]string
}

type metricList struct {
	Metrics   []metric
	Truncated bool
}

// metricsAsked are the metrics that ListMetrics is asked for. A dimension without
// value is one that they have.
type metricsAsked struct {
	Namespace, Name string
	Dimensions      map[string]string
}

func (q metricsAsked) input() *cloudwatch.ListMetricsInput {
	in := &cloudwatch.ListMetricsInput{}
	if q.Namespace != "" {
		in.Namespace = &q.Namespace
	}
	if q.Name != "" {
		in.MetricName = &q.Name
	}
	for _, name := range slices.Sorted(maps.Keys(q.Dimensions)) {
		f := cwtypes.DimensionFilter{Name: aws.String(name)}
		if value := q.Dimensions[name]; value != "" {
			f.Value = &value
		}
		in.Dimensions = append(in.Dimensions, f)
	}
	return in
}

func (q metricsAsked) key() string {
	key := "list:metrics:" + q.Namespace + "\x00" + q.Name
	for _, name := range slices.Sorted(maps.Keys(q.Dimensions)) {
		key += "\x00" + name + "\x00" + q.Dimensions[name]
	}
	return key
}

func (d *Datasource) listMetrics(ctx context.Context, v url.Values, q metricsAsked) (metricList, error) {
	c, err := d.client(ctx, v)
	if err != nil {
		return metricList{}, err
	}
	return awsapi.Cached(ctx, c, q.key(), listTTL, func(ctx context.Context) (metricList, error) {
		in := q.input()
		all, more, err := query.Pages(ctx, listMost, func(ctx context.Context, token *string) (all []metric, next *string, err error) {
			in.NextToken = token
			page, err := c.CloudWatch().ListMetrics(ctx, in)
			if err != nil {
				return nil, nil, err
			}
			for _, m := range page.Metrics {
				one := metric{aws.ToString(m.Namespace), aws.ToString(m.MetricName), map[string]string{}}
				for _, x := range m.Dimensions {
					one.Dimensions[aws.ToString(x.Name)] = aws.ToString(x.Value)
				}
				all = append(all, one)
			}
			return all, page.NextToken, nil
		})
		return metricList{all, more}, err
	})
}

// namespaces are those that have metrics, and those of the settings: ListMetrics
// forgets what was silent for two weeks, and an account may have more metrics than
// are read.
func (d *Datasource) namespaces(ctx context.Context, v url.Values) (listing, error) {
	all, err := d.searchMetrics(ctx, v, metricsAsked{}, func(q *metricsAsked, text string) { q.Namespace = text })
	var names []metric
	for _, n := range d.sessions.Namespaces() {
		names = append(names, metric{Namespace: n})
	}
	all.Metrics = append(names, all.Metrics...) // a copy: the list is shared
	return distinct(all, err, func(m metric, add func(string)) { add(m.Namespace) })
}

func (d *Datasource) metricNames(ctx context.Context, v url.Values) (listing, error) {
	namespace, err := required(v, "namespace")
	if err != nil {
		return listing{}, err
	}
	all, err := d.searchMetrics(ctx, v, metricsAsked{Namespace: namespace}, func(q *metricsAsked, text string) { q.Name = text })
	return distinct(all, err, func(m metric, add func(string)) { add(m.Name) })
}

func (d *Datasource) dimensionKeys(ctx context.Context, v url.Values) (listing, error) {
	namespace, err := required(v, "namespace")
	if err != nil {
		return listing{}, err
	}
	all, err := d.searchMetrics(ctx, v, metricsAsked{Namespace: namespace, Name: v.Get("metric")}, func(q *metricsAsked, text string) {
		q.Dimensions = map[string]string{text: ""}
	})
	return distinct(all, err, func(m metric, add func(string)) {
		for k := range m.Dimensions {
			add(k)
		}
	})
}

// dimensionValues come from the list of all metrics of the name, which the
// fields of a form share. Where that is too long AWS is asked for those alone
// that have the other dimensions.
func (d *Datasource) dimensionValues(ctx context.Context, v url.Values) (listing, error) {
	namespace, err := required(v, "namespace")
	if err != nil {
		return listing{}, err
	}
	key, err := required(v, "key")
	if err != nil {
		return listing{}, err
	}
	holds := map[string]string{}
	if text := v.Get("dimensions"); text != "" {
		if err := json.Unmarshal([]byte(text), &holds); err != nil {
			return listing{}, query.Wrong("dimensions", "is no JSON object of texts: %v", err)
		}
	}
	q := metricsAsked{Namespace: namespace, Name: v.Get("metric")}
	all, err := d.listMetrics(ctx, v, q)
	if err == nil && all.Truncated {
		q.Dimensions = map[string]string{key: ""}
		for name, want := range holds {
			if name != key && want != "*" {
				q.Dimensions[name] = want
			}
		}
		all, err = d.searchMetrics(ctx, v, q, func(q *metricsAsked, text string) {
			q.Dimensions = maps.Clone(q.Dimensions)
			q.Dimensions[key] = text
		})
	}
	return distinct(all, err, func(m metric, add func(string)) {
		for name, want := range holds {
			if got, has := m.Dimensions[name]; name != key && want != "*" && (!has || got != want) {
				return
			}
		}
		if value, has := m.Dimensions[key]; has {
			add(value)
		}
	})
}

func distinct(all metricList, err error, of func(metric, func(string))) (listing, error) {
	if err != nil {
		return listing{}, err
	}
	names := map[string]bool{}
	for _, m := range all.Metrics {
		of(m, func(s string) { names[s] = true })
	}
	return listing{sorted(names), all.Truncated}, nil
}

// list is a list of one place that is read to its end or to most items, and
// believed for a while.
func (d *Datasource) list(ctx context.Context, v url.Values, name string, most int, page func(context.Context, *awsapi.Client, *string) ([]Item, *string, error)) (listing, error) {
	c, err := d.client(ctx, v)
	if err != nil {
		return listing{}, err
	}
	return awsapi.Cached(ctx, c, "list:"+name, listTTL, func(ctx context.Context) (listing, error) {
		all, more, err := query.Pages(ctx, most, func(ctx context.Context, token *string) ([]Item, *string, error) { return page(ctx, c, token) })
		byValue(all)
		return listing{all, more}, err
	})
}

func byValue(items []Item) {
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.Value, b.Value) })
}

// groupsMost is how many log groups are read: AWS gives 50 a page and takes 5
// calls a second.
const groupsMost = listMost / 10

func (d *Datasource) logGroups(ctx context.Context, v url.Values) (listing, error) {
	prefix := v.Get("prefix")
	in := cloudwatchlogs.DescribeLogGroupsInput{}
	if prefix != "" {
		in.LogGroupNamePrefix = &prefix
	}
	all, err := d.describeLogGroups(ctx, v, "log-groups:"+prefix, groupsMost, in)
	if err != nil || !all.Truncated {
		return all, err
	}
	return d.searchLogGroups(ctx, v, all)
}

func (d *Datasource) describeLogGroups(ctx context.Context, v url.Values, name string, most int, in cloudwatchlogs.DescribeLogGroupsInput) (listing, error) {
	return d.list(ctx, v, name, most, func(ctx context.Context, c *awsapi.Client, token *string) (all []Item, next *string, err error) {
		in.NextToken = token
		page, err := c.Logs().DescribeLogGroups(ctx, &in)
		if err != nil {
			return nil, nil, err
		}
		for _, g := range page.LogGroups {
			i := Item{Value: aws.ToString(g.LogGroupName)}
			if g.StoredBytes != nil { // what is found by a pattern has none of these
				i.Description = fmt.Sprintf("%d MB", *g.StoredBytes>>20)
			}
			if g.RetentionInDays != nil {
				i.Description += fmt.Sprintf(", kept %d days", *g.RetentionInDays)
			}
			all = append(all, i)
		}
		return all, page.NextToken, nil
	})
}

func (d *Datasource) alarms(ctx context.Context, v url.Values) (listing, error) {
	prefix, text := v.Get("prefix"), v.Get("search")
	all, err := d.describeAlarms(ctx, v, prefix)
	if err != nil || !all.Truncated || text == "" || !strings.HasPrefix(text, prefix) {
		return all, err
	}
	// AWS searches names by their beginning only.
	begin, err := d.describeAlarms(ctx, v, text)
	return all.with(begin), err
}

func (d *Datasource) describeAlarms(ctx context.Context, v url.Values, prefix string) (listing, error) {
	c, err := d.client(ctx, v)
	if err != nil {
		return listing{}, err
	}
	a, err := c.Alarms(ctx, awsapi.AlarmQuery{Prefix: prefix, Limit: listMost})
	if err != nil {
		return listing{}, err
	}
	out := listing{Truncated: a.Limited}
	for _, m := range a.Metric {
		out.Items = append(out.Items, Item{Value: aws.ToString(m.AlarmName), Description: string(m.StateValue)})
	}
	for _, m := range a.Composite {
		out.Items = append(out.Items, Item{Value: aws.ToString(m.AlarmName), Description: "composite, " + string(m.StateValue)})
	}
	byValue(out.Items)
	return out, nil
}

func (d *Datasource) resourceTypes(ctx context.Context, v url.Values) (listing, error) {
	return d.list(ctx, v, "resource-types", listMost, func(ctx context.Context, c *awsapi.Client, token *string) (all []Item, next *string, err error) {
		page, err := c.Config().GetDiscoveredResourceCounts(ctx, &configservice.GetDiscoveredResourceCountsInput{NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		for _, t := range page.ResourceCounts {
			all = append(all, Item{Value: string(t.ResourceType), Description: fmt.Sprintf("%d recorded", t.Count)})
		}
		return all, page.NextToken, nil
	})
}

func (d *Datasource) rules(ctx context.Context, v url.Values) (listing, error) {
	return d.list(ctx, v, "rules", listMost, func(ctx context.Context, c *awsapi.Client, token *string) (all []Item, next *string, err error) {
		page, err := c.Config().DescribeConfigRules(ctx, &configservice.DescribeConfigRulesInput{NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		for _, r := range page.ConfigRules {
			all = append(all, Item{Value: aws.ToString(r.ConfigRuleName), Description: aws.ToString(r.Description)})
		}
		return all, page.NextToken, nil
	})
}
