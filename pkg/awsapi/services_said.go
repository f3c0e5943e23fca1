package awsapi

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// The SDK puts its own layers in front of what a call says, around all that its
// middleware can change: "operation error CloudWatch: DescribeAlarms, …". These
// clients take them away, so that a reader meets one sentence.

func said[T any](out *T, err error) (*T, error) { return out, bare(err) }

// bare is the outermost error of this package in err, which names the action; or
// where there is none the error without the SDK's operation.
func bare(err error) error {
	for e := err; e != nil; e = errors.Unwrap(e) {
		switch e.(type) {
		case *Denied, *Throttled, *NoCredentials, *NoSuchRegion, *Unreachable, *BadRequest, *Failed:
			return e
		}
	}
	if operation, ok := errors.AsType[*smithy.OperationError](err); ok {
		return operation.Err
	}
	return err
}

type (
	saidCloudWatch struct{ *cloudwatch.Client }
	saidLogs       struct{ *cloudwatchlogs.Client }
	saidCloudTrail struct{ *cloudtrail.Client }
	saidConfig     struct{ *configservice.Client }
	saidSQS        struct{ *sqs.Client }
	saidSTS        struct{ *sts.Client }
)

var (
	_ CloudWatch = saidCloudWatch{}
	_ Logs       = saidLogs{}
	_ CloudTrail = saidCloudTrail{}
	_ Config     = saidConfig{}
	_ SQS        = saidSQS{}
	_ STS        = saidSTS{}
)

func (c saidCloudWatch) GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, o ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	return said(c.Client.GetMetricData(ctx, in, o...))
}

func (c saidCloudWatch) ListMetrics(ctx context.Context, in *cloudwatch.ListMetricsInput, o ...func(*cloudwatch.Options)) (*cloudwatch.ListMetricsOutput, error) {
	return said(c.Client.ListMetrics(ctx, in, o...))
}

func (c saidCloudWatch) DescribeAlarms(ctx context.Context, in *cloudwatch.DescribeAlarmsInput, o ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	return said(c.Client.DescribeAlarms(ctx, in, o...))
}

func (c saidCloudWatch) DescribeAlarmsForMetric(ctx context.Context, in *cloudwatch.DescribeAlarmsForMetricInput, o ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsForMetricOutput, error) {
	return said(c.Client.DescribeAlarmsForMetric(ctx, in, o...))
}

func (c saidCloudWatch) DescribeAlarmHistory(ctx context.Context, in *cloudwatch.DescribeAlarmHistoryInput, o ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmHistoryOutput, error) {
	return said(c.Client.DescribeAlarmHistory(ctx, in, o...))
}

func (c saidLogs) DescribeLogGroups(ctx context.Context, in *cloudwatchlogs.DescribeLogGroupsInput, o ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	return said(c.Client.DescribeLogGroups(ctx, in, o...))
}

func (c saidLogs) DescribeLogStreams(ctx context.Context, in *cloudwatchlogs.DescribeLogStreamsInput, o ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogStreamsOutput, error) {
	return said(c.Client.DescribeLogStreams(ctx, in, o...))
}

func (c saidLogs) GetLogGroupFields(ctx context.Context, in *cloudwatchlogs.GetLogGroupFieldsInput, o ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.GetLogGroupFieldsOutput, error) {
	return said(c.Client.GetLogGroupFields(ctx, in, o...))
}

func (c saidLogs) StartQuery(ctx context.Context, in *cloudwatchlogs.StartQueryInput, o ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.StartQueryOutput, error) {
	return said(c.Client.StartQuery(ctx, in, o...))
}

func (c saidLogs) GetQueryResults(ctx context.Context, in *cloudwatchlogs.GetQueryResultsInput, o ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.GetQueryResultsOutput, error) {
	return said(c.Client.GetQueryResults(ctx, in, o...))
}

func (c saidLogs) StopQuery(ctx context.Context, in *cloudwatchlogs.StopQueryInput, o ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.StopQueryOutput, error) {
	return said(c.Client.StopQuery(ctx, in, o...))
}

func (c saidLogs) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, o ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	return said(c.Client.FilterLogEvents(ctx, in, o...))
}

func (c saidLogs) GetLogEvents(ctx context.Context, in *cloudwatchlogs.GetLogEventsInput, o ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.GetLogEventsOutput, error) {
	return said(c.Client.GetLogEvents(ctx, in, o...))
}

func (c saidCloudTrail) LookupEvents(ctx context.Context, in *cloudtrail.LookupEventsInput, o ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
	return said(c.Client.LookupEvents(ctx, in, o...))
}

func (c saidConfig) ListDiscoveredResources(ctx context.Context, in *configservice.ListDiscoveredResourcesInput, o ...func(*configservice.Options)) (*configservice.ListDiscoveredResourcesOutput, error) {
	return said(c.Client.ListDiscoveredResources(ctx, in, o...))
}

func (c saidConfig) GetDiscoveredResourceCounts(ctx context.Context, in *configservice.GetDiscoveredResourceCountsInput, o ...func(*configservice.Options)) (*configservice.GetDiscoveredResourceCountsOutput, error) {
	return said(c.Client.GetDiscoveredResourceCounts(ctx, in, o...))
}

func (c saidConfig) BatchGetResourceConfig(ctx context.Context, in *configservice.BatchGetResourceConfigInput, o ...func(*configservice.Options)) (*configservice.BatchGetResourceConfigOutput, error) {
	return said(c.Client.BatchGetResourceConfig(ctx, in, o...))
}

func (c saidConfig) GetResourceConfigHistory(ctx context.Context, in *configservice.GetResourceConfigHistoryInput, o ...func(*configservice.Options)) (*configservice.GetResourceConfigHistoryOutput, error) {
	return said(c.Client.GetResourceConfigHistory(ctx, in, o...))
}

func (c saidConfig) SelectResourceConfig(ctx context.Context, in *configservice.SelectResourceConfigInput, o ...func(*configservice.Options)) (*configservice.SelectResourceConfigOutput, error) {
	return said(c.Client.SelectResourceConfig(ctx, in, o...))
}

func (c saidConfig) DescribeConfigRules(ctx context.Context, in *configservice.DescribeConfigRulesInput, o ...func(*configservice.Options)) (*configservice.DescribeConfigRulesOutput, error) {
	return said(c.Client.DescribeConfigRules(ctx, in, o...))
}

func (c saidConfig) DescribeComplianceByConfigRule(ctx context.Context, in *configservice.DescribeComplianceByConfigRuleInput, o ...func(*configservice.Options)) (*configservice.DescribeComplianceByConfigRuleOutput, error) {
	return said(c.Client.DescribeComplianceByConfigRule(ctx, in, o...))
}

func (c saidConfig) DescribeComplianceByResource(ctx context.Context, in *configservice.DescribeComplianceByResourceInput, o ...func(*configservice.Options)) (*configservice.DescribeComplianceByResourceOutput, error) {
	return said(c.Client.DescribeComplianceByResource(ctx, in, o...))
}

func (c saidConfig) GetComplianceDetailsByConfigRule(ctx context.Context, in *configservice.GetComplianceDetailsByConfigRuleInput, o ...func(*configservice.Options)) (*configservice.GetComplianceDetailsByConfigRuleOutput, error) {
	return said(c.Client.GetComplianceDetailsByConfigRule(ctx, in, o...))
}

func (c saidConfig) GetComplianceDetailsByResource(ctx context.Context, in *configservice.GetComplianceDetailsByResourceInput, o ...func(*configservice.Options)) (*configservice.GetComplianceDetailsByResourceOutput, error) {
	return said(c.Client.GetComplianceDetailsByResource(ctx, in, o...))
}

func (c saidConfig) GetComplianceSummaryByConfigRule(ctx context.Context, in *configservice.GetComplianceSummaryByConfigRuleInput, o ...func(*configservice.Options)) (*configservice.GetComplianceSummaryByConfigRuleOutput, error) {
	return said(c.Client.GetComplianceSummaryByConfigRule(ctx, in, o...))
}

func (c saidSQS) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, o ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	return said(c.Client.ReceiveMessage(ctx, in, o...))
}

func (c saidSQS) DeleteMessage(ctx context.Context, in *sqs.DeleteMessageInput, o ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error) {
	return said(c.Client.DeleteMessage(ctx, in, o...))
}

func (c saidSQS) DeleteMessageBatch(ctx context.Context, in *sqs.DeleteMessageBatchInput, o ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error) {
	return said(c.Client.DeleteMessageBatch(ctx, in, o...))
}

func (c saidSQS) ChangeMessageVisibility(ctx context.Context, in *sqs.ChangeMessageVisibilityInput, o ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	return said(c.Client.ChangeMessageVisibility(ctx, in, o...))
}

func (c saidSQS) ChangeMessageVisibilityBatch(ctx context.Context, in *sqs.ChangeMessageVisibilityBatchInput, o ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	return said(c.Client.ChangeMessageVisibilityBatch(ctx, in, o...))
}

func (c saidSQS) GetQueueAttributes(ctx context.Context, in *sqs.GetQueueAttributesInput, o ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error) {
	return said(c.Client.GetQueueAttributes(ctx, in, o...))
}

func (c saidSQS) GetQueueUrl(ctx context.Context, in *sqs.GetQueueUrlInput, o ...func(*sqs.Options)) (*sqs.GetQueueUrlOutput, error) {
	return said(c.Client.GetQueueUrl(ctx, in, o...))
}

func (c saidSTS) GetCallerIdentity(ctx context.Context, in *sts.GetCallerIdentityInput, o ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	return said(c.Client.GetCallerIdentity(ctx, in, o...))
}
