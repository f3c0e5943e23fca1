package awsfake

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is set by the tests.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func newFake(t *testing.T, o Options) (*Fake, *clock) {
	t.Helper()
	c := &clock{t: DefaultAnchor}
	o.Now = c.now
	return New(o), c
}

// sdk is the configuration of a real client that talks to the fake.
func sdk(f *Fake, key, region string) aws.Config {
	return aws.Config{
		Region: region, HTTPClient: &http.Client{Transport: f}, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider(key, "secret", ""),
	}
}

func cw(f *Fake) *cloudwatch.Client { return cloudwatch.NewFromConfig(sdk(f, AdminKey, MainRegion)) }

func trail(f *Fake) *cloudtrail.Client {
	return cloudtrail.NewFromConfig(sdk(f, AdminKey, MainRegion))
}

func cfg(f *Fake) *configservice.Client {
	return configservice.NewFromConfig(sdk(f, AdminKey, MainRegion))
}
func token4(f *Fake) *sts.Client { return sts.NewFromConfig(sdk(f, AdminKey, MainRegion)) }

func ptr[T any](v T) *T { return &v }
