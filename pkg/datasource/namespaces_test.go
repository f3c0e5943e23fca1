package datasource

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"testing"
)

// The namespaces of the settings can be chosen, beside those that have metrics.
func TestNamespacesOfTheSettings(t *testing.T) {
	r := enter(t, `{"authType":"keys","defaultRegion":"ap-northeast-1","customMetricsNamespaces":"Shop/Checkout, AWS/EC2,,"}`)
	w := httptest.NewRecorder()
	r.ds.resources().ServeHTTP(w, httptest.NewRequest("GET", "/namespaces", nil))
	var page Page
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	var names []string
	for _, i := range page.Items {
		names = append(names, i.Value)
	}
	if !slices.Contains(names, "Shop/Checkout") || !slices.Contains(names, "AWS/VPN") || !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("namespaces %q", names)
	}
}
