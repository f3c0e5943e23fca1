package awsapi

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

var quiet = log.New(io.Discard, "", 0)

// discardHead passes on the body of a written response.
type discardHead struct{ w http.ResponseWriter }

func (d discardHead) Write(p []byte) (int, error) {
	if _, body, found := strings.Cut(string(p), "\r\n\r\n"); found {
		if _, err := io.WriteString(d.w, body); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		for _, action := range []string{
			"cloudwatch:ListMetrics", "cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory",
			"logs:DescribeLogGroups", "cloudtrail:LookupEvents", "config:DescribeComplianceByConfigRule", "config:GetDiscoveredResourceCounts", "config:ListDiscoveredResources", "config:SelectResourceConfig",
		} {
			f.on(action, func(call) (any, *awsError) { return map[string]any{}, nil })
		}
		f.on("cloudtrail:LookupEvents", func(call) (any, *awsError) {
			return nil, &awsError{400, "AccessDeniedException", "User: arn:aws:iam::123456789012:user/u is not authorized to perform: cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action"}
		})
		f.on("logs:DescribeLogGroups", func(call) (any, *awsError) {
			return nil, &awsError{400, "AccessDeniedException", "User: arn:aws:sts::123456789012:assumed-role/r/andon is not authorized to perform: logs:DescribeLogGroups on resource: arn:aws:logs:ap-northeast-1:123456789012:log-group::log-stream: because no identity-based policy allows the logs:DescribeLogGroups action"}
		})
		s := open(t, f, keys("AKIAONE"), nil)
		var missing []string
		names := 0
		for _, c := range s.Check(t.Context()) {
			names++
			if !c.OK {
				missing = append(missing, c.Name+" "+c.MissingPermission)
				if c.Hint == "" || c.Error == "" {
					t.Errorf("%+v says not what to do", c)
				}
			}
		}
		if diff := cmp.Diff([]string{"logs logs:DescribeLogGroups", "log events logs:DescribeLogGroups", "log queries logs:DescribeLogGroups", "event history cloudtrail:LookupEvents"}, missing); diff != "" || names != 14 {
			t.Errorf("%d capabilities (-want +got):\n%s", names, diff)
		}
		s.shared.Wait()
	})
}

// TestCheckOfAnEndpointThatDoesNotAnswer asks a port where nobody listens.
func TestCheckWithoutARegion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := keys("AKIAONE")
		set.DefaultRegion = ""
		all := open(t, newFakeAWS(), set, nil).Check(t.Context())
		if len(all) == 0 {
			t.Fatal("nothing was checked")
		}
		for _, c := range all {
			if !c.OK && c.Hint != "choose a default region" {
				t.Errorf("%s: %s; %s", c.Name, c.Error, c.Hint)
			}
		}
	})
}

func TestCheckOfAnEndpointThatDoesNotAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	set := keys("AKIAONE")
	set.Endpoint = "http://" + address
	s, err := New(t.Context(), set, Options{Shared: NewShared(SharedOptions{})})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range s.Check(t.Context()) {
		if c.Name == "credentials" {
			if !strings.Contains(c.Hint, "STS does not answer") {
				t.Errorf("%+v", c)
			}
			continue
		}
		if c.OK || !strings.Contains(c.Error, address) || !strings.Contains(c.Hint, "open the way to "+address) {
			t.Errorf("%+v", c)
		}
	}
}

func TestErrorsGetTheirTypes(t *testing.T) {
	api := func(code, message string) error {
		return &smithy.OperationError{ServiceID: "X", OperationName: "Y", Err: &smithy.GenericAPIError{Code: code, Message: message}}
	}
	for _, c := range []struct {
		err  error
		want any
	}{
		{api("AccessDenied", "User: u is not authorized to perform: cloudwatch:GetMetricData because x"), &Denied{Action: "cloudwatch:GetMetricData"}},
		{api("com.amazonaws.x#AccessDeniedException", "nothing said"), &Denied{Action: "x:Y"}},
		{api("AccessDeniedException", "User: u is not authorized to perform: config:SelectResourceConfig on resource: arn:x:y with an explicit deny"), &Denied{Action: "config:SelectResourceConfig", Resource: "arn:x:y"}},
		{api("ThrottlingException", "Rate exceeded"), &Throttled{Action: "x:Y"}},
		{api("ExpiredTokenException", "expired"), &NoCredentials{}},
		{api("ValidationError", "The parameter is wrong"), &BadRequest{Message: "The parameter is wrong", Action: "x:Y"}},
		{api("InternalFailure", "again"), &Failed{Action: "x:Y"}},
		{&net.DNSError{Name: "monitoring.xx-nowhere-1.amazonaws.com", IsNotFound: true}, &NoSuchRegion{Region: "xx-nowhere-1"}},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, &Unreachable{Endpoint: "end.point"}},
	} {
		got := typed(c.err, "x:Y", "xx-nowhere-1", "end.point")
		if !errors.Is(got, got) || got == nil {
			t.Fatal("no error")
		}
		switch e := got.(type) {
		case *Denied:
			e.Err = nil
		case *Throttled:
			e.Err = nil
		case *NoCredentials:
			e.Err = nil
		case *BadRequest:
			e.Err = nil
		case *Failed:
			e.Err = nil
		case *NoSuchRegion:
			e.Err = nil
		case *Unreachable:
			e.Err = nil
		}
		if diff := cmp.Diff(c.want, any(got)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.err, diff)
		}
	}
}

func TestTheCacheIsBoundedAndEnds(t *testing.T) {
	c := newLRU(10_000)
	for i := range 1000 {
		c.put(strings.Repeat("k", i%50+1), i, 100)
	}
	if c.bytes() > 10_000 {
		t.Errorf("%d bytes", c.bytes())
	}
	c.put("huge", 1, 9000)
	if _, ok := c.get("huge"); ok {
		t.Error("a value of nearly the whole cache was kept")
	}
	clock := newClock()
	cl := &Client{shared: NewShared(SharedOptions{Now: clock.now}), scope: "s"}
	n := 0
	ask := func() int {
		v, err := Cached(t.Context(), cl, "x", time.Minute, fetchOf(&n))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if first, second := ask(), ask(); first != 1 || second != 1 {
		t.Errorf("not cached: %d, %d", first, second)
	}
	clock.add(time.Minute)
	if ask() != 2 {
		t.Error("cached for too long")
	}
	cl.shared.Wait()
}

func fetchOf(n *int) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { *n++; return *n, nil }
}
