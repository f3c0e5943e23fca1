package datasource

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/andonhq/andon/pkg/awsapi"
)

// A logs query that names no log group asks those of the settings; one that names
// some asks those.
func TestDefaultLogGroups(t *testing.T) {
	r := enter(t, `{"authType":"keys","defaultRegion":"ap-northeast-1","logGroups":[{"arn":"arn:aws:logs:ap-northeast-1:123456789012:log-group:/shop/application:*","name":"/shop/application"}]}`)
	for rest, want := range map[string]string{
		``:                                 "/shop/application",
		`,"logGroups":[]`:                  "/shop/application",
		`,"logGroups":null`:                "/shop/application",
		`,"logGroups":["/var/log/secure"]`: "/var/log/secure",
	} {
		got := r.One(`{"queryType":"logs","mode":"filter","limit":5`+rest+`}`, at(-10), at(0))
		if got.Error != nil || len(got.Frames) == 0 || got.Frames[0].Rows() == 0 {
			t.Fatalf("%s: %v", rest, got.Error)
		}
		text, err := json.Marshal(got.Frames[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range []string{"/shop/application", "/var/log/secure"} {
			if strings.Contains(string(text), group) != (group == want) {
				t.Errorf("%s: %s in the answer: %v", rest, group, group != want)
			}
		}
	}
	if got := enter(t, keys).One(`{"queryType":"logs","mode":"filter"}`, at(-10), at(0)); got.Error == nil || !strings.Contains(got.Error.Error(), "no log group") {
		t.Errorf("without any: %v", got.Error)
	}
}

// What the settings want and this data source has not is told.
func TestSecureSocksProxyIsToldOf(t *testing.T) {
	r := enter(t, `{"authType":"keys","defaultRegion":"ap-northeast-1","enableSecureSocksProxy":true}`)
	got, err := r.ds.CheckHealth(t.Context(), nil)
	if err != nil || got.Status != backend.HealthStatusOk || !strings.Contains(got.Message, "Not available: secure socks proxy: enableSecureSocksProxy is not supported") {
		t.Fatalf("%+v, %v", got, err)
	}
	var told struct {
		Japanese struct{ Capabilities []awsapi.Capability } `json:"ja"`
	}
	if err := json.Unmarshal(got.JSONDetails, &told); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(told.Japanese.Capabilities, func(c awsapi.Capability) bool {
		return c.Name == "secure socks proxy" && strings.Contains(c.Error, "対応していません")
	}) {
		t.Errorf("%s", got.JSONDetails)
	}
}
