package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// What is saved comes back, but for secrets: of those only which are set.
func TestRoundTripOfSettings(t *testing.T) {
	b := begin(t)
	const at = "/api/datasources/uid/" + awsUID
	status, body := b.put(at, nil, `{"name":"New","version":1,"jsonData":{"defaultRegion":"eu-central-1"},"secureJsonData":{"secretKey":"do-not-tell","sessionToken":""}}`)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	_, again := b.get(at, nil)
	for _, text := range []string{body, again} {
		if strings.Contains(text, "do-not-tell") || strings.Contains(text, `"secureJsonData"`) {
			t.Errorf("a secret came back: %s", text)
		}
	}
	var got published
	if err := json.Unmarshal([]byte(again), &got); err != nil {
		t.Fatal(err)
	}
	fields := got.SecureJSONFields
	if got.Name != "New" || got.Version != 2 || string(got.JSONData) != `{"defaultRegion":"eu-central-1"}` ||
		len(fields) != 2 || !fields["accessKey"] || !fields["secretKey"] {
		t.Errorf("got %s", again)
	}
	s, err := b.source(awsUID)
	if err != nil {
		t.Fatal(err)
	}
	if kept := s.settings().DecryptedSecureJSONData; kept["secretKey"] != "do-not-tell" || kept["accessKey"] == "" {
		t.Errorf("the plugin gets %v", kept)
	}
}

func TestSavingIsRefused(t *testing.T) {
	b := begin(t)
	for name, tt := range map[string]struct {
		path   string
		header map[string]string
		body   string
		want   int
	}{
		"by an editor":          {awsUID, map[string]string{"X-Workbench-Role": "Editor"}, `{}`, http.StatusForbidden},
		"of an older version":   {awsUID, nil, `{"version":7}`, http.StatusConflict},
		"of another source":     {"other", nil, `{}`, http.StatusNotFound},
		"of what is no JSON":    {awsUID, nil, `{`, http.StatusBadRequest},
		"from another web site": {awsUID, map[string]string{"Sec-Fetch-Site": "cross-site"}, `{}`, http.StatusForbidden},
		"by another name":       {awsUID, map[string]string{"Host": "evil.example.com"}, `{}`, http.StatusForbidden},
	} {
		if status, body := b.put("/api/datasources/uid/"+tt.path, tt.header, tt.body); status != tt.want {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}
