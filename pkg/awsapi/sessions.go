package awsapi

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/andonhq/andon/pkg/text"
)

// Options are what a Sessions needs besides its settings. The zero value works.
type Options struct {
	Shared    *Shared           // Process() where nil
	Transport http.RoundTripper // instead of the network, for tests
	Log       *slog.Logger      // nothing is logged where nil

	patience time.Duration // answerPatience where 0
}

// Sessions are the accounts that the settings of one data source lead to.
type Sessions struct {
	set    Settings
	shared *Shared
	log    *slog.Logger
	base   aws.Config
	http   aws.HTTPClient
	polls  aws.HTTPClient // of queues
	nonce  string         // tells sessions of one process apart
	all    []*access
	// regions that can be asked, sorted.
	regions []string

	mu      sync.Mutex
	clients map[string]*Client
}

var sessionNumber atomic.Int64

// roleSession is how long an assumed role's credentials last, and roleMargin
// how long before their end they are renewed.
const (
	roleSession = 15 * time.Minute
	roleMargin  = 2 * time.Minute
)

// New opens sessions. It asks nothing of AWS yet; an error is a mistake in the
// settings, such as a profile that does not exist.
func New(ctx context.Context, set Settings, o Options) (*Sessions, error) {
	if o.Shared == nil {
		o.Shared = Process()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	client, err := httpClient(set, cmp.Or(o.patience, answerPatience))
	if err != nil {
		return nil, fmt.Errorf("CA certificate: %w", err)
	}
	s := &Sessions{
		set: set, shared: o.Shared, log: o.Log,
		nonce:   strconv.FormatInt(sessionNumber.Add(1), 10),
		clients: map[string]*Client{}, regions: set.regions(),
	}
	load := []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithRegion(s.stsRegion()),
		config.WithRetryer(func() aws.Retryer { return retryer{} }),
		config.WithAppID("andon"),
	}
	if set.fips() {
		load = append(load, config.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled))
	}
	switch set.AuthType {
	case AuthCredentials:
		profile := set.Profile
		if profile == "" {
			profile = "default"
		}
		load = append(load, config.WithSharedConfigProfile(profile))
	case AuthKeys:
		load = append(load, config.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(set.AccessKey, set.SecretKey, set.SessionToken)))
	case AuthEC2Role:
		load = append(load, config.WithCredentialsProvider(aws.NewCredentialsCache(ec2rolecreds.New(func(o *ec2rolecreds.Options) {
			o.Client = imds.New(imds.Options{HTTPClient: client})
		}))))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, &NoCredentials{Err: fmt.Errorf("load AWS configuration: %w", err)}
	}
	// Only now, after the SDK has added AWS_CA_BUNDLE, the client becomes a plain
	// one, which can be told to give up its idle connections.
	s.polls = cfg.HTTPClient
	if b, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = b.Freeze()
		s.polls = b.WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = pollPatience }).Freeze()
	}
	if o.Transport != nil {
		cfg.HTTPClient = &http.Client{Transport: o.Transport}
		s.polls = cfg.HTTPClient
	}
	s.base, s.http = cfg, cfg.HTTPClient
	s.open()
	return s, nil
}

// open builds the chain of credentials: the source, the data source's role on
// it, and each account's role on that.
func (s *Sessions) open() {
	own := &access{creds: s.base.Credentials}
	if s.set.AssumeRoleARN != "" {
		own.creds = s.assume(own, s.set.AssumeRoleARN, s.set.ExternalID)
	}
	s.all = append(s.all, own)
	for _, a := range s.set.Accounts {
		s.all = append(s.all, &access{account: a, creds: s.assume(own, a.RoleARN, a.ExternalID)})
	}
}

func (s *Sessions) assume(from *access, role, externalID string) aws.CredentialsProvider {
	cfg := s.config(&access{creds: from.creds}, s.stsRegion(), instrument{
		shared: s.shared, set: s.set, account: "caller/" + s.nonce, region: s.stsRegion(), unshared: true,
	})
	provider := stscreds.NewAssumeRoleProvider(s.newSTS(cfg), role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "andon"
		o.Duration = roleSession
		if externalID != "" {
			o.ExternalID = aws.String(externalID)
		}
	})
	return aws.NewCredentialsCache(provider, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = roleMargin })
}

// stsRegion is where STS is asked: its regional endpoint works in closed
// networks and for regions that must be opted into.
func (s *Sessions) stsRegion() string {
	if s.set.DefaultRegion != "" {
		return s.set.DefaultRegion
	}
	return "us-east-1"
}

func (s *Sessions) config(a *access, region string, i instrument) aws.Config {
	cfg := s.base.Copy()
	cfg.Region = region
	cfg.Credentials = a.creds
	cfg.APIOptions = append(slices.Clone(cfg.APIOptions), i.attach)
	return cfg
}

func (s *Sessions) newSTS(cfg aws.Config) *sts.Client {
	return sts.NewFromConfig(cfg, func(o *sts.Options) { o.BaseEndpoint = s.endpointFor("sts", cfg.Region) })
}

func (s *Sessions) endpointFor(service, region string) *string {
	// A template was checked with the settings, so that it cannot fail here.
	if url, err := s.set.endpoint(service, region); err == nil && url != "" {
		return &url
	}
	return nil
}

// Accounts lists what Client takes as account: first the data source's own
// (with an empty name), then those of the settings.
func (s *Sessions) Accounts() []Account {
	out := []Account{{}}
	return append(out, s.set.Accounts...)
}

// DefaultRegion is the region of queries that name none.
func (s *Sessions) DefaultRegion() string { return s.set.DefaultRegion }

// Namespaces are the metric namespaces that the settings name.
func (s *Sessions) Namespaces() []string { return s.set.Namespaces }

// LogGroups are those that the settings name for queries that name none.
func (s *Sessions) LogGroups() []string { return s.set.LogGroups }

func (s *Sessions) access(name string) (*access, error) {
	if name == "" || name == "default" {
		return s.all[0], nil
	}
	for _, a := range s.all[1:] {
		if a.account.Name == name || a.account.AccountID == name {
			return a, nil
		}
	}
	none := text.Fail("fault.no_account", strconv.Quote(name))
	return nil, &BadRequest{Message: none.Error(), Err: none}
}

// Client gives the services of one account (its name or id in the settings, ""
// for the data source's own) in one region ("" for the default). It resolves
// the caller's identity first, which takes a call now and then.
func (s *Sessions) Client(ctx context.Context, account, region string) (*Client, error) {
	region, err := s.region(region)
	if err != nil {
		return nil, err
	}
	a, err := s.access(account)
	if err != nil {
		return nil, err
	}
	id, err := s.identity(ctx, a)
	if err != nil {
		return nil, err
	}
	key := a.account.Name + "\x00" + region
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.clients[key]; c != nil && c.id.key == id.key {
		return c, nil
	}
	c := newClient(s, a, id, region)
	s.clients[key] = c
	return c, nil
}

// Close gives up idle connections. Calls under way end with their callers.
func (s *Sessions) Close() {
	for _, used := range []aws.HTTPClient{s.http, s.polls} {
		if c, ok := used.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
	}
}
