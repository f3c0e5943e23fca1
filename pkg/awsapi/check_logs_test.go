package awsapi

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/andonhq/andon/pkg/text"
)

// manyGroups is an account of 60 log groups, whose logs may be read of those with
// a prefix only.
func manyGroups(readable string) *fakeAWS {
	f := newFakeAWS()
	f.on("logs:DescribeLogGroups", func(c call) (any, *awsError) {
		var all []any
		for i := range 60 {
			name := fmt.Sprintf("/aws/lambda/f-%02d", i)
			if i >= 40 {
				name = fmt.Sprintf("/shop/app-%02d", i)
			}
			all = append(all, map[string]any{"logGroupName": name})
		}
		return map[string]any{"logGroups": all[:int(c.in["limit"].(float64))]}, nil
	})
	for _, action := range []string{"logs:FilterLogEvents", "logs:StartQuery"} {
		f.on(action, func(c call) (any, *awsError) {
			name, one := c.in["logGroupIdentifier"].(string)
			if !one {
				name = c.in["logGroupIdentifiers"].([]any)[0].(string)
			}
			if !strings.HasPrefix(name, readable) {
				return nil, &awsError{400, "AccessDeniedException", fmt.Sprintf("User: arn:aws:iam::123456789012:user/u is not authorized to perform: %s on resource: arn:aws:logs:ap-northeast-1:123456789012:log-group:%s:log-stream: because no identity-based policy allows the %s action", action, name, action)}
			}
			return map[string]any{"queryId": "1"}, nil
		})
	}
	for _, action := range []string{"logs:GetQueryResults", "logs:StopQuery"} {
		f.on(action, func(call) (any, *awsError) { return map[string]any{}, nil })
	}
	return f
}

// A policy that allows some log groups allows log events and log queries; one that
// allows none of those tried is named with them.
func TestCheckOfAPolicyForSomeLogGroups(t *testing.T) {
	for readable, want := range map[string]string{"/shop/": "", "/aws/lambda/f-00": "", "/named/": "", "/elsewhere/": "every log group that was tried is denied (/aws/lambda/f-00, /aws/lambda/f-12, "} {
		synctest.Test(t, func(t *testing.T) {
			f := manyGroups(readable)
			set := keys("AKIAONE")
			if readable == "/named/" {
				set.LogGroups = []string{"/named/in-the-settings"}
			}
			s := open(t, f, set, nil)
			for _, c := range s.Check(t.Context()) {
				action := map[string]string{"log events": "logs:FilterLogEvents", "log queries": "logs:StartQuery"}[c.Name]
				if action == "" {
					continue
				}
				if c.OK != (want == "") || !strings.HasPrefix(c.Error, want) || !c.OK && (c.MissingPermission != action || !strings.Contains(c.Hint, "allow "+action)) {
					t.Errorf("%s: %+v", readable, c)
				}
				if ja := c.In(text.Japanese); !c.OK && !strings.HasPrefix(ja.Error, "試したロググループがすべて拒否されました（/aws/lambda/f-00") {
					t.Errorf("in Japanese: %s", ja.Error)
				}
				if n := f.count(action); n > groupsTried {
					t.Errorf("%s: %d calls of %s", readable, n, action)
				}
			}
			s.shared.Wait()
		})
	}
}
