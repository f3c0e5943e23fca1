package awsapi

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The environment's proxy is read once in a process, so this is one of its own,
// with a proxy that says where it was asked to go.
func TestCredentialsAreNeverAskedForThroughAProxy(t *testing.T) {
	const asks = "ANDON_TEST_PROXIED"
	if target := os.Getenv(asks); target != "" {
		via, err := Proxy{}.function()(&http.Request{URL: &url.URL{Scheme: "http", Host: target}})
		if err != nil {
			t.Fatal(err)
		}
		if via != nil {
			os.Stdout.WriteString("through " + via.String() + "\n")
		}
		return
	}
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	for target, want := range map[string]bool{
		"monitoring.eu-central-1.amazonaws.com": true,
		"192.0.2.1":                             true,
		"169.254.169.254":                       false,
		"169.254.170.2":                         false,
		"169.254.170.23:80":                     false,
		"[fd00:ec2::254]":                       false,
		"[fd00:ec2::23]:80":                     false,
		"inside.example":                        false,
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), asks+"="+target, "HTTP_PROXY="+s.URL, "HTTPS_PROXY="+s.URL, "NO_PROXY=inside.example", "REQUEST_METHOD=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got := strings.Contains(string(out), "through "+s.URL); got != want {
			t.Errorf("%s through the proxy: %v, want %v\n%s", target, got, want, out)
		}
	}
}
