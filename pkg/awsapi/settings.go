package awsapi

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// AuthType says where credentials come from, in the words of Grafana's
// CloudWatch data source.
type AuthType string

// The ways to get credentials.
const (
	AuthDefault     AuthType = "default"      // the SDK's chain: environment, shared files, web identity, container, instance
	AuthCredentials AuthType = "credentials"  // a profile of the shared credentials file
	AuthKeys        AuthType = "keys"         // access key and secret key of the settings
	AuthEC2Role     AuthType = "ec2_iam_role" // the role of the instance, from its metadata service
)

// Account is one more account reached by assuming a role in it.
type Account struct {
	Name       string   `json:"name"`
	AccountID  string   `json:"accountId"` // 12 digits
	RoleARN    string   `json:"roleArn"`
	ExternalID string   `json:"externalId"`
	Regions    []string `json:"regions"` // regions worth asking, also those this package does not know
}

// Settings are those of one data source. The JSON names are the ones of
// Grafana's CloudWatch data source, so that a provisioning file of it works
// with only its type changed; Endpoints and Accounts are additions.
type Settings struct {
	AuthType      AuthType
	Profile       string
	AssumeRoleARN string
	ExternalID    string
	DefaultRegion string
	Endpoint      string            // for every service, or for the one whose name is in its host
	Endpoints     map[string]string // service → URL; {service} and {region} are filled in
	Accounts      []Account
	Namespaces    []string      // of metrics, to choose from besides those that ListMetrics knows
	LogsTimeout   time.Duration // how long a query of Logs Insights may run; 0: 30 min
	LogGroups     []string      // that a query asks which names none: names, or ARNs
	Proxy         Proxy
	SecureSocks   bool // Grafana's secure socks proxy is wanted, which this package does not use

	AccessKey    string
	SecretKey    string
	SessionToken string
	CACert       string // PEM, trusted besides the system's certificates
}

// Problem is one mistake in the settings.
type Problem struct {
	Path    string // the field's name, as in accounts[0].roleArn
	Message string
}

func (p Problem) String() string { return p.Path + ": " + p.Message }

// jsonSettings is jsonData on the wire. encoding/json matches names without
// regard to case, which covers assumeRoleARN too.
type jsonSettings struct {
	AuthType          string            `json:"authType"`
	Profile           string            `json:"profile"`
	AssumeRoleARN     string            `json:"assumeRoleArn"`
	ExternalID        string            `json:"externalId"`
	DefaultRegion     string            `json:"defaultRegion"`
	Endpoint          string            `json:"endpoint"`
	Endpoints         map[string]string `json:"endpoints"`
	Accounts          []Account         `json:"accounts"`
	Namespaces        string            `json:"customMetricsNamespaces"` // with commas
	LogsTimeout       any               `json:"logsTimeout"`             // "30m", or nanoseconds
	LogGroups         []jsonLogGroup    `json:"logGroups"`
	DefaultLogGroups  []string          `json:"defaultLogGroups"` // as older ones are saved
	ProxyType         string            `json:"proxyType"`
	ProxyURL          string            `json:"proxyUrl"`
	ProxyUsername     string            `json:"proxyUsername"`
	SecureSocks       bool              `json:"enableSecureSocksProxy"`
	TLSAuthWithCACert bool              `json:"tlsAuthWithCACert"`
}

var (
	roleARN   = regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\d{12}):role/[\w+=,.@/-]+$`)
	accountID = regexp.MustCompile(`^\d{12}$`)
)

// ParseSettings reads a data source's jsonData and decrypted secureJsonData.
// database is the data source's database field, where old data sources keep the
// profile. All mistakes are returned; with none the settings can be used.
func ParseSettings(jsonData []byte, secure map[string]string, database string) (Settings, []Problem) {
	var j jsonSettings
	if len(jsonData) > 0 {
		if err := json.Unmarshal(jsonData, &j); err != nil {
			return Settings{}, []Problem{{Path: "jsonData", Message: err.Error()}}
		}
	}
	set := Settings{
		Profile:       j.Profile,
		AssumeRoleARN: strings.TrimSpace(j.AssumeRoleARN),
		ExternalID:    j.ExternalID,
		DefaultRegion: strings.TrimSpace(j.DefaultRegion),
		Endpoint:      strings.TrimSpace(j.Endpoint),
		Accounts:      j.Accounts,
		LogGroups:     logGroups(j),
		SecureSocks:   j.SecureSocks,
		AccessKey:     secure["accessKey"],
		SecretKey:     secure["secretKey"],
		SessionToken:  secure["sessionToken"],
	}
	if set.Profile == "" {
		set.Profile = database
	}
	for name := range strings.SplitSeq(j.Namespaces, ",") {
		if name = strings.TrimSpace(name); name != "" {
			set.Namespaces = append(set.Namespaces, name)
		}
	}
	if j.TLSAuthWithCACert {
		set.CACert = secure["tlsCACert"]
	}

	var bad []Problem
	add := func(path, format string, args ...any) {
		bad = append(bad, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	set.AuthType = authType(j.AuthType, add)
	set.Proxy = proxy(j, secure["proxyPassword"], add)
	if set.AuthType == AuthKeys {
		if set.AccessKey == "" {
			add("secureJsonData.accessKey", "is empty, but authType is keys")
		}
		if set.SecretKey == "" {
			add("secureJsonData.secretKey", "is empty, but authType is keys")
		}
	}
	if set.AssumeRoleARN != "" && !roleARN.MatchString(set.AssumeRoleARN) {
		add("assumeRoleArn", "%q is not the ARN of a role (arn:aws:iam::123456789012:role/name)", set.AssumeRoleARN)
	}
	var err error
	if set.LogsTimeout, err = logsTimeout(j.LogsTimeout); err != nil {
		add("logsTimeout", "%v is not how long a query of Logs Insights may run: write 30m, or 1h at the most, which is AWS's own limit", j.LogsTimeout)
	}
	if set.DefaultRegion != "" && !regionName.MatchString(set.DefaultRegion) {
		add("defaultRegion", "%q is not the name of a region", set.DefaultRegion)
	}
	if j.TLSAuthWithCACert && set.CACert == "" {
		add("secureJsonData.tlsCACert", "is empty, but tlsAuthWithCACert is on")
	}
	if set.CACert != "" {
		if _, err := caPool(set.CACert); err != nil {
			add("secureJsonData.tlsCACert", "%v", err)
		}
	}
	if set.Endpoint != "" {
		if _, err := expandEndpoint(set.Endpoint, "monitoring", "us-east-1"); err != nil {
			add("endpoint", "%v", err)
		}
	}
	set.Endpoints = endpoints(j.Endpoints, add)
	checkAccounts(set.Accounts, add)
	return set, bad
}

func authType(name string, add func(path, format string, args ...any)) AuthType {
	switch name {
	case "", "arn", string(AuthDefault):
		return AuthDefault
	case "sharedCreds", string(AuthCredentials):
		return AuthCredentials
	case string(AuthKeys):
		return AuthKeys
	case string(AuthEC2Role):
		return AuthEC2Role
	}
	add("authType", "%q is not one of default, credentials, keys, ec2_iam_role", name)
	return AuthDefault
}

func endpoints(given map[string]string, add func(path, format string, args ...any)) map[string]string {
	if len(given) == 0 {
		return nil
	}
	out := make(map[string]string, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		url := strings.TrimSpace(given[name])
		if url == "" {
			continue
		}
		path := "endpoints." + name
		service, ok := serviceNamed(name)
		if !ok {
			add(path, "is not a service: use one of %s", strings.Join(serviceNames(), ", "))
			continue
		}
		if _, twice := out[service.prefix]; twice {
			add(path, "names the same service as another entry")
			continue
		}
		if _, err := expandEndpoint(url, service.prefix, "us-east-1"); err != nil {
			add(path, "%v", err)
			continue
		}
		out[service.prefix] = url
	}
	return out
}

func checkAccounts(accounts []Account, add func(path, format string, args ...any)) {
	seen := map[string]bool{}
	for i, a := range accounts {
		path := fmt.Sprintf("accounts[%d]", i)
		match := roleARN.FindStringSubmatch(a.RoleARN)
		switch {
		case a.RoleARN == "":
			add(path+".roleArn", "is empty: the role to assume in this account is needed")
		case match == nil:
			add(path+".roleArn", "%q is not the ARN of a role (arn:aws:iam::123456789012:role/name)", a.RoleARN)
		case a.AccountID == "":
			accounts[i].AccountID = match[1]
		case a.AccountID != match[1] && accountID.MatchString(a.AccountID):
			add(path+".accountId", "%s is not the account of the role, %s", a.AccountID, match[1])
		}
		if a.AccountID != "" && !accountID.MatchString(a.AccountID) {
			add(path+".accountId", "%q is not an account id of 12 digits", a.AccountID)
		}
		if a.Name == "" {
			accounts[i].Name = accounts[i].AccountID
		}
		name := accounts[i].Name
		if name == "default" {
			add(path+".name", "default is the account of the data source's own credentials")
		} else if name != "" && seen[name] {
			add(path+".name", "%q is used twice", name)
		}
		seen[name] = true
		for k, r := range a.Regions {
			if !regionName.MatchString(r) {
				add(fmt.Sprintf("%s.regions[%d]", path, k), "%q is not the name of a region", r)
			}
		}
	}
}

// logsTimeout reads a duration as Grafana's own data source does.
func logsTimeout(v any) (time.Duration, error) {
	var d time.Duration
	switch v := v.(type) {
	case nil:
		return 0, nil
	case float64:
		d = time.Duration(v)
	case string:
		if v == "" {
			return 0, nil
		}
		var err error
		if d, err = time.ParseDuration(v); err != nil {
			return 0, err
		}
	default:
		return 0, errors.New("neither text nor a number")
	}
	if d <= 0 {
		return 0, errors.New("no time at all")
	}
	return min(d, time.Hour), nil
}

// insightsLimit is how long a query of Logs Insights may run.
func (s *Settings) insightsLimit() time.Duration { return cmp.Or(s.LogsTimeout, insightsLimit) }
