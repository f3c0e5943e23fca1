package datasource

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
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
	return d.searchLogGroups(ctx, v, all), nil
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
	if begin, err := d.describeAlarms(ctx, v, text); err == nil {
		all = all.with(begin)
	}
	return all, nil
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
