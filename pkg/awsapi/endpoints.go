package awsapi

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// service is one AWS service this package talks to.
type service struct {
	prefix string // of its host name, as in monitoring.eu-central-1.amazonaws.com
	action string // of its IAM actions, as in cloudwatch:GetMetricData
	id     string // the SDK's service id
	names  []string
}

var services = []service{
	{prefix: "monitoring", action: "cloudwatch", id: "CloudWatch", names: []string{"cloudwatch", "monitoring"}},
	{prefix: "logs", action: "logs", id: "CloudWatch Logs", names: []string{"logs", "cloudwatchlogs"}},
	{prefix: "cloudtrail", action: "cloudtrail", id: "CloudTrail", names: []string{"cloudtrail"}},
	{prefix: "config", action: "config", id: "Config Service", names: []string{"config", "configservice"}},
	{prefix: "sqs", action: "sqs", id: "SQS", names: []string{"sqs"}},
	{prefix: "sts", action: "sts", id: "STS", names: []string{"sts"}},
}

func serviceNamed(name string) (service, bool) {
	i := slices.IndexFunc(services, func(s service) bool { return slices.Contains(s.names, strings.ToLower(name)) })
	if i < 0 {
		return service{}, false
	}
	return services[i], true
}

func serviceByID(id string) service {
	i := slices.IndexFunc(services, func(s service) bool { return s.id == id })
	if i < 0 {
		return service{prefix: strings.ToLower(id), action: strings.ToLower(id), id: id}
	}
	return services[i]
}

func serviceNames() []string {
	var out []string
	for _, s := range services {
		out = append(out, s.names[0])
	}
	return out
}

// expandEndpoint fills in a template and checks the URL. Without a scheme it is
// https.
func expandEndpoint(template, service, region string) (string, error) {
	text := strings.NewReplacer("{service}", service, "{region}", region).Replace(template)
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", fmt.Errorf("%q is not a URL", template)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("%q: the scheme must be http or https", template)
	case u.Host == "":
		return "", fmt.Errorf("%q has no host", template)
	case u.User != nil:
		return "", errors.New("a URL with user or password is not allowed")
	case u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("%q: a query or fragment is not allowed", template)
	case strings.ContainsAny(text, "{}"):
		return "", fmt.Errorf("%q: only {service} and {region} are filled in", template)
	}
	return strings.TrimSuffix(text, "/"), nil
}

// endpoint is the URL for a service in a region, "" for AWS's own.
func (s Settings) endpoint(service, region string) (string, error) {
	template := s.Endpoints[service]
	if template == "" && s.Endpoint != "" && !s.fips() {
		if only := onlyService(s.Endpoint); only == "" || only == service {
			template = s.Endpoint
		}
	}
	if template == "" {
		return "", nil
	}
	return expandEndpoint(template, service, region)
}

// onlyService is the service an endpoint belongs to by a label of its host: an
// interface endpoint without private DNS is named after its service, so it
// must not get the calls of the others.
func onlyService(endpoint string) string {
	_, host, found := strings.Cut(endpoint, "://")
	if !found {
		host = endpoint
	}
	host, _, _ = strings.Cut(host, "/")
	for label := range strings.SplitSeq(host, ".") {
		for _, s := range services {
			if label == s.prefix {
				return s.prefix
			}
		}
	}
	return ""
}

// fips tells whether the endpoint only asks for AWS's FIPS endpoints.
func (s Settings) fips() bool {
	return strings.Contains(s.Endpoint, "-fips.") && strings.Contains(s.Endpoint, ".amazonaws.com")
}
