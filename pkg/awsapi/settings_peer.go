package awsapi

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// jsonLogGroup is a default log group as Grafana's CloudWatch data source saves it.
type jsonLogGroup struct {
	ARN       string `json:"arn"`
	Name      string `json:"name"`
	AccountID string `json:"accountId"`
}

// UnmarshalJSON reads a name alone, too.
func (g *jsonLogGroup) UnmarshalJSON(from []byte) error {
	if json.Unmarshal(from, &g.Name) == nil {
		return nil
	}
	type fields jsonLogGroup
	return json.Unmarshal(from, (*fields)(g))
}

// logGroups are the default log groups, each once: by name where they may be of
// the own account, so that a query of another region asks its own.
func logGroups(j jsonSettings) []string {
	var out []string
	add := func(name string) {
		if name = strings.TrimSuffix(strings.TrimSpace(name), ":*"); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, g := range j.LogGroups {
		if g.Name == "" || g.AccountID != "" && g.ARN != "" {
			add(g.ARN)
		} else {
			add(g.Name)
		}
	}
	if len(out) == 0 {
		for _, name := range j.DefaultLogGroups {
			add(name)
		}
	}
	return out
}

// Proxy is the way to AWS through an HTTP proxy; the zero value goes by HTTP_PROXY,
// HTTPS_PROXY and NO_PROXY of the environment.
type Proxy struct {
	None bool     // none, whatever the environment says
	URL  *url.URL // with user and password, where it wants those
}

func proxy(j jsonSettings, password string, add func(path, format string, args ...any)) Proxy {
	switch j.ProxyType {
	case "", "env":
		return Proxy{}
	case "none":
		return Proxy{None: true}
	case "url":
	default:
		add("proxyType", "%q is not one of env, none, url", j.ProxyType)
		return Proxy{}
	}
	u, err := url.Parse(strings.TrimSpace(j.ProxyURL))
	switch {
	case err != nil: // whose text has the URL, and with it what it may hold
		add("proxyUrl", "is not a URL")
		return Proxy{}
	case u.User != nil:
		add("proxyUrl", "holds a user or password: give proxyUsername, and proxyPassword in secureJsonData")
		return Proxy{}
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) || u.Hostname() == "":
		add("proxyUrl", "%q is not the URL of a proxy, as http://proxy.example:3128", j.ProxyURL)
		return Proxy{}
	}
	if j.ProxyUsername != "" {
		u.User = url.UserPassword(j.ProxyUsername, password)
	}
	return Proxy{URL: u}
}

// metadata is where containers on EKS and EC2 get credentials over IPv6.
var metadata = netip.MustParsePrefix("fd00:ec2::/32")

// function is the proxy as a transport takes it. What is of this machine, such as
// its metadata service, is never asked by way of another.
func (p Proxy) function() func(*http.Request) (*url.URL, error) {
	switch {
	case p.None:
		return nil
	case p.URL == nil:
		return http.ProxyFromEnvironment
	}
	return func(r *http.Request) (*url.URL, error) {
		host := r.URL.Hostname()
		if ip, err := netip.ParseAddr(host); host == "localhost" || err == nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || metadata.Contains(ip)) {
			return nil, nil
		}
		return p.URL, nil
	}
}
