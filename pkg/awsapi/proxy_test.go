package awsapi

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
)

// The proxy of the settings is asked with its user and password; without one, or
// for what is of this machine, nobody is asked on the way.
func TestProxyOfTheSettings(t *testing.T) {
	var mu sync.Mutex
	var passed []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := (&http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}).BasicAuth()
		mu.Lock()
		passed = append(passed, r.URL.Host+" "+user+" "+password)
		mu.Unlock()
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	for json, want := range map[string][]string{
		`{"proxyType":"url","proxyUrl":"` + proxy.URL + `","proxyUsername":"andon"}`: {"sts.aws.invalid andon secret"},
		`{"proxyType":"none"}`: nil,
	} {
		set, problems := ParseSettings([]byte(json), map[string]string{"proxyPassword": "secret"}, "")
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		client, err := httpClient(set, answerPatience)
		if err != nil {
			t.Fatal(err)
		}
		passed = nil
		for _, host := range []string{"sts.aws.invalid", "127.0.0.1:1", "[::1]:1"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host, nil)
			if err != nil {
				t.Fatal(err)
			}
			if answer, err := client.Do(r); err == nil {
				answer.Body.Close()
			}
		}
		mu.Lock()
		if !slices.Equal(passed, want) {
			t.Errorf("%s: %q went through the proxy", json, passed)
		}
		mu.Unlock()
		client.GetTransport().CloseIdleConnections()
	}
	if (Proxy{}).function() == nil {
		t.Error("the environment's proxy is not asked")
	}
	set := Settings{Proxy: Proxy{URL: mustParse(t, proxy.URL)}}
	for address, direct := range map[string]bool{"http://169.254.169.254/latest": true, "http://[fd00:ec2::254]/": true, "http://localhost:1/": true, "https://logs.eu-west-1.amazonaws.com/": false, "http://10.0.0.1/": false} {
		r := &http.Request{URL: mustParse(t, address)}
		if by, err := set.Proxy.function()(r); err != nil || (by == nil) != direct {
			t.Errorf("%s: by %v, %v", address, by, err)
		}
	}
}

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
