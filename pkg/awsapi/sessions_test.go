package awsapi

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"go.uber.org/goleak"
)

func listMetrics(f *fakeAWS) {
	f.on("cloudwatch:ListMetrics", func(call) (any, *awsError) { return map[string]any{"Metrics": []any{}}, nil })
}

// TestAKnownAccessKeyWithAWrongSecretReadsNothing: whoever knows an access key id
// may not read what its owner has cached.
func TestAKnownAccessKeyWithAWrongSecretReadsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		if _, err := b.last(t.Context(), time.Hour, MetricOptions{}, metric("a", "cpu")); err != nil {
			t.Fatal(err)
		}
		b.fake.on("sts:GetCallerIdentity", func(call) (any, *awsError) {
			return nil, &awsError{403, "SignatureDoesNotMatch", "The request signature we calculated does not match"}
		})
		thief := open(t, b.fake, keys("AKIAONE"), b.shared)
		_, err := thief.MetricData(t.Context(), "", "", []MetricRequest{metric("a", "cpu")}, anchor.Add(-time.Hour), anchor, MetricOptions{})
		var none *NoCredentials
		if !errors.As(err, &none) {
			t.Errorf("got %v", err)
		}
		b.shared.Wait()
	})
}

func TestWithoutSTSNothingIsSharedBetweenDataSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		b.fake.on("sts:GetCallerIdentity", func(call) (any, *awsError) { return nil, &awsError{503, "ServiceUnavailable", "no"} })
		now := b.clock.now()
		for range 2 {
			c := client(t, open(t, b.fake, keys("AKIATWO"), b.shared))
			if c.Identity().Verified {
				t.Error("verified")
			}
			for range 2 {
				if _, err := c.MetricData(t.Context(), []MetricRequest{metric("a", "cpu")}, now.Add(-time.Hour), now, MetricOptions{}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := b.billed(); got != 2 {
			t.Errorf("asked %d times, want 2: once for each data source", got)
		}
		b.shared.Wait()
	})
}

func TestAccountsAreReachedByTheirRoles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		listMetrics(f)
		f.on("sts:AssumeRole", func(c call) (any, *awsError) {
			if c.in["ExternalId"] != "ext" {
				return nil, &awsError{403, "AccessDenied", "User: arn:aws:iam::123456789012:user/u is not authorized to perform: sts:AssumeRole on resource: " + c.in["RoleArn"].(string)}
			}
			return map[string]string{"Credentials": "<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>", "AssumedRoleUser": "<Arn>arn:aws:sts::210987654321:assumed-role/r/andon</Arn><AssumedRoleId>AROA:andon</AssumedRoleId>"}, nil
		})
		f.on("sts:GetCallerIdentity", func(c call) (any, *awsError) {
			account := "123456789012"
			if c.key == "ASIAROLE" {
				account = "210987654321"
			}
			return map[string]string{"Account": account, "Arn": "arn:" + c.key, "UserId": c.key}, nil
		})
		set := keys("AKIAONE")
		set.Accounts = []Account{
			{Name: "prod", AccountID: "210987654321", RoleARN: "arn:aws:iam::210987654321:role/r", ExternalID: "ext", Regions: []string{"xx-new-1"}},
			{Name: "bad", AccountID: "310987654321", RoleARN: "arn:aws:iam::310987654321:role/r"},
		}
		s := open(t, f, set, nil)
		for _, name := range []string{"prod", "210987654321"} {
			c, err := s.Client(t.Context(), name, "xx-new-1")
			if err != nil || c.Identity().AccountID != "210987654321" || c.Region() != "xx-new-1" {
				t.Errorf("%s: %v, %v", name, c, err)
			}
		}
		if n := f.count("sts:AssumeRole"); n != 1 {
			t.Errorf("the role was assumed %d times, want once", n)
		}
		var denied *Denied
		if _, err := s.Client(t.Context(), "bad", ""); !errors.As(err, &denied) || denied.Action != "sts:AssumeRole" || !strings.Contains(denied.Resource, "310987654321") {
			t.Errorf("a role that may not be assumed: %v", err)
		}
		var unknown *BadRequest
		if _, err := s.Client(t.Context(), "other", ""); !errors.As(err, &unknown) {
			t.Errorf("an account that is not configured: %v", err)
		}
		var region *NoSuchRegion
		if _, err := s.Client(t.Context(), "", "ap-nowhere-9"); !errors.As(err, &region) {
			t.Errorf("a region that does not exist: %v", err)
		}
	})
}

// TestAnIdentityIsRenewedBesideTheQueries: who looks at a dashboard never waits
// for STS again, and a refusal is seen in time.
func TestAnIdentityIsRenewedBesideTheQueries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		asked := func() int { return b.fake.count("sts:GetCallerIdentity") }
		slow := make(chan struct{})
		b.fake.before = func(c call) {
			if c.action == "sts:GetCallerIdentity" {
				<-slow
			}
		}
		s := open(t, b.fake, keys("AKIAONE"), b.shared)
		identity := func() error {
			_, err := s.Client(t.Context(), "", "")
			return err
		}
		before := asked()
		close(slow)
		if err := identity(); err != nil || asked() != before+1 {
			t.Fatalf("%v, asked %d times", err, asked()-before)
		}
		slow = make(chan struct{})
		b.clock.add(identityFor - renewBefore)
		for range 3 { // none of them waits, and one asks
			if err := identity(); err != nil {
				t.Fatal(err)
			}
		}
		close(slow)
		b.shared.Wait()
		if asked() != before+2 {
			t.Errorf("asked %d times, want 2", asked()-before)
		}
		b.fake.on("sts:GetCallerIdentity", func(call) (any, *awsError) {
			return nil, &awsError{403, "InvalidClientTokenId", "The security token included in the request is invalid"}
		})
		b.clock.add(identityFor - time.Second) // since it was renewed
		if err := identity(); err != nil {
			t.Errorf("before its end: %v", err)
		}
		b.shared.Wait()
		b.clock.add(time.Second)
		var none *NoCredentials
		if err := identity(); !errors.As(err, &none) {
			t.Errorf("after its end: %v", err)
		}
		b.shared.Wait()
	})
}

func TestIdenticalCallsAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		listMetrics(f)
		f.before = func(c call) { <-time.After(time.Second) }
		c := client(t, open(t, f, keys("AKIAONE"), nil))
		ctx, meter := WithUsage(t.Context())
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := c.CloudWatch().ListMetrics(ctx, &cloudwatch.ListMetricsInput{}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		u := meter.Usage()
		if f.count("cloudwatch:ListMetrics") != 1 || u.Calls["cloudwatch:ListMetrics"] != 1 || u.Joined != 4 || u.CostUSD != priceCloudWatch {
			t.Errorf("%d calls, usage %+v", f.count("cloudwatch:ListMetrics"), u)
		}
		c.shared.Wait()
	})
}

func TestThrottledCallsAreRetriedAndBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeAWS()
		n := 0
		f.on("cloudwatch:ListMetrics", func(call) (any, *awsError) {
			if n++; n%3 != 0 {
				return nil, &awsError{400, "Throttling", "Rate exceeded"}
			}
			return map[string]any{"Metrics": []any{}}, nil
		})
		c := client(t, open(t, f, keys("AKIAONE"), nil))
		ctx, meter := WithUsage(t.Context())
		if _, err := c.CloudWatch().ListMetrics(ctx, &cloudwatch.ListMetricsInput{}); err != nil || meter.Usage().Throttled != 2 {
			t.Errorf("%v, %+v", err, meter.Usage())
		}
		f.on("cloudwatch:ListMetrics", func(call) (any, *awsError) { return nil, &awsError{400, "ThrottlingException", "Rate exceeded"} })
		start := time.Now()
		_, err := c.CloudWatch().ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{})
		var slow *Throttled
		if !errors.As(err, &slow) || slow.Action != "cloudwatch:ListMetrics" {
			t.Errorf("always throttled: %v", err)
		}
		if d := time.Since(start); d < time.Second || d > 10*time.Second {
			t.Errorf("gave up after %s", d)
		}
		c.shared.Wait()
	})
}

// TestAPrivateCAWorks serves AWS behind a certificate of a private CA, given in
// the settings or in the environment.
func TestAPrivateCAWorks(t *testing.T) {
	defer goleak.VerifyNone(t)
	f := newFakeAWS()
	listMetrics(f)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := f.RoundTrip(r)
		if err != nil {
			t.Error(err)
			return
		}
		for k := range answer.Header {
			w.Header().Set(k, answer.Header.Get(k))
		}
		w.WriteHeader(answer.StatusCode)
		if err := answer.Write(discardHead{w}); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	server.Config.ErrorLog = quiet
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte(ca), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		settings, env string
		works         bool
	}{
		"in the settings":    {settings: ca, works: true},
		"in the environment": {env: file, works: true},
		"in both":            {settings: ca, env: file, works: true},
		"nowhere":            {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_CA_BUNDLE", c.env)
			set := keys("AKIAONE")
			set.Endpoint, set.CACert = server.URL, c.settings
			s, err := New(t.Context(), set, Options{Shared: NewShared(SharedOptions{})})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			client, err := s.Client(ctx, "", "")
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.CloudWatch().ListMetrics(ctx, &cloudwatch.ListMetricsInput{})
			var unreachable *Unreachable
			if c.works && err != nil || !c.works && !errors.As(err, &unreachable) {
				t.Errorf("got %v", err)
			}
			s.shared.Wait()
		})
	}
}

// TestSTSThatFailsForAWhileChangesNothing: a verified identity stands until its
// end, and the account that labels series stays what it was after that.
func TestSTSThatFailsForAWhileChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMetricBench(t)
		s := open(t, b.fake, keys("AKIAONE"), b.shared)
		known := client(t, s)
		answer := b.fake.answers["sts:GetCallerIdentity"]
		b.fake.on("sts:GetCallerIdentity", func(call) (any, *awsError) { return nil, &awsError{503, "ServiceUnavailable", "no"} })
		b.clock.add(identityFor - renewBefore)
		for range 3 {
			if c := client(t, s); c != known {
				t.Errorf("it became %+v", c.Identity())
			}
			b.shared.Wait() // the renewal fails
		}
		b.clock.add(renewBefore)
		after := client(t, s).Identity()
		if after.Verified || after.AccountID != known.Identity().AccountID {
			t.Errorf("after its end: %+v", after)
		}
		b.fake.on("sts:GetCallerIdentity", answer)
		b.clock.add(unverifiedFor)
		if again := client(t, s).Identity(); again != known.Identity() {
			t.Errorf("when STS answers again: %+v", again)
		}
		b.shared.Wait()
	})
}

// TestAnAnswerThatBreaksOffIsAskedAgain: the status was 200, and the connection
// ended in the middle of the body.
func TestAnAnswerThatBreaksOffIsAskedAgain(t *testing.T) {
	for name, broken := range map[string]error{
		"closed": &net.OpError{Op: "read", Net: "tcp", Err: net.ErrClosed},
		"short":  io.ErrUnexpectedEOF,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeAWS()
				listMetrics(f)
				s, err := New(t.Context(), keys("AKIAONE"), Options{Shared: NewShared(SharedOptions{}), Transport: &breaking{fakeAWS: f, err: broken}})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := client(t, s).CloudWatch().ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{}); err != nil {
					t.Error(err)
				}
				if n := f.count("cloudwatch:ListMetrics"); n != 2 {
					t.Errorf("asked %d times, want 2", n)
				}
			})
		})
	}
}

// breaking is a fake whose first answer of CloudWatch ends too early.
type breaking struct {
	*fakeAWS
	err  error
	once sync.Once
}

func (b *breaking) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.fakeAWS.RoundTrip(r)
	if err == nil && r.Header.Get("smithy-protocol") == "rpc-v2-cbor" {
		b.once.Do(func() { resp.Body = io.NopCloser(io.MultiReader(io.LimitReader(resp.Body, 1), failing{b.err})) })
	}
	return resp, err
}

type failing struct{ error }

func (f failing) Read([]byte) (int, error) { return 0, f.error }
