package awsapi

import (
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/andonhq/andon/pkg/internal/awsfake"
)

// early sends a request as net/http does when the answer comes at once: the SDK
// has closed the body before it is seen that nothing of it is left.
type early struct {
	*testing.T
	next http.RoundTripper

	mu   sync.Mutex
	seen int
}

func (e *early) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := e.next.RoundTrip(r)
	if r.Body != nil {
		_ = r.Body.Close()
		if n, err := io.Copy(io.Discard, r.Body); n != 0 || err != nil {
			e.Errorf("%s %s: of a closed body %d bytes can be copied, and the error is %v; net/http would close the connection", r.Host, r.URL.Path, n, err)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen++
	return resp, err
}

// TestAnAnswerMayComeBeforeTheBodyIsDone: or else connections close at random.
func TestAnAnswerMayComeBeforeTheBodyIsDone(t *testing.T) {
	e := &early{T: t, next: awsfake.New(awsfake.Options{})}
	s := open(t, e, keys(awsfake.AdminKey), nil)
	defer s.Close()
	c, ctx := client(t, s), t.Context()
	url := awsfake.AlertQueueURL
	_, err1 := c.CloudWatch().ListMetrics(ctx, &cloudwatch.ListMetricsInput{})
	_, err2 := c.Logs().DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	_, err3 := c.CloudTrail().LookupEvents(ctx, &cloudtrail.LookupEventsInput{})
	_, err4 := c.Config().DescribeConfigRules(ctx, &configservice.DescribeConfigRulesInput{})
	_, err5 := c.SQS().ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &url})
	_, err6 := c.STS().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	for i, err := range []error{err1, err2, err3, err4, err5, err6} {
		if err != nil {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
	if e.seen < 6 {
		t.Errorf("%d requests seen", e.seen)
	}
}
