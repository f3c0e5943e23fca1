package alert

import (
	"encoding/json"
	"testing"
)

func TestMatchersInJSON(t *testing.T) {
	ms, err := ParseMatchers(`alertname="Disk full"`, `host!~"db.*"`)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(ms)
	if err != nil {
		t.Fatal(err)
	}
	const want = `["alertname=\"Disk full\"","host!~\"db.*\""]`
	if string(data) != want {
		t.Errorf("matchers are %s in JSON, expected %s", data, want)
	}
	var back Matchers
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	for i := range ms {
		if back[i].String() != ms[i].String() {
			t.Errorf("%s was read back as %s", ms[i], back[i])
		}
	}
	for _, bad := range []string{`["="]`, `[{"name":"a"}]`, `[1]`, `["a=~\"(\""]`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s was read without a mistake", bad)
		}
	}
}
