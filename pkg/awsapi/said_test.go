package awsapi

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/andonhq/andon/pkg/text"
)

// What a failed call of any service says is one sentence with the action, AWS's
// words and its id of the call; nothing of the SDK's layers.
func TestErrorsSayWhatAWSSaid(t *testing.T) {
	calls := map[string]func(context.Context, *Client) error{
		"cloudwatch:DescribeAlarms": func(ctx context.Context, c *Client) error {
			_, err := c.CloudWatch().DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
			return err
		},
		"logs:FilterLogEvents": func(ctx context.Context, c *Client) error {
			_, err := c.Logs().FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("g")})
			return err
		},
		"cloudtrail:LookupEvents": func(ctx context.Context, c *Client) error {
			_, err := c.CloudTrail().LookupEvents(ctx, &cloudtrail.LookupEventsInput{})
			return err
		},
		"config:DescribeConfigRules": func(ctx context.Context, c *Client) error {
			_, err := c.Config().DescribeConfigRules(ctx, &configservice.DescribeConfigRulesInput{})
			return err
		},
		"sqs:GetQueueUrl": func(ctx context.Context, c *Client) error {
			_, err := c.SQS().GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("q")})
			return err
		},
	}
	for action, ask := range calls {
		for code, want := range map[string]struct{ en, ja string }{
			"AccessDeniedException": {"permission ACTION is missing: AccessDeniedException: their words (request id r-1)", "権限 ACTION がありません：AccessDeniedException: their words (request id r-1)"},
			"ValidationException":   {"their words (ACTION, request id r-1)", "their words (ACTION, request id r-1)"},
			"ThrottlingException":   {"ACTION is throttled: ThrottlingException: their words (request id r-1)", "ACTION がスロットリングされています：ThrottlingException: their words (request id r-1)"},
			"StrangeException":      {"ACTION failed: StrangeException: their words (request id r-1)", "ACTION が失敗しました：StrangeException: their words (request id r-1)"},
		} {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeAWS()
				f.on(action, func(call) (any, *awsError) { return nil, &awsError{400, code, "their words"} })
				s := open(t, f, keys("AKIAONE"), nil)
				err := ask(t.Context(), client(t, s))
				en, ja := strings.ReplaceAll(want.en, "ACTION", action), strings.ReplaceAll(want.ja, "ACTION", action)
				if err == nil || err.Error() != en || text.Japanese.Error(err) != ja {
					t.Errorf("%s: %v", code, err)
				}
				s.shared.Wait()
			})
		}
	}
}

// A role that may not be assumed is told as that, by whatever call it is met.
func TestErrorOfARoleSaysWhatAWSSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		f.on("sts:AssumeRole", func(call) (any, *awsError) {
			return nil, &awsError{403, "AccessDenied", "User: u is not authorized to perform: sts:AssumeRole on resource: arn:x"}
		})
		set := keys("AKIAONE")
		set.AssumeRoleARN = "arn:aws:iam::123456789012:role/r"
		s := open(t, f, set, nil)
		_, err := s.Client(t.Context(), "", "")
		if err == nil || strings.Contains(err.Error(), "operation error") || !strings.HasPrefix(err.Error(), "permission sts:AssumeRole on arn:x is missing: AccessDenied: ") {
			t.Errorf("%v", err)
		}
		s.shared.Wait()
	})
}

// An answer that is none of AWS's says its status.
func TestErrorOfAStrangersAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		f.on("sts:GetCallerIdentity", func(call) (any, *awsError) { return nil, &awsError{502, "", ""} })
		s := open(t, f, keys("AKIAONE"), nil)
		_, err := saidSTS{s.newSTS(s.config(s.all[0], "eu-west-1", instrument{shared: s.shared, region: "eu-west-1", unshared: true}))}.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		failed, is := errors.AsType[*Failed](err)
		if !is || failed.Action != "sts:GetCallerIdentity" || strings.Contains(err.Error(), "operation error") || strings.Contains(err.Error(), "https response error") {
			t.Errorf("%v", err)
		}
		s.shared.Wait()
	})
}
