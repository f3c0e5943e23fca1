package datasource

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"

	"github.com/andonhq/andon/pkg/awsapi"
	"github.com/andonhq/andon/pkg/datasource/query"
)

// How long lists are believed, and how many items of one are read: a list that
// is longer says so, and its search narrows what was read.
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

func (d *Datasource) listMetrics(ctx context.Context, v url.Values, namespace, name string) (metricList, error) {
	c, err := d.client(ctx, v)
	if err != nil {
		return metricList{}, err
	}
	return awsapi.Cached(ctx, c, "list:metrics:"+namespace+"\x00"+name, listTTL, func(ctx context.Context) (metricList, error) {
		in := &cloudwatch.ListMetricsInput{}
		if namespace != "" {
			in.Namespace = &namespace
		}
		if name != "" {
			in.MetricName = &name
		}
		var out metricList
		for {
			page, err := c.CloudWatch().ListMetrics(ctx, in)
			if err != nil {
				return metricList{}, err
			}
			for _, m := range page.Metrics {
				one := metric{aws.ToString(m.Namespace), aws.ToString(m.MetricName), map[string]string{}}
				for _, x := range m.Dimensions {
					one.Dimensions[aws.ToString(x.Name)] = aws.ToString(x.Value)
				}
				out.Metrics = append(out.Metrics, one)
			}
			if aws.ToString(page.NextToken) == "" {
				return out, nil
			}
			if len(out.Metrics) >= listMost {
				out.Truncated = true
				return out, nil
			}
			in.NextToken = page.NextToken
		}
	})
}

func (d *Datasource) namespaces(ctx context.Context, v url.Values) (listing, error) {
	all, err := d.listMetrics(ctx, v, "", "")
	return distinct(all, err, func(m metric, add func(string)) { add(m.Namespace) })
}

func (d *Datasource) metricNames(ctx context.Context, v url.Values) (listing, error) {
	namespace, err := required(v, "namespace")
	if err != nil {
		return listing{}, err
	}
	all, err := d.listMetrics(ctx, v, namespace, "")
	return distinct(all, err, func(m metric, add func(string)) { add(m.Name) })
}

func (d *Datasource) dimensionKeys(ctx context.Context, v url.Values) (listing, error) {
	namespace, err := required(v, "namespace")
	if err != nil {
		return listing{}, err
	}
	all, err := d.listMetrics(ctx, v, namespace, v.Get("metric"))
	return distinct(all, err, func(m metric, add func(string)) {
		for k := range m.Dimensions {
			add(k)
		}
	})
}

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
	all, err := d.listMetrics(ctx, v, namespace, v.Get("metric"))
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

func (d *Datasource) logGroups(ctx context.Context, v url.Values) (listing, error) {
	c, err := d.client(ctx, v)
	if err != nil {
		return listing{}, err
	}
	prefix := v.Get("prefix")
	return awsapi.Cached(ctx, c, "list:log-groups:"+prefix, listTTL, func(ctx context.Context) (listing, error) {
		in := &cloudwatchlogs.DescribeLogGroupsInput{}
		if prefix != "" {
			in.LogGroupNamePrefix = &prefix
		}
		var out listing
		for {
			page, err := c.Logs().DescribeLogGroups(ctx, in)
			if err != nil {
				return listing{}, err
			}
			for _, g := range page.LogGroups {
				i := Item{Value: aws.ToString(g.LogGroupName), Description: fmt.Sprintf("%d MB", aws.ToInt64(g.StoredBytes)>>20)}
				if g.RetentionInDays != nil {
					i.Description += fmt.Sprintf(", kept %d days", *g.RetentionInDays)
				}
				out.Items = append(out.Items, i)
			}
			if aws.ToString(page.NextToken) == "" {
				return out, nil
			}
			if len(out.Items) >= listMost/10 { // 50 a page and 5 calls a second
				out.Truncated = true
				return out, nil
			}
			in.NextToken = page.NextToken
		}
	})
}

func (d *Datasource) alarms(ctx context.Context, v url.Values) (listing, error) {
	c, err := d.client(ctx, v)
	if err != nil {
		return listing{}, err
	}
	a, err := c.Alarms(ctx, awsapi.AlarmQuery{Prefix: v.Get("prefix"), Limit: listMost})
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
	slices.SortFunc(out.Items, func(a, b Item) int { return strings.Compare(a.Value, b.Value) })
	return out, nil
}

func (d *Datasource) resourceTypes(ctx context.Context, v url.Values) (listing, error) {
	c, err := d.client(ctx, v)
	if err != nil {
		return listing{}, err
	}
	return awsapi.Cached(ctx, c, "list:resource-types", listTTL, func(ctx context.Context) (listing, error) {
		in := &configservice.GetDiscoveredResourceCountsInput{}
		var out listing
		for {
			page, err := c.Config().GetDiscoveredResourceCounts(ctx, in)
			if err != nil {
				return listing{}, err
			}
			for _, t := range page.ResourceCounts {
				out.Items = append(out.Items, Item{Value: string(t.ResourceType), Description: fmt.Sprintf("%d recorded", t.Count)})
			}
			if aws.ToString(page.NextToken) == "" {
				slices.SortFunc(out.Items, func(a, b Item) int { return strings.Compare(a.Value, b.Value) })
				return out, nil
			}
			in.NextToken = page.NextToken
		}
	})
}

func (d *Datasource) rules(ctx context.Context, v url.Values) (listing, error) {
	c, err := d.client(ctx, v)
	if err != nil {
		return listing{}, err
	}
	return awsapi.Cached(ctx, c, "list:rules", listTTL, func(ctx context.Context) (listing, error) {
		in := &configservice.DescribeConfigRulesInput{}
		var out listing
		for {
			page, err := c.Config().DescribeConfigRules(ctx, in)
			if err != nil {
				return listing{}, err
			}
			for _, r := range page.ConfigRules {
				out.Items = append(out.Items, Item{Value: aws.ToString(r.ConfigRuleName), Description: aws.ToString(r.Description)})
			}
			if aws.ToString(page.NextToken) == "" {
				slices.SortFunc(out.Items, func(a, b Item) int { return strings.Compare(a.Value, b.Value) })
				return out, nil
			}
			in.NextToken = page.NextToken
		}
	})
}
