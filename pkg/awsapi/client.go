package awsapi

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Client is one account in one region, as one identity.
type Client struct {
	shared  *Shared
	id      Identity
	region  string
	account string        // whose quotas are used
	scope   string        // key of everything cached or shared: identity, endpoints, region
	longest time.Duration // that a query of Logs Insights may run
	groups  []string      // log groups of the settings, for the data source's own account

	cloudwatch saidCloudWatch
	logs       saidLogs
	cloudtrail saidCloudTrail
	config     saidConfig
	sqs        saidSQS
	sts        saidSTS
}

func newClient(s *Sessions, a *access, id Identity, region string) *Client {
	c := &Client{shared: s.shared, id: id, region: region, scope: digest(id.key, region), longest: s.set.insightsLimit()}
	// Where the account is unknown its quota is at least this caller's own.
	account := id.AccountID
	if account == "unknown" {
		account = "unknown/" + id.key
	}
	c.account = account
	if a == s.all[0] {
		c.groups = s.set.LogGroups
	}
	cfg := s.config(a, region, instrument{
		shared: s.shared, set: s.set, scope: c.scope, account: account, region: region,
	})
	c.cloudwatch = saidCloudWatch{cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) { o.BaseEndpoint = s.endpointFor("monitoring", region) })}
	c.logs = saidLogs{cloudwatchlogs.NewFromConfig(cfg, func(o *cloudwatchlogs.Options) { o.BaseEndpoint = s.endpointFor("logs", region) })}
	c.cloudtrail = saidCloudTrail{cloudtrail.NewFromConfig(cfg, func(o *cloudtrail.Options) { o.BaseEndpoint = s.endpointFor("cloudtrail", region) })}
	c.config = saidConfig{configservice.NewFromConfig(cfg, func(o *configservice.Options) { o.BaseEndpoint = s.endpointFor("config", region) })}
	c.sqs = saidSQS{sqs.NewFromConfig(cfg, func(o *sqs.Options) { o.BaseEndpoint, o.HTTPClient = s.endpointFor("sqs", region), s.polls })}
	c.sts = saidSTS{s.newSTS(cfg)}
	return c
}

// Identity is the caller.
func (c *Client) Identity() Identity { return c.id }

// Region is the region of the client.
func (c *Client) Region() string { return c.region }

// CloudWatch is metrics and alarms.
func (c *Client) CloudWatch() CloudWatch { return c.cloudwatch }

// Logs is CloudWatch Logs.
func (c *Client) Logs() Logs { return c.logs }

// CloudTrail is the event history.
func (c *Client) CloudTrail() CloudTrail { return c.cloudtrail }

// Config is AWS Config.
func (c *Client) Config() Config { return c.config }

// SQS is the queue service.
func (c *Client) SQS() SQS { return c.sqs }

// STS tells the caller's identity.
func (c *Client) STS() STS { return c.sts }
