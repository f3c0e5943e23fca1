package awsapi

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/andonhq/andon/pkg/text"
)

// groupsTried is how many log groups are tried, of groupsSeen, before a permission
// is taken for missing: a policy may allow some groups only.
const (
	groupsTried = 5
	groupsSeen  = 50
)

// someLogGroups are log groups to try things on: those of the settings, then some
// spread over the names that are listed first, since neighbours in the order of
// names are often in one policy.
func (c *Client) someLogGroups(ctx context.Context) ([]string, error) {
	names := slices.Clone(c.groups[:min(len(c.groups), groupsTried)])
	found, err := c.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{Limit: aws.Int32(groupsSeen)})
	if err != nil && len(names) == 0 {
		return nil, err
	}
	if err == nil {
		all := found.LogGroups
		n := min(len(all), groupsTried)
		for i := range n {
			at := i * (len(all) - 1) / max(n-1, 1)
			names = append(names, aws.ToString(all[at].LogGroupName))
		}
	}
	return names, nil
}

// onSomeLogGroup tries something on one log group after the other, until it is
// not denied. Without log groups there is nothing that could be denied.
func (c *Client) onSomeLogGroup(ctx context.Context, try func(group string) error) error {
	groups, err := c.someLogGroups(ctx)
	if err != nil {
		return err
	}
	var first error
	names := text.List{}
	for _, group := range groups {
		err := try(group)
		if slices.Contains(c.groups, group) { // which may be none here
			err = allowed(err)
		}
		if _, denied := errors.AsType[*Denied](err); !denied {
			return err
		}
		if names = append(names, group); first == nil {
			first = err
		}
	}
	if len(names) < 2 {
		return first
	}
	return text.Fail("fault.denied_groups", names, first)
}

// tryQuery tries Logs Insights by calls that are wrong, which AWS says only to
// those who may make them: a time before there were log groups, and an id that
// no query has. So nothing is scanned, which would cost.
func tryQuery(ctx context.Context, c *Client, _ time.Time) error {
	id := ""
	err := c.onSomeLogGroup(ctx, func(group string) error {
		started, err := c.logs.StartQuery(ctx, &cloudwatchlogs.StartQueryInput{
			LogGroupIdentifiers: []string{group}, QueryString: aws.String("fields @message | limit 1"), StartTime: aws.Int64(1), EndTime: aws.Int64(2),
		})
		id = "00000000-0000-0000-0000-000000000000"
		if err == nil {
			id = aws.ToString(started.QueryId)
		}
		return allowed(err)
	})
	if err != nil || id == "" {
		return err
	}
	if _, err := c.logs.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: &id}); allowed(err) != nil {
		return err
	}
	_, err = c.logs.StopQuery(ctx, &cloudwatchlogs.StopQueryInput{QueryId: &id})
	return allowed(err)
}

// allowed is nil where AWS says that a call is wrong, but not that it is refused.
func allowed(err error) error {
	if _, bad := errors.AsType[*BadRequest](err); bad {
		return nil
	}
	return err
}
