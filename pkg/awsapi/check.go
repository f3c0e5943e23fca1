package awsapi

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	cfgtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"

	"github.com/andonhq/andon/pkg/text"
)

// Capability is one thing that the settings should make possible.
type Capability struct {
	Account           string // name in the settings, empty for the data source's own
	Region            string
	Name              string // as in "metric data"
	OK                bool
	MissingPermission string // IAM action
	Error             string // in English, as is Hint; In says them in other languages
	Hint              string // what to do

	err  error
	todo text.Said
}

// Say sets what is wrong and what to do; either may be nil.
func (c *Capability) Say(err error, todo text.Said) {
	if c.err, c.todo = err, todo; err != nil {
		c.Error = err.Error()
	}
	if todo != nil {
		c.Hint = todo.In(text.English)
	}
}

// In is the capability with Error and Hint in a language.
func (c Capability) In(l text.Lang) Capability {
	if c.err != nil {
		c.Error = l.Error(c.err)
	}
	if c.todo != nil {
		c.Hint = c.todo.In(l)
	}
	return c
}

// probe tries one capability with its cheapest call.
type probe struct {
	name string
	try  func(ctx context.Context, c *Client, now time.Time) error
}

var probes = []probe{
	{"metrics", func(ctx context.Context, c *Client, _ time.Time) error {
		_, err := c.cloudwatch.ListMetrics(ctx, &cloudwatch.ListMetricsInput{Namespace: aws.String("AWS/Usage")})
		return err
	}},
	{"metric data", func(ctx context.Context, c *Client, now time.Time) error {
		_, err := c.cloudwatch.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(now.Add(-5 * time.Minute).Truncate(time.Minute)), EndTime: aws.Time(now.Truncate(time.Minute)),
			MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("check"), MetricStat: &cwtypes.MetricStat{
				Metric: &cwtypes.Metric{Namespace: aws.String("AWS/Usage"), MetricName: aws.String("CallCount")},
				Period: aws.Int32(60), Stat: aws.String("Sum"),
			}}},
		})
		return err
	}},
	{"alarms", func(ctx context.Context, c *Client, _ time.Time) error {
		_, err := c.cloudwatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
			AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}, MaxRecords: aws.Int32(1),
		})
		return err
	}},
	{"alarm history", func(ctx context.Context, c *Client, _ time.Time) error {
		_, err := c.cloudwatch.DescribeAlarmHistory(ctx, &cloudwatch.DescribeAlarmHistoryInput{MaxRecords: aws.Int32(1)})
		return err
	}},
	{"logs", func(ctx context.Context, c *Client, _ time.Time) error {
		_, err := c.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{Limit: aws.Int32(1)})
		return err
	}},
	{"log events", func(ctx context.Context, c *Client, now time.Time) error {
		return c.onSomeLogGroup(ctx, func(group string) error {
			_, err := c.logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{
				LogGroupIdentifier: &group, Limit: aws.Int32(1),
				StartTime: aws.Int64(now.Add(-time.Minute).UnixMilli()), EndTime: aws.Int64(now.UnixMilli()),
			})
			return err
		})
	}},
	{"log queries", tryQuery},
	{"event history", func(ctx context.Context, c *Client, now time.Time) error {
		_, err := c.cloudtrail.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
			MaxResults: aws.Int32(1), StartTime: aws.Time(now.Add(-time.Hour)), EndTime: aws.Time(now),
		})
		return err
	}},
	{"config rules", func(ctx context.Context, c *Client, _ time.Time) error {
		rules, err := c.config.DescribeComplianceByConfigRule(ctx, &configservice.DescribeComplianceByConfigRuleInput{})
		if err != nil || len(rules.ComplianceByConfigRules) == 0 {
			return err
		}
		_, err = c.config.GetComplianceDetailsByConfigRule(ctx, &configservice.GetComplianceDetailsByConfigRuleInput{
			ConfigRuleName: rules.ComplianceByConfigRules[0].ConfigRuleName, Limit: 1,
		})
		return err
	}},
	{"config inventory", func(ctx context.Context, c *Client, _ time.Time) error {
		_, err := c.config.GetDiscoveredResourceCounts(ctx, &configservice.GetDiscoveredResourceCountsInput{Limit: 1})
		return err
	}},
	{"config resources", func(ctx context.Context, c *Client, _ time.Time) error {
		key, err := c.someInstance(ctx)
		if err != nil || key == nil {
			return err
		}
		_, err = c.config.BatchGetResourceConfig(ctx, &configservice.BatchGetResourceConfigInput{ResourceKeys: []cfgtypes.ResourceKey{*key}})
		return err
	}},
	{"config history", func(ctx context.Context, c *Client, _ time.Time) error {
		key, err := c.someInstance(ctx)
		if err != nil || key == nil {
			return err
		}
		_, err = c.config.GetResourceConfigHistory(ctx, &configservice.GetResourceConfigHistoryInput{
			ResourceType: key.ResourceType, ResourceId: key.ResourceId, Limit: 1,
		})
		return err
	}},
	{"config query", func(ctx context.Context, c *Client, _ time.Time) error {
		_, err := c.config.SelectResourceConfig(ctx, &configservice.SelectResourceConfigInput{
			Expression: aws.String("SELECT resourceId WHERE resourceType = 'AWS::EC2::Instance'"), Limit: 1,
		})
		return err
	}},
}

// someInstance is a resource to try things on, nil where there is none.
func (c *Client) someInstance(ctx context.Context) (*cfgtypes.ResourceKey, error) {
	found, err := c.config.ListDiscoveredResources(ctx, &configservice.ListDiscoveredResourcesInput{
		ResourceType: cfgtypes.ResourceTypeInstance, Limit: 1,
	})
	if err != nil || len(found.ResourceIdentifiers) == 0 {
		return nil, err
	}
	return &cfgtypes.ResourceKey{ResourceType: found.ResourceIdentifiers[0].ResourceType, ResourceId: found.ResourceIdentifiers[0].ResourceId}, nil
}

const probePatience = 10 * time.Second

// Check tries every capability in every account, in its first region. The
// capability "credentials" comes first for each account; without it the others
// are not tried. What the settings want and this package has not comes last.
func (s *Sessions) Check(ctx context.Context) []Capability {
	accounts := s.Accounts()
	found := make([][]Capability, len(accounts))
	var wg sync.WaitGroup
	for i, a := range accounts {
		wg.Go(func() { found[i] = s.checkAccount(ctx, a) })
	}
	wg.Wait()
	var out []Capability
	for _, f := range found {
		out = append(out, f...)
	}
	if s.set.SecureSocks {
		c := Capability{Name: "secure socks proxy"}
		c.Say(text.Fail("health.socks"), text.Of("health.socks_off"))
		out = append(out, c)
	}
	return out
}

func (s *Sessions) checkAccount(ctx context.Context, a Account) []Capability {
	region := s.set.DefaultRegion
	if len(a.Regions) > 0 {
		region = a.Regions[0]
	}
	opening, cancel := context.WithTimeout(ctx, 2*probePatience)
	defer cancel()
	c, err := s.Client(opening, a.Name, region)
	first := capability(a, region, "credentials", err)
	if err != nil {
		return []Capability{first}
	}
	if !c.id.Verified {
		first.Say(nil, text.Of("health.unconfirmed", region))
	}
	out := make([]Capability, 1+len(probes))
	out[0] = first
	var wg sync.WaitGroup
	for i, p := range probes {
		wg.Go(func() {
			trying, cancel := context.WithTimeout(ctx, probePatience)
			defer cancel()
			out[i+1] = capability(a, region, p.name, p.try(trying, c, s.shared.now()))
		})
	}
	wg.Wait()
	return out
}

func capability(a Account, region, name string, err error) Capability {
	out := Capability{Account: a.Name, Region: region, Name: name, OK: err == nil}
	if err == nil {
		return out
	}
	var (
		denied      *Denied
		throttled   *Throttled
		credentials *NoCredentials
		noRegion    *NoSuchRegion
		unreachable *Unreachable
		bad         *BadRequest
	)
	switch {
	case errors.As(err, &denied):
		out.MissingPermission = denied.Action
		said := error(denied)
		if tried, ok := err.(*text.Failure); ok {
			said = tried // names the log groups too
		}
		out.Say(said, text.Of("health.allow", denied.Action, cmp.Or(denied.Resource, "*")))
	case errors.As(err, &throttled):
		out.Say(err, text.Of("health.quota"))
	case errors.As(err, &credentials):
		out.Say(err, text.Of("health.keys"))
	case errors.As(err, &noRegion):
		out.Say(err, text.Of("health.region"))
	case errors.As(err, &unreachable):
		out.Say(err, text.Of("health.open", unreachable.Endpoint))
	case errors.As(err, &bad) && region == "":
		out.Say(err, text.Of("health.default_region"))
	case errors.As(err, &bad):
		out.Say(err, text.Of("health.endpoint"))
	case errors.Is(err, context.DeadlineExceeded):
		out.Say(err, text.Of("health.dropped"))
	default:
		out.Say(err, nil)
	}
	return out
}
