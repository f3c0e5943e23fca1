package awsapi

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
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

// breakingServer is awsfake on a socket: the first answer of each operation says
// 200, and its connection ends in the middle of the body.
type breakingServer struct {
	aws   http.Handler
	reset bool // by a reset, not by an end

	mu     sync.Mutex
	broken map[string]bool
}

func (s *breakingServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation := r.Header.Get("X-Amz-Target") + r.URL.Path // CBOR has it in the path, JSON in a header; else it is STS
	s.mu.Lock()
	first := !s.broken[operation]
	s.broken[operation] = true
	s.mu.Unlock()
	if !first {
		s.aws.ServeHTTP(w, r)
		return
	}
	whole := httptest.NewRecorder()
	s.aws.ServeHTTP(whole, r)
	conn, out, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	_, _ = out.WriteString("HTTP/1.1 200 OK\r\n")
	_ = whole.Header().Write(out)
	_, _ = out.WriteString("\r\n")
	_, _ = out.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
	_ = out.Flush()
	if tcp, ok := conn.(*net.TCPConn); ok && s.reset {
		_ = tcp.SetLinger(0)
	}
}

// callOfEach is a call of each service that a client has, by its name.
func callOfEach(c *Client, queue string) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"CloudWatch": func(ctx context.Context) error {
			_, err := c.CloudWatch().ListMetrics(ctx, &cloudwatch.ListMetricsInput{})
			return err
		},
		"CloudWatch Logs": func(ctx context.Context) error {
			_, err := c.Logs().DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
			return err
		},
		"CloudTrail": func(ctx context.Context) error {
			_, err := c.CloudTrail().LookupEvents(ctx, &cloudtrail.LookupEventsInput{})
			return err
		},
		"Config": func(ctx context.Context) error {
			_, err := c.Config().DescribeConfigRules(ctx, &configservice.DescribeConfigRulesInput{})
			return err
		},
		"SQS": func(ctx context.Context) error {
			_, err := c.SQS().GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &queue})
			return err
		},
		"STS": func(ctx context.Context) error {
			_, err := c.STS().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			return err
		},
	}
}

// TestAnswersOfEveryServiceThatBreakOffAreAskedAgain does so over sockets, in each
// of the protocols that AWS's services speak.
func TestAnswersOfEveryServiceThatBreakOffAreAskedAgain(t *testing.T) {
	for name, reset := range map[string]bool{"ended": false, "reset": true} {
		t.Run(name, func(t *testing.T) {
			f := awsfake.New(awsfake.Options{})
			broken := &breakingServer{aws: f, reset: reset, broken: map[string]bool{}}
			server := httptest.NewServer(broken)
			defer server.Close()
			set := keys(awsfake.AdminKey)
			set.Endpoint = server.URL
			s, err := New(t.Context(), set, Options{Shared: NewShared(SharedOptions{})})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			c := client(t, s)
			if !c.Identity().Verified {
				t.Errorf("STS: %+v", c.Identity())
			}
			queue := server.URL + "/" + awsfake.MainAccount + "/" + awsfake.AlertQueue
			for service, ask := range callOfEach(c, queue) {
				if err := ask(t.Context()); err != nil {
					t.Errorf("%s: %v", service, err)
				}
			}
			// Every operation broke once, and was asked once more; STS twice.
			if n, want := f.Counts().Total(), 2*6+1; n != want || len(broken.broken) != 6 {
				t.Errorf("%d calls, want %d; %d operations broke off", n, want, len(broken.broken))
			}
		})
	}
}
